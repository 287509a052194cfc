// How fast the rewriter finds four widgets: whole pages and pages in nginx's buffers, beside
// libxml2's push parser and gumbo, on generated dense shop pages and on real ones; and what
// selectors that cannot match cost.
//   bench_rewrite [--json FILE]
#include <gumbo.h>
#include <libxml/HTMLparser.h>

#include <filesystem>
#include <iterator>

#include "bench/bench.hpp"
#include "bench/shop_page.hpp"
#include "rewrite/rewriter.hpp"

namespace {

using namespace pz;
using namespace pz::bench;

rewrite::Patterns widgets() {
    rewrite::Patterns list;
    for (const char* selector : ShopPage::kWidgets) {
        list.push_back({*rewrite::compile_selector(selector), false, {}, {}});
    }
    return list;
}

// Selectors of every kind that match nothing on any page here.
rewrite::Patterns with_strangers(std::size_t count) {
    static constexpr const char* kKinds[] = {"#stranger-", ".stranger-", "li.stranger-",
                                             "body .stranger-", "ul > li.stranger-"};
    rewrite::Patterns list = widgets();
    for (std::size_t i = 0; list.size() < count; ++i) {
        const std::string text = kKinds[i % std::size(kKinds)] + std::to_string(i);
        list.push_back({*rewrite::compile_selector(text), false, {}, {}});
    }
    return list;
}

class Counting final : public rewrite::Sink {
  public:
    void raw(std::string_view bytes) override { bytes_ += bytes.size(); }
    void element(const rewrite::Element& element) override {
        bytes_ += element.outer.size();
        ++elements_;
    }
    std::size_t bytes() const { return bytes_; }
    std::size_t elements() const { return elements_; }

  private:
    std::size_t bytes_ = 0;
    std::size_t elements_ = 0;
};

std::size_t rewriter(const rewrite::Patterns& patterns, std::string_view page, std::size_t chunk) {
    Counting sink;
    rewrite::Rewriter rewriter(patterns, sink);
    for (std::size_t at = 0; at < page.size(); at += chunk) {
        rewriter.write(page.substr(at, chunk));
    }
    rewriter.end();
    if (sink.bytes() != page.size()) {
        std::cerr << "the rewriter lost bytes\n";
        std::exit(1);
    }
    return sink.elements();
}

// SAX: no tree is built. Finds what two of the selectors ask for; all four would only be slower.
void on_start(void* found, const xmlChar*, const xmlChar** attributes) {
    for (; attributes != nullptr && *attributes != nullptr; attributes += 2) {
        const auto* name = reinterpret_cast<const char*>(attributes[0]);
        const auto* value = reinterpret_cast<const char*>(attributes[1]);
        if (value != nullptr &&
            ((std::string_view(name) == "id" && std::string_view(value) == "recommended") ||
             std::string_view(name) == "data-slot")) {
            ++*static_cast<std::size_t*>(found);
        }
    }
}

std::size_t libxml2(std::string_view page, std::size_t chunk) {
    std::size_t found = 0;
    htmlSAXHandler handler{};
    handler.startElement = on_start;
    htmlParserCtxtPtr parser =
        htmlCreatePushParserCtxt(&handler, &found, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8);
    for (std::size_t at = 0; at < page.size(); at += chunk) {
        const std::string_view piece = page.substr(at, chunk);
        htmlParseChunk(parser, piece.data(), static_cast<int>(piece.size()), 0);
    }
    htmlParseChunk(parser, nullptr, 0, 1);
    htmlFreeParserCtxt(parser);
    return found;
}

std::size_t gumbo(std::string_view page) {
    GumboOutput* output = gumbo_parse_with_options(&kGumboDefaultOptions, page.data(), page.size());
    const std::size_t children = output->root->v.element.children.length;
    gumbo_destroy_output(&kGumboDefaultOptions, output);
    return children;
}

constexpr std::size_t kChunk = 16 * 1024;

struct Speeds {
    double whole, chunks16, chunks8, libxml2, gumbo;
};

Speeds measure(std::string_view page, bool long_run) {
    const auto patterns = widgets();
    const auto speed = [&page, long_run](auto call) {
        const double seconds = median_seconds(call, long_run ? 15 : 7, long_run ? 0.02 : 0.004);
        return static_cast<double>(page.size()) / seconds / 1e6;
    };
    Speeds speeds{};
    speeds.whole = speed([&] { keep(rewriter(patterns, page, page.size())); });
    speeds.chunks16 = speed([&] { keep(rewriter(patterns, page, kChunk)); });
    speeds.chunks8 = speed([&] { keep(rewriter(patterns, page, kChunk / 2)); });
    speeds.libxml2 = speed([&] { keep(libxml2(page, kChunk)); });
    speeds.gumbo = speed([&] { keep(gumbo(page)); });
    return speeds;
}

void add_row(Report& report, const std::string& label, std::string_view page, const Speeds& s) {
    report.row({label, number(static_cast<double>(page.size()) / 1000, 1), number(s.whole),
                number(s.chunks16), number(s.chunks8), number(s.libxml2, 1), number(s.gumbo, 1),
                number(s.chunks16 / s.libxml2, 1)});
}

std::vector<std::filesystem::path> real_pages() {
    const char* set = std::getenv("PERSONALIZE_SHARED");
    const std::filesystem::path root =
        (set != nullptr ? std::filesystem::path(set)
                        : std::filesystem::path(TESTS_DIR).parent_path().parent_path() / "shared") /
        "pages";
    std::vector<std::filesystem::path> found;
    if (!std::filesystem::exists(root)) {
        std::cerr << "SKIPPED: real pages: " << root << " is not there; set PERSONALIZE_SHARED\n";
        return found;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.path().extension() == ".html" && entry.file_size() > 4096) {
            found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
}

// The slowest of the dense pages' speeds, and the smallest ratio to libxml2.
struct Worst {
    double speed = 1e9;
    double ratio = 1e9;
    void add(const Speeds& s) {
        speed = std::min(speed, s.chunks16);
        ratio = std::min(ratio, s.chunks16 / s.libxml2);
    }
};

Worst dense_pages(Report& report) {
    Worst worst;
    for (const std::size_t kilobytes : {20, 60, 250}) {
        const std::string page = ShopPage::make(kilobytes * 1000);
        if (rewriter(widgets(), page, kChunk) != std::size(ShopPage::kWidgets)) {
            std::cerr << "the rewriter does not find the widgets\n";
            std::exit(1);
        }
        const Speeds speeds = measure(page, true);
        worst.add(speeds);
        add_row(report, "dense shop page", page, speeds);
    }
    return worst;
}

void strangers(Report& report) {
    const std::string page = ShopPage::make(250000);
    for (const std::size_t count : {4, 40, 400}) {
        const auto patterns = with_strangers(count);
        const auto speed = [&](std::size_t chunk) {
            const double seconds = median_seconds([&] { keep(rewriter(patterns, page, chunk)); });
            return number(static_cast<double>(page.size()) / seconds / 1e6);
        };
        report.row({"dense shop page, " + std::to_string(count) + " selectors",
                    number(static_cast<double>(page.size()) / 1000, 1), speed(page.size()),
                    speed(kChunk), speed(kChunk / 2), "-", "-", "-"});
    }
}

}  // namespace

int main(int argc, char** argv) {
    Report report(argc, argv, "rewrite",
                  {"page, four widgets to find", "KB", "whole MB/s", "16 KB MB/s", "8 KB MB/s",
                   "libxml2", "gumbo", "x libxml2"});
    const Worst dense = dense_pages(report);
    strangers(report);
    std::vector<double> speeds;
    double ratio = dense.ratio;
    for (const auto& path : real_pages()) {
        const std::string page = read_file(path);
        const Speeds s = measure(page, false);
        speeds.push_back(s.chunks16);
        ratio = std::min(ratio, s.chunks16 / s.libxml2);
        add_row(report, path.stem().string(), page, s);
    }
    return report.finish("dense " + number(dense.speed) + " MB/s or more, median real page " +
                         (speeds.empty() ? "not measured" : number(median(speeds)) + " MB/s") +
                         ", never below " + number(ratio, 1) + " times libxml2");
}
