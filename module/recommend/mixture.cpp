#include "recommend/mixture.hpp"

#include <algorithm>
#include <array>

#include "recommend/next_item.hpp"

namespace pz::recommend {

namespace {

using Shares = store::Mixture::Shares;
using Sums = std::array<double, store::kSources>;

constexpr int kRounds = 60;
constexpr double kDefaultCount = 10;  // how many examples the default is worth
constexpr double kLengthCount = 50;   // what all of the same length say, to one context

// By context: lengths 1, 2, 3-4, more; for few, some and many sessions.
//  near, wide, link, second_link, last, before_last, earlier
constexpr Shares kDefaults[] = {
    {0.30F, 0.06F, 0.06F, 0.33F, 0.25F, 0, 0},
    {0.22F, 0.06F, 0.07F, 0.28F, 0.15F, 0.22F, 0},
    {0.18F, 0.07F, 0.08F, 0.22F, 0.12F, 0.15F, 0.18F},
    {0.16F, 0.08F, 0.08F, 0.18F, 0.10F, 0.14F, 0.26F},
};

// Adds each source's part in having named the items.
void add_parts(const std::vector<Shares>& says, const Sums& shares, Sums& parts) {
    for (const Shares& each : says) {
        double total = 0;
        for (std::size_t s = 0; s < shares.size(); ++s) {
            total += shares[s] * each[s];
        }
        if (total > 0) {
            for (std::size_t s = 0; s < shares.size(); ++s) {
                parts[s] += shares[s] * each[s] / total;
            }
        }
    }
}

Shares fit_shares(const std::vector<Shares>& says, const Shares& prior, double prior_count) {
    Sums shares{};
    std::copy(prior.begin(), prior.end(), shares.begin());
    for (int round = 0; round < kRounds; ++round) {
        Sums parts{};
        double sum = 0;
        for (std::size_t s = 0; s < parts.size(); ++s) {
            parts[s] = prior_count * prior[s];
        }
        add_parts(says, shares, parts);
        for (const double part : parts) {
            sum += part;
        }
        for (std::size_t s = 0; s < parts.size(); ++s) {
            shares[s] = parts[s] / sum;
        }
    }
    Shares result{};
    std::transform(shares.begin(), shares.end(), result.begin(),
                   [](double share) { return static_cast<float>(share); });
    return result;
}

}  // namespace

const store::Mixture& default_mixture() {
    static const store::Mixture kMixture = [] {
        store::Mixture mixture;
        for (std::size_t i = 0; i < mixture.shares.size(); ++i) {
            mixture.shares[i] = kDefaults[i % store::kMixtureLengths];
        }
        return mixture;
    }();
    return kMixture;
}

void MixtureFit::add(const Query& query, store::ItemIndex next, Scratch& scratch) {
    const Opinion opinion = opinion_of(query, next, scratch.state());
    if (opinion.said) {
        says_[opinion.context].push_back(opinion.says);
        ++count_;
    }
}

store::Mixture MixtureFit::fit() const {
    store::Mixture mixture;
    for (std::size_t length = 0; length < store::kMixtureLengths; ++length) {
        std::vector<Shares> all;
        for (std::size_t i = length; i < says_.size(); i += store::kMixtureLengths) {
            all.insert(all.end(), says_[i].begin(), says_[i].end());
        }
        const Shares prior = fit_shares(all, kDefaults[length], kDefaultCount);
        for (std::size_t i = length; i < says_.size(); i += store::kMixtureLengths) {
            mixture.shares[i] = fit_shares(says_[i], prior, kLengthCount);
        }
    }
    return mixture;
}

}  // namespace pz::recommend
