// The program `personalize` beside a Redis of its own, for tests.
#pragma once

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/process.hpp"
#include "integration/support/redis_server.hpp"
#include "integration/support/temp_dir.hpp"
#include "store/snapshot.hpp"

namespace pz::test {

inline std::string program() {
    return environment("PERSONALIZE_BIN", TESTS_DIR "/../build/personalize");
}

inline constexpr std::string_view kFeed =
    "id\ttitle\tlink\tprice\tsale_price\tavailability\tproduct_type\n"
    "A\tApron\thttps://shop.example/p/A\t10.00 GBP\t8.00 GBP\tin_stock\tKitchen > Aprons\n"
    "B\tBowl\thttps://shop.example/p/B\t5.00 GBP\t\tin_stock\tKitchen > Bowls\n"
    "C\tCup\thttps://shop.example/p/C\t3.00 GBP\t\tin_stock\tKitchen > Cups\n";

struct Commands {
    TempDir dir;
    RedisServer redis{dir};
    RedisClient client = redis.client();
    std::string store = dir / "store";
    std::size_t runs = 0;

    Outcome personalize(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), program());
        return run(arguments, dir / ("run" + std::to_string(runs++)));
    }
    // The last argument is fed through standard input.
    Outcome piped(const std::string& arguments, const std::string& input) {
        const std::string path = dir.write("input", input);
        return run({"sh", "-c", program() + " " + arguments + " < " + path},
                   dir / ("run" + std::to_string(runs++)));
    }
    Outcome import(std::string_view feed = kFeed) {
        return personalize({"import", dir.write("feed.tsv", feed), "--redis", redis.unix_url()});
    }
    Process daemon(const std::string& interval = "100ms") {
        return Process({{program(), "learn", "--store", store, "--redis", redis.unix_url(),
                         "--interval", interval},
                        dir / "daemon.log"});
    }
    void event(const std::string& visitor, const std::string& name, const std::string& item,
               const std::string& stream = "pz:events:0") {
        client.command({"XADD", stream, "*", "v", visitor, "e", name, "i", item, "t",
                        std::to_string(std::time(nullptr) - 10)});
    }
    // The store as a worker would see it; null when there is none.
    std::unique_ptr<const store::Snapshot> snapshot() const {
        auto opened = store::Snapshot::open(store);
        return opened.ok() ? std::move(*opened) : nullptr;
    }
    store::LiveFields live(std::string_view id) const {
        const auto opened = snapshot();
        return opened ? opened->live(opened->find(id)) : store::LiveFields();
    }
    bool generation_with(std::string_view id) const {
        const auto opened = snapshot();
        return opened && opened->find(id) != store::kNoItem;
    }
};

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

}  // namespace pz::test
