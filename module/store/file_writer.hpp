// Writing a snapshot file aside, so that the name of the store always stands for a whole one.
// Internal to the store.
#pragma once

#include <string>

#include "store/draft.hpp"
#include "store/status.hpp"

namespace pz::store {

// Makes the file, which must not be there yet, and syncs it; after an error there is none. Fills in
// the header's checksum.
Status write_image(const std::string& name, Header header, const Image& image);

}  // namespace pz::store
