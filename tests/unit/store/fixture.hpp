// A folder of its own for each test, and a small shop to write into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/builder.hpp"
#include "store/snapshot.hpp"

namespace pz::store::test {

class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::vector<std::string> names() const;

  private:
    std::string folder_;
};

std::string read_bytes(const std::string& path);
void write_bytes(const std::string& path, std::string_view bytes);

ItemInput make_item(std::string id, std::vector<std::pair<std::string, std::string>> fields = {});

// Four items, every kind of list, three sessions.
void fill_small_shop(SnapshotBuilder& builder);
// Its bytes as a file.
std::string small_shop_file(const Folder& folder);

}  // namespace pz::store::test
