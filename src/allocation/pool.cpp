#include "allocation/pool.h"

#include <algorithm>

namespace gradus {

void Pool::resize(std::int32_t members) {
    members_ = members;
    blocks_.resize((members + block - 1) / block);
    for (Block& at : blocks_)
        if (at.first.empty()) {
            at.first.assign(block, -1);
            at.last.assign(block, -1);
        }
}

bool Pool::add(std::int32_t member, const ChoiceView& choice) {
    Block& at = blocks_[member / block];
    std::int32_t& first = at.first[member % block];
    std::int32_t& last = at.last[member % block];
    for (std::int32_t i = first; i >= 0; i = at.columns[i].next)
        if (std::ranges::equal(view(at, i).content, choice.content)) return false;
    const auto number = static_cast<std::int32_t>(at.columns.size());
    at.columns.push_back({choice.value, static_cast<std::uint32_t>(at.uses.size()),
                          static_cast<std::uint32_t>(at.content.size()), static_cast<std::uint32_t>(choice.uses.size()),
                          static_cast<std::uint32_t>(choice.content.size()), -1});
    at.uses.insert(at.uses.end(), choice.uses.begin(), choice.uses.end());
    at.content.insert(at.content.end(), choice.content.begin(), choice.content.end());
    (first < 0 ? first : at.columns[last].next) = number;
    last = number;
    return true;
}

std::int64_t Pool::choices() const {
    std::int64_t sum = 0;
    for (const Block& at : blocks_) sum += static_cast<std::int64_t>(at.columns.size());
    return sum;
}

}  // namespace gradus
