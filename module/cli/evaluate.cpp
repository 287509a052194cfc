// personalize evaluate: how good recommendations are, by the code that serves them.
#include "cli/evaluate.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fstream>

#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

Status file_error(const std::string& path, const char* what) {
    return Status::error(path + ": " + what + ": " + std::strerror(errno));
}

void split(std::string_view line, std::vector<std::string_view>& values) {
    values.clear();
    for (std::size_t end = line.find('\t'); end != std::string_view::npos; end = line.find('\t')) {
        values.push_back(line.substr(0, end));
        line.remove_prefix(end + 1);
    }
    values.push_back(line);
}

Status too_few(std::size_t found, std::size_t wanted) {
    return Status::error(std::to_string(found) + " values where " + std::to_string(wanted) +
                         " are needed, parted by tabs");
}

// MiB that are in memory now.
double resident() {
    std::ifstream file("/proc/self/statm");
    double size = 0;
    double pages = 0;
    file >> size >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double most_resident() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

Status read_rows(const std::string& path, std::size_t columns,
                 const std::function<Status(Row)>& row) {
    const auto bytes = learn::read_file(path);
    if (!bytes.ok()) {
        return bytes.status();
    }
    if (bytes->empty()) {
        return Status::error(path + ": empty");
    }
    std::vector<std::string_view> values;
    std::size_t number = 0;
    for (std::string_view rest = *bytes; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        ++number;
        split(line, values);
        Status status =
            values.size() < columns ? too_few(values.size(), columns) : row(Row(values));
        if (!status.ok()) {
            return Status::error(path + ":" + std::to_string(number) + ": " + status.message());
        }
    }
    return {};
}

Result<std::int64_t> parse_seconds(std::string_view text) {
    constexpr double kMost = 4294967295.0;  // what the store can say
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() ||
        !(seconds > 0 && seconds <= kMost)) {
        return Status::error("not a time in unix seconds: '" + std::string(text) + "'");
    }
    return static_cast<std::int64_t>(seconds);
}

Status add_plain_item(learn::Trainer& trainer, std::string_view id) {
    return trainer.knows(id) ? Status() : trainer.set_item({.fields = {{"id", std::string(id)}}});
}

void Hits::add(std::size_t rank, std::size_t k) {
    ++count_;
    if (rank > 0 && rank <= k) {
        ++hits_;
        sum_ += 1 / static_cast<double>(rank);
    }
}

double cpu_now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double Times::at(double share) const {
    if (times_.empty()) {
        return 0;
    }
    const double last = std::ceil(share * static_cast<double>(times_.size())) - 1;
    const auto place = times_.begin() + static_cast<std::ptrdiff_t>(std::max(last, 0.0));
    std::nth_element(times_.begin(), place, times_.end());
    return *place;
}

Result<PredictionFile> PredictionFile::create(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    return file == nullptr ? Result<PredictionFile>(file_error(path, "cannot create"))
                           : Result<PredictionFile>(PredictionFile(path, file));
}

void PredictionFile::add(std::string_view question, const store::Snapshot& snapshot,
                         std::span<const store::ItemIndex> items) {
    line_ = question;
    for (const store::ItemIndex item : items) {
        line_.append("\t").append(snapshot.id(item));
    }
    line_ += '\n';
    std::fwrite(line_.data(), 1, line_.size(), file_.get());  // close() reports errors
}

Status PredictionFile::close() {
    const bool failed = std::ferror(file_.get()) != 0;
    return std::fclose(file_.release()) != 0 || failed ? file_error(path_, "cannot write")
                                                       : Status();
}

void print_cost(const Times& times, const store::Snapshot& snapshot, double training_seconds) {
    std::printf("µs per prediction (CPU)  p50 %.1f  p90 %.1f  p99 %.1f\n", times.at(0.5),
                times.at(0.9), times.at(0.99));
    std::printf("memory  store %.1f MiB  resident %.1f MiB  while training %.1f MiB\n",
                static_cast<double>(snapshot.bytes()) / (1 << 20), resident(), most_resident());
    std::printf("training  %.1f s CPU\n", training_seconds);
}

void add_evaluate(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand(
        "evaluate", "Measure recommendations on held-back history, by the code that serves them");
    command->require_subcommand(1);
    add_evaluate_next_item(*command, run);
    add_evaluate_cart(*command, run);
    add_evaluate_listing(*command, run);
}

}  // namespace pz::cli
