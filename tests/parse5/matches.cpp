// Prints what the rewriter matches, for the comparison with another parser.
//   rewrite_matches SELECTORS PAGE...
// For each page a line "page PATH"; for each selector (a line of the file SELECTORS) its matches as
// "match SELECTOR BEGIN END" and then "given-up SELECTOR COUNT". Each selector has a run of its own.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace {

using namespace pz::rewrite;

class Printer final : public Sink {
  public:
    explicit Printer(std::size_t selector) : selector_(selector) {}
    void raw(std::string_view) override {}
    void element(const Element& e) override {
        std::cout << "match " << selector_ << ' ' << e.offset << ' ' << e.offset + e.outer.size()
                  << '\n';
    }

  private:
    std::size_t selector_;
};

void print(const std::vector<Pattern>& patterns, const std::string& page) {
    Limits limits;
    limits.max_buffer = page.size() + 1;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        Printer sink(i);
        Rewriter rewriter({&patterns[i], 1}, sink, limits);
        rewriter.write(page);
        rewriter.end();
        const Counters& counters = rewriter.counters();
        std::cout << "given-up " << i << ' ' << counters.ambiguous + counters.over_limit << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Pattern> patterns;
    std::ifstream selectors(argc > 1 ? argv[1] : "");
    for (std::string line; std::getline(selectors, line);) {
        const auto selector = compile_selector(line);
        if (!selector.ok()) {
            std::cerr << selector.message() << '\n';
            return 1;
        }
        patterns.push_back({*selector, false, {}, {}});
    }
    for (int i = 2; i < argc; ++i) {
        std::ifstream in(argv[i], std::ios::binary);
        std::cout << "page " << argv[i] << '\n';
        print(patterns, {std::istreambuf_iterator<char>(in), {}});
    }
    return 0;
}
