#include <gradus/base/arrow.h>

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/base/error.h>
#include <gradus/base/input.h>
#include <gradus/base/table.h>

#include "base/cell.h"

namespace gradus {
namespace {

struct ThingTag {
    static constexpr std::string_view table = "things";
};
enum class Kind : std::uint8_t { money, hours, items };

}  // namespace

template <>
struct Words<Kind> {
    static constexpr std::string_view names[] = {"money", "hours", "items"};
};

namespace {

using testing::ElementsAre;

struct Things : Table {
    Things() : Table("things", "Things of every type") {}

    Column<Id<ThingTag>> thing{*this, {.name = "thing", .meaning = "key of the thing"}};
    Column<Kind> kind{*this, {.name = "kind", .meaning = "what it counts"}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<double> share{*this, {.name = "share", .unit = "share", .meaning = "part of it"}};
    Column<std::int32_t> count{*this, {.name = "count"}};
    Column<bool> open{*this, {.name = "open"}};
    Column<Date> day{*this, {.name = "day"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours"}};
    Column<Amount> cap{*this, {.name = "cap"}};
    Column<double> level{*this, {.name = "level", .level = true}};
};

template <class T>
Buffer<T> values(std::vector<T> of) {
    return Buffer<T>(of);
}

Things things() {
    using ThingId = Id<ThingTag>;
    Things t;
    t.thing.set(values<ThingId>({ThingId(1), ThingId(), ThingId(0), ThingId(1)}), Keys({"a", "b"}).strings());
    t.kind.set(values<Kind>({Kind::money, Kind::hours, Kind::items, missing<Kind>()}));
    auto names = std::make_shared<Strings>();
    for (const char* name : {"Ann", "", "Zoë", "D"}) names->push_back(name);
    t.name.set(names);
    t.share.set(values<double>({0.5, missing<double>(), 0, 1}));
    t.count.set(values<std::int32_t>({7, missing<std::int32_t>(), 0, -1}));
    Buffer<bool> open(4, false);
    open[0] = open[3] = true;
    t.open.set(std::move(open));
    t.day.set(values<Date>({Date(std::chrono::days(1)), missing<Date>(), Date(), Date(std::chrono::days(-1))}));
    t.cost.set(values<Money>({Money(1999), missing<Money>(), Money(0), Money(-INT64_MAX)}));
    t.hours.set(values<Minutes>({Minutes(90), missing<Minutes>(), Minutes(0), Minutes(20)}));
    t.cap.set(values<Amount>({Amount(1999), Amount(90), Amount(3), Amount(5)}));
    t.level.set(values<double>({1, 2, 3, missing<double>()}));
    return t;
}

ArrowArrayStream exported(const Table& table, int minor_digits = 2) {
    ArrowArrayStream stream;
    export_arrow(table, &stream, minor_digits);
    return stream;
}

/// What a column says after the way out and in again.
std::vector<std::string> round_trip(const Table& table, std::string_view column, int minor_digits = 2) {
    ArrowArrayStream stream = exported(table, minor_digits);
    const Input input("things", &stream);
    std::vector<std::string> out;
    read(
        *input.state().find(column), 0, input.rows(), [](const Cell& cell) { return describe(cell); },
        [&](std::int64_t, const std::string& text) { out.push_back(text); });
    return out;
}

std::map<std::string, std::string> metadata(const char* at) {
    const auto number = [&] {
        std::int32_t n;
        std::memcpy(&n, at, 4);
        at += 4;
        return static_cast<std::size_t>(n);
    };
    const auto text = [&] {
        const std::size_t size = number();
        const std::string out(at, size);
        at += size;
        return out;
    };
    std::map<std::string, std::string> pairs;
    for (std::size_t n = number(); n > 0; --n) {
        const std::string key = text();
        pairs[key] = text();
    }
    return pairs;
}

TEST(ExportArrow, EveryTypeComesBack) {
    const Things t = things();
    EXPECT_THAT(round_trip(t, "thing"), ElementsAre("'b'", "nothing", "'a'", "'b'"));
    EXPECT_THAT(round_trip(t, "kind"), ElementsAre("'money'", "'hours'", "'items'", "nothing"));
    EXPECT_THAT(round_trip(t, "name"), ElementsAre("'Ann'", "nothing", "'Zoë'", "'D'"));
    EXPECT_THAT(round_trip(t, "share"), ElementsAre("0.5", "nothing", "0", "1"));
    EXPECT_THAT(round_trip(t, "count"), ElementsAre("7", "nothing", "0", "-1"));
    EXPECT_THAT(round_trip(t, "open"), ElementsAre("true", "false", "false", "true"));
    EXPECT_THAT(round_trip(t, "day"), ElementsAre("1970-01-02", "nothing", "1970-01-01", "1969-12-31"));
    EXPECT_THAT(round_trip(t, "cost"), ElementsAre("19.99", "nothing", "0.00", "-92233720368547758.07"));
    EXPECT_THAT(round_trip(t, "cost", 0), ElementsAre("1999", "nothing", "0", "-9223372036854775807"));
    EXPECT_THAT(round_trip(t, "hours"), ElementsAre("1.5", "nothing", "0", "0.3333333333333333"));
    EXPECT_THAT(round_trip(t, "cap"), ElementsAre("19.99", "1.5", "3", "nothing"));
    EXPECT_THAT(round_trip(t, "cap", 3), ElementsAre("1.999", "1.5", "3", "nothing"));
    EXPECT_THAT(round_trip(t, "level"), ElementsAre("1", "2", "3", "nothing"));
}

TEST(ExportArrow, DescribesEveryColumn) {
    const Things t = things();
    ArrowArrayStream stream = exported(t);
    ArrowSchema schema;
    ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
    EXPECT_STREQ(schema.format, "+s");
    ASSERT_EQ(schema.n_children, 11);
    EXPECT_THAT(metadata(schema.metadata),
                ElementsAre(std::pair("meaning", "Things of every type"), std::pair("name", "things")));
    std::vector<std::string> formats, names;
    for (int i = 0; i < 11; ++i) {
        formats.push_back(schema.children[i]->format);
        names.push_back(schema.children[i]->name);
    }
    EXPECT_THAT(formats, ElementsAre("i", "C", "u", "g", "i", "b", "tdD", "d:19,2", "g", "g", "g"));
    EXPECT_THAT(names,
                ElementsAre("thing", "kind", "name", "share", "count", "open", "day", "cost", "hours", "cap", "level"));
    EXPECT_STREQ(schema.children[0]->dictionary->format, "u");
    EXPECT_STREQ(schema.children[1]->dictionary->format, "u");
    EXPECT_EQ(schema.children[2]->dictionary, nullptr);
    EXPECT_THAT(metadata(schema.children[0]->metadata),
                ElementsAre(std::pair("meaning", "key of the thing"), std::pair("references", "things")));
    EXPECT_THAT(metadata(schema.children[3]->metadata),
                ElementsAre(std::pair("meaning", "part of it"), std::pair("unit", "share")));
    EXPECT_TRUE(metadata(schema.children[4]->metadata).empty());
    EXPECT_EQ(schema.children[5]->flags, 0);
    EXPECT_EQ(schema.children[0]->flags, ARROW_FLAG_NULLABLE);
    schema.release(&schema);
    EXPECT_EQ(schema.release, nullptr);
    stream.release(&stream);
    EXPECT_EQ(stream.release, nullptr);
}

TEST(ExportArrow, SharesWhatNeedsNoOtherForm) {
    const Things t = things();
    const auto owners = t.thing.strings().use_count();
    ArrowArrayStream stream = exported(t);
    ArrowArray batch;
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);
    EXPECT_EQ(batch.length, 4);
    for (const int shared : {0, 1, 3, 4, 6, 10})
        EXPECT_EQ(batch.children[shared]->buffers[1], t.column(static_cast<std::size_t>(shared)).data()) << shared;
    EXPECT_EQ(batch.children[0]->dictionary->buffers[2], t.thing.strings()->bytes());
    EXPECT_EQ(batch.children[2]->buffers[2], t.name.strings()->bytes());
    EXPECT_EQ(batch.children[5]->buffers[0], nullptr);  // a bool is never missing
    EXPECT_EQ(batch.children[0]->null_count, 1);
    EXPECT_EQ(*static_cast<const std::uint8_t*>(batch.children[0]->buffers[0]), 0b1101);
    batch.release(&batch);
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);  // one batch, then the end
    EXPECT_EQ(batch.release, nullptr);
    stream.release(&stream);
    EXPECT_EQ(t.thing.strings().use_count(), owners);
}

TEST(ExportArrow, OutlivesTheTableAndItsParents) {
    auto t = std::make_unique<Things>(things());
    const std::weak_ptr<const void> count = t->count.owner(), keys = t->thing.strings();
    ArrowArrayStream stream = exported(*t);
    t.reset();
    ArrowSchema schema;
    ArrowArray batch;
    ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);
    stream.release(&stream);

    // Children and dictionaries may be moved out and outlive their parents.
    ArrowArray moved = *batch.children[4], words = *batch.children[0]->dictionary;
    ArrowSchema moved_schema = *schema.children[0];
    batch.children[4]->release = nullptr;
    batch.children[0]->dictionary->release = nullptr;
    schema.children[0]->release = nullptr;
    batch.release(&batch);
    schema.release(&schema);
    EXPECT_EQ(static_cast<const std::int32_t*>(moved.buffers[1])[0], 7);
    EXPECT_EQ(static_cast<const char*>(words.buffers[2])[1], 'b');
    EXPECT_STREQ(moved_schema.name, "thing");
    EXPECT_STREQ(moved_schema.dictionary->format, "u");
    EXPECT_FALSE(count.expired());
    moved.release(&moved);
    EXPECT_TRUE(count.expired());
    EXPECT_FALSE(keys.expired());
    words.release(&words);
    EXPECT_TRUE(keys.expired());
    moved_schema.release(&moved_schema);
}

TEST(ExportArrow, TheSchemaMayBeAskedTwiceAndNothingTaken) {
    const Things t = things();
    ArrowArrayStream stream = exported(t);
    for (int i = 0; i < 2; ++i) {
        ArrowSchema schema;
        ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
        schema.release(&schema);
    }
    EXPECT_EQ(stream.get_last_error(&stream), nullptr);
    stream.release(&stream);
}

TEST(ExportArrow, AnEmptyTableLeavesAsOneEmptyBatch) {
    const Things t;
    ArrowArrayStream stream = exported(t);
    ArrowArray batch;
    ASSERT_EQ(stream.get_next(&stream, &batch), 0);
    ASSERT_NE(batch.release, nullptr);
    EXPECT_EQ(batch.length, 0);
    EXPECT_NE(batch.children[3]->buffers[1], nullptr);
    batch.release(&batch);
    stream.release(&stream);
    EXPECT_THAT(round_trip(t, "thing"), ElementsAre());
    EXPECT_THAT(round_trip(t, "name"), ElementsAre());
}

TEST(ExportArrow, RefusesWhatCannotBeExported) {
    Things t = things();
    ArrowArrayStream stream{};
    EXPECT_THROW(export_arrow(t, nullptr), Error);
    EXPECT_THROW(export_arrow(t, &stream, -1), Error);
    EXPECT_THROW(export_arrow(t, &stream, 19), Error);
    t.count.set(Buffer<std::int32_t>(3, 0));
    EXPECT_THROW(export_arrow(t, &stream), Error);
    EXPECT_EQ(stream.release, nullptr);
}

}  // namespace
}  // namespace gradus
