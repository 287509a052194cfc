#define BOOST_TEST_MODULE personalize
#include <boost/test/unit_test.hpp>
