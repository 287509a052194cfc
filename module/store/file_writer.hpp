// Writing a snapshot file so that its name always stands for a whole one. Internal to the store.
#pragma once

#include <string>

#include "store/draft.hpp"
#include "store/status.hpp"

namespace pz::store {

// Into path + ".tmp.<pid>", then renamed; both synced. Temporary files that writers who are no more
// left beside it are removed. Fills in the header's checksum.
Status write_image(const std::string& path, Header header, const Image& image);

}  // namespace pz::store
