// TempDir: a directory of its own for one test; removed at the end unless the environment has KEEP.
#pragma once

#include <string>
#include <string_view>

namespace pz::test {

class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
    // Replaced by rename, so that a reader never sees half of it. Returns the path.
    std::string write(std::string_view name, std::string_view bytes) const;
    std::string read(std::string_view name) const;  // empty when there is no such file

  private:
    std::string path_;
};

// The whole file; empty when it cannot be read.
std::string read_text(const std::string& path);

}  // namespace pz::test
