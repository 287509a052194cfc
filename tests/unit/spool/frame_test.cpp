#include "spool/frame.hpp"

#include <boost/test/unit_test.hpp>
#include <ostream>

namespace pz::spool {

namespace {

using Kind = Frame::Kind;

}  // namespace

BOOST_AUTO_TEST_SUITE(frames)

BOOST_AUTO_TEST_CASE(come_back_as_they_were) {
    for (const std::string& payload : {std::string(), std::string("x"), std::string("a\0b\n", 4),
                                       std::string(kMaxPayload, 'p')}) {
        std::string bytes;
        append_frame(bytes, payload);
        bytes += "behind";
        const Frame frame = read_frame(bytes);
        BOOST_CHECK(frame.kind == Kind::whole);
        BOOST_TEST(frame.size == kFrameHead + payload.size());
        BOOST_CHECK(frame.payload == payload);
    }
}

BOOST_AUTO_TEST_CASE(a_frame_cut_anywhere_is_cut) {
    std::string bytes;
    append_frame(bytes, "some events");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Frame frame = read_frame(std::string_view(bytes).substr(0, size));
        BOOST_CHECK(frame.kind == Kind::cut);
        BOOST_TEST(frame.size > size);
        BOOST_TEST(frame.size <= bytes.size());
    }
}

BOOST_AUTO_TEST_CASE(a_frame_with_any_bit_turned_is_not_whole) {
    std::string bytes;
    append_frame(bytes, "some events");
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string turned = bytes;
        turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1 << bit % 8));
        BOOST_CHECK(read_frame(turned).kind != Kind::whole);
    }
}

BOOST_AUTO_TEST_CASE(a_size_beyond_the_limit_is_no_frame) {
    std::string bytes;
    append_frame(bytes, "");
    bytes[15] = 0x7f;
    BOOST_CHECK(read_frame(bytes).kind == Kind::broken);
    BOOST_CHECK(read_frame(std::string(64, '\0')).kind == Kind::broken);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::spool
