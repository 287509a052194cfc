#include "learn/feed.hpp"

#include <simdjson.h>

#include <algorithm>

namespace pz::learn {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// "A>B > C" -> "A > B > C"
std::string levels(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('>'), text.size());
        const std::string_view level = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!level.empty()) {
            result.append(result.empty() ? "" : " > ").append(level);
        }
    }
    return result;
}

}  // namespace

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string column_name(std::string_view text) {
    std::string name(trim(text));
    for (char& c : name) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        c = c == ' ' ? '_' : c;
    }
    return name.starts_with("g:") ? name.substr(2) : name;
}

void put_value(store::ItemInput& input, const std::string& name, std::string_view value) {
    value = trim(value);
    if (value.empty() || name.empty()) {
        return;
    }
    const bool product_type = name == "product_type";
    const auto same = [&name](const auto& field) { return field.first == name; };
    const auto found = std::find_if(input.fields.begin(), input.fields.end(), same);
    if (found == input.fields.end()) {
        input.fields.emplace_back(name, product_type ? levels(value) : std::string(value));
    } else if (!product_type) {
        found->second.append(",").append(value);
    }
}

void FeedOutput::item(std::size_t line, const store::ItemInput& input) {
    for (const auto& [name, text] : input.fields) {
        if (!simdjson::validate_utf8(text.data(), text.size())) {
            return skip(line, name + ": not UTF-8; save the feed as UTF-8");
        }
    }
    // The store is the judge of what it takes.
    store::SnapshotBuilder probe;
    if (const auto added = probe.add_item(input); !added) {
        return skip(line, added.message());
    }
    ++report_.items;
    sink_(input);
}

void FeedOutput::skip(std::size_t line, const std::string& what) {
    ++report_.skipped;
    if (report_.errors.size() < kMaxReported) {
        report_.errors.push_back("line " + std::to_string(line) + ": " + what);
    }
}

Result<FeedReport> read_feed(std::string_view bytes, const ItemSink& item) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
        return Status::error("line 1: the feed is UTF-16; save it as UTF-8");
    }
    if (bytes.starts_with(kByteOrderMark)) {
        bytes.remove_prefix(kByteOrderMark.size());
    }
    const std::size_t begin = bytes.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) {
        return Status::error("line 1: the feed is empty; its first line should name the columns");
    }
    return bytes[begin] == '<' ? read_xml(bytes, item) : read_table(bytes, item);
}

}  // namespace pz::learn
