// A folder of its own for each test.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace pz::test {

class Folder {
  public:
    Folder() {
        char name[] = "/tmp/pz_learn_test.XXXXXX";
        folder_ = mkdtemp(name);
    }
    ~Folder() { std::filesystem::remove_all(folder_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    void write(const std::string& name, std::string_view bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
    }
    void write_gzip(const std::string& name, std::string_view bytes) const {
        gzFile file = gzopen(path(name).c_str(), "wb");
        gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
        gzclose(file);
    }
    void truncate(const std::string& name, std::uintmax_t size) const {
        std::filesystem::resize_file(path(name), size);
    }

  private:
    std::string folder_;
};

}  // namespace pz::test
