#include "base/digest.h"

#include <bit>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Digest, IsTheSameEverywhere) {
    // Stored results name their inputs by it: a change of these numbers is a change of the format.
    EXPECT_EQ(digest(""), 0xCB35E78B266006E5u);
    EXPECT_EQ(digest("gradus"), 0x588EE5615A3F68ABu);
    EXPECT_EQ(digest("a text that is longer than sixteen bytes"), 0x2AA65102AA344EB2u);
    Digest words(7);
    words.word(1);
    words.word(2, 3);
    EXPECT_EQ(words.value(), 0x3720A447B14C9F74u);
}

TEST(Digest, TellsWhereTextsEnd) {
    const auto of = [](std::string_view a, std::string_view b) {
        Digest digest;
        digest.text(a);
        digest.text(b);
        return digest.value();
    };
    EXPECT_NE(of("ab", "c"), of("a", "bc"));
    EXPECT_NE(of("", "a"), of("a", ""));
    EXPECT_NE(digest(std::string_view("\0", 1)), digest(""));
    EXPECT_NE(digest(std::string(16, '\0')), digest(std::string(17, '\0')));
}

TEST(Digest, DiffersForTextsOfEveryLength) {
    std::set<std::uint64_t> seen;
    const std::string text(100, 'x');
    for (std::size_t n = 0; n <= 100; ++n) seen.insert(digest(text.substr(0, n)));
    for (std::size_t n = 0; n < 100; ++n) {
        std::string other = text;
        other[n] = 'y';
        seen.insert(digest(other));
    }
    EXPECT_EQ(seen.size(), 201u);
}

TEST(Digest, DependsOnOrder) {
    const std::vector<double> up{1, 2}, down{2, 1};
    Digest a, b;
    a.values(std::span<const double>(up));
    b.values(std::span<const double>(down));
    EXPECT_NE(a.value(), b.value());
}

TEST(Digest, MixesEveryBit) {
    // Each bit of a word changes each bit of the digest about half the time.
    constexpr int rounds = 2000;
    std::vector<int> flips(64 * 64, 0);
    for (std::uint64_t round = 0; round < rounds; ++round) {
        for (std::size_t in = 0; in < 64; ++in) {
            Digest a, b;
            a.word(round);
            b.word(round ^ std::uint64_t(1) << in);
            const std::uint64_t changed = a.value() ^ b.value();
            for (std::size_t out = 0; out < 64; ++out) flips[64 * in + out] += static_cast<int>(changed >> out & 1);
        }
    }
    for (const int count : flips) EXPECT_NEAR(count, rounds / 2, 150);  // more than six standard deviations
}

TEST(Digest, SpreadsKeysOverTheLowBits) {
    // As the slots of a hash table use them.
    std::vector<int> slots(1024, 0);
    for (int i = 0; i < 64 * 1024; ++i) ++slots[digest("E" + std::to_string(100'000 + i)) & 1023];
    for (const int count : slots) EXPECT_NEAR(count, 64, 56);
}

}  // namespace
}  // namespace gradus
