// Files of the repository that tests hold to their word: documentation, ready rules.
#pragma once

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <string>

namespace pz::test {

// By its path from the repository's root.
inline std::string read_repository(const std::string& name) {
    const std::string path = std::string(TESTS_DIR) + "/../" + name;
    std::ifstream file(path);
    BOOST_REQUIRE_MESSAGE(file.good(), "cannot read " << path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace pz::test
