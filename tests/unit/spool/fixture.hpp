// A directory of its own, and a few words on spools.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "spool/frame.hpp"
#include "spool/spool.hpp"

namespace pz::spool {

struct Directory {
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "pz-spool-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Directory() { std::filesystem::remove_all(path); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    // Names with this ending, sorted.
    std::vector<std::string> files(std::string_view ending = kSuffix) const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            if (entry.path().string().ends_with(ending)) {
                names.push_back(entry.path().string());
            }
        }
        std::sort(names.begin(), names.end());
        return names;
    }
    static std::string read(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string write(std::string_view name, std::string_view bytes) const {
        std::string at = path + "/" + std::string(name);
        std::ofstream(at, std::ios::binary) << bytes;
        return at;
    }

    std::string path;
};

constexpr std::int64_t kNow = 1'700'000'000;

inline std::string frame(std::string_view payload) {
    std::string out;
    append_frame(out, payload);
    return out;
}

// Reads on to the end; "!" for trouble. All of it is then done with, if `finish`.
inline std::string read_all(Spool& spool, bool finish = true) {
    std::string out;
    std::vector<Spool::Serial> serials;
    for (int i = 0; i < 100000; ++i) {
        const auto record = spool.next();
        if (!record.ok()) {
            out += '!';
            continue;
        }
        if (!record->has_value()) {
            break;
        }
        serials.push_back((*record)->serial);
        out.append(out.empty() ? "" : " ").append((*record)->payload);
    }
    for (const Spool::Serial serial : serials) {
        if (finish) {
            spool.done(serial);
        }
    }
    return out;
}

}  // namespace pz::spool
