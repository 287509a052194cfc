// The texts of JSON strings: what they say, where it stands, and how to write more of it.
// Thread rules: one thread per DecodedText; the functions are pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pz::rewrite {

// Appends what a string says, as UTF-8. `raw`: what stands between its quotes, valid by RFC 8259. A
// lone surrogate becomes the three bytes that UTF-8 would give it.
void decode_json_text(std::string_view raw, std::string& out);

// Appends UTF-8 as part of a JSON string. It is plain ASCII, and '<' is escaped too: so it is
// neither an end tag nor a comment to whoever takes the document for a script in a page. Bytes that
// are no UTF-8 become U+FFFD.
void append_json_text(std::string_view text, std::string& out);

// A string's text, with the way back: each part of it as the document wrote it.
// Memory: the text, and 16 bytes for every 16th escape and every kilobyte without one, together at
// most 1.5 times `raw`.
class DecodedText {
  public:
    // Lifetime: `raw` outlives the object.
    explicit DecodedText(std::string_view raw);

    std::string_view text() const { return text_; }
    // The bytes of text()[begin, end) in `raw`. Within what one escape says, its beginning counts.
    std::string_view raw(std::size_t begin, std::size_t end) const;

  private:
    struct Mark {
        std::size_t text, raw;  // the same place: before or behind an escape
    };
    static constexpr std::size_t kEscapesPerMark = 16;
    static constexpr std::size_t kBytesPerMark = 1024;

    std::size_t raw_offset(std::size_t text_offset) const;

    std::string_view raw_;
    std::string text_;
    std::vector<Mark> marks_;
};

}  // namespace pz::rewrite
