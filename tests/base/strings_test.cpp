#include <gradus/base/strings.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/base/error.h>

#include "base/digest.h"

namespace gradus {
namespace {

TEST(Strings, AreLaidOutAsAnArrowArray) {
    Strings strings;
    EXPECT_EQ(strings.size(), 0u);
    EXPECT_EQ(strings.offsets()[0], 0);
    strings.reserve(3, 6);
    strings.push_back("Ann");
    strings.push_back("");
    strings.push_back("Zoë");
    ASSERT_EQ(strings.size(), 3u);
    EXPECT_EQ(strings[0], "Ann");
    EXPECT_EQ(strings[1], "");
    EXPECT_EQ(strings[2], "Zoë");
    EXPECT_EQ(strings.offsets()[3], 7);
    EXPECT_EQ(std::string_view(strings.bytes(), 7), "AnnZoë");
}

TEST(Strings, RefuseMoreBytesThanAnOffsetCounts) {
    Strings strings;
    strings.push_back("x");
    const std::string_view too_long("x", std::size_t(1) << 31);  // its size is looked at, its bytes are not
    EXPECT_THROW(strings.push_back(too_long.substr(0, too_long.size() - 1)), Error);
    EXPECT_THROW(strings.push_back(too_long), Error);
    EXPECT_EQ(strings.size(), 1u);
}

TEST(Keys, AreSortedByBytesAndUnique) {
    const Keys keys({"b", "a", "B", "é", "a", "", "aa", std::string_view("a\0", 2)});
    ASSERT_EQ(keys.size(), 7u);
    const std::vector<std::string_view> expected{"", "B", "a", std::string_view("a\0", 2), "aa", "b", "é"};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(keys[i], expected[i]);
        EXPECT_EQ(keys.find(expected[i]), static_cast<std::int32_t>(i));
    }
    EXPECT_EQ(keys.find("c"), -1);
    EXPECT_EQ(keys.find("A"), -1);
    EXPECT_EQ(keys.strings()->size(), 7u);
}

TEST(Keys, MayBeEmpty) {
    EXPECT_EQ(Keys().size(), 0u);
    EXPECT_EQ(Keys().find("a"), -1);
    EXPECT_EQ(Keys().strings()->size(), 0u);
    EXPECT_EQ(Keys(std::vector<std::string_view>()).find(""), -1);
}

TEST(Keys, DoNotDependOnTheOrderGiven) {
    // Shared prefixes, prefixes of one another, and keys equal in their first bytes after the prefix.
    std::vector<std::string> made;
    for (int i = 0; i < 5000; ++i) {
        made.push_back("https://example.org/" + std::to_string(i * 7919 % 5000));
        made.push_back("https://example.org/12345678" + std::to_string(i % 300));
    }
    made.push_back("https://example.org/");
    made.push_back("https://example.org/12345678");
    std::vector<std::string> expected = made;
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());

    std::mt19937 random(7);
    for (int round = 0; round < 3; ++round) {
        std::shuffle(made.begin(), made.end(), random);
        const Keys keys(std::vector<std::string_view>(made.begin(), made.end()));
        ASSERT_EQ(keys.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ(keys[i], expected[i]);
            ASSERT_EQ(keys.find(expected[i]), static_cast<std::int32_t>(i));
            ASSERT_EQ(keys.find(expected[i] + "x"), -1);
        }
    }
}

TEST(Keys, ComparesTheKeyWhereHashesAgree) {
    // Of some 300,000 texts, a few pairs share the 32 bits of their digests that a slot keeps.
    std::vector<std::pair<std::uint64_t, int>> hashes;
    for (int i = 0; i < 300'000; ++i) hashes.emplace_back(digest(std::to_string(i)), i);
    std::sort(hashes.begin(), hashes.end());
    int pairs = 0;
    for (std::size_t i = 1; i < hashes.size(); ++i) {
        if (hashes[i].first >> 32 != hashes[i - 1].first >> 32) continue;
        ++pairs;
        const std::string one = std::to_string(hashes[i].second), other = std::to_string(hashes[i - 1].second);
        EXPECT_EQ(Keys({one}).find(other), -1);
        EXPECT_EQ(Keys({one, other}).find(one), one < other ? 0 : 1);
        EXPECT_EQ(Keys({one, other}).find(other), one < other ? 1 : 0);
    }
    EXPECT_GE(pairs, 3);
}

TEST(Keys, AreMadeOfSeveralListsAsOfOne) {
    std::vector<std::vector<std::string>> texts(5);  // sorted, not sorted, empty, overlapping
    for (int i = 0; i < 300; ++i) {
        texts[0].push_back("E" + std::to_string(1000 + i));
        texts[1].push_back("E" + std::to_string(1000 + i * 7919 % 600));
        texts[3].push_back("F" + std::to_string(i % 10));
    }
    texts[4].push_back("");
    std::vector<std::vector<std::string_view>> lists;
    std::vector<std::string_view> all;
    for (const auto& list : texts) {
        lists.emplace_back(list.begin(), list.end());
        all.insert(all.end(), list.begin(), list.end());
    }
    const Keys one(all);
    for (const int threads : {1, 3}) {
        const Keys several(lists, threads);
        ASSERT_EQ(several.size(), one.size());
        for (std::size_t id = 0; id < one.size(); ++id) EXPECT_EQ(several[id], one[id]);
    }
    EXPECT_EQ(Keys(std::vector<std::vector<std::string_view>>(), 2).size(), 0u);
}

TEST(Keys, AreFoundAfterAnyOther) {
    std::vector<std::string> texts;
    for (int i = 100; i < 130; i += 2) texts.push_back(std::to_string(i));
    const Keys keys(std::vector<std::string_view>(texts.begin(), texts.end()));
    for (std::int32_t after = -1; after < static_cast<std::int32_t>(keys.size()); ++after)
        for (int i = 99; i < 131; ++i) {
            const std::string key = std::to_string(i);
            EXPECT_EQ(keys.find_after(after, key), keys.find(key)) << key << " after " << after;
        }
    EXPECT_EQ(Keys().find_after(-1, "a"), -1);
}

TEST(Keys, CopiesShareTheirStrings) {
    const Keys keys({"a", "b"});
    const Keys copy = keys;
    EXPECT_EQ(copy.strings(), keys.strings());
    EXPECT_EQ(copy.find("b"), 1);
}

}  // namespace
}  // namespace gradus
