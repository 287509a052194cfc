// Snapshot::Layout: the mapping of one file and its checked view. Internal to the store.
#pragma once

#include <memory>
#include <string>

#include "store/mapping.hpp"
#include "store/snapshot.hpp"
#include "store/view.hpp"

namespace pz::store {

struct Snapshot::Layout {
    Mapping mapping;
    View view;

    // Maps and checks the open file.
    static Result<std::unique_ptr<Layout>> load(const FileHandle& file, const std::string& path);
};

// With relaxed atomic loads, one field each; what no writer of ours stores is read as unknown.
LiveFields load_live(const LiveRecord& record);
void store_live(LiveRecord& record, const LiveFields& live);

}  // namespace pz::store
