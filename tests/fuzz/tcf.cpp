// TC strings: whatever a cookie holds is read or refused, and consent to more is consent to less.
#include "visitor/tcf.hpp"

#include <cstdlib>

using namespace pz::visitor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto alone = parse_tcf(text);
    for (const unsigned vendor : {1U, 284U, kMaxTcfVendor}) {
        const auto consent = parse_tcf(text, vendor);
        if (consent.ok() ? !alone.ok() || consent->purposes != alone->purposes
                         : consent.message().empty()) {
            std::abort();
        }
        for (const std::uint32_t purposes : {0U, 0b110001U}) {
            if (tcf_consents(text, {purposes, vendor}) &&
                (!tcf_consents(text, {0, vendor}) || !tcf_consents(text, {purposes, 0}))) {
                std::abort();
            }
        }
    }
    if (const std::uint32_t listed = parse_tcf_purposes(text); listed >> kMaxTcfPurpose != 0) {
        std::abort();
    }
    return 0;
}
