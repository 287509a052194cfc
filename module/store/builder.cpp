#include "store/builder.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "store/draft.hpp"
#include "store/file_writer.hpp"
#include "store/parse.hpp"

namespace pz::store {

namespace {

constexpr std::size_t kMaxIdLength = 50;  // as in the Merchant feed
constexpr std::size_t kMaxNameLength = 100;
constexpr std::size_t kMaxTextLength = 64 * 1024;
constexpr std::size_t kMaxDictionary = std::size_t{1} << 31;

// The fields that the builder reads itself. Those of the last occurrence count.
struct Known {
    std::string_view id, price, sale_price, availability, stock, quantity, date_added;
};

Known find_known(const ItemInput& input) {
    Known known;
    const std::pair<std::string_view, std::string_view*> places[] = {
        {"id", &known.id},
        {"price", &known.price},
        {"sale_price", &known.sale_price},
        {"availability", &known.availability},
        {"stock", &known.stock},
        {"quantity", &known.quantity},
        {"date_added", &known.date_added}};
    for (const auto& [name, text] : input.fields) {
        for (const auto& [wanted, place] : places) {
            if (name == wanted) {
                *place = text;
            }
        }
    }
    return known;
}

std::string shortened(std::string_view text) {
    constexpr std::size_t kShown = 60;
    return text.size() <= kShown ? std::string(text) : std::string(text.substr(0, kShown)) + "...";
}

Status field_error(std::string_view id, std::string_view field, const std::string& what) {
    return Status::error("item '" + shortened(id) + "': " + shortened(field) + ": " + what);
}

Status check_texts(const ItemInput& input, std::string_view id) {
    if (id.empty()) {
        return Status::error("an item without id; give every item a text in the field 'id'");
    }
    if (id.size() > kMaxIdLength) {
        return field_error(id, "id", "longer than 50 characters");
    }
    for (const auto& [name, text] : input.fields) {
        if (name.empty() || name.size() > kMaxNameLength) {
            return field_error(id, name, "a field's name has 1 to 100 characters");
        }
        if (text.size() > kMaxTextLength) {
            return field_error(id, name, "longer than 64 KiB");
        }
    }
    return {};
}

Status read_price(const Known& known, std::string_view field, std::string_view text,
                  std::int64_t* micros, std::string_view* currency) {
    if (!text.empty() && !parse_price(text, micros, currency)) {
        return field_error(known.id, field,
                           "not a price: '" + shortened(text) + "'; write it like 19.90 GBP");
    }
    return {};
}

Status read_prices(const Known& known, LiveFields* live, std::string_view* currency) {
    std::string_view sale_currency;
    Status status = read_price(known, "price", known.price, &live->price_micros, currency);
    if (status) {
        status = read_price(known, "sale_price", known.sale_price, &live->sale_price_micros,
                            &sale_currency);
    }
    if (currency->empty()) {
        *currency = sale_currency;
    }
    return status;
}

Status read_availability(const Known& known, LiveFields* live) {
    const std::string_view text = known.availability;
    if (!text.empty() && !parse_availability(text, &live->availability)) {
        return field_error(known.id, "availability",
                           "unknown: '" + shortened(text) +
                               "'; write in_stock, out_of_stock, preorder or backorder");
    }
    return {};
}

Status read_stock(const Known& known, LiveFields* live) {
    const bool named_stock = !known.stock.empty();
    const std::string_view text = named_stock ? known.stock : known.quantity;
    if (!text.empty() && !parse_stock(text, &live->stock)) {
        return field_error(known.id, named_stock ? "stock" : "quantity",
                           "not a whole number: '" + shortened(text) + "'");
    }
    return {};
}

Status read_date(const Known& known, std::optional<std::int64_t>* first_seen) {
    std::int64_t seconds = 0;
    if (known.date_added.empty()) {
        return {};
    }
    if (!parse_date(known.date_added, &seconds)) {
        return field_error(
            known.id, "date_added",
            "not a date: '" + shortened(known.date_added) + "'; write unix seconds or YYYY-MM-DD");
    }
    *first_seen = seconds;
    return {};
}

// Numbers read from the texts of one item.
struct Numbers {
    LiveFields live;
    std::string_view currency;
    std::optional<std::int64_t> first_seen;
};

Result<Numbers> read_numbers(const Known& known, float popularity) {
    Numbers numbers;
    if (std::isfinite(popularity) && popularity > 0) {
        numbers.live.popularity = popularity;
    }
    Status status = read_prices(known, &numbers.live, &numbers.currency);
    if (status) {
        status = read_availability(known, &numbers.live);
    }
    if (status) {
        status = read_stock(known, &numbers.live);
    }
    if (status) {
        status = read_date(known, &numbers.first_seen);
    }
    if (!status) {
        return status;
    }
    return numbers;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return result;
}

bool better(const ScoredItem& a, const ScoredItem& b) {
    return a.score != b.score ? a.score > b.score : a.item < b.item;
}

// Best first, each item once.
void put_in_order(std::vector<ScoredItem>& items) {
    std::sort(items.begin(), items.end(), [](const ScoredItem& a, const ScoredItem& b) {
        return a.item != b.item ? a.item < b.item : a.score > b.score;
    });
    const auto end =
        std::unique(items.begin(), items.end(),
                    [](const ScoredItem& a, const ScoredItem& b) { return a.item == b.item; });
    items.erase(end, items.end());
    std::sort(items.begin(), items.end(), better);
}

}  // namespace

Result<LiveFields> read_live_fields(const ItemInput& item) {
    const Result<Numbers> numbers = read_numbers(find_known(item), item.popularity);
    if (!numbers) {
        return numbers.status();
    }
    return numbers->live;
}

struct SnapshotBuilder::State {
    Draft draft;
    std::vector<std::size_t> last_session;  // per item, for add_session: the last session with it

    Result<std::vector<ValueId>> make_row(const ItemInput& input, std::string_view id);
    Status column(std::string_view id, std::string_view name, std::size_t* column);
    ItemIndex place(std::string_view id);  // of the item with this id, made if there is none
    void note_misuse(const std::string& what) {
        if (draft.misuse.empty()) {
            draft.misuse = what;
        }
    }
    bool known(ItemIndex item, const char* where);
    bool sound(std::span<const ScoredItem> items, const char* where);
};

Status SnapshotBuilder::State::column(std::string_view id, std::string_view name,
                                      std::size_t* column) {
    const ValueId value = draft.dictionary.intern(name);
    const auto found = std::find(draft.field_names.begin(), draft.field_names.end(), value);
    *column = static_cast<std::size_t>(found - draft.field_names.begin());
    if (found != draft.field_names.end()) {
        return {};
    }
    if (draft.field_names.size() >= kMaxFields) {
        return field_error(id, name, "the catalog has more than 256 different fields; drop some");
    }
    draft.field_names.push_back(value);
    return {};
}

Result<std::vector<ValueId>> SnapshotBuilder::State::make_row(const ItemInput& input,
                                                              std::string_view id) {
    std::vector<ValueId> row(draft.field_names.size(), kNoValue);
    for (const auto& [name, text] : input.fields) {
        std::size_t at = 0;
        if (Status status = column(id, name, &at); !status) {
            return status;
        }
        row.resize(draft.field_names.size(), kNoValue);
        row[at] = draft.dictionary.intern(text);
        if (at == field::product_type) {
            for_leading_levels(text,
                               [this](std::string_view level) { draft.dictionary.intern(level); });
        }
    }
    return row;
}

ItemIndex SnapshotBuilder::State::place(std::string_view id) {
    const ValueId value = draft.dictionary.intern(id);
    const auto index = static_cast<ItemIndex>(draft.items.size());
    const auto [found, is_new] = draft.item_of.try_emplace(value, index);
    if (is_new) {
        draft.items.emplace_back().id = value;
    }
    return found->second;
}

bool SnapshotBuilder::State::known(ItemIndex item, const char* where) {
    if (item < draft.items.size()) {
        return true;
    }
    note_misuse(std::string(where) + ": there is no item of index " + std::to_string(item) +
                "; add the items first");
    return false;
}

bool SnapshotBuilder::State::sound(std::span<const ScoredItem> items, const char* where) {
    return std::all_of(items.begin(), items.end(), [this, where](const ScoredItem& scored) {
        if (!(std::abs(scored.score) <= kMaxScore)) {
            note_misuse(std::string(where) + ": a score is not a number");
            return false;
        }
        return known(scored.item, where);
    });
}

SnapshotBuilder::SnapshotBuilder() : state_(std::make_unique<State>()) {
    for (const std::string_view name : kFixedFieldNames) {
        state_->draft.field_names.push_back(state_->draft.dictionary.intern(name));
    }
}

SnapshotBuilder::~SnapshotBuilder() = default;

Result<ItemIndex> SnapshotBuilder::add_item(const ItemInput& input) {
    Draft& draft = state_->draft;
    const Known known = find_known(input);
    if (Status status = check_texts(input, known.id); !status) {
        return status;
    }
    if (draft.items.size() >= kMaxItems || draft.dictionary.size() >= kMaxDictionary) {
        return field_error(known.id, "id", "more items or texts than one store can hold");
    }
    Result<Numbers> numbers = read_numbers(known, input.popularity);
    if (!numbers) {
        return numbers.status();
    }
    Result<std::vector<ValueId>> row = state_->make_row(input, known.id);
    if (!row) {
        return row.status();
    }
    if (!numbers->currency.empty()) {
        (*row)[field::currency] = draft.dictionary.intern(upper(numbers->currency));
    }
    const ItemIndex index = state_->place(known.id);
    Draft::Item& item = draft.items[index];
    item.row = std::move(*row);
    item.row[field::id] = item.id;
    item.live = numbers->live;
    item.first_seen = numbers->first_seen.value_or(item.first_seen);
    return index;
}

ItemIndex SnapshotBuilder::find(std::string_view id) const {
    const auto found = state_->draft.item_of.find(state_->draft.dictionary.find(id));
    return found == state_->draft.item_of.end() ? kNoItem : found->second;
}

std::size_t SnapshotBuilder::item_count() const {
    return state_->draft.items.size();
}

void SnapshotBuilder::set_list(ListKind kind, std::string_view key, std::vector<ScoredItem> items) {
    if (kind >= ListKind::count || !state_->sound(items, "set_list")) {
        return;
    }
    put_in_order(items);
    const ValueId value = state_->draft.dictionary.intern(key);
    state_->draft.lists[{static_cast<std::uint32_t>(kind), value}] = std::move(items);
}

void SnapshotBuilder::set_neighbours(NeighbourKind kind, ItemIndex item,
                                     std::vector<ScoredItem> items) {
    if (kind >= NeighbourKind::count || !state_->known(item, "set_neighbours") ||
        !state_->sound(items, "set_neighbours")) {
        return;
    }
    std::erase_if(items, [](const ScoredItem& scored) { return scored.score <= 0; });
    put_in_order(items);
    auto& lists = state_->draft.neighbours[static_cast<std::size_t>(kind)];
    lists.resize(std::max(lists.size(), state_->draft.items.size()));
    lists[item] = std::move(items);
}

void SnapshotBuilder::set_first_seen(ItemIndex item, std::int64_t unix_seconds) {
    if (state_->known(item, "set_first_seen")) {
        state_->draft.items[item].first_seen = unix_seconds;
    }
}

void SnapshotBuilder::set_popularity(ItemIndex item, float popularity) {
    if (state_->known(item, "set_popularity")) {
        state_->draft.items[item].live.popularity = popularity;
    }
}

void SnapshotBuilder::set_order_weights(std::vector<float> weights) {
    const auto sound = [](float weight) { return std::abs(weight) <= kMaxWeight; };
    if (weights.size() > kMaxOrderWeights || !std::all_of(weights.begin(), weights.end(), sound)) {
        state_->note_misuse("set_order_weights: too many, or not numbers");
    } else {
        state_->draft.order_weights = std::move(weights);
    }
}

void SnapshotBuilder::set_restocked(ItemIndex item, std::uint32_t unix_seconds) {
    if (state_->known(item, "set_restocked")) {
        state_->draft.items[item].live.restocked = unix_seconds;
    }
}

void SnapshotBuilder::set_signals(ItemIndex item, ItemSignals signals) {
    if (!state_->known(item, "set_signals")) {
        return;
    }
    if (!std::isfinite(signals.appeal) || !std::isfinite(signals.exposure)) {
        state_->note_misuse("set_signals: a signal is not a number");
        return;
    }
    signals.appeal = std::clamp(signals.appeal, kLeastAppeal, kMostAppeal);
    signals.exposure = std::max(signals.exposure, 0.0F);
    state_->draft.items[item].signals = signals;
}

void SnapshotBuilder::set_found_segments(std::span<const SegmentInput> segments) {
    Draft& draft = state_->draft;
    segments = segments.first(std::min(segments.size(), kMaxFoundSegments));
    draft.found_segments.clear();
    draft.found_weights.clear();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        draft.found_segments.push_back(draft.dictionary.intern(segments[i].name));
        for (const SegmentInput::Weight& weight : segments[i].weights) {
            if (weight.field >= draft.field_names.size() || !std::isfinite(weight.weight)) {
                state_->note_misuse("set_found_segments: no such column, or not a number");
                return;
            }
            auto& row = draft.found_weights[{weight.field, draft.dictionary.intern(weight.text)}];
            row.resize(segments.size());
            row[i] = weight.weight;
        }
    }
}

void SnapshotBuilder::add_session(std::uint32_t unix_seconds, std::vector<ItemIndex> items) {
    Draft& draft = state_->draft;
    const auto known = [this](ItemIndex item) { return state_->known(item, "add_session"); };
    if (items.empty() || !std::all_of(items.begin(), items.end(), known)) {
        return;
    }
    draft.session_times.push_back(unix_seconds);
    std::vector<std::size_t>& last = state_->last_session;
    last.resize(draft.items.size(), 0);
    const auto begin = static_cast<std::ptrdiff_t>(draft.session_items.size());
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        if (last[*item] != draft.session_times.size()) {
            last[*item] = draft.session_times.size();
            draft.session_items.push_back(*item);
        }
    }
    std::reverse(draft.session_items.begin() + begin, draft.session_items.end());
    draft.session_offsets.push_back(static_cast<std::uint32_t>(draft.session_items.size()));
}

void SnapshotBuilder::set_mixture(const Mixture& mixture) {
    if (!valid(mixture)) {
        state_->note_misuse("set_mixture: a share is not 0..1");
        return;
    }
    state_->draft.mixture.assign(1, mixture);
}

void SnapshotBuilder::set_sessions_per_item(std::size_t limit) {
    state_->draft.sessions_per_item = limit;
}

Status SnapshotBuilder::write(const StagedFile& file, std::uint64_t generation,
                              std::int64_t created) {
    const Result<Image> image = assemble(state_->draft);
    if (!image) {
        return Status::error(file.path_ + ": " + image.message());
    }
    file.clear();
    return write_image(file.name_, make_header(*image, generation, created), *image);
}

Status SnapshotBuilder::write(const std::string& path, std::uint64_t generation,
                              std::int64_t created) {
    const StagedFile file(path);
    Status status = write(file, generation, created);
    return status ? file.publish() : status;
}

}  // namespace pz::store
