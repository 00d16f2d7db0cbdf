#include "base/spelling.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gradus {
namespace {

const std::vector<std::string_view> columns{"person",  "role",    "name",  "unit",
                                            "manager", "persona", "hours", "valid_from"};

std::string_view meant(std::string_view word) { return nearest(word, columns); }

TEST(Nearest, FindsWhatWasMeant) {
    EXPECT_EQ(meant("persn"), "person");
    EXPECT_EQ(meant("perosn"), "person");
    EXPECT_EQ(meant("persons"), "person");
    EXPECT_EQ(meant("manger"), "manager");
    EXPECT_EQ(meant("nmae"), "name");
    EXPECT_EQ(meant("valid from"), "valid_from");
    EXPECT_EQ(meant("ROLE"), "role");
    EXPECT_EQ(meant("hours"), "hours");
}

TEST(Nearest, IsSilentWhereNothingIsNear) {
    EXPECT_EQ(meant("salary"), "");
    EXPECT_EQ(meant("ro"), "");
    EXPECT_EQ(meant(""), "");
    EXPECT_EQ(meant("x"), "");
    EXPECT_EQ(nearest("x", std::vector<std::string_view>{""}), "");
    EXPECT_EQ(nearest("x", std::vector<std::string_view>{}), "");
    EXPECT_EQ(nearest("ab", std::vector<std::string_view>{"ba"}), "");  // 1 edit is more than a third of 2
    EXPECT_EQ(nearest("abc", std::vector<std::string_view>{"bac"}), "bac");
}

TEST(Nearest, TakesTheFirstOfEquallyNear) {
    EXPECT_EQ(nearest("cat", std::vector<std::string_view>{"bat", "hat"}), "bat");
    EXPECT_EQ(nearest("cat", std::vector<std::string_view>{"hat", "bat"}), "hat");
    EXPECT_EQ(nearest("cats", std::vector<std::string_view>{"bats", "cats"}), "cats");
}

TEST(Nearest, CountsCharactersNotBytes) {
    EXPECT_EQ(nearest("Küche", std::vector<std::string_view>{"Koche"}), "Koche");
    EXPECT_EQ(nearest("äöü", std::vector<std::string_view>{"äöx"}), "äöx");
    EXPECT_EQ(nearest("äöü", std::vector<std::string_view>{"axx"}), "");
    EXPECT_EQ(nearest("rol\xFF", std::vector<std::string_view>{"role"}), "role");
}

TEST(Nearest, GivesUpOnLongWords) {
    const std::string endless(10'000'000, 'x');
    EXPECT_EQ(meant(endless), "");
    EXPECT_EQ(nearest("person", std::vector<std::string_view>{endless, "perso"}), "perso");
    const std::string most(64, 'x'), more(65, 'x');
    EXPECT_EQ(nearest(most, std::vector<std::string_view>{most}), most);
    EXPECT_EQ(nearest(more, std::vector<std::string_view>{more}), "");
}

TEST(Nearest, SearchesKeys) {
    const Keys keys({"cooking", "baking"});
    EXPECT_EQ(nearest("bakin", keys), "baking");
    EXPECT_EQ(nearest("welding", keys), "");
    std::vector<std::string> many;
    for (int i = 0; i < 10'001; ++i) many.push_back("E" + std::to_string(100'000 + i));
    EXPECT_EQ(nearest("E10000", Keys({many.begin(), many.end() - 1})), "E100000");
    EXPECT_EQ(nearest("E10000", Keys({many.begin(), many.end()})), "");
}

TEST(Nearest, KeepsTheDistanceOfADefinitionByTheBook) {
    // Against a plain table of all distances, with no cut.
    const auto plain = [](const std::string& a, const std::string& b) {
        std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
        for (std::size_t i = 0; i <= a.size(); ++i) {
            for (std::size_t j = 0; j <= b.size(); ++j) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
        return d[a.size()][b.size()];
    };
    std::vector<std::string> words;
    for (int n = 1; n <= 6; ++n)
        for (int code = 0; code < 1 << n; code += 1 + n / 5 * 2) {
            std::string word;
            for (int i = 0; i < n; ++i) word += code >> i & 1 ? 'a' : 'b';
            words.push_back(word);
        }
    for (const std::string& a : words) {
        for (const std::string& b : words) {
            const std::vector<std::string_view> only{b};
            ASSERT_EQ(!nearest(a, only).empty(), plain(a, b) <= std::max(a.size(), b.size()) / 3) << a << ' ' << b;
        }
    }
}

}  // namespace
}  // namespace gradus
