#include "organization/keyring.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "organization/parse.h"

namespace gradus {

void Keyring::set(std::string_view name, std::shared_ptr<const Keys> keys) {
    const auto same = [&](const auto& entry) { return entry.first == name; };
    keys_.erase(std::remove_if(keys_.begin(), keys_.end(), same), keys_.end());
    keys_.emplace_back(name, std::move(keys));
}

const Keys* Keyring::find(std::string_view name) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const auto& entry) { return entry.first == name; });
    return found == keys_.end() ? nullptr : found->second.get();
}

namespace {

constexpr std::uint64_t index_bits = 0xFFFFFFFFu;

}  // namespace

bool TextSet::insert(std::string_view text) {
    if (slots_.size() < 2 * (texts_.size() + 1)) grow();
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t hash = digest(text);
    std::size_t slot = hash & mask;
    for (; slots_[slot]; slot = (slot + 1) & mask) {
        if ((slots_[slot] ^ hash) & ~index_bits) continue;
        if (texts_[(slots_[slot] & index_bits) - 1] == text) return false;
    }
    texts_.push_back(text);
    slots_[slot] = (hash & ~index_bits) | texts_.size();
    return true;
}

void TextSet::grow() {
    slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
        const std::uint64_t hash = digest(texts_[i]);
        std::size_t slot = hash & mask;
        while (slots_[slot]) slot = (slot + 1) & mask;
        slots_[slot] = (hash & ~index_bits) | (i + 1);
    }
}

void KeyCollector::add(const InputColumn& column, std::int64_t rows, int threads) {
    struct Part {
        TextSet set;
        std::list<std::string> numbers;
    };
    const std::int64_t chunk = std::max<std::int64_t>(1 << 16, (rows - 1) / thread_count(rows, threads) + 1);
    std::vector<Part> parts(static_cast<std::size_t>((rows + chunk - 1) / chunk));
    parallel_for(rows, chunk, threads, [&](std::int64_t first, std::int64_t last) {
        Part& part = parts[static_cast<std::size_t>(first / chunk)];
        std::string_view before;
        const auto parse = [&](const Cell& cell) {
            Digits digits;
            const Parsed<std::string_view> key = parse_key(cell, digits);
            if (key.fault != Fault::none || key.value == before || !valid_utf8(key.value)) return false;
            if (cell.kind == Cell::Kind::text) {
                before = key.value;
                part.set.insert(before);
            } else {
                part.numbers.emplace_back(key.value);
                if (!part.set.insert(part.numbers.back())) part.numbers.pop_back();
            }
            return true;
        };
        read(column, first, last, parse, [](std::int64_t, bool) {});
    });
    for (Part& part : parts) {
        numbers_.splice(numbers_.end(), part.numbers);
        if (set_.size() == 0)
            set_ = std::move(part.set);
        else
            for (const std::string_view text : part.set.texts()) set_.insert(text);
    }
}

}  // namespace gradus
