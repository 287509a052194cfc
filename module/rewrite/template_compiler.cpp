// Template::compile(): Mustache to steps.
#include <algorithm>
#include <optional>

#include "rewrite/characters.hpp"
#include "rewrite/template.hpp"
#include "rewrite/template_context.hpp"
#include "store/utf8.hpp"

namespace pz::rewrite {
namespace {

constexpr std::size_t kMaxText = 256 * 1024;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxNesting = 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxName && name != "." &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return byte_is(c, byte_class::kAlpha) || (c >= '0' && c <= '9') || c == '_' ||
                      c == '-' || c == '.';
           });
}

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

class TemplateCompiler {
  public:
    TemplateCompiler(std::string_view text, bool allow_raw) : text_(text), allow_raw_(allow_raw) {}

    Result<Template> compile() {
        if (text_.size() > kMaxText) {
            fail(kMaxText, "longer than " + std::to_string(kMaxText) + " bytes");
        }
        check_utf8();
        at_ = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
        while (!error_ && at_ < text_.size()) {
            step();
        }
        if (!open_.empty()) {
            fail(open_.back().begin, "section '" + open_.back().name +
                                         "' is never closed; add {{/" + open_.back().name + "}}");
        }
        check(text_.size(), context_.end());
        if (error_) {
            return Status::error(*error_);
        }
        return std::move(result_);
    }

  private:
    using Op = Template::Op;
    struct Section {
        std::string name;
        std::size_t begin;
        std::size_t step;
        TemplateContext::Place place;
    };
    struct MustacheTag {
        std::size_t begin;
        char kind;  // of # ^ / ! & { and ' ' for a plain one
        std::string_view name;
    };

    void fail(std::size_t at, const std::string& what) {
        if (error_) {
            return;
        }
        const std::string_view before = text_.substr(0, at);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t column = at - (before.rfind('\n') + 1) + 1;
        error_ =
            "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what;
    }

    void check(std::size_t at, const TemplateContext::Error& error) {
        if (error) {
            fail(at, *error);
        }
    }

    void check_utf8() {
        for (std::size_t at = 0; !error_ && at < text_.size();) {
            const store::CodePoint code = store::decode_utf8(text_.substr(at));
            if (!code.valid) {
                fail(at, "not UTF-8; save the file as UTF-8, whatever charset the pages have");
            }
            at += code.size;
        }
    }

    // Literal text and the tag behind it.
    void step() {
        const std::size_t begin = std::min(text_.find("{{", at_), text_.size());
        if (begin == text_.size()) {
            literal(at_, begin);
            at_ = begin;
            return;
        }
        MustacheTag tag{begin, ' ', {}};
        const std::size_t end = read_tag(tag);
        if (error_) {
            return;
        }
        const bool alone = tag.kind != ' ' && tag.kind != '&' && tag.kind != '{';
        std::size_t literal_end = begin;
        std::size_t next = end;
        if (alone) {
            standalone(literal_end, next);
        }
        literal(at_, std::max(literal_end, at_));
        at_ = next;
        apply(tag);
    }

    // Returns the position behind the tag.
    std::size_t read_tag(MustacheTag& tag) {
        const std::size_t kind = tag.begin + 2;
        const bool triple = kind < text_.size() && text_[kind] == '{';
        const std::string_view close = triple ? "}}}" : "}}";
        const std::size_t end = text_.find(close, kind);
        if (end == std::string_view::npos) {
            fail(tag.begin, "'{{' has no '" + std::string(close) + "'");
            return text_.size();
        }
        const bool sigil = kind < end && std::string_view("#^/!&{>=<$").find(text_[kind]) !=
                                             std::string_view::npos;
        tag.kind = sigil ? text_[kind] : ' ';
        const std::size_t from = kind + (sigil ? 1 : 0);
        tag.name = trim(text_.substr(from, end - from));
        return end + close.size();
    }

    // A tag alone on its line takes the line with it.
    void standalone(std::size_t& begin, std::size_t& end) const {
        std::size_t first = begin;
        while (first > 0 && (text_[first - 1] == ' ' || text_[first - 1] == '\t')) {
            --first;
        }
        std::size_t last = end;
        while (last < text_.size() && (text_[last] == ' ' || text_[last] == '\t')) {
            ++last;
        }
        if (first > 0 && text_[first - 1] != '\n') {
            return;
        }
        const bool crlf = text_.substr(last).starts_with("\r\n");
        if (last < text_.size() && text_[last] != '\n' && !crlf) {
            return;
        }
        begin = first;
        end = std::min(last + (crlf ? 2 : 1), text_.size());
    }

    void literal(std::size_t begin, std::size_t end) {
        if (begin >= end) {
            return;
        }
        const std::string_view text = text_.substr(begin, end - begin);
        follow(begin, text);
        const bool joins =
            result_.steps_.size() > join_after_ && result_.steps_.back().op == Op::literal;
        if (!joins) {
            add(Op::literal, result_.literals_.size());
            result_.literals_.emplace_back();
        }
        result_.literals_.back().utf8.append(text);
        append_ascii(text, result_.literals_.back().ascii);
    }

    // Goes through the text piece by piece, to see where in the HTML each character beyond ASCII is.
    void follow(std::size_t begin, std::string_view text) {
        const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
        for (std::size_t at = 0; at < text.size();) {
            const bool beyond = beyond_ascii(text[at]);
            std::size_t end = at + 1;
            while (end < text.size() && beyond_ascii(text[end]) == beyond) {
                ++end;
            }
            result_.has_ascii_ = result_.has_ascii_ && (!beyond || context_.takes_references());
            check(begin + at, context_.literal(text.substr(at, end - at)));
            at = end;
        }
    }

    void add(Op op, std::size_t argument) {
        result_.steps_.push_back({op, static_cast<std::uint32_t>(argument), 0});
    }

    void apply(const MustacheTag& tag) {
        if (error_ || tag.kind == '!') {
            return;
        }
        if (tag.kind == '>' || tag.kind == '=' || tag.kind == '<' || tag.kind == '$') {
            fail(tag.begin,
                 "partials, inheritance and other delimiters are not supported; write it out");
        } else if (!is_name(tag.name)) {
            fail(tag.begin,
                 "expected a name of letters, digits, '_', '-' and '.', as in {{title}}");
        } else if (tag.kind == '#' || tag.kind == '^') {
            open_section(tag);
        } else if (tag.kind == '/') {
            close_section(tag);
        } else {
            interpolation(tag);
        }
    }

    void interpolation(const MustacheTag& tag) {
        const bool raw = tag.kind != ' ';
        if (raw && !allow_raw_) {
            fail(tag.begin,
                 "unescaped values are not allowed here; write {{" + std::string(tag.name) + "}}");
            return;
        }
        TemplateContext::Escape escape = TemplateContext::Escape::html;
        check(tag.begin, context_.interpolation(raw, escape));
        add(raw ? Op::raw : op_of(escape), name_index(tag.name));
    }

    static Op op_of(TemplateContext::Escape escape) {
        switch (escape) {
            case TemplateContext::Escape::url:
                return Op::url;
            case TemplateContext::Escape::url_part:
                return Op::url_part;
            case TemplateContext::Escape::url_component:
                return Op::url_component;
            default:
                return Op::text;
        }
    }

    void open_section(const MustacheTag& tag) {
        if (open_.size() == kMaxNesting) {
            fail(tag.begin, "sections nested deeper than " + std::to_string(kMaxNesting));
            return;
        }
        Section section{std::string(tag.name), tag.begin, result_.steps_.size(), {}};
        check(tag.begin, context_.section_begin(section.place));
        open_.push_back(std::move(section));
        add(tag.kind == '#' ? Op::section : Op::inverted, name_index(tag.name));
    }

    void close_section(const MustacheTag& tag) {
        if (open_.empty() || open_.back().name != tag.name) {
            const std::string remedy =
                open_.empty() ? "remove it or open it with {{#" + std::string(tag.name) + "}}"
                              : "close '" + open_.back().name + "' first";
            fail(tag.begin, "{{/" + std::string(tag.name) + "}} closes no open section; " + remedy);
            return;
        }
        check(tag.begin, context_.section_end(open_.back().place));
        join_after_ = result_.steps_.size();
        result_.steps_[open_.back().step].skip = static_cast<std::uint32_t>(join_after_);
        open_.pop_back();
    }

    std::size_t name_index(std::string_view name) {
        auto& names = result_.names_;
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
            names.emplace_back(name);
            return names.size() - 1;
        }
        return static_cast<std::size_t>(found - names.begin());
    }

    std::string_view text_;
    bool allow_raw_;
    std::size_t at_ = 0;
    std::size_t join_after_ = 0;  // literals before this step may be skipped alone
    std::vector<Section> open_;
    TemplateContext context_;
    Template result_;
    std::optional<std::string> error_;
};

Result<Template> Template::compile(std::string_view text, bool allow_raw) {
    return TemplateCompiler(text, allow_raw).compile();
}

}  // namespace pz::rewrite
