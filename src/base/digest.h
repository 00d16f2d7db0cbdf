#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace gradus {

/// A 64-bit digest of a sequence of words and texts: fast, well mixed, the same on every machine; not cryptographic.
class Digest {
public:
    explicit Digest(std::uint64_t seed = 0) : state_(seed ^ 0x9E3779B97F4A7C15u) {}

    void word(std::uint64_t a, std::uint64_t b = 0) {
        // The 128-bit product folded to 64 bits mixes both words; adding the old state keeps it where a factor is zero.
        __extension__ typedef unsigned __int128 uint128;
        const auto product = static_cast<uint128>(state_ ^ a) * (b ^ 0xD6E8FEB86659FD93u);
        state_ =
            std::rotl(state_, 23) + (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64));
    }
    /// The length counts, so that ("ab", "c") and ("a", "bc") differ.
    void text(std::string_view text) {
        const char* at = text.data();
        std::size_t left = text.size();
        for (; left >= 16; at += 16, left -= 16) word(little(at, 8), little(at + 8, 8));
        word(little(at, left < 8 ? left : 8), left <= 8 ? 0 : little(at + 8, left - 8));
        word(text.size());
    }
    /// Numbers, dates, ids and words of a column, in order. Equal bytes give equal digests: -0.0 is not 0.0.
    template <class T>
    void values(std::span<const T> values) {
        static_assert(std::is_trivially_copyable_v<T> &&
                      (std::endian::native == std::endian::little || sizeof(T) == 1));
        text({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    }
    std::uint64_t value() const {
        Digest last = *this;
        last.word(0x2545F4914F6CDD1Du, state_);
        last.word(state_);
        return last.state_;
    }

private:
    /// Up to 8 bytes as a little-endian number.
    static std::uint64_t little(const char* bytes, std::size_t size) {
        std::uint64_t word = 0;
        if (size == 0) return word;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&word, bytes, size);
        } else {
            for (std::size_t i = size; i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[i]);
        }
        return word;
    }

    std::uint64_t state_;
};

/// The digest of one text.
inline std::uint64_t digest(std::string_view text) {
    Digest digest;
    digest.text(text);
    return digest.value();
}

}  // namespace gradus
