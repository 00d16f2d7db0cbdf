#include "base/sha256.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using gradus::hexadecimal;
using gradus::Sha256;

std::string hex(const Sha256::Value& value) {
    return hexadecimal({reinterpret_cast<const char*>(value.data()), value.size()});
}

// The examples that NIST gives for FIPS 180-4, and its vector of a million letters.
TEST(Sha256, AgreesWithNist) {
    EXPECT_EQ(hex(gradus::sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(gradus::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(gradus::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(gradus::sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmno"
                                 "pqrlmnopqrsmnopqrstnopqrstu")),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(hex(gradus::sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Around the ends of blocks, where padding goes wrong, however the bytes are handed over.
TEST(Sha256, DoesNotDependOnPieces) {
    for (std::size_t size = 0; size < 200; ++size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i * 37 + 11);
        const std::string whole = hex(gradus::sha256(text));
        for (std::size_t piece = 1; piece <= 67; piece += 3) {
            Sha256 sha;
            for (std::size_t at = 0; at < size; at += piece) sha.add(std::string_view(text).substr(at, piece));
            ASSERT_EQ(hex(sha.value()), whole) << size << " bytes in pieces of " << piece;
        }
    }
}

}  // namespace
