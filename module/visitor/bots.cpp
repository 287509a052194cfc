#include "visitor/bots.hpp"

#include <algorithm>
#include <array>

namespace pz::visitor {

namespace {

// In lower case.
constexpr auto kMarks = std::to_array<std::string_view>({"crawl",
                                                         "spider",
                                                         "slurp",
                                                         "scrapy",
                                                         "facebookexternalhit",
                                                         "googleother",
                                                         "google-inspectiontool",
                                                         "mediapartners-google",
                                                         "feedfetcher",
                                                         "bingpreview",
                                                         "skypeuripreview",
                                                         "chatgpt-user",
                                                         "perplexity",
                                                         "archiver",
                                                         "lighthouse",
                                                         "pagespeed",
                                                         "pingdom",
                                                         "statuscake",
                                                         "site24x7",
                                                         "check_http",
                                                         "phantomjs"});

// What stands behind is of no interest.
constexpr std::size_t kLongest = 512;

bool letter(char c) {
    return c >= 'a' && c <= 'z';
}

// "Googlebot/2.1" and "AdsBot-Google", but neither "Bottega" nor the telephones of CUBOT.
bool has_bot(std::string_view text) {
    constexpr std::string_view kBot = "bot";
    for (std::size_t at = text.find(kBot); at != std::string_view::npos;
         at = text.find(kBot, at + 1)) {
        const std::size_t end = at + kBot.size();
        const bool telephone = at >= 2 && text.substr(at - 2, 2) == "cu";
        if ((end == text.size() || !letter(text[end])) && !telephone) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool says_bot(std::string_view user_agent) {
    std::array<char, kLongest> buffer;
    const std::size_t size = std::min(user_agent.size(), kLongest);
    std::transform(user_agent.begin(), user_agent.begin() + static_cast<std::ptrdiff_t>(size),
                   buffer.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    const std::string_view text(buffer.data(), size);
    return has_bot(text) ||
           std::any_of(kMarks.begin(), kMarks.end(), [text](std::string_view mark) {
               return text.find(mark) != std::string_view::npos;
           });
}

}  // namespace pz::visitor
