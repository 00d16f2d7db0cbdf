#include "base/spelling.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace gradus {

namespace {

constexpr std::size_t longest = 64;  // characters; nobody misspells more, and the work grows with the square

/// Characters in lower case where they are ASCII, bytes that are not UTF-8 each as one; "" if there are too many.
std::u32string characters(std::string_view text) {
    std::u32string out;
    if (text.size() > 4 * longest) return out;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
        char32_t character = static_cast<unsigned char>(text[0]);
        if (character >= 'A' && character <= 'Z') character += 'a' - 'A';
        for (std::size_t i = 1; i < length; ++i) character = character << 8 | static_cast<unsigned char>(text[i]);
        out += character;
        text.remove_prefix(length);
    }
    if (out.size() > longest) out.clear();
    return out;
}

/// Optimal string alignment distance, or more than `most` if it is more.
std::size_t distance(std::u32string_view a, std::u32string_view b, std::size_t most) {
    std::array<std::array<std::size_t, longest + 1>, 3> rows;
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto &row = rows[i % 3], &above = rows[(i + 2) % 3], &before = rows[(i + 1) % 3];
        std::size_t least = row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (least > most) return most + 1;
    }
    return rows[a.size() % 3][b.size()];
}

}  // namespace

Spelling::Spelling(std::string_view word) : word_(characters(word)) {}

void Spelling::offer(std::string_view candidate) {
    if (word_.empty() || distance_ == 0) return;
    // In bytes the length differs at least by so much for a candidate that is too long or too short.
    if (candidate.size() > 4 * (word_.size() + word_.size() / 2 + 1) || candidate.size() < word_.size() / 2) return;
    const std::u32string other = characters(candidate);
    if (other.empty()) return;
    const std::size_t longer = std::max(word_.size(), other.size()), shorter = std::min(word_.size(), other.size());
    const std::size_t most = std::min(longer / 3, distance_ - 1);
    if (longer - shorter > most) return;
    const std::size_t edits = distance(word_, other, most);
    if (edits > most) return;
    distance_ = edits;
    nearest_ = candidate;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    Spelling spelling(word);
    for (const std::string_view candidate : candidates) spelling.offer(candidate);
    return spelling.nearest();
}

std::string_view nearest(std::string_view word, const Keys& candidates) {
    if (candidates.size() > 10'000) return {};
    Spelling spelling(word);
    for (std::size_t i = 0; i < candidates.size(); ++i) spelling.offer(candidates[i]);
    return spelling.nearest();
}

}  // namespace gradus
