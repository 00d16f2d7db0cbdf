#include <gradus/base/strings.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <utility>

#include <gradus/base/error.h>

#include "base/digest.h"
#include "base/parallel.h"

namespace gradus {

void Strings::push_back(std::string_view text) {
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    if (text.size() > most - bytes_.size())
        throw Error(Code::out_of_range, "the texts of one column exceed 2,147,483,647 bytes");
    bytes_.append(text);
    offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
}

void Strings::reserve(std::size_t strings, std::size_t bytes) {
    offsets_.reserve(strings + 1);
    bytes_.reserve(bytes);
}

namespace {

constexpr std::uint64_t id_bits = 0xFFFFFFFFu;

std::size_t common_prefix(std::string_view a, std::string_view b) {
    const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(ends.first - a.begin());
}

/// Up to 8 bytes from `from` on as a big-endian number, which orders as they do.
std::uint64_t leading(std::string_view key, std::size_t from) {
    std::uint64_t word = 0;
    for (std::size_t i = from; i < from + 8; ++i)
        word = word << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0u);
    return word;
}

bool rising(std::string_view a, std::string_view b) { return a < b; }

/// Sorts and drops repeats. Keys of one table mostly share a prefix ("E000…", "https://…"): what follows it is compared
/// first as one number, and the memory of the key is touched only where that ties.
void sort_unique(std::vector<std::string_view>& keys) {
    const auto in_order = [](auto a, auto b) { return !rising(a, b); };
    if (std::adjacent_find(keys.begin(), keys.end(), in_order) == keys.end()) return;
    std::size_t shared = keys.front().size();
    for (const std::string_view key : keys) shared = common_prefix(keys.front().substr(0, shared), key);
    std::vector<std::pair<std::uint64_t, std::string_view>> order;
    order.reserve(keys.size());
    for (const std::string_view key : keys) order.emplace_back(leading(key, shared), key);
    std::sort(order.begin(), order.end());
    order.erase(std::unique(order.begin(), order.end()), order.end());
    keys.clear();
    for (const auto& [word, key] : order) keys.push_back(key);
}

}  // namespace

Keys::Keys(std::vector<std::string_view> keys) : Keys(std::vector<std::vector<std::string_view>>{std::move(keys)}, 1) {}

Keys::Keys(std::vector<std::vector<std::string_view>> lists, int threads) {
    if (lists.empty()) lists.emplace_back();
    parallel_for(static_cast<std::int64_t>(lists.size()), 1, threads,
                 [&](std::int64_t list, std::int64_t) { sort_unique(lists[static_cast<std::size_t>(list)]); });
    while (lists.size() > 1) {  // neighbours, two by two
        std::vector<std::vector<std::string_view>> merged((lists.size() + 1) / 2);
        parallel_for(static_cast<std::int64_t>(merged.size()), 1, threads, [&](std::int64_t pair, std::int64_t) {
            const auto i = static_cast<std::size_t>(pair);
            if (2 * i + 1 < lists.size())
                std::set_union(lists[2 * i].begin(), lists[2 * i].end(), lists[2 * i + 1].begin(),
                               lists[2 * i + 1].end(), std::back_inserter(merged[i]));
            else
                merged[i] = std::move(lists[2 * i]);
        });
        lists = std::move(merged);
    }
    const std::vector<std::string_view>& keys = lists[0];
    std::size_t bytes = 0;
    for (const std::string_view key : keys) bytes += key.size();
    auto strings = std::make_shared<Strings>();
    strings->reserve(keys.size(), std::min<std::size_t>(bytes, std::numeric_limits<std::int32_t>::max()));
    for (const std::string_view key : keys) strings->push_back(key);
    strings_ = std::move(strings);

    slots_.assign(std::bit_ceil(2 * keys.size() + 1), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t id = 0; id < keys.size(); ++id) {
        const std::uint64_t hash = digest(keys[id]);
        std::size_t slot = hash & mask;
        while (slots_[slot]) slot = (slot + 1) & mask;
        slots_[slot] = (hash & ~id_bits) | (id + 1);
    }
}

std::int32_t Keys::find(std::string_view key) const {
    if (slots_.empty()) return -1;
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t hash = digest(key);
    for (std::size_t slot = hash & mask; slots_[slot]; slot = (slot + 1) & mask) {
        if ((slots_[slot] ^ hash) & ~id_bits) continue;
        const auto id = static_cast<std::size_t>((slots_[slot] & id_bits) - 1);
        if ((*strings_)[id] == key) return static_cast<std::int32_t>(id);
    }
    return -1;
}

std::int32_t Keys::find_after(std::int32_t id, std::string_view key) const {
    constexpr std::size_t few = 4;  // steps that cost less than a search
    const auto next = static_cast<std::size_t>(id + 1);
    for (std::size_t i = next; i < std::min(next + few, size()); ++i)
        if (const int order = (*strings_)[i].compare(key); order == 0)
            return static_cast<std::int32_t>(i);
        else if (order > 0)
            break;
    return find(key);
}

}  // namespace gradus
