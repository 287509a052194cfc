// The load generator's reading of responses, at every split.
#include "bench/tools/response.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using pz::bench::Response;

namespace {

// Whether the response ends with the last byte, and not before, when it comes in two pieces.
bool ends_at_its_end(const std::string& bytes, std::size_t split) {
    Response response;
    const bool early = response.take({bytes.data(), split});
    return (split == bytes.size()) == early &&
           (early || response.take({bytes.data() + split, bytes.size() - split}));
}

void check_splits(const std::string& bytes) {
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        BOOST_TEST_CONTEXT("split at " << split) {
            BOOST_TEST(ends_at_its_end(bytes, split));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(response)

BOOST_AUTO_TEST_CASE(length_counts_the_body) {
    check_splits("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello");
    check_splits("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(chunks_end_with_the_empty_one) {
    check_splits(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\nA;x=y\r\n0\r\n\r\n56789\r\n0\r\n\r\n");
    check_splits(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nTrailer: a\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(no_content_ends_with_the_head) {
    check_splits("HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(body_of_known_length_may_be_skipped) {
    Response response;
    BOOST_TEST(!response.take("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"));
    BOOST_TEST(response.skippable() == 90U);
    BOOST_TEST(!response.skipped(89));
    BOOST_TEST(response.skipped(1));
}

BOOST_AUTO_TEST_CASE(status_and_closing_are_read) {
    Response response;
    BOOST_TEST(response.take("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    BOOST_TEST(!response.success());
    BOOST_TEST(response.closes());
    response.begin();
    BOOST_TEST(response.take("HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n"));
    BOOST_TEST(response.success());
    BOOST_TEST(!response.closes());
}

BOOST_AUTO_TEST_CASE(without_length_and_chunks_there_is_no_end) {
    Response response;
    BOOST_TEST(!response.take("HTTP/1.1 200 OK\r\n\r\nhello"));
    BOOST_TEST(!response.framed());
}

BOOST_AUTO_TEST_SUITE_END()
