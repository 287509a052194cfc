#include "cli/evaluate_queries.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pz::cli {

namespace {

// Columns that are called otherwise in the Merchant feed.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kFeedNames = {
    {{"item_id", "id"},
     {"category", "product_type"},
     {"colour", "color"},
     {"name", "title"},
     {"median_price", "price"}}};

std::string feed_name(std::string_view column) {
    const auto* found = std::find_if(kFeedNames.begin(), kFeedNames.end(),
                                     [column](const auto& pair) { return pair.first == column; });
    return std::string(found == kFeedNames.end() ? column : found->second);
}

// Prices without a currency are given one: within one shop it says nothing.
std::string feed_value(std::string_view name, std::string_view text) {
    const bool bare = name == "price" && text.find(' ') == std::string_view::npos;
    return std::string(text) + (bare ? " EUR" : "");
}

}  // namespace

Status read_truth(const std::string& path, Truth& truth) {
    return path.empty() ? Status() : read_rows(path, 2, [&](Row row) -> Status {
        truth.emplace(row[0], row[1]);
        return {};
    });
}

Status read_catalog(const std::string& path, learn::Trainer& trainer) {
    std::vector<std::string> names;
    return path.empty() ? Status() : read_rows(path, 1, [&](Row row) -> Status {
        if (names.empty()) {
            std::transform(row.begin(), row.end(), std::back_inserter(names), feed_name);
            return std::find(names.begin(), names.end(), "id") != names.end()
                       ? Status()
                       : Status::error("no column item_id in the header");
        }
        store::ItemInput item;
        for (std::size_t i = 0; i < std::min(names.size(), row.size()); ++i) {
            if (!row[i].empty()) {
                item.fields.emplace_back(names[i], feed_value(names[i], row[i]));
            }
        }
        return trainer.set_item(item);
    });
}

std::string event_text(std::string_view name, std::string_view item, std::int64_t time) {
    std::string text(name);
    text += ' ';
    visitor::percent_encode(item, text);
    return text + " " + std::to_string(time);
}

void QueryScore::add(const Truth& truth, std::string_view question, const store::Snapshot& snapshot,
                     std::span<const store::ItemIndex> answer) {
    shown_.insert(answer.begin(),
                  answer.begin() + static_cast<std::ptrdiff_t>(std::min(answer.size(), kCutoff)));
    const auto wanted = truth.find(std::string(question));
    if (wanted == truth.end()) {
        return;
    }
    ++asked_;
    const auto found = std::find(answer.begin(), answer.end(), snapshot.find(wanted->second));
    if (found == answer.end()) {
        return;
    }
    const auto rank = static_cast<std::size_t>(found - answer.begin()) + 1;
    reciprocal_full_ += 1 / static_cast<double>(rank);
    if (rank <= kCutoff) {
        ++hits_;
        reciprocal_ += 1 / static_cast<double>(rank);
    }
}

void QueryScore::print(const Truth& truth, const store::Snapshot& snapshot) const {
    const double coverage = static_cast<double>(shown_.size()) /
                            static_cast<double>(std::max<std::size_t>(snapshot.item_count(), 1));
    if (truth.empty()) {
        std::printf("coverage@%zu %.4f; for HR and MRR name --truth\n", kCutoff, coverage);
        return;
    }
    if (asked_ == 0) {
        warn("--truth: answers none of the questions");
    }
    const auto count = static_cast<double>(std::max<std::size_t>(asked_, 1));
    std::printf("questions %zu  HR@%zu %.4f  MRR@%zu %.4f  MRR %.4f  coverage@%zu %.4f\n", asked_,
                kCutoff, static_cast<double>(hits_) / count, kCutoff, reciprocal_ / count,
                reciprocal_full_ / count, kCutoff, coverage);
}

}  // namespace pz::cli
