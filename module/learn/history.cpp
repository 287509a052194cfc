#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "learn/trainer.hpp"

namespace pz::learn {

namespace {

constexpr std::size_t kMaxReported = 20;
constexpr std::size_t kMaxLine = 4096;  // visitor, tab, event, with room
constexpr std::uint64_t kLinesBetweenProgress = 16384;

struct Close {
    void operator()(gzFile file) const { gzclose(file); }
};

enum class Read : std::uint8_t { line, too_long, end, failed };

// Lines of a plain or gzip'd file. A line that is too long is passed over.
class LineReader {
  public:
    explicit LineReader(gzFile file) : file_(file), buffer_(kMaxLine + 2) {}

    Read next(std::string_view* line) {
        if (gzgets(file_, buffer_.data(), static_cast<int>(buffer_.size())) == nullptr) {
            return failed() ? Read::failed : Read::end;
        }
        *line = buffer_.data();
        if (!line->ends_with('\n') && line->size() == kMaxLine + 1) {
            skip_rest();
            return Read::too_long;
        }
        while (line->ends_with('\n') || line->ends_with('\r')) {
            line->remove_suffix(1);
        }
        return failed() ? Read::failed : Read::line;
    }

  private:
    bool failed() const {
        int code = Z_OK;
        gzerror(file_, &code);
        return code != Z_OK;
    }
    void skip_rest() {
        int byte = 0;
        do {
            byte = gzgetc(file_);
        } while (byte != '\n' && byte >= 0);
    }

    gzFile file_;
    std::vector<char> buffer_;
};

class HistoryReader {
  public:
    HistoryReader(const std::string& path, Trainer& trainer) : path_(path), trainer_(trainer) {}

    void line(std::string_view text);
    void skip(const std::string& what);
    HistoryReport take() { return std::move(report_); }
    std::uint64_t lines() const { return number_; }

  private:
    const std::string& path_;
    Trainer& trainer_;
    HistoryReport report_;
    std::uint64_t number_ = 0;
};

void HistoryReader::line(std::string_view text) {
    ++number_;
    if (text.empty() || text.front() == '#') {
        return;
    }
    const std::size_t tab = text.find('\t');
    if (tab == std::string_view::npos) {
        return skip("no tab; write <visitor> TAB <event> <item> <unix-seconds>");
    }
    const std::string_view visitor = text.substr(0, tab);
    if (!visitor::valid_visitor_id(visitor)) {
        return skip("visitor: not 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    const auto event = visitor::parse_event(text.substr(tab + 1));
    if (!event) {
        return skip(event.message());
    }
    ++report_.events;
    trainer_.add(visitor, *event);
}

void HistoryReader::skip(const std::string& what) {
    ++report_.skipped;
    if (report_.errors.size() < kMaxReported) {
        report_.errors.push_back(path_ + ":" + std::to_string(number_) + ": " + what);
    }
}

double share_done(gzFile file, double size) {
    return size > 0 ? std::clamp(static_cast<double>(gzoffset(file)) / size, 0.0, 1.0) : 0;
}

}  // namespace

Result<HistoryReport> read_history(const std::string& path, Trainer& trainer,
                                   const std::function<void(double)>& progress) {
    const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rb"));
    if (!file) {
        return Status::error(path + ": " + std::strerror(errno));
    }
    std::error_code no_size;
    const auto size = static_cast<double>(std::filesystem::file_size(path, no_size));
    gzbuffer(file.get(), 1U << 18);
    LineReader lines(file.get());
    HistoryReader reader(path, trainer);
    std::string_view text;
    for (Read read = lines.next(&text); read != Read::end; read = lines.next(&text)) {
        if (read == Read::failed) {
            return Status::error(path + ": unreadable after line " +
                                 std::to_string(reader.lines()) + "; is it complete?");
        }
        if (read == Read::too_long) {
            reader.line("#");
            reader.skip("over 4096 characters");
        } else {
            reader.line(text);
        }
        if (progress && reader.lines() % kLinesBetweenProgress == 0) {
            progress(no_size ? 0 : share_done(file.get(), size));
        }
    }
    if (progress) {
        progress(1);
    }
    return reader.take();
}

}  // namespace pz::learn
