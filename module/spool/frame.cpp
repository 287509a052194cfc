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

static_assert(kDoneAt == sizeof(Head::checksum));

constexpr std::uint32_t kDoneMagic = (kMagic & ~0xffU) | static_cast<unsigned char>(kDone);

// Of a whole frame.
std::uint64_t checksum(std::string_view frame) {
    return store::checksum_of(frame.substr(sizeof(Head::checksum)));
}

// As it was before it was done with.
std::string undone(std::string_view frame) {
    std::string bytes(frame);
    std::memcpy(bytes.data() + kDoneAt, &kMagic, sizeof kMagic);
    return bytes;
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
    const bool done = head.magic == kDoneMagic;
    if ((!done && head.magic != kMagic) || head.size > kMaxPayload) {
        return {Frame::Kind::broken, 0, {}};
    }
    const std::size_t size = kFrameHead + head.size;
    if (bytes.size() < size) {
        return {Frame::Kind::cut, size, {}};
    }
    const std::string_view frame = bytes.substr(0, size);
    if (head.checksum != (done ? checksum(undone(frame)) : checksum(frame))) {
        return {Frame::Kind::broken, 0, {}};
    }
    return {Frame::Kind::whole, size, frame.substr(kFrameHead), done};
}

}  // namespace pz::spool
