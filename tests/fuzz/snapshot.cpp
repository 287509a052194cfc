// A store file made to harm: the input edits a sound file, then its checksum is made right again.
// Whatever opens must be readable in every corner.
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "../unit/store/walk.hpp"
#include "store/builder.hpp"
#include "store/snapshot.hpp"

namespace {

using namespace pz::store;

void require(bool condition) {
    if (!condition) {
        abort();
    }
}

void add(SnapshotBuilder& builder, const char* id, const char* link) {
    ItemInput item;
    item.fields = {{"id", id},
                   {"link", link},
                   {"brand", "Acme"},
                   {"product_type", "A > B"},
                   {"price", "1.00 EUR"}};
    require(builder.add_item(item).ok());
}

std::string sound_file() {
    SnapshotBuilder builder;
    add(builder, "mug", "/p/mug");
    add(builder, "bowl", "/p/bowl");
    add(builder, "lamp", "/p/lamp");
    builder.set_list(ListKind::popular, "", {{0, 1.F}, {1, 3.F}, {2, 2.F}});
    builder.set_list(ListKind::in_category, "A", {{0, 1.F}});
    builder.set_neighbours(NeighbourKind::cross_sell, 0, {{2, .2F}, {1, .8F}});
    builder.set_neighbours(NeighbourKind::similar, 2, {{1, .5F}});
    builder.add_session(3000, {0, 1, 2});
    builder.add_session(1000, {2, 1});
    builder.set_signals(1, {1.5F, 20, 86400});
    const SegmentInput::Weight weight{field::brand, "Acme", 0.5F};
    builder.set_found_segments(std::array{SegmentInput{"auto: Acme", {weight}}});
    std::string folder = "/tmp/pz-fuzz-XXXXXX";
    require(::mkdtemp(folder.data()) != nullptr);
    const std::string path = folder + "/store";
    require(builder.write(path, 1, 1).ok());
    std::string bytes(Snapshot::open(path).value()->bytes(), '\0');
    FILE* file = ::fopen(path.c_str(), "rb");
    require(file != nullptr && ::fread(bytes.data(), 1, bytes.size(), file) == bytes.size());
    ::fclose(file);
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
    return bytes;
}

// Each six bytes: where (in words), and the word to put there.
void edit(std::string& bytes, const std::uint8_t* data, std::size_t size) {
    for (; size >= 6; data += 6, size -= 6) {
        std::uint16_t word = 0;
        std::memcpy(&word, data, sizeof word);
        std::memcpy(bytes.data() + word % (bytes.size() / 4) * 4, data + sizeof word, 4);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string sound = sound_file();
    static const int file = ::memfd_create("store", MFD_CLOEXEC);
    std::string bytes = sound;
    edit(bytes, data, size);
    test::mend_checksum(bytes);
    require(::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    const auto snapshot = Snapshot::open("/proc/self/fd/" + std::to_string(file));
    if (snapshot.ok()) {
        test::walk(**snapshot);
    }
    return 0;
}
