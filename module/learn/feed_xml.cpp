// RSS 2.0, RSS 1.0 and Atom feeds with Google's g: elements.
#include <algorithm>
#include <pugixml.hpp>

#include "learn/feed.hpp"

namespace pz::learn {

namespace {

// Line numbers of offsets that come in ascending order.
class LineCounter {
  public:
    explicit LineCounter(std::string_view bytes) : bytes_(bytes) {}
    std::size_t at(std::ptrdiff_t offset) {
        const std::size_t end = std::clamp<std::ptrdiff_t>(offset, 0, std::ssize(bytes_));
        if (end > seen_) {
            const std::string_view between = bytes_.substr(seen_, end - seen_);
            line_ += std::count(between.begin(), between.end(), '\n');
            seen_ = end;
        }
        return line_;
    }

  private:
    std::string_view bytes_;
    std::size_t seen_ = 0;
    std::size_t line_ = 1;
};

bool is_item(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    return name == "item" || name == "entry";
}

bool is_google(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    return name.starts_with("g:") || name.starts_with("G:");
}

// Text and CDATA within the element. An element that has elements is a group, such as shipping.
std::string value_of(const pugi::xml_node& node) {
    std::string text;
    for (const pugi::xml_node child : node) {
        if (child.type() == pugi::node_element) {
            return {};
        }
        text += child.value();
    }
    return text.empty() ? node.attribute("href").value() : text;
}

store::ItemInput item_of(const pugi::xml_node& node) {
    store::ItemInput google;
    store::ItemInput plain;
    for (const pugi::xml_node child : node) {
        if (child.type() == pugi::node_element) {
            put_value(is_google(child) ? google : plain, column_name(child.name()),
                      value_of(child));
        }
    }
    for (auto& field : plain.fields) {
        const auto same = [&field](const auto& other) { return other.first == field.first; };
        if (std::none_of(google.fields.begin(), google.fields.end(), same)) {
            google.fields.push_back(std::move(field));
        }
    }
    return google;
}

std::size_t read_items(const pugi::xml_node& parent, LineCounter& lines, FeedOutput& output) {
    std::size_t count = 0;
    for (const pugi::xml_node node : parent) {
        if (is_item(node)) {
            output.item(lines.at(node.offset_debug()), item_of(node));
            ++count;
        }
    }
    return count;
}

}  // namespace

Result<FeedReport> read_xml(std::string_view bytes, const ItemSink& sink) {
    pugi::xml_document document;
    LineCounter lines(bytes);
    const pugi::xml_parse_result parsed =
        document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
        return Status::error("line " + std::to_string(lines.at(parsed.offset)) +
                             ": broken XML: " + parsed.description());
    }
    FeedOutput output(sink);
    const pugi::xml_node root = document.document_element();
    const pugi::xml_node channel = root.child("channel");
    // In RSS 1.0 the items stand behind the channel, so both places count.
    const std::size_t in_channel = read_items(channel, lines, output);
    if (in_channel + read_items(root, lines, output) == 0) {
        return Status::error(
            "line " + std::to_string(lines.at(root.offset_debug())) +
            ": no <item> and no <entry> in this XML; expected an RSS or Atom feed");
    }
    return output.take();
}

}  // namespace pz::learn
