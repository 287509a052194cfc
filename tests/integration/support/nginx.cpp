#include "integration/support/nginx.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace pz::test {

namespace {

std::string module_path() {
    const std::string path =
        environment("PERSONALIZE_MODULE", TESTS_DIR "/../build/ngx_http_personalize_module.so");
    return std::filesystem::absolute(path).string();
}

// http{} begins on a line of its own, whatever stands before it.
constexpr std::string_view kFrame = R"(@user@
@load_module@
@main@
daemon off;
worker_processes @workers@;
error_log @dir@/@name@-error.log info;
pid @dir@/@name@.pid;
events { worker_connections 1024; }
http {
client_body_temp_path @dir@/@name@-body; proxy_temp_path @dir@/@name@-proxy;
fastcgi_temp_path @dir@/@name@-fastcgi; uwsgi_temp_path @dir@/@name@-uwsgi;
scgi_temp_path @dir@/@name@-scgi; access_log @dir@/@name@-access.log;
@http@
}
)";

std::string configuration(const TempDir& dir, std::string_view http, const Nginx::Options& options,
                          const Address& address) {
    const std::string content = fill_in(http, {{"dir", dir.path()}, {"listen", "unix:" + address}});
    return fill_in(
        kFrame, {{"user", ::geteuid() == 0 ? "user root;" : ""},
                 {"load_module", options.with_module ? "load_module " + module_path() + ";" : ""},
                 {"main", options.main},
                 {"workers", std::to_string(options.workers)},
                 {"dir", dir.path()},
                 {"name", options.name},
                 {"http", content}});
}

std::vector<std::string> command(const TempDir& dir, const std::string& config) {
    // The first messages go where nginx was told to at build time unless -e says otherwise.
    return {environment("NGINX_BIN", "/usr/sbin/nginx"),
            "-e",
            "stderr",
            "-p",
            dir.path(),
            "-c",
            config};
}

std::vector<std::pair<std::string, std::string>> preload() {
    const std::string library = environment("PERSONALIZE_PRELOAD");
    if (library.empty()) {
        return {};
    }
    return {{"LD_PRELOAD", library},
            {"ASAN_OPTIONS", "detect_leaks=0:" + environment("ASAN_OPTIONS")},
            {"UBSAN_OPTIONS", "print_stacktrace=1"}};
}

bool leaving(pid_t pid) {
    return title_of(pid).find("shutting down") != std::string::npos;
}

bool is_worker(pid_t pid) {
    return title_of(pid).find("worker process") != std::string::npos;
}

}  // namespace

std::string fill_in(std::string_view text, const Values& values) {
    std::string out;
    while (true) {
        const std::size_t begin = text.find('@');
        if (begin == text.npos) {
            return out.append(text);
        }
        const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", begin + 1);
        if (end == text.npos || text[end] != '@' || end == begin + 1) {
            out.append(text.substr(0, begin + 1));  // nginx's own: "location @shop"
            text.remove_prefix(begin + 1);
            continue;
        }
        const std::string name(text.substr(begin + 1, end - begin - 1));
        const auto value = values.find(name);
        if (value == values.end()) {
            throw std::runtime_error("no value for @" + name + "@");
        }
        out.append(text.substr(0, begin)).append(value->second);
        text.remove_prefix(end + 1);
    }
}

std::size_t first_http_line(unsigned more_lines) {
    const std::string_view head = kFrame.substr(0, kFrame.find("@http@"));
    return 1 + static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')) + more_lines;
}

Nginx::Nginx(const TempDir& dir, std::string_view http, Options options)
    : dir_(dir), options_(std::move(options)), address_(dir / (options_.name + ".sock")) {
    configure(http);
    process_ = Process({command(dir, dir / (options_.name + ".conf")),
                        dir / (options_.name + "-stderr.log"), preload(), SIGTERM});
    const bool up =
        wait_until([this] { return connect_to(address_).valid() || !process_.running(); }, 30s);
    if (!up || !process_.running()) {
        throw std::runtime_error("nginx did not start:\n" + log());
    }
}

void Nginx::configure(std::string_view http) const {
    dir_.write(options_.name + ".conf", configuration(dir_, http, options_, address_));
}

Nginx::~Nginx() {
    if (process_.running()) {
        BOOST_CHECK_MESSAGE(quit().has_value(), "nginx did not leave after SIGQUIT");
    }
    process_.kill();
    check_log();
}

std::vector<pid_t> Nginx::workers() const {
    std::vector<pid_t> list;
    for (const pid_t child : children_of(process_.pid())) {
        if (is_worker(child) && !leaving(child)) {
            list.push_back(child);
        }
    }
    return list;
}

std::string Nginx::log() const {
    return dir_.read(options_.name + "-stderr.log") + dir_.read(options_.name + "-error.log");
}

bool Nginx::logged(std::string_view text, Duration patience) const {
    return wait_until([&] { return log().find(text) != std::string::npos; }, patience);
}

bool Nginx::reload(Duration patience) {
    const std::vector<pid_t> before = workers();
    process_.signal(SIGHUP);
    return wait_until(
        [&] {
            const std::vector<pid_t> now = workers();
            return now.size() == options_.workers &&
                   std::none_of(now.begin(), now.end(), [&](pid_t pid) {
                       return std::find(before.begin(), before.end(), pid) != before.end();
                   });
        },
        patience);
}

std::optional<Duration> Nginx::quit(Duration patience) {
    const auto begin = std::chrono::steady_clock::now();
    process_.signal(SIGQUIT);
    if (!process_.wait(patience)) {
        return {};
    }
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
}

bool Nginx::expected(std::string_view line) const {
    return std::any_of(expected_.begin(), expected_.end(), [line](const std::string& text) {
        return line.find(text) != std::string_view::npos;
    });
}

void Nginx::check_log() const {
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
        for (const char* trouble : {"[alert]", "[emerg]", "AddressSanitizer", "LeakSanitizer",
                                    "runtime error:", "terminate called"}) {
            if (line.find(trouble) != std::string::npos && !expected(line)) {
                BOOST_ERROR("nginx log: " << line);
            }
        }
    }
}

Outcome Nginx::check(const TempDir& dir, std::string_view http) {
    Options options;
    options.name = "check";
    const std::string config =
        dir.write("check.conf", configuration(dir, http, options, dir / "check.sock"));
    auto arguments = command(dir, config);
    arguments.emplace_back("-t");
    const std::string output = dir / "check-output.log";
    std::filesystem::remove(output);
    return run(arguments, output, preload());
}

}  // namespace pz::test
