// What benchmarks share: a table on the screen, the same rows as JSON, and a way to measure.
//
//     Report report(argc, argv, "rewrite", {"page", "ours MB/s", "libxml2 MB/s"});
//     report.row({"20 KB", number(1500), number(40)});
//     return report.finish("37.5 times libxml2");   // the last line
//
// `--json FILE` is read by Report, everything else is in report.arguments(). Thread rules: one
// thread.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pz::bench {

// CPU time of this process in seconds: what other processes do is not in it.
inline double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Median CPU seconds of one call. Calls are grouped so that the clock's own cost does not count.
template <typename Call>
double median_seconds(Call call, int rounds = 15, double round_seconds = 0.02) {
    const double first = cpu_seconds();
    call();
    const double once = std::max(cpu_seconds() - first, 1e-9);
    const auto calls = std::max<long>(1, static_cast<long>(round_seconds / once));
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        const double begin = cpu_seconds();
        for (long i = 0; i < calls; ++i) {
            call();
        }
        times.push_back((cpu_seconds() - begin) / static_cast<double>(calls));
    }
    std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
    return times[static_cast<std::size_t>(rounds / 2)];
}

// Keeps the compiler from leaving out a computation whose result nobody reads.
template <typename Value>
void keep(const Value& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

inline std::string number(double value, int decimals = 0) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

class Report {
  public:
    Report(int argc, char** argv, std::string name, std::vector<std::string> columns)
        : name_(std::move(name)), columns_(std::move(columns)) {
        for (int i = 1; i < argc; ++i) {
            if (std::string_view(argv[i]) != "--json") {
                arguments_.emplace_back(argv[i]);
            } else if (++i < argc) {
                json_ = argv[i];
            } else {
                std::cerr << "--json: expected a file name\n";
                std::exit(2);
            }
        }
        std::cout << "== " << name_ << '\n';
        print(columns_);
    }

    const std::vector<std::string>& arguments() const { return arguments_; }

    // One cell for each column; what reads as a number is one in the JSON.
    void row(std::vector<std::string> cells) {
        print(cells);
        rows_.push_back(std::move(cells));
    }

    // Prints the headline and writes the JSON. Returns the exit status.
    int finish(const std::string& headline) {
        std::cout << name_ << ": " << headline << std::endl;
        if (json_.empty()) {
            return 0;
        }
        std::ofstream out(json_);
        out << "{\"benchmark\":" << quoted(name_) << ",\"headline\":" << quoted(headline)
            << ",\"rows\":[";
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            out << (i == 0 ? "{" : ",{");
            for (std::size_t c = 0; c < rows_[i].size(); ++c) {
                out << (c == 0 ? "" : ",") << quoted(columns_.at(c)) << ':' << value(rows_[i][c]);
            }
            out << '}';
        }
        out << "]}\n";
        out.flush();
        if (!out) {
            std::cerr << json_ << ": cannot be written\n";
        }
        return out ? 0 : 1;
    }

  private:
    void print(const std::vector<std::string>& cells) const {
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const int width = static_cast<int>(std::max<std::size_t>(columns_[c].size(), 10));
            std::printf(c == 0 ? "%-*s" : "  %*s", c == 0 ? 44 : width, cells[c].c_str());
        }
        std::printf("\n");
        std::fflush(stdout);
    }

    static std::string quoted(std::string_view text) {
        std::string out = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                out += '\\';
            }
            out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
        return out + '"';
    }

    static std::string value(const std::string& cell) {
        char* end = nullptr;
        std::strtod(cell.c_str(), &end);
        const bool is_number = !cell.empty() && *end == '\0' &&
                               cell.find_first_not_of("-.0123456789") == std::string::npos;
        return is_number ? cell : quoted(cell);
    }

    std::string name_;
    std::vector<std::string> columns_;
    std::vector<std::string> arguments_;
    std::vector<std::vector<std::string>> rows_;
    std::string json_;
};

}  // namespace pz::bench
