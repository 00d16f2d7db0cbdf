#pragma once

#include <cstddef>
#include <vector>

namespace gradus::test {

/// Leaves out all steps that a failure does not need: `fails(steps)` stays true.
template <class Step, class Fails>
std::vector<Step> shrunk(std::vector<Step> steps, const Fails& fails) {
    for (std::size_t piece = steps.size() / 2; piece > 0; piece /= 2) {
        for (std::size_t at = 0; at + piece <= steps.size();) {
            std::vector<Step> fewer = steps;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                        fewer.begin() + static_cast<std::ptrdiff_t>(at + piece));
            if (fails(fewer))
                steps = std::move(fewer);
            else
                at += piece;
        }
    }
    return steps;
}

}  // namespace gradus::test
