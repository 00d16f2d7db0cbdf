#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {

/// Bytes that can be read in one way only, for digests that others can recompute: numbers in eight bytes, two's complement, the
/// highest first; texts after their length; what may be absent after a byte that says whether it is there.
class Bytes {
public:
    Bytes& number(std::int64_t number) {
        const auto bits = static_cast<std::uint64_t>(number);
        for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(bits >> shift & 255);
        return *this;
    }
    Bytes& text(std::string_view text) {
        number(static_cast<std::int64_t>(text.size()));
        bytes_ += text;
        return *this;
    }
    Bytes& present(bool present) {
        bytes_ += present ? '\1' : '\0';
        return *this;
    }
    Bytes& perhaps(const std::optional<std::int64_t>& value) {
        present(value.has_value());
        return value ? number(*value) : *this;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

}  // namespace gradus
