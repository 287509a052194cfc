// Snapshot: one generation of the local store, a memory-mapped file.
//
// The file is immutable but for the live fields, which the one writer (`personalize learn`) updates
// in place. Readers see such an update at once: both map the same file. A new generation is a new
// file, renamed over the old one; whoever still maps the old one goes on with it.
//
// open() validates all lengths, offsets and a checksum of the immutable part, so that every
// accessor is memory-safe for every argument on any file that opened. It reads the whole file: call
// it, and destroy a Snapshot, off the event loop (unmapping a large file takes long).
//
// Thread rules: all const members may be called from any thread.
//
// Lifetime: every string_view and span points into the mapping and dies with the Snapshot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "store/item.hpp"
#include "store/live_record.hpp"
#include "store/mixture.hpp"
#include "store/neighbours.hpp"
#include "store/status.hpp"

namespace pz::store {

// The sessions as they lie in memory, for loops over many of them. A session or an item out of
// range has nothing.
class SessionTable {
  public:
    SessionTable(std::span<const SessionHead> heads, std::span<const ItemIndex> items,
                 std::span<const std::uint32_t> frequency)
        : heads_(heads), items_(items), frequency_(frequency) {}

    // One head more than sessions tells where the last one's items end.
    std::size_t size() const { return heads_.size() - 1; }
    // In the order of their events, each once (at its last place).
    std::span<const ItemIndex> items_of(std::uint32_t session) const {
        return session < size() ? items_.subspan(heads_[session].begin,
                                                 heads_[session + 1].begin - heads_[session].begin)
                                : items_.first(0);
    }
    // The same, copied to `out`, which has room for them and kBlock more; returns how many. What most
    // sessions have fits into one block, which is copied whatever their length is: that takes no
    // branch.
    static constexpr std::size_t kBlock = 16;
    std::size_t copy_items(std::uint32_t session, ItemIndex* out) const {
        const std::span<const ItemIndex> items = items_of(session);
        const auto behind = static_cast<std::size_t>(items_.data() + items_.size() - items.data());
        if (items.size() <= kBlock && kBlock <= behind) {
            std::memcpy(out, items.data(), kBlock * sizeof(ItemIndex));
        } else {
            std::copy(items.begin(), items.end(), out);
        }
        return items.size();
    }
    std::uint32_t time(std::uint32_t session) const {  // unix seconds
        return session < size() ? heads_[session].time : 0;
    }
    // How many sessions of the whole history had this item (sessions_of() is capped): for inverse
    // document frequency.
    std::uint32_t frequency(ItemIndex item) const {
        return item < frequency_.size() ? frequency_[item] : 0;
    }
    std::size_t entries() const { return items_.size(); }  // items of all sessions together

    // Starts to bring into the cache what the calls above will read.
    void expect(std::uint32_t session) const { __builtin_prefetch(heads_.data() + session); }
    void expect_items(std::uint32_t session) const { __builtin_prefetch(items_of(session).data()); }
    void expect_frequency(ItemIndex item) const { __builtin_prefetch(frequency_.data() + item); }

  private:
    std::span<const SessionHead> heads_;
    std::span<const ItemIndex> items_;
    std::span<const std::uint32_t> frequency_;
};

class Snapshot {
  public:
    static Result<std::unique_ptr<const Snapshot>> open(const std::string& path);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    std::uint64_t generation() const;
    std::int64_t created() const;  // unix seconds
    std::size_t bytes() const;     // size of the file
    std::size_t item_count() const { return tables_.first_seen.size(); }

    // kNoItem when unknown. O(1).
    ItemIndex find(std::string_view id) const;
    // The same for many, of which the memory is fetched at the same time: `items` gets one for each
    // of `ids` and is as long.
    void find_all(std::span<const std::string_view> ids, std::span<ItemIndex> items) const;
    // By the item's link, whatever scheme, host and fragment the given one has: first by path and
    // query, "/index.php?product_id=42" (arguments in the same order; those that only say where the
    // visitor came from do not count), then by the path alone, "/product/85123A". A trailing slash
    // does not count. kNoItem when unknown or when several items share what was looked for.
    ItemIndex find_link(std::string_view text) const;

    // The columns: fixed ones first. kNoField when the catalog has no such column.
    std::size_t field_count() const;
    FieldId find_field(std::string_view name) const;
    std::string_view field_name(FieldId field) const;

    // kNoValue, or an empty text, when absent or an argument is out of range.
    ValueId value(ItemIndex item, FieldId field) const {
        return item < item_count() && field < tables_.width
                   ? tables_.rows[item * tables_.width + field]
                   : kNoValue;
    }
    // One for each column, by FieldId; empty when there is no such item.
    std::span<const ValueId> values(ItemIndex item) const {
        return item < item_count()
                   ? tables_.rows.subspan(std::size_t{item} * tables_.width, tables_.width)
                   : std::span<const ValueId>();
    }
    std::string_view text(ValueId value) const {
        if (value >= value_count()) {
            return {};
        }
        const std::uint32_t begin = tables_.text_offsets[value];
        return {tables_.texts + begin, tables_.text_offsets[value + 1] - begin};
    }
    std::string_view text(ItemIndex item, FieldId field) const { return text(value(item, field)); }
    std::string_view id(ItemIndex item) const { return text(item, field::id); }
    ValueId find_value(std::string_view text) const;
    // Value ids are 0 (kNoValue) .. value_count()-1.
    std::size_t value_count() const { return tables_.text_offsets.size() - 1; }

    LiveFields live(ItemIndex item) const {
        return item < item_count() ? load_live(tables_.live[item]) : LiveFields();
    }
    // live(item).available(), for loops over many items.
    bool available(ItemIndex item) const {
        return item >= item_count() || load_available(tables_.live[item]);
    }
    // live(item).popularity, likewise.
    float popularity(ItemIndex item) const {
        return item < item_count() ? sound_popularity(load_relaxed(tables_.live[item].popularity))
                                   : 0;
    }
    // Starts to bring what live(), available() and popularity() read into the cache.
    void expect(ItemIndex item) const { __builtin_prefetch(tables_.live.data() + item); }
    std::int64_t first_seen(ItemIndex item) const {  // unix seconds, 0 unknown
        return item < item_count() ? tables_.first_seen[item] : 0;
    }

    // What the shop's own lists say each kind of evidence weighs in the order of a listing; empty:
    // not learned. Their meaning is recommend's.
    std::span<const float> order_weights() const;
    ItemSignals signals(ItemIndex item) const {  // defaults when there is no such item
        return item < item_count() ? tables_.signals[item] : ItemSignals();
    }

    // Segments that the learner found, by name. weights_of() says how much an attribute's value
    // speaks for each of them; empty: for none. found_attributes() are those that speak for any.
    std::span<const ValueId> found_segments() const;
    std::span<const Attribute> found_attributes() const;
    std::span<const float> weights_of(Attribute attribute) const;

    std::span<const ScoredItem> ranked(ListKind kind, ValueId key = kNoValue) const;
    Neighbours neighbours(NeighbourKind kind, ItemIndex item) const {
        if (item >= item_count() || kind >= NeighbourKind::count) {
            return {{}, tables_.code};
        }
        const std::size_t at = static_cast<std::size_t>(kind) * item_count() + item;
        return {row(tables_.neighbour_offsets, tables_.neighbour_items, at), tables_.code};
    }
    // Starts to bring into the cache where the lists of neighbours(kind, item) and sessions_of(item)
    // begin.
    void expect_neighbours(NeighbourKind kind, ItemIndex item) const {
        __builtin_prefetch(tables_.neighbour_offsets.data() +
                           static_cast<std::size_t>(kind) * item_count() + item);
    }
    void expect_sessions(ItemIndex item) const {
        __builtin_prefetch(tables_.session_offsets.data() + item);
    }

    // The session index of VMIS-kNN (Kersbergen et al., Serenade, SIGMOD 2022). Sessions are
    // numbered by their last event's time, oldest first, so a larger number is a more recent
    // session.
    SessionTable sessions() const { return tables_.sessions; }
    // The most recent sessions with this item, newest first; capped when the snapshot was written.
    std::span<const std::uint32_t> sessions_of(ItemIndex item) const {
        return item < item_count() ? row(tables_.session_offsets, tables_.session_lists, item)
                                   : std::span<const std::uint32_t>();
    }
    // What was found to suit this shop; null: nothing was, take the defaults.
    const Mixture* mixture() const;

  private:
    friend class LiveWriter;
    struct Layout;
    // What the accessors above read, item by item, in the innermost loops of a request.
    struct Tables {
        std::size_t width;  // of a row
        std::span<const ValueId> rows;
        std::span<const std::uint32_t> text_offsets;
        const char* texts;
        std::span<const std::int64_t> first_seen;
        std::span<const LiveRecord> live;
        std::span<const ItemSignals> signals;
        NeighbourCode code;
        std::span<const std::uint32_t> neighbour_offsets, neighbour_items;
        SessionTable sessions;
        std::span<const std::uint32_t> session_offsets, session_lists;
    };

    // `offsets` has one more than there are rows; open() has checked that none leaves `elements`.
    static std::span<const std::uint32_t> row(std::span<const std::uint32_t> offsets,
                                              std::span<const std::uint32_t> elements,
                                              std::size_t index) {
        return {elements.data() + offsets[index], offsets[index + 1] - offsets[index]};
    }

    explicit Snapshot(std::unique_ptr<Layout> layout);

    const std::unique_ptr<Layout> layout_;
    const Tables tables_;
};

}  // namespace pz::store
