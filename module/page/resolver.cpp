#include "page/resolver.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/parse.hpp"
#include "visitor/shown_list.hpp"

namespace pz::page {

namespace {

// Micros; 0 for what is no amount.
std::int64_t amount_of(std::string_view text) {
    std::int64_t micros = 0;
    std::string_view currency;
    return store::parse_price(text, &micros, &currency) ? std::max<std::int64_t>(micros, 0) : 0;
}

// What stands between a tile and the next one.
std::string_view gap_behind(const rewrite::Element& element, std::size_t tile) {
    if (tile + 1 == element.tiles.size()) {
        return {};
    }
    const std::size_t end = element.tiles[tile].end;
    return element.outer.substr(end, element.tiles[tile + 1].begin - end);
}

}  // namespace

void ResolverMemory::clear() {
    constexpr std::size_t kMostTiles = 256;
    constexpr std::size_t kMostText = 16 * 1024;
    if (order.candidates.capacity() > kMostTiles || items.capacity() > kMostTiles) {
        order = {};
        items = {};
        on_page = {};
    }
    if (made.capacity() > kMostText) {
        made = {};
    }
    on_page.clear();
    places.clear();
    segments.clear();
}

void Resolver::begin(const Visitor& visitor) {
    visitor_ = visitor;
    request_.query.snapshot = visitor.snapshot;
    request_.query.visitor = visitor.profile;
    request_.query.now = visitor.now;
    request_.rules = visitor.rules;
    request_.rule_context = visitor.context;
    request_.rule_context.snapshot = visitor.snapshot;
    request_.rule_context.visitor = visitor.profile;
    request_.rule_context.now = visitor.now;
    request_.rule_context.page = visitor.rules != nullptr ? visitor.rules->new_page() : 0;
    request_.explore = visitor.explore;
    request_.seed = visitor.seed;
    request_.shown = &memory_.on_page;
    tiles_.begin(visitor_);
    links_.begin(*visitor.snapshot, visitor.host, visitor.uri);
}

// Late, because a page without a placement needs no segments.
void Resolver::add_segments() {
    segments_known_ = true;
    if (visitor_.rules == nullptr) {
        return;
    }
    count_rules(visitor_.rules->segments(request_.rule_context, memory_.segments));
    for (const std::string& name : memory_.segments) {
        visitor_.profile->add_segment(name);
    }
}

void Resolver::count_rules(const rules::Outcome& outcome) {
    counters_.rules_failed += outcome.failed;
}

std::string_view Resolver::variable(int index) const {
    return index >= 0 && static_cast<std::size_t>(index) < visitor_.variables.size()
               ? visitor_.variables[static_cast<std::size_t>(index)]
               : std::string_view();
}

// A variable may give an id or a link; only a link has a slash, but an id may have one too.
store::ItemIndex Resolver::item_of(std::string_view text) const {
    const store::ItemIndex item = visitor_.snapshot->find(text);
    return item == store::kNoItem && text.find('/') != std::string_view::npos
               ? visitor_.snapshot->find_link(text)
               : item;
}

void Resolver::enter(const Placement& placement) {
    if (!segments_known_) {
        add_segments();
    }
    const std::string_view category = variable(placement.category_variable);
    request_.query.page_item = item_of(variable(placement.for_variable));
    request_.query.category = visitor_.snapshot->find_value(category);
    request_.query.level = placement.level;
    request_.query.gap_micros = amount_of(variable(placement.gap_variable));
    request_.rule_context.page_item = request_.query.page_item;
    request_.rule_context.category = category;
    request_.rule_context.query = variable(placement.query_variable);
}

void Resolver::resolve(const rewrite::Element& element, Emitter& emitter) {
    const Placement& placement = plan_.placements[element.pattern];
    if (placement.data) {
        emit_data(element, emitter);
        return;
    }
    const std::int64_t begin = clock();
    const bool edited = resolve_placement(placement, element, emitter);
    spent_ns_ += clock() - begin;
    if (edited) {
        (placement.listing ? counters_.reordered : counters_.filled)++;
    } else {
        counters_.kept++;
        emitter.emit(element.outer);
    }
}

// Of a listing that has data, pair() has decided: its data may have left in the new order.
bool Resolver::resolve_placement(const Placement& placement, const rewrite::Element& element,
                                 Emitter& emitter) {
    if (!placement.has_data && !affordable()) {
        counters_.over_budget++;
        return false;
    }
    return (placement.has_data || has_room()) && edit(placement, element, emitter);
}

bool Resolver::edit(const Placement& placement, const rewrite::Element& element, Emitter& emitter) {
    enter(placement);
    return plan_.answer        ? answer(emitter)
           : placement.listing ? reorder(element, emitter)
                               : fill(element, emitter);
}

bool Resolver::fill(const rewrite::Element& element, Emitter& emitter) {
    const Placement& placement = plan_.placements[element.pattern];
    if (!placement.tile->fits(visitor_.charset)) {
        return false;
    }
    recommend::fill(request_,
                    {placement.name, placement.recommenders, placement.limit, placement.min},
                    scratch_, memory_.ranked);
    count_rules(memory_.ranked.rules);
    if (memory_.ranked.items.empty()) {
        return false;
    }
    emitter.emit(element.outer.substr(0, element.inner_begin));
    tiles_.render(*placement.tile, placement.name, memory_.ranked.recommender, memory_.ranked.items,
                  emitter);
    emitter.emit(element.outer.substr(element.inner_end));
    note(placement.name, memory_.ranked.recommender, memory_.ranked.items);
    explain(element, memory_.ranked.recommender, memory_.ranked.items, emitter);
    return true;
}

store::ItemIndex Resolver::item_of_key(std::size_t pattern, std::string_view key) {
    return plan_.patterns[pattern].locator.by == rewrite::ItemLocator::By::href
               ? links_.find(key)
               : visitor_.snapshot->find(key);
}

bool Resolver::answer(Emitter& emitter) {
    auto question = read_question(visitor_.variables);
    if (!question.ok()) {
        return false;
    }
    recommend::fill(request_, {question->placement, question->recommenders, question->limit, 1},
                    scratch_, memory_.ranked);
    count_rules(memory_.ranked.rules);
    if (memory_.ranked.items.empty()) {
        return false;
    }
    memory_.made.clear();
    append_answer(*visitor_.snapshot, *question, memory_.ranked, visitor_.explain,
                  recommend::RuleNames::of(request_.rules), memory_.made);
    emitter.emit(memory_.made);
    note(question->placement, memory_.ranked.recommender, memory_.ranked.items);
    return true;
}

// From what the last visitor's page found, if it may still be so: in the same snapshot, and at the
// same address where links say which item a tile is.
void Resolver::locate(const rewrite::Element& element) {
    links_.set_base(element.base);
    KnownPage::Located* located = known_ != nullptr ? known_->located(element) : nullptr;
    const bool ready = visitor_.ready != nullptr && visitor_.ready->snapshot() == visitor_.snapshot;
    if (located == nullptr || !ready) {
        find_items(element);
        return;
    }
    std::string& address = memory_.address;
    address.clear();
    if (plan_.patterns[element.pattern].locator.by == rewrite::ItemLocator::By::href) {
        address.append(visitor_.host).append(" ").append(visitor_.uri);
    }
    if (located->epoch == visitor_.ready->epoch() && located->address == address) {
        memory_.items = located->items;
        return;
    }
    find_items(element);
    if (address.size() > KnownPage::Located::kMaxAddress) {
        return;
    }
    *located = {visitor_.ready->epoch(), address, memory_.items};
}

void Resolver::find_items(const rewrite::Element& element) {
    memory_.items.clear();
    for (const rewrite::Tile& tile : element.tiles) {
        memory_.items.push_back(item_of_key(element.pattern, tile.key));
    }
}

// Fills memory_.order. True when anything is to move.
bool Resolver::rank(const rewrite::Element& element) {
    const Placement& placement = plan_.placements[element.pattern];
    locate(element);
    if (std::all_of(memory_.items.begin(), memory_.items.end(),
                    [](store::ItemIndex item) { return item == store::kNoItem; })) {
        return false;
    }
    recommend::reorder(request_, {placement.name, memory_.items, placement.top, placement.rest},
                       scratch_, memory_.order);
    count_rules(memory_.order.rules);
    note_items();
    return memory_.order.changed;
}

// Widgets behind the listing repeat none of its items.
void Resolver::note_items() {
    std::copy_if(memory_.items.begin(), memory_.items.end(), std::back_inserter(memory_.on_page),
                 [](store::ItemIndex item) { return item != store::kNoItem; });
}

bool Resolver::reorder(const rewrite::Element& element, Emitter& emitter) {
    const bool has_data = plan_.placements[element.pattern].has_data;
    const bool changed = has_data ? take_pair(element.pattern) : rank(element);
    if (changed) {
        emit_listing(element, emitter);
    } else if (has_data) {
        locate(element);
        note_items();
    }
    note_listing(plan_.placements[element.pattern], changed);
    return changed;
}

void Resolver::emit_listing(const rewrite::Element& element, Emitter& emitter) {
    emit_permuted(element, emitter);
    const std::span<const recommend::Candidate> all = memory_.order.candidates;
    explain(element, {}, all, emitter);
}

void Resolver::pair(const rewrite::Element& listing, const rewrite::Element& data) {
    if (!affordable()) {
        counters_.over_budget++;
    } else if (has_room()) {
        const std::int64_t begin = clock();
        rank_pair(listing, data);
        spent_ns_ += clock() - begin;
    }
}

void Resolver::rank_pair(const rewrite::Element& listing, const rewrite::Element& data) {
    enter(plan_.placements[listing.pattern]);
    if (!rank(listing)) {
        return;
    }
    auto array =
        find_listing_data(data.outer.substr(data.inner_begin, data.inner_end - data.inner_begin),
                          *plan_.placements[data.pattern].data, plan_.limits);
    if (!array) {
        return;
    }
    std::vector<store::ItemIndex> elements;
    for (const rewrite::JsonArray::Element& each : array->elements) {
        elements.push_back(item_of_key(data.pattern, each.id));
    }
    auto data_order = order_listing_data(memory_.items, memory_.order.order, elements);
    if (!data_order.empty()) {
        pairs_.push_back(
            {listing.pattern, true, true, memory_.order, std::move(*array), std::move(data_order)});
    }
}

// Puts the order that pair() has found into memory_.order.
bool Resolver::take_pair(std::size_t listing) {
    for (Pair& pair : pairs_) {
        if (pair.listing == listing && pair.listing_left) {
            pair.listing_left = false;
            memory_.order = pair.order;
            return true;
        }
    }
    return false;
}

void Resolver::emit_data(const rewrite::Element& element, Emitter& emitter) {
    const auto pair = std::find_if(pairs_.begin(), pairs_.end(), [&element](const Pair& each) {
        return each.listing + 1 == element.pattern && each.data_left;
    });
    std::size_t at = 0;
    for (std::size_t i = 0; pair != pairs_.end() && i < pair->data_order.size(); i++) {
        const auto& here = pair->array.elements[i];
        const auto& moved = pair->array.elements[pair->data_order[i]];
        const std::size_t begin = element.inner_begin + here.begin;
        emitter.emit(element.outer.substr(at, begin - at));
        emitter.emit(
            element.outer.substr(element.inner_begin + moved.begin, moved.end - moved.begin));
        at = element.inner_begin + here.end;
    }
    emitter.emit(element.outer.substr(at));
    if (pair != pairs_.end()) {
        pair->data_left = false;
    }
}

// The tiles change places; what stands between the places stays. Where that is what stood behind the
// tile, it leaves with it: both are one slice.
void Resolver::emit_permuted(const rewrite::Element& element, Emitter& emitter) {
    emitter.emit(element.outer.substr(0, element.tiles.front().begin));
    for (std::size_t place = 0; place < element.tiles.size(); place++) {
        const std::size_t moved = memory_.order.order[place];
        emit_moved(element, moved, place, emitter);
        const std::string_view gap = gap_behind(element, place);
        const std::string_view own = gap_behind(element, moved);
        emitter.emit(own == gap ? own : gap);
    }
    emitter.emit(element.outer.substr(element.tiles.back().end));
}

void Resolver::emit_moved(const rewrite::Element& element, std::size_t moved, std::size_t place,
                          Emitter& emitter) {
    const rewrite::Tile& tile = element.tiles[moved];
    rewrite::mark_moved(element, plan_.patterns[element.pattern].marks, moved, place,
                        memory_.edits);
    std::size_t at = tile.begin;
    for (const rewrite::Edits::Edit& edit : memory_.edits.edits()) {
        emitter.emit(element.outer.substr(at, edit.begin - at));
        emitter.emit(memory_.edits.text(edit));
        at = edit.end;
    }
    emitter.emit(element.outer.substr(at, tile.end - at));
}

// Its lists keep their memory.
Shown& Resolver::next_shown() {
    if (shown_ == memory_.shown.size()) {
        memory_.shown.emplace_back();
    }
    Shown& next = memory_.shown[shown_++];
    next.items.clear();
    next.places.clear();
    next.tier = recommend::Tier::pre;
    next.page_item = request_.query.page_item;
    next.category = request_.rule_context.category;
    next.query = request_.rule_context.query;
    return next;
}

void Resolver::note(std::string_view placement, std::string_view recommender,
                    std::span<const recommend::Candidate> items) {
    Shown& shown = next_shown();
    shown.placement = placement;
    shown.listing = false;
    shown.recommender = recommender;
    for (const recommend::Candidate& candidate : items) {
        shown.items.push_back(candidate.item);
        shown.tier = std::max(shown.tier, candidate.tier);
    }
}

// What stands there now: by the order when it has moved, else as the shop has it.
void Resolver::note_listing(const Placement& placement, bool moved) {
    const recommend::Order& order = memory_.order;
    Shown& shown = next_shown();
    shown.placement = placement.name;
    shown.listing = true;
    shown.recommender = {};
    const std::size_t count = moved ? order.order.size() : memory_.items.size();
    for (std::uint32_t place = 0; place < std::min(count, visitor::kMaxShownTiles); ++place) {
        shown.items.push_back(moved ? order.candidates[place].item : memory_.items[place]);
        shown.places.push_back(moved ? order.order[place] : place);
        shown.tier = std::max(shown.tier, moved ? order.candidates[place].tier : shown.tier);
    }
    if (std::all_of(shown.items.begin(), shown.items.end(),
                    [](store::ItemIndex item) { return item == store::kNoItem; })) {
        --shown_;
    }
}

void Resolver::explain(const rewrite::Element& element, std::string_view recommender,
                       std::span<const recommend::Candidate> items, Emitter& emitter) {
    if (!visitor_.explain) {
        return;
    }
    std::string why;
    recommend::explain(*visitor_.snapshot, plan_.placements[element.pattern].name, recommender,
                       items, recommend::RuleNames::of(visitor_.rules), why);
    memory_.made.assign("<script type=\"application/json\" class=\"personalize-explain\">");
    rewrite::append_ascii_json(why, memory_.made);  // right in every charset
    memory_.made.append("</script>");
    emitter.emit(memory_.made);
}

}  // namespace pz::page
