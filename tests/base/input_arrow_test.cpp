#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/base/error.h>
#include <gradus/base/input.h>

#include "arrow_source.h"
#include "base/cell.h"
#include "base/parallel.h"

namespace gradus {
namespace {

using namespace test;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Every case must release all that it was handed, exactly once (a second release would crash).
class InputArrow : public testing::Test {
protected:
    void SetUp() override { live = 0; }
    void TearDown() override { EXPECT_EQ(live, 0); }
};

std::vector<std::string> cells(const InputColumn& column, std::int64_t first, std::int64_t last) {
    std::vector<std::string> out;
    read(
        column, first, last, [](const Cell& cell) { return describe(cell); },
        [&](std::int64_t row, const std::string& text) {
            EXPECT_EQ(row - first, static_cast<std::int64_t>(out.size()));
            out.push_back(text);
        });
    return out;
}

std::vector<std::string> cells(ArrowArrayStream source) {
    const Input input("people", &source);
    EXPECT_EQ(source.release, nullptr);
    return cells(input.state().columns[0], 0, input.rows());
}
std::vector<std::string> cells(const Array& column) { return cells(stream(batch({column}))); }

/// The message of the error that the stream ends in; "" if none.
std::string fault(ArrowArrayStream source) {
    std::string message;
    try {
        Input("people", &source);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::invalid_arrow);
        EXPECT_EQ(error.table(), "people");
        message = error.what();
    }
    EXPECT_EQ(source.release, nullptr);
    return message;
}
std::string fault(const Array& column) { return fault(stream(batch({column.named("x")}))); }

TEST_F(InputArrow, ReadsEveryFormat) {
    EXPECT_THAT(cells(numbers<std::int8_t>("c", {1, -2})), ElementsAre("1", "-2"));
    EXPECT_THAT(cells(numbers<std::uint8_t>("C", {1, 255})), ElementsAre("1", "255"));
    EXPECT_THAT(cells(numbers<std::int16_t>("s", {1, -32768})), ElementsAre("1", "-32768"));
    EXPECT_THAT(cells(numbers<std::uint16_t>("S", {1, 65535})), ElementsAre("1", "65535"));
    EXPECT_THAT(cells(numbers<std::int32_t>("i", {1, INT32_MIN})), ElementsAre("1", "-2147483648"));
    EXPECT_THAT(cells(numbers<std::uint32_t>("I", {1, UINT32_MAX})), ElementsAre("1", "4294967295"));
    EXPECT_THAT(cells(numbers<std::int64_t>("l", {1, INT64_MIN})), ElementsAre("1", "-9223372036854775808"));
    EXPECT_THAT(cells(numbers<std::uint64_t>("L", {1, UINT64_MAX})), ElementsAre("1", "18446744073709551615"));
    EXPECT_THAT(cells(numbers<std::uint16_t>("e", {0x3C00, 0x2E66})), ElementsAre("1", "0.1"));
    EXPECT_THAT(cells(numbers<float>("f", {1.5f, 0.1f})), ElementsAre("1.5", "0.1"));
    EXPECT_THAT(cells(numbers<double>("g", {1.5, 0.1})), ElementsAre("1.5", "0.1"));
    EXPECT_THAT(cells(texts({"", "Ann", "Zoë"})), ElementsAre("''", "'Ann'", "'Zoë'"));
    EXPECT_THAT(cells(texts({"Ann"}, "z")), ElementsAre("'Ann'"));
    EXPECT_THAT(cells(texts<std::int64_t>({"Ann", "Bo"})), ElementsAre("'Ann'", "'Bo'"));
    EXPECT_THAT(cells(texts<std::int64_t>({"Ann"}, "Z")), ElementsAre("'Ann'"));
    EXPECT_THAT(cells(views({"", "twelve bytes", "more than twelve", "also more than 12"})),
                ElementsAre("''", "'twelve bytes'", "'more than twelve'", "'also more than 12'"));
    EXPECT_THAT(cells(views({"Ann"}, "vz")), ElementsAre("'Ann'"));
    EXPECT_THAT(cells(numbers<int128>("d:19,2", {1999, -1})), ElementsAre("19.99", "-0.01"));
    EXPECT_THAT(cells(numbers<int128>("d:38,-2,128", {7})), ElementsAre("700"));
    EXPECT_THAT(cells(numbers<std::int32_t>("d:9,2,32", {1999})), ElementsAre("19.99"));
    EXPECT_THAT(cells(numbers<std::int64_t>("d:18,3,64", {-1})), ElementsAre("-0.001"));
    EXPECT_THAT(cells(numbers<std::int32_t>("tdD", {0, -1})), ElementsAre("1970-01-01", "1969-12-31"));
    EXPECT_THAT(cells(numbers<std::int64_t>("tdm", {86'400'000, 1})),
                ElementsAre("1970-01-02", "1970-01-01 00:00:00.001"));
    EXPECT_THAT(cells(numbers<std::int64_t>("tss:", {86'400})), ElementsAre("1970-01-02 00:00:00"));
    EXPECT_THAT(cells(numbers<std::int64_t>("tsm:", {86'400'000})), ElementsAre("1970-01-02 00:00:00"));
    EXPECT_THAT(cells(numbers<std::int64_t>("tsu:UTC", {86'400'000'000})), ElementsAre("1970-01-02 00:00:00 UTC"));
    EXPECT_THAT(cells(numbers<std::int64_t>("tsn:", {86'400'000'000'000})), ElementsAre("1970-01-02 00:00:00"));
    const Array booleans{.format = "b", .length = 3, .buffers = {nullptr, bits({true, false, true})}};
    EXPECT_THAT(cells(booleans), ElementsAre("true", "false", "true"));
    EXPECT_THAT(cells(booleans.slice(1, 2)), ElementsAre("false", "true"));
    EXPECT_THAT(cells(Array{.format = "n", .length = 2}), ElementsAre("nothing", "nothing"));
}

TEST_F(InputArrow, NullsAreMissing) {
    const Array column = numbers<std::int32_t>("i", {1, 2, 3}).valid({true, false, true});
    EXPECT_THAT(cells(column), ElementsAre("1", "nothing", "3"));
    EXPECT_THAT(cells(column.slice(1, 2)), ElementsAre("nothing", "3"));
    Array counted = column;
    counted.null_count = 1;
    EXPECT_THAT(cells(counted), ElementsAre("1", "nothing", "3"));
    counted.null_count = 0;  // then the bitmap does not count
    EXPECT_THAT(cells(counted), ElementsAre("1", "2", "3"));
    Array unknown = numbers<std::int32_t>("i", {1, 2});
    unknown.null_count = -1;
    EXPECT_THAT(cells(unknown), ElementsAre("1", "2"));
    EXPECT_THAT(cells(views({"a", "longer than twelve"}).valid({false, true})),
                ElementsAre("nothing", "'longer than twelve'"));
}

TEST_F(InputArrow, OffsetsOfStructAndChildAdd) {
    Array rows = batch({numbers<std::int32_t>("i", {0, 1, 2, 3, 4, 5}).slice(1, 5)});
    rows.offset = 2;
    rows.length = 3;
    EXPECT_THAT(cells(stream(rows)), ElementsAre("3", "4", "5"));
    rows = batch({texts({"a", "b", "c", "d"}).valid({true, true, false, true}).slice(1, 3)});
    rows.offset = 1;
    rows.length = 2;
    EXPECT_THAT(cells(stream(rows)), ElementsAre("nothing", "'d'"));
}

TEST_F(InputArrow, ANullStructIsARowOfMissingCells) {
    Array rows = batch({numbers<std::int32_t>("i", {0, 1, 2, 3, 4}).valid({true, true, false, true, true}).named("a"),
                        texts({"a", "b", "c", "d", "e"}).named("b")});
    rows.offset = 1;
    rows.length = 4;
    rows.null_count = -1;
    rows.buffers[0] = bits({true, true, true, false, true});
    ArrowArrayStream source = stream(rows);
    const Input input("people", &source);
    EXPECT_THAT(cells(input.state().columns[0], 0, 4), ElementsAre("1", "nothing", "nothing", "4"));
    EXPECT_THAT(cells(input.state().columns[1], 0, 4), ElementsAre("'b'", "'c'", "nothing", "'e'"));
    EXPECT_THAT(cells(input.state().columns[1], 2, 4), ElementsAre("nothing", "'e'"));
}

TEST_F(InputArrow, ReadsDictionariesOfEveryIndex) {
    const Array words = texts({"low", "high", "unused"}).valid({true, true, false});
    const auto check = [&](const Array& indices) {
        EXPECT_THAT(cells(encoded(indices.valid({true, true, false, true}), words)),
                    ElementsAre("'high'", "'low'", "nothing", "nothing"));
    };
    check(numbers<std::int8_t>("c", {1, 0, -1, 2}));
    check(numbers<std::uint8_t>("C", {1, 0, 99, 2}));
    check(numbers<std::int16_t>("s", {1, 0, 99, 2}));
    check(numbers<std::uint16_t>("S", {1, 0, 99, 2}));
    check(numbers<std::int32_t>("i", {1, 0, 99, 2}));
    check(numbers<std::uint32_t>("I", {1, 0, 99, 2}));
    check(numbers<std::int64_t>("l", {1, 0, 99, 2}));
    check(numbers<std::uint64_t>("L", {1, 0, UINT64_MAX, 2}));
    EXPECT_THAT(cells(encoded(numbers<std::int8_t>("c", {1, 1}), numbers<double>("g", {1, 2.5}))),
                ElementsAre("2.5", "2.5"));
    EXPECT_THAT(cells(encoded(numbers<std::int8_t>("c", {0, 1}), views({"x", "y", "z"}).slice(1, 2))),
                ElementsAre("'y'", "'z'"));
    EXPECT_THAT(cells(encoded(numbers<std::int8_t>("c", {}), texts({}))), ElementsAre());
}

TEST_F(InputArrow, ParsesEachDictionaryEntryOnce) {
    const Array words = texts({"low", "high", "unused"});
    const Array first = batch({encoded(numbers<std::int8_t>("c", {0, 1, 0, 1, 0, 0}), words)});
    const Array again = batch({encoded(numbers<std::int8_t>("c", {1, 0, 1}).valid({true, true, false}), words)});
    const Array other = batch({encoded(numbers<std::int8_t>("c", {0, 0}), texts({"new"}))});
    ArrowArrayStream source = stream(first, {first, again, other});
    const Input input("people", &source);
    std::vector<std::string> parsed, stored;
    read(
        input.state().columns[0], 0, input.rows(),
        [&](const Cell& cell) {
            parsed.push_back(describe(cell));
            return describe(cell);
        },
        [&](std::int64_t, const std::string& text) { stored.push_back(text); });
    EXPECT_THAT(parsed, ElementsAre("nothing", "'low'", "'high'", "'new'"));
    EXPECT_THAT(stored, ElementsAre("'low'", "'high'", "'low'", "'high'", "'low'", "'low'", "'high'", "'low'",
                                    "nothing", "'new'", "'new'"));
    // Where fewer rows are read than the dictionary has entries, each row is parsed by itself.
    parsed.clear();
    read(
        input.state().columns[0], 4, 6,
        [&](const Cell& cell) {
            parsed.push_back(describe(cell));
            return 0;
        },
        [](std::int64_t, int) {});
    EXPECT_THAT(parsed, ElementsAre("'low'", "'low'"));
}

TEST_F(InputArrow, ReadsAnyRangeOfAnyChunks) {
    const auto rows = [](std::vector<std::int32_t> values) { return batch({numbers("i", values)}); };
    ArrowArrayStream source =
        stream(rows({}), {rows({}), rows({0, 1, 2}), rows({}), rows({3}), rows({4, 5}), rows({})});
    const Input input("people", &source);
    ASSERT_EQ(input.rows(), 6);
    for (std::int64_t first = 0; first <= 6; ++first) {
        for (std::int64_t last = first; last <= 6; ++last) {
            std::vector<std::string> expected;
            for (std::int64_t i = first; i < last; ++i) expected.push_back(std::to_string(i));
            EXPECT_EQ(cells(input.state().columns[0], first, last), expected);
        }
    }
}

TEST_F(InputArrow, IsReadBySeveralThreads) {
    std::vector<std::int64_t> values(100'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i);
    ArrowArrayStream source = stream(batch({numbers("l", values)}));
    const Input input("people", &source);
    std::vector<std::int64_t> seen(values.size());
    parallel_for(input.rows(), 1000, 4, [&](std::int64_t first, std::int64_t last) {
        read(
            input.state().columns[0], first, last, [](const Cell& cell) { return cell.integer; },
            [&](std::int64_t row, std::int64_t value) { seen[static_cast<std::size_t>(row)] = value; });
    });
    EXPECT_EQ(seen, values);
}

TEST_F(InputArrow, TablesMayBeEmpty) {
    ArrowArrayStream none = stream(batch({numbers<std::int32_t>("i", {}).named("a")}), {});
    const Input input("people", &none);
    EXPECT_EQ(input.rows(), 0);
    ASSERT_NE(input.state().find("a"), nullptr);
    EXPECT_THAT(cells(*input.state().find("a"), 0, 0), ElementsAre());
    EXPECT_EQ(fault(stream(batch({}))), "");
    EXPECT_EQ(fault(Array{.format = "u", .buffers = {nullptr, nullptr, nullptr}}), "");
    EXPECT_EQ(fault(Array{.format = "vu", .buffers = {nullptr, nullptr, nullptr}}), "");
    Array no_bytes = texts({"", ""});
    no_bytes.buffers[2] = nullptr;
    EXPECT_THAT(cells(no_bytes), ElementsAre("''", "''"));
}

TEST_F(InputArrow, TakesNoRowsByHand) {
    ArrowArrayStream source = stream(batch({numbers<std::int32_t>("i", {1}).named("a")}));
    Input input("people", &source);
    EXPECT_THROW(input.row(), Error);
    EXPECT_THROW(input.set("a", 1), Error);
    input.column("b");
    EXPECT_THAT(cells(*input.state().find("b"), 0, 1), ElementsAre("nothing"));
}

TEST_F(InputArrow, OutlivesItsStream) {
    std::optional<Input> copy;
    {
        ArrowArrayStream source = stream(batch({texts({"Ann"}).named("name")}));
        const Input input("people", &source);
        copy = input;
    }
    EXPECT_EQ(live, 2);  // the batch and its column
    EXPECT_THAT(cells(*copy->state().find("name"), 0, 1), ElementsAre("'Ann'"));
    copy.reset();
}

TEST_F(InputArrow, RefusesWhatIsNotATable) {
    EXPECT_THAT(fault(ArrowArrayStream{}), HasSubstr("released already"));
    EXPECT_THROW(Input("people", nullptr), Error);
    EXPECT_THAT(fault(stream(numbers<std::int32_t>("i", {1}))), HasSubstr("its format is i"));
    EXPECT_THAT(fault(stream(batch({}), {}, 0)), HasSubstr("the cursor was closed"));
    EXPECT_THAT(fault(stream(batch({}), {batch({})}, 2)), HasSubstr("the cursor was closed"));
}

TEST_F(InputArrow, RefusesFormatsByName) {
    EXPECT_EQ(fault(numbers<std::int32_t>("+l", {})),
              "people, column x: the Arrow format +l is not supported: a cell holds one value, not a list or a struct");
    EXPECT_THAT(fault(numbers<std::int32_t>("+r", {})), HasSubstr("+r is not supported: decode the run-end encoding"));
    EXPECT_THAT(fault(batch({})), HasSubstr("+s is not supported"));
    for (const char* format :
         {"",    "d:",  "d:x,2", "d:19", "d:76,2,256", "d:38,2,256", "d:19,2,77", "d:39,2", "d:19,99", "w:4", "ttu",
          "tDs", "tiM", "ts",    "tss",  "tsx:",       "td",         "tdX",       "v",      "vx",      "Q",   "uu"})
        EXPECT_THAT(fault(numbers<std::int64_t>(format, {})), HasSubstr("is not supported")) << format;
    EXPECT_THAT(fault(encoded(numbers<double>("g", {0}), texts({"a"}))), HasSubstr("must be integers"));
    EXPECT_THAT(fault(encoded(numbers<std::int8_t>("c", {0}), encoded(numbers<std::int8_t>("c", {0}), texts({"a"})))),
                HasSubstr("dictionary of Arrow dictionaries"));
}

TEST_F(InputArrow, RefusesRepeatedAndBrokenNames) {
    const Array column = numbers<std::int32_t>("i", {1});
    ArrowArrayStream twice = stream(batch({column.named("a"), column.named("a")}));
    try {
        Input("people", &twice);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::contradiction);
        EXPECT_EQ(error.column(), "a");
    }
    ArrowArrayStream broken = stream(batch({column.named("\xFF")}));
    EXPECT_THROW(Input("people", &broken), Error);
}

TEST_F(InputArrow, RefusesBrokenArrays) {
    const auto broken = [](Array array, const std::function<void(Array&)>& spoil) {
        spoil(array);
        return fault(array);
    };
    const Array ints = numbers<std::int32_t>("i", {1, 2, 3}), words = texts({"a", "bc"});
    EXPECT_EQ(broken(ints, [](Array&) {}), "");
    EXPECT_THAT(broken(ints, [](Array& a) { a.offset = -1; }), HasSubstr("negative"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.offset = INT64_MAX; }), HasSubstr("impossible length or offset"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.null_count = -2; }), HasSubstr("null_count"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.null_count = 4; }), HasSubstr("null_count"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.null_count = 1; }), HasSubstr("no validity buffer"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.buffers.pop_back(); }), HasSubstr("number of buffers"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.buffers.push_back(nullptr); }), HasSubstr("number of buffers"));
    EXPECT_THAT(broken(ints, [](Array& a) { a.buffers[1] = nullptr; }), HasSubstr("no buffer"));
    EXPECT_THAT(broken(ints, [&](Array& a) { a.children.push_back(a); }), HasSubstr("children"));
    EXPECT_THAT(broken(words, [](Array& a) { a.buffers[1] = block<std::int32_t>({0, 2, 1}); }), HasSubstr("offsets"));
    EXPECT_THAT(broken(words, [](Array& a) { a.buffers[1] = block<std::int32_t>({-1, 0, 1}); }), HasSubstr("offsets"));
    EXPECT_THAT(broken(words, [](Array& a) { a.buffers[2] = nullptr; }), HasSubstr("no buffer of bytes"));
    const Array many = texts<std::int64_t>({"a", "bc"});
    EXPECT_THAT(broken(many, [](Array& a) { a.buffers[1] = block<std::int64_t>({0, 9, 1}); }), HasSubstr("offsets"));
    EXPECT_THAT(broken(Array{.format = "n", .length = 2},
                       [](Array& a) {
                           a.buffers = {nullptr, nullptr};
                       }),
                HasSubstr("has buffers"));

    const Array entry = encoded(numbers<std::int8_t>("c", {0, 1}), words);
    EXPECT_THAT(fault(encoded(numbers<std::int8_t>("c", {0, 2}), words)), HasSubstr("points outside its dictionary"));
    EXPECT_THAT(fault(encoded(numbers<std::int8_t>("c", {0, -1}), words)), HasSubstr("points outside its dictionary"));
    EXPECT_THAT(fault(encoded(numbers<std::uint64_t>("L", {0, UINT64_MAX}), words)),
                HasSubstr("points outside its dictionary"));
    EXPECT_THAT(broken(entry,
                       [](Array& a) {
                           a.dictionary->buffers[1] = block<std::int32_t>({0, 2, 1});
                       }),
                HasSubstr("offsets"));
    Array bare = batch({entry});
    bare.children[0].dictionary = nullptr;
    EXPECT_THAT(fault(stream(batch({entry}), {bare})), HasSubstr("disagree on a dictionary"));
    EXPECT_THAT(fault(stream(bare, {batch({entry})})), HasSubstr("disagree on a dictionary"));
}

TEST_F(InputArrow, RefusesViewsOutsideTheirBuffers) {
    const auto view = [](std::int32_t size, std::int32_t block_index, std::int32_t from) {
        Array array = views({"more than twelve"});
        array.buffers[1] = block<std::int32_t>({size, 0, block_index, from});
        return fault(array);
    };
    EXPECT_EQ(view(16, 0, 0), "");
    EXPECT_THAT(view(17, 0, 0), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(16, 0, 1), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(16, 0, -1), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(16, 1, 0), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(16, 2, 0), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(16, -1, 0), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(-1, 0, 0), HasSubstr("outside its buffers"));
    EXPECT_THAT(view(INT32_MAX, 0, INT32_MAX), HasSubstr("outside its buffers"));
    Array null = views({"more than twelve", "b"}).valid({false, true});
    null.buffers[1] = block<std::int32_t>({-1, 0, -1, -1, 1, 'b', 0, 0});
    EXPECT_THAT(cells(null), ElementsAre("nothing", "'b'"));
}

TEST_F(InputArrow, RefusesBrokenBatches) {
    const Array good = batch({numbers<std::int32_t>("i", {1, 2, 3}).named("x")});
    const auto broken = [&](const std::function<void(Array&)>& spoil) {
        Array array = good;
        spoil(array);
        return fault(stream(good, {good, array}));
    };
    EXPECT_EQ(broken([](Array&) {}), "");
    EXPECT_THAT(broken([](Array& a) { a.children.clear(); }), HasSubstr("number of columns"));
    EXPECT_THAT(broken([](Array& a) { a.length = -1; }), HasSubstr("not a well-formed struct"));
    EXPECT_THAT(broken([](Array& a) { a.offset = -1; }), HasSubstr("not a well-formed struct"));
    EXPECT_THAT(broken([](Array& a) { a.buffers.clear(); }), HasSubstr("not a well-formed struct"));
    EXPECT_THAT(broken([](Array& a) { a.null_count = 1; }), HasSubstr("no validity buffer"));
    EXPECT_THAT(broken([](Array& a) { a.length = 4; }), HasSubstr("shorter than its struct"));
    EXPECT_THAT(broken([](Array& a) { a.offset = 1; }), HasSubstr("shorter than its struct"));
    EXPECT_THAT(broken([](Array& a) { a.offset = INT64_MAX; }), HasSubstr("shorter than its struct"));
    EXPECT_THAT(broken([](Array& a) { a.children[0].length = 2; }), HasSubstr("shorter than its struct"));

    // No memory is needed to claim more rows than a table can have.
    Array endless = batch({Array{.format = "n", .length = std::int64_t(1) << 31}});
    ArrowArrayStream source = stream(endless);
    try {
        Input("people", &source);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::out_of_range);
    }
}

}  // namespace
}  // namespace gradus
