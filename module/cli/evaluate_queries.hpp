// What `evaluate cart` and `evaluate listing` share: the truth about questions, scores, catalogs.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "cli/evaluate.hpp"

namespace pz::cli {

// The wanted item of each question.
using Truth = std::unordered_map<std::string, std::string>;
// Lines of question TAB item; an empty path leaves `truth` empty.
Status read_truth(const std::string& path, Truth& truth);

// A table with a header that names item_id (or id). category, colour, name and price become the
// Merchant feed's product_type, color, title and price; other columns stay what they are. An empty
// path adds nothing.
Status read_catalog(const std::string& path, learn::Trainer& trainer);

// "view_item SKU-1 1763660000"
std::string event_text(std::string_view name, std::string_view item, std::int64_t time);

// Calls word(text) for each of the words between single spaces.
template <class Word>
void for_each_word(std::string_view text, const Word& word) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) {
            word(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// Over the questions that were asked and whose truth is known.
class QueryScore {
  public:
    static constexpr std::size_t kCutoff = 10;

    void add(const Truth& truth, std::string_view question, const store::Snapshot& snapshot,
             std::span<const store::ItemIndex> answer);
    // "questions 4339  HR@10 0.3440  MRR@10 ...  coverage@10 ..."; without a truth coverage alone.
    void print(const Truth& truth, const store::Snapshot& snapshot) const;

  private:
    std::size_t asked_ = 0, hits_ = 0;
    double reciprocal_ = 0;       // of ranks to the cutoff
    double reciprocal_full_ = 0;  // of all ranks
    std::unordered_set<store::ItemIndex> shown_;
};

}  // namespace pz::cli
