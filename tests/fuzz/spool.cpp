// A spool file of any bytes: reading ends, reads no further than the file, gives the same frames
// through a Segment as read_frame() finds, and what decodes as an entry encodes to what it was.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "spool/entry.hpp"
#include "spool/frame.hpp"
#include "spool/segment.hpp"

using namespace pz::spool;

namespace {

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::vector<std::string> frames(std::string_view bytes) {
    std::vector<std::string> payloads;
    for (Frame frame = read_frame(bytes); frame.kind == Frame::Kind::whole;
         frame = read_frame(bytes)) {
        check(frame.size <= bytes.size() && frame.size == kFrameHead + frame.payload.size());
        if (!frame.done) {
            payloads.emplace_back(frame.payload);
        }
        bytes.remove_prefix(frame.size);
    }
    return payloads;
}

void check_entry(std::string_view payload) {
    const auto entry = decode_entry(payload);
    if (!entry.ok()) {
        return;
    }
    std::vector<std::string> texts;
    for (const auto& event : entry->events) {
        texts.push_back(pz::visitor::format_event(event));
    }
    const std::string bytes = encode_entry(entry->parts, entry->visitor, texts);
    const auto again = decode_entry(bytes);
    check(again.ok() && again->visitor == entry->visitor && again->parts == entry->parts);
    check(again->events.size() == entry->events.size());
}

// What a Segment reads of a file of these bytes.
std::vector<std::string> segment(std::string_view bytes) {
    static const std::string path = "/tmp/pz-fuzz-spool-" + std::to_string(::getpid());
    std::ofstream(path, std::ios::binary) << bytes;
    auto adopted = Segment::adopt(path);
    std::vector<std::string> payloads;
    while (adopted.ok() && adopted->has_value()) {
        const auto payload = (*adopted)->read();
        check((*adopted)->read_to() <= bytes.size());
        if (!payload.ok() || !payload->has_value()) {
            check((*adopted)->remove().ok());
            break;
        }
        payloads.emplace_back(**payload);
    }
    ::unlink(path.c_str());
    ::unlink((path + std::string(kDamagedSuffix)).c_str());
    return payloads;
}

// A header as the module writes it.
std::string header() {
    char directory[] = "/tmp/pz-fuzz-spool-XXXXXX";
    check(::mkdtemp(directory) != nullptr);
    auto made = Segment::create(directory, "x");
    check(made.ok());
    std::ifstream file(made->path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    check(made->remove().ok() && ::rmdir(directory) == 0);
    return bytes;
}

}  // namespace

// The bytes are a file, what stands behind a file's header, and a payload: so that mutations get past
// the checksums.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string kHeader = header();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_entry(bytes);
    for (const std::string& payload : segment(bytes)) {
        check_entry(payload);
    }
    check(segment(kHeader + std::string(bytes)) == frames(bytes));
    std::string framed;
    append_frame(framed, bytes.substr(0, kMaxPayload));
    framed += bytes;
    check(segment(kHeader + framed) == frames(framed));
    return 0;
}
