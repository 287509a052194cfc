#include <fcntl.h>

#include "store/builder.hpp"
#include "store/layout.hpp"

namespace pz::store {

// The immutable part stays mapped for reading only: no mistake of the writer can reach it.
struct LiveWriter::State {
    std::unique_ptr<const Snapshot> snapshot;
    Mapping mapping;
    LiveRecord* records = nullptr;
};

LiveWriter::LiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
LiveWriter::~LiveWriter() = default;

Result<std::unique_ptr<LiveWriter>> LiveWriter::open(const std::string& path) {
    const FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) {
        return system_error(path, "cannot open for writing");
    }
    Result<std::unique_ptr<Snapshot::Layout>> layout = Snapshot::Layout::load(file, path);
    if (!layout) {
        return layout.status();
    }
    const Header& header = *(*layout)->view.header;
    const SectionPlace place = header.sections[static_cast<std::size_t>(Section::live)];
    auto state = std::make_unique<State>();
    if (place.bytes != 0) {
        Result<Mapping> mapping = Mapping::writable(file, path, place.offset, place.bytes);
        if (!mapping) {
            return mapping.status();
        }
        state->mapping = std::move(*mapping);
        const std::span<std::byte> bytes = state->mapping.writable_bytes();
        state->records = reinterpret_cast<LiveRecord*>(bytes.data() + bytes.size() - place.bytes);
    }
    state->snapshot.reset(new Snapshot(std::move(*layout)));
    return std::unique_ptr<LiveWriter>(new LiveWriter(std::move(state)));
}

bool LiveWriter::update(std::string_view id, const LiveFields& live) {
    const ItemIndex item = state_->snapshot->find(id);
    if (item == kNoItem) {
        return false;
    }
    store_live(state_->records[item], live);
    return true;
}

LiveFields LiveWriter::read(std::string_view id) const {
    return state_->snapshot->live(state_->snapshot->find(id));
}

}  // namespace pz::store
