// Profile::Builder: the work of Profile::build(), step by step. Internal to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "visitor/event_reader.hpp"
#include "visitor/profile.hpp"

namespace pz::visitor {

class Profile::Builder {
  public:
    Builder(Profile& profile, const store::Snapshot& snapshot, std::int64_t now)
        : profile_(profile), snapshot_(snapshot), now_(now) {}

    // In this order. read_events() keeps events without an item among the touches, for the two
    // steps that need them; drop_itemless() ends that.
    void read_events(std::span<const std::string_view> events);
    void find_session();
    void judge_touches();
    void drop_itemless();

  private:
    static constexpr std::uint32_t kNone =
        ~std::uint32_t{0};  // the number of a touch without an item

    void add_touch(const EventReader& reader, std::string_view text);
    void find_items();
    void number_items();
    void judge(const Touch& touch, std::uint32_t number, bool all_bought);
    void judge_cart(const Touch& touch, std::uint32_t number, bool all_bought);
    void judge_opinion(const Touch& touch, std::uint32_t number);

    Profile& profile_;
    const store::Snapshot& snapshot_;
    const std::int64_t now_;
};

}  // namespace pz::visitor
