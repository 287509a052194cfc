// What Boost.Test needs to compare and print lists.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace pz::test {

using List = std::vector<std::string>;

inline std::string joined(const List& list) {
    std::string text;
    for (const std::string& entry : list) {
        text += (text.empty() ? "" : " ") + entry;
    }
    return text;
}

}  // namespace pz::test

// "P01 P02" instead of lists: one line that shows the difference.
#define CHECK_LIST(list, expected) BOOST_CHECK_EQUAL(::pz::test::joined(list), expected)
