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

using store::kMixtureLengths;
using store::kMixtureSupports;
using store::kMixtureTurns;
using store::Turn;

// By length: of what is new to the session, the parts of near, wide, link and second_link.
constexpr std::array<float, 4> kNew[kMixtureLengths] = {{0.40F, 0.08F, 0.08F, 0.44F},
                                                        {0.35F, 0.10F, 0.11F, 0.44F},
                                                        {0.33F, 0.13F, 0.14F, 0.40F},
                                                        {0.32F, 0.16F, 0.16F, 0.36F}};
// By turn and length: last, before_last, earlier. The rest is new.
constexpr std::array<float, 3> kReturn[kMixtureTurns][kMixtureLengths] = {
    {{0.13F, 0, 0}, {0.09F, 0.14F, 0}, {0.07F, 0.10F, 0.12F}, {0.06F, 0.08F, 0.20F}},
    {{0.45F, 0, 0}, {0.35F, 0.12F, 0}, {0.28F, 0.10F, 0.12F}, {0.25F, 0.08F, 0.20F}},
    {{0.45F, 0, 0}, {0.17F, 0.22F, 0}, {0.14F, 0.20F, 0.20F}, {0.12F, 0.18F, 0.32F}}};

Shares default_shares(std::size_t turn, std::size_t length) {
    const auto& back = kReturn[turn][length];
    const float rest = 1 - back[0] - back[1] - back[2];
    const auto& fresh = kNew[length];
    return {rest * fresh[0], rest * fresh[1], rest * fresh[2], rest * fresh[3],
            back[0],         back[1],         back[2]};
}

// Calls each(context) for all supports.
template <class Each>
void for_supports(std::size_t turn, std::size_t length, Each each) {
    for (std::size_t support = 0; support < kMixtureSupports; ++support) {
        each(store::mixture_context(static_cast<Turn>(turn), support, length));
    }
}

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
        for (std::size_t turn = 0; turn < kMixtureTurns; ++turn) {
            for (std::size_t length = 0; length < kMixtureLengths; ++length) {
                for_supports(turn, length, [&](std::size_t context) {
                    mixture.shares[context] = default_shares(turn, length);
                });
            }
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

void MixtureFit::fit(std::size_t turn, std::size_t length, store::Mixture& mixture) const {
    std::vector<Shares> all;
    for_supports(turn, length, [&](std::size_t context) {
        all.insert(all.end(), says_[context].begin(), says_[context].end());
    });
    const Shares prior = fit_shares(all, default_shares(turn, length), kDefaultCount);
    for_supports(turn, length, [&](std::size_t context) {
        mixture.shares[context] = fit_shares(says_[context], prior, kLengthCount);
    });
}

store::Mixture MixtureFit::fit() const {
    store::Mixture mixture;
    for (std::size_t turn = 0; turn < kMixtureTurns; ++turn) {
        for (std::size_t length = 0; length < kMixtureLengths; ++length) {
            fit(turn, length, mixture);
        }
    }
    return mixture;
}

}  // namespace pz::recommend
