// A checkpoint made to harm: its checksum is made right again. Whatever is restored must be fit for
// learning on, writing a store and being saved.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "learn/trainer.hpp"
#include "store/checksum.hpp"

using namespace pz;

namespace {

constexpr std::int64_t kNow = 1763660000;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void mend_checksum(std::string& bytes) {
    if (bytes.size() >= sizeof(std::uint64_t)) {
        const std::size_t size = bytes.size() - sizeof(std::uint64_t);
        store::Checksum sum;
        sum.add(bytes.data(), size);
        const std::uint64_t value = sum.value();
        std::memcpy(bytes.data() + size, &value, sizeof value);
    }
}

void learn_on(learn::Trainer& trainer, const learn::Sources& sources) {
    static const std::string folder = "/dev/shm/pz-fuzz-" + std::to_string(::getpid());
    for (const char* id : {"a", "b"}) {
        require(trainer.set_item({.fields = {{"id", id}}}).ok());
        trainer.add("v", *visitor::parse_event(std::string("purchase ") + id + " 1763650000"));
    }
    require(trainer.write(folder, 1, kNow).ok());
    require(trainer.save(store::StagedFile(folder), sources, kNow).ok());
    learn::Sources again;
    require(learn::Trainer().restore(folder, &again).ok() && again.streams == sources.streams);
    ::unlink(folder.c_str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = ::memfd_create("checkpoint", MFD_CLOEXEC);
    std::string bytes(reinterpret_cast<const char*>(data), size);
    mend_checksum(bytes);
    require(::ftruncate(file, static_cast<off_t>(size)) == 0);
    require(::pwrite(file, bytes.data(), size, 0) == static_cast<ssize_t>(size));
    learn::Trainer trainer;
    learn::Sources sources;
    if (trainer.restore("/proc/self/fd/" + std::to_string(file), &sources).ok()) {
        learn_on(trainer, sources);
    }
    return 0;
}
