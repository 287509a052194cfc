// recent: recently viewed, newest first.
#include "recommend/candidates.hpp"

namespace pz::recommend {

void recommend_recent(const Query& query, Scratch& /*scratch*/, std::vector<Candidate>& out) {
    if (!personal(query)) {
        return;
    }
    float rank = 0;
    for (const store::ItemIndex item : query.visitor->recent()) {
        Candidate& candidate = append_candidate(item, Tier::individual, out);
        add_part(candidate, Signal::recency, 1 / (1 + rank));
        ++rank;
    }
}

}  // namespace pz::recommend
