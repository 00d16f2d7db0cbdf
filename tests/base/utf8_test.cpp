#include "base/utf8.h"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Utf8, IsToldFromOtherBytes) {
    for (const std::string_view good :
         {"", "a", "plain text of more than eight bytes", "é", "€", "😀", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80", "\xC2\x80", "\xE0\xA0\x80"})
        EXPECT_TRUE(valid_utf8(good)) << good;
    EXPECT_TRUE(valid_utf8(std::string_view("a\0b", 3)));
    for (const std::string_view bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC3z", "\xE2\x82z",
          "\xF0\x9F\x98z"})
        EXPECT_FALSE(valid_utf8(bad));
}

TEST(Utf8, IsCheckedAtEveryPlaceOfALongText) {
    for (std::size_t place = 0; place < 40; ++place) {
        std::string text(40, 'x');
        text.insert(place, "é");
        EXPECT_TRUE(valid_utf8(text));
        text.erase(place + 1, 1);
        EXPECT_FALSE(valid_utf8(text)) << place;
    }
}

TEST(Printable, IsUtf8OnOneLine) {
    EXPECT_EQ(printable("Zoë"), "Zoë");
    EXPECT_EQ(printable("a\tb\n\x7F"), "a\\x09b\\x0a\\x7f");
    EXPECT_EQ(printable("\xC3(\xFF"), "\\xc3(\\xff");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, CutsBetweenCharacters) {
    EXPECT_EQ(printable("abcdef", 6), "abcdef");
    EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
    EXPECT_EQ(printable("ééé", 4), "éé…");
    EXPECT_EQ(printable("ééé", 5), "éé…");
    EXPECT_TRUE(valid_utf8(printable(std::string(1000, '\xC3'), 100)));
}

}  // namespace
}  // namespace gradus
