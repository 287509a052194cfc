// SnapshotBuilder: collects one generation and writes it; StagedFile: the file that it writes, until
// it goes into service; LiveWriter: updates the live fields of a generation. Used by `personalize
// learn` and by tests, never by a worker.
// Thread rules: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/item.hpp"
#include "store/mixture.hpp"
#include "store/status.hpp"

namespace pz::store {

// One item as it came from a feed or from Redis: Merchant-feed field names and texts, any column.
// "id" is required. price, sale_price ("19.90 GBP"), availability, stock (or quantity) and
// date_added (unix seconds or YYYY-MM-DD) are read into the live fields and first_seen and stay
// available as texts too.
struct ItemInput {
    std::vector<std::pair<std::string, std::string>> fields;
    float popularity = 0;
};

// A segment that the learner found, and what speaks for it.
struct SegmentInput {
    struct Weight {
        FieldId field;
        std::string text;
        float weight;
    };
    std::string name;
    std::vector<Weight> weights;
};

// What SnapshotBuilder::add_item() reads from the item's texts; the same errors.
Result<LiveFields> read_live_fields(const ItemInput& item);

// A new store (or another file of the learner's) beside the one in service: path + ".tmp.<pid>". The pid is that of the process that
// will publish it, which need not be the one that writes it: when that process is gone, the next
// writer removes the file.
class StagedFile {
  public:
    explicit StagedFile(const std::string& path);  // of this process

    const std::string& name() const { return name_; }
    // Renames it to path and syncs the directory. A directory that cannot be synced is no error:
    // the store is in service, and after a power failure the old one, whole too, may be back.
    Status publish() const;
    void discard() const;
    // Discards what stands under this name, and what processes that are gone left behind.
    void clear() const;

  private:
    friend class SnapshotBuilder;
    std::string path_, name_;
};

class SnapshotBuilder {
  public:
    SnapshotBuilder();
    ~SnapshotBuilder();

    // The index that the item will have. A second item of the same id replaces the first's fields.
    // An error names the item and the field (no id, id over 50 bytes, unreadable price,
    // availability, stock or date, a text over 64 KiB, a 257th column); the item is then not added
    // or changed.
    Result<ItemIndex> add_item(const ItemInput& item);
    ItemIndex find(std::string_view id) const;
    std::size_t item_count() const;

    // Best first is established here, and each item kept once, at its best score. Items not added
    // before, and scores beyond 1e12, are errors of the caller: write() then fails and
    // names the first.
    void set_list(ListKind kind, std::string_view key, std::vector<ScoredItem> items);
    // Neighbours of a score of 0 or less are none; other scores are kept as neighbours.hpp says.
    void set_neighbours(NeighbourKind kind, ItemIndex item, std::vector<ScoredItem> items);
    void set_first_seen(ItemIndex item, std::int64_t unix_seconds);
    void set_popularity(ItemIndex item, float popularity);
    // At most kMaxOrderWeights.
    void set_order_weights(std::vector<float> weights);
    void set_restocked(ItemIndex item, std::uint32_t unix_seconds);
    // The appeal is brought into its bounds.
    void set_signals(ItemIndex item, ItemSignals signals);
    // The first kMaxFoundSegments.
    void set_found_segments(std::span<const SegmentInput> segments);

    // Sessions may come in any order. Per item the newest `sessions_per_item` are indexed.
    void add_session(std::uint32_t unix_seconds, std::vector<ItemIndex> items);
    void set_sessions_per_item(std::size_t limit);  // default 5000
    // Shares that are not 0..1 are an error of the caller, as above.
    void set_mixture(const Mixture& mixture);

    // Writes and syncs the staged file, and removes those of writers that are gone. After an error,
    // which names the path and the system's reason, there is no such file.
    Status write(const StagedFile& file, std::uint64_t generation, std::int64_t created);
    // The same, published at once.
    Status write(const std::string& path, std::uint64_t generation, std::int64_t created);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// In-place updates of the snapshot in service. Every field is stored with a relaxed atomic store of
// its own width, so readers see old or new, never a mixture within one field. It stays with the
// generation it opened: open another when a new one has been written.
class LiveWriter {
  public:
    // Fails, and touches nothing, when the file does not validate as Snapshot::open() does.
    static Result<std::unique_ptr<LiveWriter>> open(const std::string& path);
    ~LiveWriter();
    // False: no such item in this generation.
    bool update(std::string_view id, const LiveFields& live);
    // What is there now; defaults when there is no such item.
    LiveFields read(std::string_view id) const;

  private:
    struct State;
    explicit LiveWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace pz::store
