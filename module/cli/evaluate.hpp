// What the sub-commands of `personalize evaluate` share: rows of files, a store trained for the
// occasion, hits and times. Each sub-command is one file and adds itself to `evaluate`.
//
// What is evaluated is what is served: Trainer -> snapshot file -> Snapshot -> Profile ->
// recommender, with defaults only.
// Thread rules: one thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/trial_store.hpp"
#include "learn/trainer.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

// Of a visitor: what personalize_retention keeps by default.
inline constexpr std::size_t kMostEvents = 100;

void add_evaluate_next_item(CLI::App& evaluate, Run& run);
void add_evaluate_cart(CLI::App& evaluate, Run& run);
void add_evaluate_listing(CLI::App& evaluate, Run& run);

// Calls row(values) for each line of a file of values parted by tabs, plain or gzip. A line of
// fewer than `columns` values ends it, as does a row() that fails; the error begins "path:line: ". A file
// without lines is an error, too: it is not what was meant.
// Values beyond are given too. The views die with the call.
using Row = std::span<const std::string_view>;
Status read_rows(const std::string& path, std::size_t columns,
                 const std::function<Status(Row)>& row);

// Unix seconds; a fraction is cut off. The error says what was found.
Result<std::int64_t> parse_seconds(std::string_view text);

// Adds an item of no attributes but its id, if it is new.
Status add_plain_item(learn::Trainer& trainer, std::string_view id);

// Of many questions, the share answered among the first k, and the mean of 1/rank (0: not there).
class Hits {
  public:
    // `rank` from 1; 0 or beyond k: a miss.
    void add(std::size_t rank, std::size_t k);
    std::size_t count() const { return count_; }
    double rate() const { return count_ == 0 ? 0 : static_cast<double>(hits_) / count(); }
    double reciprocal() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

  private:
    std::size_t count_ = 0, hits_ = 0;
    double sum_ = 0;
};

// CPU time of this thread, in microseconds.
double cpu_now();

// Times of many predictions, in microseconds.
class Times {
  public:
    void add(double microseconds) { times_.push_back(microseconds); }
    double at(double share) const;  // of all, as many are at most so long; 0 when there are none

  private:
    mutable std::vector<double> times_;
};

// The predictions, one line a question: what names it, then ids, parted by tabs.
class PredictionFile {
  public:
    static Result<PredictionFile> create(const std::string& path);
    void add(std::string_view question, const store::Snapshot& snapshot,
             std::span<const store::ItemIndex> items);
    Status close();  // the error of any write

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    PredictionFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::string line_;
};

// Prints "µs per prediction", memory, the size of the store and the time that training took.
void print_cost(const Times& times, const store::Snapshot& snapshot, double training_seconds);

}  // namespace pz::cli
