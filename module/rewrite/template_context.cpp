#include "rewrite/template_context.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "rewrite/attributes.hpp"
#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

using Context = Tokenizer::Context;

constexpr std::array<std::string_view, 18> kUrlAttributes = {
    "href",   "src",        "srcset",   "action",     "poster",      "formaction",
    "data",   "xlink:href", "cite",     "background", "imagesrcset", "ping",
    "usemap", "longdesc",   "manifest", "icon",       "codebase",    "lowsrc"};

// What stands in their attributes is code, or decides where code comes from.
constexpr std::array<std::string_view, 18> kCodeElements = {"script",
                                                            "style",
                                                            "base",
                                                            "meta",
                                                            "link",
                                                            "object",
                                                            "embed",
                                                            "applet",
                                                            "iframe",
                                                            "frame",
                                                            "frameset",
                                                            "param",
                                                            "set",
                                                            "animate",
                                                            "portal",
                                                            "animatemotion",
                                                            "animatetransform",
                                                            "fencedframe"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_list_of_urls(std::string_view attribute) {
    return attribute == "srcset" || attribute == "imagesrcset";
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

std::string_view trim_left(std::string_view text) {
    while (!text.empty() && byte_is(text.front(), byte_class::kSpace)) {
        text.remove_prefix(1);
    }
    return text;
}

bool is_harmless_scheme(std::string_view scheme) {
    return scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "tel";
}

}  // namespace

bool TemplateContext::in_value() const {
    const Context context = tokenizer_.context();
    return context == Context::value_double || context == Context::value_single;
}

bool TemplateContext::takes_references() const {
    const Context context = tokenizer_.context();
    const bool rcdata = context == Context::raw && text_of(raw_element_) == Text::rcdata;
    return context == Context::text || context == Context::comment || in_value() || rcdata;
}

TemplateContext::Error TemplateContext::literal(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    if (needs_delimiter_ && !byte_is(text.front(), byte_class::kNameEnd)) {
        return "put a space between the tag's name and what follows the section";
    }
    needs_delimiter_ = false;
    const std::size_t begin = position();
    std::size_t rest = begin;  // of the value that was open
    if (in_value()) {
        const char quote = tokenizer_.context() == Context::value_double ? '"' : '\'';
        rest = begin + std::min(text.find(quote), text.size());
    }
    feed(text);
    if (Error error = read_url(begin, rest)) {
        return error;
    }
    if (!in_value() || in_end_tag()) {
        return {};
    }
    if (!enter_value()) {
        return "too many attributes in one tag";
    }
    if (value_begin_ >= begin) {
        url_ = Url::open;
        scheme_begin_ = value_begin_;
        return read_url(value_begin_, position());
    }
    return {};
}

void TemplateContext::feed(std::string_view text) {
    flat_.append(text);
    tokenizer_.feed(text);
    Tag tag;
    while (tokenizer_.next(tag)) {
        const Text kind = text_of(tag.id);
        // <noscript> is markup for the few who see its content, and text that nobody sees for the
        // rest.
        if (!tag.is_end && kind != Text::markup && tag.id != TagId::noscript) {
            tokenizer_.set_text(kind, tag.id);
            raw_element_ = tag.id;
            raw_begin_ = static_cast<std::size_t>(tag.end);
        }
    }
}

// Finds out which attribute of which element the open value belongs to. False: it cannot be known.
bool TemplateContext::enter_value() {
    const std::string_view tag = std::string_view(flat_).substr(tag_begin());
    std::size_t name_end = 1;
    while (name_end < tag.size() && !byte_is(tag[name_end], byte_class::kNameEnd)) {
        ++name_end;
    }
    std::vector<Attribute> attributes;
    parse_attributes(tag.substr(name_end), attributes);
    if (attributes.size() == kMaxAttributes) {
        return false;
    }
    element_ = lower(tag.substr(1, name_end - 1));
    attribute_ = lower(attributes.back().name);
    value_begin_ = static_cast<std::size_t>(attributes.back().value.data() - flat_.data());
    return true;
}

// Literal text of the open value: does it decide the scheme, and which part of the URL follows?
TemplateContext::Error TemplateContext::read_url(std::size_t from, std::size_t to) {
    const bool list = is_list_of_urls(attribute_);
    for (std::size_t i = from; i < to && is_one_of(kUrlAttributes, attribute_); ++i) {
        const char c = flat_[i];
        const bool open = url_ == Url::open || url_ == Url::open_value;
        if (list && c == ',') {
            url_ = Url::open;
            scheme_begin_ = i + 1;
        } else if ((c == '?' || c == '#') && url_ != Url::forbidden) {
            url_ = Url::query;
        } else if (open && (c == '/' || c == '=')) {  // neither can stand in a scheme
            url_ = Url::safe;
        } else if (c == ':' && url_ == Url::open_value) {
            return "a value cannot be the scheme of a URL; write the scheme as it is";
        } else if (c == ':' && open) {
            const std::string_view text(flat_);
            const auto scheme = trim_left(text.substr(scheme_begin_, i - scheme_begin_));
            url_ = is_harmless_scheme(lower(scheme)) ? Url::safe : Url::forbidden;
        }
    }
    return {};
}

TemplateContext::Error TemplateContext::interpolation(bool raw, Escape& escape) {
    escape = Escape::html;
    switch (tokenizer_.context()) {
        case Context::text:
            break;
        case Context::raw:
            if (Error error = in_raw_text(raw)) {
                return error;
            }
            break;
        case Context::comment:
            return "a value cannot stand in a comment; use {{! }} for comments";
        case Context::value_double:
        case Context::value_single:
            if (Error error = in_attribute(raw, escape)) {
                return error;
            }
            break;
        default:
            return "a value in a tag must be a quoted attribute value, as in name=\"{{name}}\"";
    }
    feed("x");
    return {};
}

// In <title> and <textarea> text is text, in HTML and, as long as no tag stands in them, in SVG.
TemplateContext::Error TemplateContext::in_raw_text(bool raw) const {
    const bool markup = flat_.find('<', raw_begin_) != std::string::npos;
    if (text_of(raw_element_) == Text::rcdata && !markup && !raw) {
        return {};
    }
    return "a value cannot stand in <" + std::string(rewrite::tag_name(raw_element_)) +
           ">: no escaping makes it safe; put it into a data- attribute";
}

TemplateContext::Error TemplateContext::in_attribute(bool raw, Escape& escape) {
    if (in_end_tag()) {
        return "a value cannot stand in an end tag";
    }
    if (raw) {
        return "{{{ }}} and {{& }} cannot stand in a tag; use {{ }}";
    }
    if (is_one_of(kCodeElements, element_)) {
        return "a value cannot stand in an attribute of <" + element_ + ">";
    }
    if (attribute_.starts_with("on") || attribute_ == "style" || attribute_ == "srcdoc") {
        return "a value cannot stand in the attribute '" + attribute_ +
               "': no escaping makes it safe; use a class or a data- attribute";
    }
    if (!is_one_of(kUrlAttributes, attribute_)) {
        return {};
    }
    return in_url(escape);
}

TemplateContext::Error TemplateContext::in_url(Escape& escape) {
    if (url_ == Url::forbidden) {
        return "a value cannot follow this scheme in '" + attribute_ + "'; use http or https";
    }
    if (url_ == Url::open || url_ == Url::open_value) {
        escape = Escape::url;
        url_ = Url::open_value;
    } else {
        const bool component = url_ == Url::query || flat_.back() == '=';
        escape = component ? Escape::url_component : Escape::url_part;
    }
    return {};
}

TemplateContext::Error TemplateContext::section_begin(Place& place) {
    const Context context = tokenizer_.context();
    const bool name = context == Context::tag && position() > tag_begin() + 1 &&
                      byte_is(flat_[tag_begin() + 1], byte_class::kAlpha) && flat_.back() != '/';
    const bool in_name = name || needs_delimiter_;
    if ((context == Context::tag && !name) || context == Context::attribute) {
        return "a section in a tag must contain whole attributes, or stand in a quoted value";
    }
    if (in_value() && in_end_tag()) {
        return "a section cannot stand in an end tag";
    }
    place = {context, position(), tag_begin(), value_begin_, raw_begin_, url_, in_name};
    needs_delimiter_ = in_name;
    return {};
}

TemplateContext::Error TemplateContext::section_end(const Place& place) {
    const Context context = tokenizer_.context();
    const bool in_tag = place.context == Context::between || place.context == Context::tag;
    bool same = context == place.context || place.in_name;
    if (in_tag || place.in_name) {
        const bool whole = context == Context::between || position() == place.position;
        same = whole && place.tag_begin == tag_begin();
    } else if (in_value()) {
        same = same && place.value_begin == value_begin_;
    } else if (context == Context::raw) {
        same = same && place.raw_begin == raw_begin_;
    }
    if (!same) {
        return "the section must end where it begins: both in text, in the same tag between "
               "attributes, or in the same quoted value";
    }
    needs_delimiter_ = place.in_name;
    url_ = std::max(url_, place.url);
    return {};
}

TemplateContext::Error TemplateContext::end() const {
    if (tokenizer_.context() == Context::text) {
        return {};
    }
    if (tokenizer_.context() == Context::raw) {
        return "the template ends in <" + std::string(rewrite::tag_name(raw_element_)) +
               ">; close it with </" + std::string(rewrite::tag_name(raw_element_)) + ">";
    }
    return tokenizer_.context() == Context::comment ? "the template ends in a comment; close it"
                                                    : "the template ends in a tag; close it";
}

}  // namespace pz::rewrite
