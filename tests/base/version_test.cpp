#include <gradus/base/version.h>

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace gradus {
namespace {

TEST(Version, IsTheOneOfTheBuild) {
    std::ifstream file(GRADUS_SOURCE_DIR "/CMakeLists.txt");
    const std::string build{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(build.find("project(gradus VERSION " + std::string(version()) + " "), std::string::npos) << version();
    EXPECT_EQ(std::strlen(version().data()), version().size());  // NUL-terminated, as C hands it on
}

}  // namespace
}  // namespace gradus
