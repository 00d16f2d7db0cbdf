#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

/// SHA-256 of a sequence of bytes, after FIPS 180-4: for chains that others can recompute, not for secrets.
class Sha256 {
public:
    using Value = std::array<unsigned char, 32>;

    void add(std::string_view bytes);
    /// The digest of all that was added. Ends the sequence: nothing may be added afterwards.
    Value value();

private:
    void block(const unsigned char* bytes);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> pending_{};
    std::uint64_t size_ = 0;  // bytes added
};

/// The digest of one text.
Sha256::Value sha256(std::string_view bytes);

/// Lower-case hexadecimal digits, two a byte.
std::string hexadecimal(std::string_view bytes);

}  // namespace gradus
