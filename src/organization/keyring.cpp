#include "organization/keyring.h"

#include <algorithm>
#include <bit>
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

std::int32_t TextSet::insert(std::string_view text) {
    if (slots_.empty()) {  // so far sorted, as keys mostly are: then only the last can be this one
        const int order = texts_.empty() ? -1 : texts_.back().compare(text);
        if (order < 0) texts_.push_back(text);
        if (order <= 0) return static_cast<std::int32_t>(texts_.size() - 1);
    }
    if (slots_.size() < 2 * (texts_.size() + 1)) grow();
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t hash = digest(text);
    std::size_t slot = hash & mask;
    for (; slots_[slot]; slot = (slot + 1) & mask) {
        if ((slots_[slot] ^ hash) & ~index_bits) continue;
        const std::uint64_t index = (slots_[slot] & index_bits) - 1;
        if (texts_[index] == text) return static_cast<std::int32_t>(index);
    }
    texts_.push_back(text);
    slots_[slot] = (hash & ~index_bits) | texts_.size();
    return static_cast<std::int32_t>(texts_.size() - 1);
}

void TextSet::grow() {
    slots_.assign(std::max<std::size_t>(64, 4 * std::bit_ceil(texts_.size())), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
        const std::uint64_t hash = digest(texts_[i]);
        std::size_t slot = hash & mask;
        while (slots_[slot]) slot = (slot + 1) & mask;
        slots_[slot] = (hash & ~index_bits) | (i + 1);
    }
}

CodedColumn KeyCollector::add(const InputColumn& column, std::int64_t rows, int threads) {
    CodedColumn coded;
    coded.chunk = std::max<std::int64_t>(1 << 16, (rows - 1) / thread_count(rows, threads) + 1);
    coded.parts.resize(static_cast<std::size_t>((rows + coded.chunk - 1) / coded.chunk));
    coded.codes = Buffer<std::int32_t>(static_cast<std::size_t>(rows));
    parallel_for(rows, coded.chunk, threads, [&](std::int64_t first, std::int64_t last) {
        CodedColumn::Part& part = coded.parts[static_cast<std::size_t>(first / coded.chunk)];
        std::string_view before;
        std::int32_t code_before = CodedColumn::missing;
        const auto parse = [&](const Cell& cell) {
            Digits digits;
            Parsed<std::string_view> key = parse_key(cell, digits);
            if (key.fault == Fault::missing) return CodedColumn::missing;
            if (key.fault != Fault::none) return CodedColumn::fault;
            if (key.value == before) return code_before;
            if (!valid_utf8(key.value)) return CodedColumn::fault;
            if (cell.kind != Cell::Kind::text) key.value = part.numbers.emplace_back(key.value);
            before = key.value;
            return code_before = part.keys.insert(key.value);
        };
        read(column, first, last, parse,
             [&](std::int64_t row, std::int32_t code) { coded.codes[static_cast<std::size_t>(row)] = code; });
    });
    for (const CodedColumn::Part& part : coded.parts) lists_.push_back(part.keys.texts());
    return coded;
}

Keys KeyCollector::keys(int threads) const {
    auto lists = lists_;
    lists.emplace_back(others_.begin(), others_.end());
    return Keys(std::move(lists), threads);
}

}  // namespace gradus
