#include "learn/alike.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/parse.hpp"

namespace pz::learn {

namespace {

constexpr std::string_view kValueFields[] = {"brand", "color",  "material", "pattern",
                                             "size",  "gender", "age_group"};
constexpr std::size_t kMaxWords = 30;  // of a title

bool word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (static_cast<unsigned char>(c) & 0x80U);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

// Words of two or more letters or digits; bytes beyond ASCII belong to words.
template <class Word>
void for_words(const std::string& title, const Word& word) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < title.size() && count < kMaxWords;) {
        std::size_t end = at;
        while (end < title.size() && word_byte(title[end])) {
            ++end;
        }
        if (end - at >= 2) {
            word(std::string_view(title).substr(at, end - at));
            ++count;
        }
        at = end + 1;
    }
}

// "a > b" -> "a", "a > b"
template <class Level>
void for_levels(std::string_view type, const Level& level) {
    for (std::size_t at = type.find(" > "); at != std::string_view::npos;
         at = type.find(" > ", at + 3)) {
        level(type.substr(0, at));
    }
    level(type);
}

// Of factors of two, and others between these: near prices have a band in common.
template <class Feature>
void for_price_bands(std::string_view price, const Feature& feature) {
    std::int64_t micros = 0;
    std::string_view currency;
    if (store::parse_price(price, &micros, &currency) && micros > 0) {
        const double octave = std::log2(static_cast<double>(micros));
        feature("price", std::to_string(std::lround(std::floor(octave))));
        feature("price", std::to_string(std::lround(std::floor(octave + 0.5))) + "-");
    }
}

template <class Feature>
void for_features(const store::ItemInput& item, const Feature& feature) {
    for (const auto& [name, value] : item.fields) {
        const std::string text = lower(value);
        if (name == "title") {
            for_words(text, [&](std::string_view word) { feature("title", word); });
        } else if (name == "product_type") {
            for_levels(text, [&](std::string_view level) { feature("product_type", level); });
        } else if (name == "price") {
            for_price_bands(value, feature);
        } else if (std::find(std::begin(kValueFields), std::end(kValueFields), name) !=
                   std::end(kValueFields)) {
            feature(name, text);
        }
    }
}

}  // namespace

Alike::Alike(std::span<const store::ItemInput* const> items) : sum_(items.size()) {
    std::unordered_map<std::string, std::uint32_t> numbers;
    std::vector<std::uint32_t> frequency;
    std::string key;
    for (std::uint32_t item = 0; item < items.size(); ++item) {
        const auto first = static_cast<std::ptrdiff_t>(features_.size());
        for_features(*items[item], [&](std::string_view name, std::string_view value) {
            key.assign(name).append("\n").append(value);
            features_.push_back(
                numbers.try_emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second);
        });
        std::sort(features_.begin() + first, features_.end());
        features_.erase(std::unique(features_.begin() + first, features_.end()), features_.end());
        begin_.push_back(features_.size());
        items_of_.resize(numbers.size());
        frequency.resize(numbers.size());
        for (const std::uint32_t feature : features(item)) {
            ++frequency[feature];
            if (items_of_[feature].size() < kMostWith) {
                items_of_[feature].push_back(item);
            }
        }
    }
    weigh(frequency);
}

void Alike::weigh(std::span<const std::uint32_t> frequency) {
    const auto items = static_cast<double>(sum_.size());
    squared_idf_.reserve(frequency.size());
    for (const std::uint32_t count : frequency) {
        const double idf = std::log(1 + items / count);
        squared_idf_.push_back(static_cast<float>(idf * idf));
    }
    length_.reserve(sum_.size());
    for (std::uint32_t item = 0; item < sum_.size(); ++item) {
        float squared = 0;
        for (const std::uint32_t feature : features(item)) {
            squared += squared_idf_[feature];
        }
        length_.push_back(std::sqrt(squared));
    }
}

float Alike::cosine(std::uint32_t a, std::uint32_t b) const {
    const auto left = features(a);
    const auto right = features(b);
    float sum = 0;
    for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
        if (left[i] == right[j]) {
            sum += squared_idf_[left[i]];
            ++i, ++j;
        } else {
            left[i] < right[j] ? ++i : ++j;
        }
    }
    return sum > 0 ? sum / (length_[a] * length_[b]) : 0;
}

std::span<const Pair> Alike::nearest(std::uint32_t item, std::size_t keep,
                                     std::span<const std::uint8_t> behind) {
    found_.clear();
    for (const std::uint32_t feature : features(item)) {
        for (const std::uint32_t other : items_of_[feature]) {
            if (sum_[other] == 0) {
                found_.push_back({other, 0});
            }
            sum_[other] += squared_idf_[feature];
        }
    }
    for (Pair& pair : found_) {
        pair.score = sum_[pair.other] / (length_[item] * length_[pair.other]);
        sum_[pair.other] = 0;
    }
    std::erase_if(found_, [=](const Pair& pair) { return pair.other == item; });
    keep_best(found_, keep, behind);
    return found_;
}

}  // namespace pz::learn
