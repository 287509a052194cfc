// What a lookup costs a program that uses hiredis's asynchronous API as it is documented, and
// nothing else: one connection, one epoll, the commands that the module sends (LRANGE of the
// visitor's events, HGETALL of the traits), `concurrency` of them out at any time. Prints one line
// of JSON.
//   hiredis_loop SOCKET VISITORS CONCURRENCY SECONDS
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

namespace {

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double cpu() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// hiredis's hooks over one epoll; events of the only connection.
class Loop {
  public:
    explicit Loop(redisAsyncContext* redis) : redis_(redis) {
        redis->ev.data = this;
        redis->ev.addRead = [](void* self) { static_cast<Loop*>(self)->want(EPOLLIN, true); };
        redis->ev.delRead = [](void* self) { static_cast<Loop*>(self)->want(EPOLLIN, false); };
        redis->ev.addWrite = [](void* self) { static_cast<Loop*>(self)->want(EPOLLOUT, true); };
        redis->ev.delWrite = [](void* self) { static_cast<Loop*>(self)->want(EPOLLOUT, false); };
        epoll_event event{0, {.ptr = this}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, redis->c.fd, &event);
    }

    void turn() {
        epoll_event event{};
        if (epoll_wait(epoll_, &event, 1, 100) != 1) {
            return;
        }
        if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
            redisAsyncHandleRead(redis_);
        }
        if ((event.events & EPOLLOUT) != 0) {
            redisAsyncHandleWrite(redis_);
        }
    }

  private:
    void want(std::uint32_t bit, bool on) {
        const std::uint32_t wanted = on ? wanted_ | bit : wanted_ & ~bit;
        if (wanted != wanted_) {
            wanted_ = wanted;
            epoll_event event{wanted_, {.ptr = this}};
            epoll_ctl(epoll_, EPOLL_CTL_MOD, redis_->c.fd, &event);
        }
    }

    redisAsyncContext* redis_;
    int epoll_ = epoll_create1(EPOLL_CLOEXEC);
    std::uint32_t wanted_ = 0;
};

struct Lookups {
    unsigned visitors = 1;
    unsigned long done = 0, wrong = 0;
    std::mt19937 random{7};

    void begin(redisAsyncContext* redis) {
        const unsigned visitor = random() % visitors;
        redisAsyncCommand(redis, nullptr, nullptr, "LRANGE pz:{%u}:events 0 99", visitor);
        redisAsyncCommand(redis, on_traits, this, "HGETALL pz:{%u}:traits", visitor);
    }

    static void on_traits(redisAsyncContext* redis, void* reply, void* self) {
        auto* lookups = static_cast<Lookups*>(self);
        const auto* traits = static_cast<const redisReply*>(reply);
        lookups->wrong += traits == nullptr || traits->type != REDIS_REPLY_ARRAY ? 1 : 0;
        ++lookups->done;
        if (traits != nullptr) {
            lookups->begin(redis);
        }
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fputs("usage: hiredis_loop SOCKET VISITORS CONCURRENCY SECONDS\n", stderr);
        return 2;
    }
    redisAsyncContext* redis = redisAsyncConnectUnix(argv[1]);
    if (redis == nullptr || redis->err != 0) {
        std::fprintf(stderr, "hiredis_loop: %s: cannot connect\n", argv[1]);
        return 1;
    }
    Loop loop(redis);
    Lookups lookups;
    lookups.visitors = static_cast<unsigned>(std::atoi(argv[2]));
    for (int i = 0; i < std::atoi(argv[3]); ++i) {
        lookups.begin(redis);
    }
    const double begin = now();
    const double used = cpu();
    while (now() - begin < std::atof(argv[4]) && lookups.wrong == 0) {
        loop.turn();
    }
    const auto done = static_cast<double>(lookups.done);
    std::printf("{\"per_second\":%.0f,\"cpu_us\":%.2f,\"wrong\":%lu}\n", done / (now() - begin),
                (cpu() - used) / done * 1e6, lookups.wrong);
    return lookups.wrong == 0 ? 0 : 1;
}
