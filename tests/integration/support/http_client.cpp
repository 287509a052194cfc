#include "integration/support/http_client.hpp"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "integration/support/process.hpp"

namespace pz::test {

namespace {

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

void parse_head(std::string_view head, Response& response) {
    const std::size_t line_end = head.find("\r\n");
    const std::string_view status_line = head.substr(0, line_end);
    response.version = status_line.substr(0, status_line.find(' '));
    const std::size_t code = status_line.find(' ');
    if (code != std::string_view::npos) {
        std::from_chars(status_line.data() + code + 1, status_line.data() + status_line.size(),
                        response.status);
    }
    for (std::size_t at = line_end + 2; at < head.size();) {
        const std::size_t end = std::min(head.find("\r\n", at), head.size());
        const std::string_view line = head.substr(at, end - at);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) {
            response.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
        }
        at = end + 2;
    }
}

// How the bytes of a response are framed; feeds on what was received so far.
class Framing {
  public:
    Framing(const Request& request, Response& response) : response_(response) {
        const auto length = response.header("Content-Length");
        const auto encoding = response.header("Transfer-Encoding");
        chunked_ = encoding && same_name(*encoding, "chunked");
        bodiless_ = request.method == "HEAD" || response.status == 204 || response.status == 304;
        if (length && !chunked_) {
            length_ = std::stoull(*length);
        }
        const auto connection = response.header("Connection").value_or("");
        response.keep_alive =
            (bodiless_ || chunked_ || length_.has_value()) && !same_name(connection, "close") &&
            (response.version == "HTTP/1.1" || same_name(connection, "keep-alive"));
    }

    // True when the response has ended. `bytes`: all behind the head.
    bool ended(std::string_view bytes) {
        if (bodiless_) {
            return true;
        }
        if (chunked_) {
            return chunks(bytes);
        }
        return length_ && bytes.size() >= *length_;
    }
    void keep_body(std::string_view bytes) {
        if (!bodiless_ && !chunked_) {
            response_.body = bytes.substr(0, length_.value_or(bytes.size()));
        }
    }
    // Whether the end of the stream is the end of the response.
    bool ends_with_stream() const { return !bodiless_ && !chunked_ && !length_; }
    const std::string& problem() const { return problem_; }

  private:
    bool chunks(std::string_view bytes) {
        while (true) {
            const std::string_view rest = bytes.substr(parsed_);
            const std::size_t line_end = rest.find("\r\n");
            if (line_end == std::string_view::npos) {
                return false;
            }
            std::size_t size = 0;
            const auto number = std::from_chars(rest.data(), rest.data() + line_end, size, 16);
            if (number.ec != std::errc() || number.ptr != rest.data() + line_end) {
                problem_ = "not a chunk size: " + std::string(rest.substr(0, line_end));
                return true;
            }
            if (rest.size() < line_end + 2 + size + 2) {
                return false;
            }
            response_.body.append(rest.substr(line_end + 2, size));
            parsed_ += line_end + 2 + size + 2;
            if (size == 0) {
                return true;
            }
        }
    }

    Response& response_;
    bool chunked_ = false, bodiless_ = false;
    std::optional<std::size_t> length_;
    std::size_t parsed_ = 0;
    std::string problem_;
};

bool names_encoding(const Request& request) {
    return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
        return same_name(header.first, "Accept-Encoding");
    });
}

// What the bytes say so far; whether they are one whole gzip stream.
std::pair<std::string, bool> inflated(std::string_view bytes) {
    z_stream stream{};
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) {
        return {};
    }
    std::string text;
    std::string piece(65536, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        text.append(piece, 0, piece.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return {text, state == Z_STREAM_END && stream.avail_in == 0};
}

// The response as it would have come without gzip.
void decode(Response& response) {
    if (response.header("Content-Encoding").value_or("") != "gzip") {
        return;
    }
    response.decoded = true;
    std::erase_if(response.headers, [](const auto& header) {
        return same_name(header.first, "Content-Encoding") || same_name(header.first, "Vary");
    });
    auto [text, whole] = inflated(response.body);
    response.body = std::move(text);
    if (response.complete && !whole) {
        response.complete = false;
        response.problem = "not a whole gzip stream";
    }
}

}  // namespace

std::optional<std::string> gunzip(std::string_view bytes) {
    auto [text, whole] = inflated(bytes);
    return whole ? std::optional(std::move(text)) : std::nullopt;
}

bool gzip_everywhere() {
    return !environment("PERSONALIZE_GZIP").empty();
}

std::string Request::bytes() const {
    std::string out = method + " " + path + " HTTP/" + version + "\r\nHost: shop.test\r\n";
    for (const auto& [name, value] : headers) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!body.empty() || method == "POST") {
        out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    if (close) {
        out += "Connection: close\r\n";
    }
    return out + "\r\n" + body;
}

std::optional<std::string> Response::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) {
            return value;
        }
    }
    return {};
}

std::size_t Response::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(),
                      [name](const auto& header) { return same_name(header.first, name); }));
}

bool HttpClient::connect() {
    socket_ = connect_to(server_, receive_buffer_);
    return socket_.valid();
}

bool HttpClient::send_bytes(std::string_view bytes) {
    received_.clear();
    return (socket_.valid() || connect()) && socket_.send(bytes);
}

const std::string& HttpClient::read_until(std::string_view text, Duration patience) {
    while (received_.find(text) == std::string::npos) {
        const std::string bytes = socket_.receive(65536, patience);
        if (bytes.empty()) {
            break;
        }
        received_ += bytes;
    }
    return received_;
}

Response HttpClient::finish(const Request& request, std::size_t piece, Duration patience) {
    Response response;
    read_until("\r\n\r\n", patience);
    const std::size_t head = received_.find("\r\n\r\n");
    if (head == std::string::npos) {
        response.problem = "no answer, only '" + received_ + "'";
        socket_.close();
        return response;
    }
    parse_head(std::string_view(received_).substr(0, head), response);
    Framing framing(request, response);
    while (!framing.ended(std::string_view(received_).substr(head + 4))) {
        const std::string bytes = socket_.receive(piece, patience);
        if (bytes.empty()) {
            const bool end = framing.ends_with_stream() && !socket_.timed_out();
            response.problem = end ? "" : "ended early";
            response.keep_alive = false;
            break;
        }
        received_ += bytes;
    }
    framing.keep_body(std::string_view(received_).substr(head + 4));
    response.problem += framing.problem();
    response.complete = response.problem.empty();
    if (!response.keep_alive) {
        socket_.close();
    }
    return response;
}

Response HttpClient::exchange(const Request& request, Duration patience) {
    const bool reused = socket_.valid();
    Response response;
    if (send(request)) {
        response = finish(request, 65536, patience);
    }
    if (reused && response.status == 0 && received_.empty()) {
        socket_.close();
        response = send(request) ? finish(request, 65536, patience) : Response();
    }
    return response;
}

Response HttpClient::fetch(const Request& request, Duration patience) {
    if (!gzip_everywhere() || names_encoding(request)) {
        return exchange(request, patience);
    }
    Request accepting = request;
    accepting.headers.emplace_back("Accept-Encoding", "gzip");
    Response response = exchange(accepting, patience);
    decode(response);
    return response;
}

Response HttpClient::get(const std::string& path, Headers headers) {
    return fetch({.path = path, .headers = std::move(headers)});
}

}  // namespace pz::test
