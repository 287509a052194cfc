// RecordWriter, RecordReader: a file of numbers and texts in numbered sections, written and read in
// one pass. Internal to learn.
//
//   magic, version; sections: u32 number (not 0), chunks: u32 size (not 0), bytes; u32 0
//   u32 0, u64 XXH3 of all that stands before it
//
// Little-endian, as the store. A section may be left out, or be of a later version: readers pass
// over those that they do not know.
//
// The reader believes nothing: whatever the bytes, it reads no further than the file and makes no
// more room than the file has bytes; after the first problem every number is 0 and every text is
// empty. Only when status() is ok() at the end is what it gave what was written.
// Thread rules: one thread per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/checksum.hpp"
#include "store/mapping.hpp"
#include "store/status.hpp"

namespace pz::learn {

class RecordWriter {
  public:
    // Creates the file, readable by its owner alone; it must not exist. See finish() for errors.
    explicit RecordWriter(std::string path);

    void begin(std::uint32_t section);  // not 0
    template <class Number>
    void number(Number value) {
        static_assert(std::is_arithmetic_v<Number>);
        bytes(std::as_bytes(std::span(&value, 1)));
    }
    void text(std::string_view text);
    void end();

    // Ends and syncs the file. The error names it; it is then of no use.
    Status finish();

  private:
    void bytes(std::span<const std::byte> bytes);
    void flush();
    void put(std::span<const std::byte> bytes);

    std::string path_;
    store::FileHandle file_;
    store::Checksum sum_;
    std::vector<std::byte> chunk_;
    Status status_;
};

class RecordReader {
  public:
    explicit RecordReader(std::string path);

    // The number of the next section, whatever is left of the one before; 0: none, or a problem.
    std::uint32_t next();
    // Nothing is left in this section.
    bool at_end();
    template <class Number>
    Number number() {
        static_assert(std::is_arithmetic_v<Number>);
        Number value{};
        bytes(std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    // Another number than 0..limit-1 is a problem, and then 0.
    std::uint32_t below(std::size_t limit, std::string_view problem);
    // Unix seconds. Before 1970, or tens of thousands of years ahead, is a problem, and then 0.
    std::int64_t time();
    // A longer text is a problem.
    std::string text(std::size_t limit);
    // For what reads well but cannot be.
    void refuse(std::string_view what);

    Status status() const { return status_; }

  private:
    void bytes(std::span<std::byte> bytes);
    bool take(std::span<std::byte> bytes);
    bool fill();
    void check_sum();

    std::string path_;
    store::FileHandle file_;
    store::Checksum sum_;
    std::vector<std::byte> buffer_;
    std::size_t at_ = 0, filled_ = 0;  // in the buffer
    std::uint32_t chunk_ = 0;          // bytes left of it
    bool in_section_ = false;
    Status status_;
};

}  // namespace pz::learn
