// Product feeds of both formats: anything may stand in them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "learn/catalog.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::size_t items = 0;
    const auto report = pz::learn::read_feed(bytes, [&](const pz::store::ItemInput& item) {
        pz::store::SnapshotBuilder builder;
        if (!builder.add_item(item)) {
            std::abort();  // what is given on must be fit for the store
        }
        ++items;
    });
    if (report && (report->items != items || report->errors.size() > 20)) {
        std::abort();
    }
    if (!report && report.message().empty()) {
        std::abort();
    }
    return 0;
}
