// What can be said of templates only once all of the configuration is read.
#include <algorithm>

#include "nginx/conf.hpp"
#include "nginx/file.hpp"
#include "page/tile_fields.hpp"

namespace pz::ngx {

namespace {

// "tile.html:3", where the name stands first.
std::string place_of(const std::string& path, const std::string& name) {
    const auto text = read_file(path);
    std::size_t at = text.ok() ? text->find("{{") : std::string::npos;
    while (at != std::string::npos) {
        const std::size_t begin = text->find_first_not_of("{#^/& \t", at);
        const std::size_t end = begin + name.size();
        if (begin < text->size() && text->compare(begin, name.size(), name) == 0 &&
            (end == text->size() || (*text)[end] == '}' || (*text)[end] == ' ')) {
            const auto line =
                std::count(text->begin(), text->begin() + static_cast<std::ptrdiff_t>(at), '\n');
            return path + ":" + std::to_string(1 + line);
        }
        at = text->find("{{", at + 2);
    }
    return path;
}

void check_template(ngx_log_t* log_to, const NamedTemplate& entry,
                    const store::Snapshot& snapshot) {
    for (const std::string& name : entry.tile->names()) {
        const std::string doubt = page::TileFields::doubt(name, snapshot);
        if (!doubt.empty()) {
            log(NGX_LOG_WARN, log_to,
                "personalize_template: " + place_of(entry.path, name) + ": " + doubt);
        }
    }
}

}  // namespace

void check_templates(ngx_conf_t* cf, const MainConf& main) {
    const auto from_file = [](const NamedTemplate& entry) { return !entry.path.empty(); };
    if (main.store_path.empty() ||
        std::none_of(main.templates.begin(), main.templates.end(), from_file)) {
        return;
    }
    const auto snapshot = store::Snapshot::open(main.store_path);
    if (!snapshot.ok()) {
        return;  // not made yet, or broken: each worker says so
    }
    for (const NamedTemplate& entry : main.templates) {
        if (from_file(entry)) {
            check_template(cf->log, entry, **snapshot);
        }
    }
}

}  // namespace pz::ngx
