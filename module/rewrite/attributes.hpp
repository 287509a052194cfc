// Attributes: of one complete start tag, read only when somebody asks.
// Thread rules: one thread per object.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/tags.hpp"

namespace pz::rewrite {

// Further attributes of one tag are not seen: a tag of a megabyte must not become many megabytes
// here.
inline constexpr std::size_t kMaxAttributes = 256;

// `text`: what stands behind the tag's name, with or without the closing '>'. Of attributes with
// the same name the first counts; all are given, in order. A value that the text cuts off ends with
// the text.
void parse_attributes(std::string_view text, std::vector<Attribute>& out);

// The first attribute of that name (given in lower case), or nullptr.
const Attribute* find_attribute(std::span<const Attribute> attributes, std::string_view name);

// Appends `text` with its numeric references and &amp; &lt; &gt; &quot; &apos; decoded, in UTF-8.
void decode_references(std::string_view text, std::string& out);

// The attributes of the tag at hand, parsed on the first call of get().
class TagAttributes {
  public:
    // `tag`: from '<' to '>'; empty when its bytes are gone.
    void reset(std::string_view tag, std::size_t name_size);
    // They are known already.
    void reset(std::span<const Attribute> attributes) {
        list_ = attributes;
        parsed_ = true;
    }
    std::span<const Attribute> get() {
        if (!parsed_) {
            parse();
        }
        return list_;
    }

  private:
    void parse();

    std::string_view text_;
    bool parsed_ = true;
    std::span<const Attribute> list_;
    std::vector<Attribute> attributes_;
};

}  // namespace pz::rewrite
