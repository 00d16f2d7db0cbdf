#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <gradus/base/strings.h>

namespace gradus {

/// Finds the known word that somebody may have meant: the nearest by edits (a character more, less or other, or two
/// swapped; ASCII case does not count), at most a third of the characters of the longer one. Of several equally near,
/// the first offered.
class Spelling {
public:
    explicit Spelling(std::string_view word);

    void offer(std::string_view candidate);
    /// The nearest word offered (it borrows the candidate's memory), or "".
    std::string_view nearest() const { return nearest_; }

private:
    std::u32string word_;
    std::string_view nearest_;
    std::size_t distance_ = static_cast<std::size_t>(-1);
};

/// The candidate nearest to `word`, or "".
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
/// Of more than 10,000 keys, "": looking through a million for every misspelt cell would take minutes.
std::string_view nearest(std::string_view word, const Keys& candidates);

}  // namespace gradus
