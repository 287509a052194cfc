// Dictionary: texts, each once, numbered from 1; 0 is the empty text. Internal to the store's
// writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/format.hpp"

namespace pz::store {

class Dictionary {
  public:
    Dictionary();

    ValueId intern(std::string_view text);
    ValueId find(std::string_view text) const;  // kNoValue when unknown
    std::string_view text(ValueId value) const;
    std::size_t size() const { return offsets_.size() - 1; }  // with the empty text
    std::size_t bytes() const { return bytes_.size(); }

  private:
    void grow();

    std::string bytes_;
    std::vector<std::size_t> offsets_;
    std::vector<Slot> slots_;
};

}  // namespace pz::store
