#include <gradus/allocation/choice.h>

#include <algorithm>

namespace gradus {
namespace {

// Writes a list where the one before was, if it is no longer, else at the end.
template <class T>
void put(std::vector<T>& all, std::span<const T> list, std::uint32_t& first, std::uint32_t& count) {
    if (list.size() > count) {
        first = static_cast<std::uint32_t>(all.size());
        all.insert(all.end(), list.begin(), list.end());
    } else {
        std::copy(list.begin(), list.end(), all.begin() + first);
    }
    count = static_cast<std::uint32_t>(list.size());
}

}  // namespace

Choices::Choices(std::int32_t groups) : groups_(groups), blocks_((groups + block - 1) / block) {
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(blocks_.size()); ++i)
        blocks_[i].places.resize(std::min(block, groups - i * block));
}

ChoiceView Choices::operator[](std::int32_t group) const {
    const Block& at = blocks_[group / block];
    const Place& place = at.places[group % block];
    return {place.value,
            {at.uses.data() + place.first_use, place.uses},
            {at.content.data() + place.first_content, place.contents}};
}

void Choices::set(std::int32_t group, const ChoiceView& choice) {
    Block& at = blocks_[group / block];
    Place& place = at.places[group % block];
    place.value = choice.value;
    put(at.uses, choice.uses, place.first_use, place.uses);
    put(at.content, choice.content, place.first_content, place.contents);
}

}  // namespace gradus
