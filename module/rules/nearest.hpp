// Nearest: of many names, the one that was probably meant.
// Thread rules: values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pz::rules {

// How many letters must be added, taken away or changed (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

class Nearest {
  public:
    explicit Nearest(std::string_view wanted);

    void offer(std::string_view known);
    // Empty: nothing is near, that is within a third of the letters and three of them.
    const std::string& best() const { return best_; }
    // "; did you mean 'brand'?", or nothing.
    std::string question() const;

  private:
    std::string wanted_;
    std::string best_;
    std::size_t distance_;  // the next one must be nearer
};

}  // namespace pz::rules
