#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gradus {

/// Numbers that look random and are the same in every run. Source: SplitMix64, Steele, Lea & Flood (2014), Fast splittable
/// pseudorandom number generators.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// In [0, 1).
    double real() { return static_cast<double>(next() >> 11) * 0x1p-53; }
    /// In [0, count), count below 2^32.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>((next() >> 32) * count >> 32); }
    template <class T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

private:
    std::uint64_t state_;
};

}  // namespace gradus
