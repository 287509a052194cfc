// Consent as the IAB's Transparency & Consent Framework writes it: the core of a TC string,
// version 2. Format: "Transparency and Consent String with Global Vendor & CMP List Formats", IAB
// Tech Lab, v2.2.
//
// The core is one number in base64url, most significant bit first, before the first '.'; what
// follows (disclosed vendors, the publisher's own purposes) says nothing about consent to us.
// Thread rules: pure functions without allocation, but for an error's message.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/status.hpp"

namespace pz::visitor {

inline constexpr unsigned kMaxTcfPurpose = 24;
inline constexpr unsigned kMaxTcfVendor = 65535;

struct TcfConsent {
    std::uint32_t purposes = 0;  // consented to; bit n-1 is purpose n
    // False: a string for all sites in the world, which is void since 1 September 2021.
    bool service_specific = false;
    bool vendor = false;  // the vendor that was asked for has consent
};

// What a shop asks for.
struct TcfDemand {
    std::uint32_t purposes = 0;  // as above
    unsigned vendor = 0;         // its id in the Global Vendor List; 0: none
};

// `vendor`: whose consent is of interest; 0: nobody's. The error says what is wrong with the text.
Result<TcfConsent> parse_tcf(std::string_view text, unsigned vendor = 0);

// Consent to everything that is asked for. Legitimate interest is no consent; neither is a string
// that cannot be read.
bool tcf_consents(std::string_view text, const TcfDemand& demand);

// A list like "1,5,6": numbers from 1 to kMaxTcfPurpose. 0: it is none.
std::uint32_t parse_tcf_purposes(std::string_view list);

}  // namespace pz::visitor
