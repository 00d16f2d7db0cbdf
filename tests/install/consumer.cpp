// Usage: consumer EXPECTED_VERSION
#include <gradus/base/version.h>

#include <iostream>

int main(int argc, char** argv) {
    std::cout << gradus::version() << '\n';
    return argc == 2 && gradus::version() == argv[1] ? 0 : 1;
}
