#include "visitor/tcf.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pz::visitor {

namespace {

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xff;
constexpr std::size_t kDigitBits = 6;

constexpr std::array<std::uint8_t, 256> make_digits() {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    for (std::size_t i = 0; i < kBase64Url.size(); ++i) {
        digits[static_cast<unsigned char>(kBase64Url[i])] = static_cast<std::uint8_t>(i);
    }
    return digits;
}

constexpr std::array<std::uint8_t, 256> kDigits = make_digits();

// The fields of the core, by their first bit. Others stand between them.
constexpr std::size_t kServiceSpecific = 138;
constexpr std::size_t kPurposes = 152;
constexpr std::size_t kMaxVendor = 213;
constexpr std::size_t kIsRange = 229;
constexpr std::size_t kVendors = 230;  // a bit each, or the number of ranges
constexpr std::size_t kRanges = 242;

// The bits of base64url text, read where they stand.
class Bits {
  public:
    // `text` has no other characters than digits.
    explicit Bits(std::string_view text) : text_(text) {}

    bool has(std::size_t end) const { return end <= text_.size() * kDigitBits; }
    unsigned at(std::size_t bit) const {
        const unsigned digit = kDigits[static_cast<unsigned char>(text_[bit / kDigitBits])];
        return (digit >> (kDigitBits - 1 - bit % kDigitBits)) & 1U;
    }
    unsigned number(std::size_t bit, std::size_t count) const {
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            value = value << 1U | at(bit + i);
        }
        return value;
    }

  private:
    std::string_view text_;
};

Status broken(std::string_view problem) {
    return Status::error("TC string: " + std::string(problem));
}

// Ranges are [is a range:1][first:16] and, if it is one, [last:16].
Result<bool> in_ranges(const Bits& bits, unsigned vendor) {
    std::size_t at = kRanges;
    if (!bits.has(at)) {
        return broken("ends within its vendors");
    }
    bool found = false;
    for (unsigned left = bits.number(kVendors, 12); left > 0; --left) {
        if (!bits.has(at + 17)) {
            return broken("ends within its vendors");
        }
        const bool range = bits.at(at) == 1;
        const unsigned first = bits.number(at + 1, 16);
        at += 17;
        if (range && !bits.has(at + 16)) {
            return broken("ends within its vendors");
        }
        const unsigned last = range ? bits.number(at, 16) : first;
        at += range ? 16 : 0;
        found = found || (first <= vendor && vendor <= last);
    }
    return found;
}

Result<bool> has_vendor(const Bits& bits, unsigned vendor) {
    if (!bits.has(kVendors)) {
        return broken("ends before its vendors");
    }
    if (bits.at(kIsRange) == 1) {
        return in_ranges(bits, vendor);
    }
    const unsigned max = bits.number(kMaxVendor, 16);
    if (!bits.has(kVendors + max)) {
        return broken("ends within its vendors");
    }
    return vendor <= max && bits.at(kVendors + vendor - 1) == 1;
}

}  // namespace

Result<TcfConsent> parse_tcf(std::string_view text, unsigned vendor) {
    const std::string_view core = text.substr(0, text.find('.'));
    const bool digits = std::all_of(core.begin(), core.end(), [](char c) {
        return kDigits[static_cast<unsigned char>(c)] != kNoDigit;
    });
    if (core.empty() || !digits) {
        return broken("not base64url");
    }
    const Bits bits(core);
    if (bits.number(0, kDigitBits) != 2) {
        return broken("not of version 2");
    }
    if (!bits.has(kPurposes + kMaxTcfPurpose)) {
        return broken("ends before its purposes");
    }
    TcfConsent consent;
    consent.service_specific = bits.at(kServiceSpecific) == 1;
    for (unsigned purpose = 0; purpose < kMaxTcfPurpose; ++purpose) {
        consent.purposes |= bits.at(kPurposes + purpose) << purpose;
    }
    if (vendor != 0) {
        auto found = has_vendor(bits, vendor);
        if (!found.ok()) {
            return found.status();
        }
        consent.vendor = *found;
    }
    return consent;
}

bool tcf_consents(std::string_view text, const TcfDemand& demand) {
    const auto consent = parse_tcf(text, demand.vendor);
    return consent.ok() && consent->service_specific &&
           (consent->purposes & demand.purposes) == demand.purposes &&
           (consent->vendor || demand.vendor == 0);
}

std::uint32_t parse_tcf_purposes(std::string_view list) {
    std::uint32_t purposes = 0;
    const char* at = list.data();
    const char* const end = at + list.size();
    while (at != end) {
        unsigned purpose = 0;
        const auto [stop, error] = std::from_chars(at, end, purpose);
        const bool more = stop != end && *stop == ',' && stop + 1 != end;
        if (error != std::errc() || purpose < 1 || purpose > kMaxTcfPurpose ||
            (stop != end && !more)) {
            return 0;
        }
        purposes |= 1U << (purpose - 1);
        at = more ? stop + 1 : end;
    }
    return purposes;
}

}  // namespace pz::visitor
