#include "spool/frame.hpp"

#include <cstring>

#include "store/checksum.hpp"

namespace pz::spool {

namespace {

constexpr std::uint32_t kMagic = 0x76657a70;  // "pzev"

struct Head {
    std::uint64_t checksum;
    std::uint32_t magic, size;
};
static_assert(sizeof(Head) == kFrameHead);

// Of a whole frame.
std::uint64_t checksum(std::string_view frame) {
    return store::checksum_of(frame.substr(sizeof(Head::checksum)));
}

}  // namespace

void append_frame(std::string& out, std::string_view payload) {
    Head head{0, kMagic, static_cast<std::uint32_t>(payload.size())};
    const std::size_t begin = out.size();
    out.append(reinterpret_cast<const char*>(&head), sizeof head);
    out.append(payload);
    head.checksum = checksum(std::string_view(out).substr(begin));
    std::memcpy(out.data() + begin, &head, sizeof head);
}

Frame read_frame(std::string_view bytes) {
    if (bytes.size() < kFrameHead) {
        return {Frame::Kind::cut, kFrameHead, {}};
    }
    Head head{};
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.magic != kMagic || head.size > kMaxPayload) {
        return {Frame::Kind::broken, 0, {}};
    }
    const std::size_t size = kFrameHead + head.size;
    if (bytes.size() < size) {
        return {Frame::Kind::cut, size, {}};
    }
    if (head.checksum != checksum(bytes.substr(0, size))) {
        return {Frame::Kind::broken, 0, {}};
    }
    return {Frame::Kind::whole, size, bytes.substr(kFrameHead, head.size)};
}

}  // namespace pz::spool
