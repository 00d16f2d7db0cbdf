// Runs a fuzz target without libFuzzer: on the files named, else on a fixed number of seeded random inputs.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--runs") {
        std::mt19937 random(1);
        std::vector<std::uint8_t> bytes;
        for (long run = std::strtol(argv[2], nullptr, 10); run > 0; --run) {
            // Each input is the one before with some bytes changed, or, now and then, a new one.
            if (run % 16 == 0 || bytes.empty()) {
                bytes.resize(random() % 4096 + 1);
                for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
            }
            for (std::size_t changes = random() % 8; changes > 0; --changes)
                bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        }
        return 0;
    }
    for (int i = 1; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    if (argc < 2) std::fprintf(stderr, "usage: %s --runs NUMBER | FILE...\n", argv[0]);
    return argc < 2 ? 2 : 0;
}
