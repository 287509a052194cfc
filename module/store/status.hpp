// Status and Result: how functions of this project report failure.
//
// No exception crosses a room's border. A failure carries one sentence for a person: the place,
// what is wrong, and what to do about it. Thread rules: values, as safe as std::string.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace pz {

class [[nodiscard]] Status {
  public:
    Status() = default;
    static Status error(std::string message) { return Status(std::move(message)); }

    bool ok() const { return !message_; }
    explicit operator bool() const { return ok(); }
    // Empty when ok().
    std::string message() const { return message_.value_or(std::string()); }

  private:
    explicit Status(std::string message) : message_(std::move(message)) {}
    std::optional<std::string> message_;
};

// A value, or why there is none. value() may be called only when ok().
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit by design
    Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit by design

    bool ok() const { return value_.has_value(); }
    explicit operator bool() const { return ok(); }
    T& value() { return *value_; }
    const T& value() const { return *value_; }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return &*value_; }
    const T* operator->() const { return &*value_; }
    const Status& status() const { return status_; }
    std::string message() const { return status_.message(); }

  private:
    std::optional<T> value_;
    Status status_;
};

}  // namespace pz
