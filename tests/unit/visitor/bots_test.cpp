#include "visitor/bots.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace pz::visitor;

BOOST_AUTO_TEST_SUITE(bots)

BOOST_AUTO_TEST_CASE(programs_that_say_what_they_are) {
    for (const char* agent :
         {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
          "AdsBot-Google (+http://www.google.com/adsbot.html)",
          "Mozilla/5.0 (compatible; bingbot/2.0)", "Slackbot-LinkExpanding 1.0",
          "facebookexternalhit/1.1", "Mozilla/5.0 (compatible; Yahoo! Slurp)", "Baiduspider",
          "Mozilla/5.0 AppleWebKit/537.36; compatible; ChatGPT-User/1.0", "my CRAWLER", "bot",
          "Mozilla/5.0 (compatible; UptimeRobot/2.0)", "Pingdom.com_bot_version_1.4"}) {
        BOOST_TEST(says_bot(agent), agent);
    }
}

BOOST_AUTO_TEST_CASE(browsers_and_the_shops_own_programs) {
    for (const char* agent :
         {"", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
          "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/70.0 Mobile",
          "Mozilla/5.0 (Linux; Android 12; CUBOT KINGKONG 7) Chrome/120.0", "Bottega/1.0 (iPhone)",
          "curl/7.88.1", "Go-http-client/1.1", "okhttp/4.12.0"}) {
        BOOST_TEST(!says_bot(agent), agent);
    }
}

BOOST_AUTO_TEST_CASE(only_the_beginning_counts) {
    BOOST_TEST(says_bot(std::string(509, ' ') + "bot"));
    BOOST_TEST(!says_bot(std::string(510, ' ') + "bot"));
    BOOST_TEST(!says_bot(std::string(100'000, 'b')));
}

BOOST_AUTO_TEST_SUITE_END()
