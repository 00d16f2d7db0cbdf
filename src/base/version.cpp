#include <gradus/base/version.h>

namespace gradus {

std::string_view version() {
    return GRADUS_VERSION;  // defined for this file by CMake, from project(VERSION)
}

}  // namespace gradus
