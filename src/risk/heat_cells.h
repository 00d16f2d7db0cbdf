#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "risk/exact_sum.h"

namespace gradus {

/// The sums of one cell, in units of their grids.
struct HeatSums {
    std::int32_t requirements = 0, unknown = 0;
    int128 below = 0, shortfall = 0, exposure = 0, impact = 0;

    void operator+=(const HeatSums& other) {
        requirements += other.requirements;
        unknown += other.unknown;
        below += other.below;
        shortfall += other.shortfall;
        exposure += other.exposure;
        impact += other.impact;
    }
};

struct HeatCell {
    std::int32_t member = -1;  // none
    std::int32_t capability = -1;
    std::int32_t people = 0;
    std::int32_t last_person = -1;
    HeatSums sums{};
};

/// Cells by member and capability: a list in blocks, which never moves, and a hash table of places in it (linear
/// probing, half full at most).
class HeatCells {
public:
    std::size_t size() const { return size_; }
    HeatCell& operator[](std::size_t i) { return blocks_[i / block][i % block]; }

    HeatCell& at(std::int32_t member, std::int32_t capability) {
        for (std::size_t slot = hash(member, capability);; slot = (slot + 1) & (slots_.size() - 1)) {
            if (slots_[slot] < 0) return add(slot, member, capability);
            HeatCell& cell = (*this)[static_cast<std::size_t>(slots_[slot])];
            if (cell.member == member && cell.capability == capability) return cell;
        }
    }
    /// The cells' places by member (none last) and capability.
    std::vector<std::size_t> sorted() {
        std::vector<std::pair<std::uint64_t, std::size_t>> order(size_);
        for (std::size_t i = 0; i < size_; ++i) order[i] = {key_of((*this)[i].member, (*this)[i].capability), i};
        std::sort(order.begin(), order.end());
        std::vector<std::size_t> places;
        places.reserve(size_);
        for (const auto& [key, place] : order) places.push_back(place);
        return places;
    }

private:
    static constexpr std::size_t block = 1024;

    /// As unsigned numbers, so that the member -1 (none) comes last.
    static std::uint64_t key_of(std::int32_t member, std::int32_t capability) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(member)) << 32 |
               static_cast<std::uint32_t>(capability);
    }
    std::size_t hash(std::int32_t member, std::int32_t capability) const {
        return ((key_of(member, capability) * 0x9E3779B97F4A7C15u) >> 32) & (slots_.size() - 1);
    }
    HeatCell& add(std::size_t slot, std::int32_t member, std::int32_t capability) {
        if (2 * size_ >= slots_.size()) {
            grow();
            return at(member, capability);
        }
        if (size_ % block == 0) blocks_.push_back(std::make_unique<HeatCell[]>(block));
        slots_[slot] = static_cast<std::int32_t>(size_);
        HeatCell& cell = (*this)[size_++];
        cell.member = member;
        cell.capability = capability;
        return cell;
    }
    void grow() {
        slots_.assign(2 * slots_.size(), -1);
        for (std::size_t i = 0; i < size_; ++i) {
            std::size_t slot = hash((*this)[i].member, (*this)[i].capability);
            while (slots_[slot] >= 0) slot = (slot + 1) & (slots_.size() - 1);
            slots_[slot] = static_cast<std::int32_t>(i);
        }
    }

    std::vector<std::int32_t> slots_ = std::vector<std::int32_t>(1024, -1);
    std::vector<std::unique_ptr<HeatCell[]>> blocks_;
    std::size_t size_ = 0;
};

}  // namespace gradus
