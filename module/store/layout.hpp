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
    Tables tables() const;
};

}  // namespace pz::store
