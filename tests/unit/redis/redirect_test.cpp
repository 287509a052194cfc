#include "redis/redirect.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>
#include <vector>

using namespace pz::redis;
using Kind = Redirect::Kind;

BOOST_AUTO_TEST_SUITE(redirect)

BOOST_AUTO_TEST_CASE(where_to) {
    Redirect to = read_redirect("MOVED 3999 127.0.0.1:6381");
    BOOST_TEST((to.kind == Kind::moved));
    BOOST_TEST(to.slot == 3999);
    BOOST_TEST(to.where.name() == "127.0.0.1:6381");
    to = read_redirect("ASK 0 ::1:6381");
    BOOST_TEST((to.kind == Kind::ask));
    BOOST_TEST(to.where.name() == "[::1]:6381");
    to = read_redirect("MOVED 16383 :1");
    BOOST_TEST((to.kind == Kind::moved));
    BOOST_TEST(to.where.host.empty());
}

BOOST_AUTO_TEST_CASE(later_or_by_another) {
    BOOST_TEST((read_redirect("TRYAGAIN Multiple keys request").kind == Kind::again));
    BOOST_TEST((read_redirect("READONLY You can't write").kind == Kind::not_primary));
    for (const std::string_view text :
         {"CLUSTERDOWN The cluster is down", "LOADING", "MASTERDOWN x"}) {
        BOOST_TEST((read_redirect(text).kind == Kind::away), text);
    }
}

BOOST_AUTO_TEST_CASE(answers_like_any_other) {
    for (const std::string_view text :
         {"", "ERR", "MOVED", "MOVED ", "MOVED 1", "MOVED 1 ", "MOVED 1 h",
          "MOVED 1 h:", "MOVED 1 h:0", "MOVED 1 h:65536", "MOVED 1 h:1x", "MOVED 16384 h:1",
          "MOVED -1 h:1", "MOVED x h:1", "MOVED  h:1", "MOVED 1 a b:1", "ASK 1 h\x01:1",
          "moved 1 h:1", "MOVEDX 1 h:1"}) {
        BOOST_TEST((read_redirect(text).kind == Kind::none), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
