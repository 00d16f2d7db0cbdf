#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace gradus {

std::size_t utf8_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() < length) return 0;
    // The second byte's range is what keeps out overlong forms (E0, F0), surrogates (ED) and too high values (F4).
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    return length;
}

bool valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        while (text.size() >= 8) {  // most text is ASCII
            std::uint64_t word;
            std::memcpy(&word, text.data(), 8);
            if (word & 0x8080808080808080u) break;
            text.remove_prefix(8);
        }
        // Up to the next run of ASCII, one character at a time.
        for (int i = 0; i < 8 && !text.empty(); ++i) {
            const std::size_t length = utf8_length(text);
            if (length == 0) return false;
            text.remove_prefix(length);
        }
    }
    return true;
}

std::string printable(std::string_view text, std::size_t most) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    std::size_t read = 0;
    while (read < text.size()) {
        const std::size_t length = utf8_length(text.substr(read, 4));
        if (read + (length ? length : 1) > most) return out + "…";
        const auto byte = static_cast<unsigned char>(text[read]);
        if (length == 0 || byte < 0x20 || byte == 0x7F) {
            out += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
            ++read;
        } else {
            out.append(text, read, length);
            read += length;
        }
    }
    return out;
}

}  // namespace gradus
