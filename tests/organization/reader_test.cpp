#include "organization/reader.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/arrow_source.h"
#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

const Literal scales = {
    "scales",
    {{"scale", "level"}, {"gdad", "Awareness"}, {"gdad", "Working"}, {"gdad", "Practitioner"}, {"gdad", "Expert"}}};
const Literal capabilities = {"capabilities", {{"capability", "scale"}, {"Go", "gdad"}}};
const Literal roles = {"roles", {{"role", "family"}, {"Engineer", "it"}}};
const Literal requirements = {"requirements", {{"role", "capability", "level"}, {"Engineer", "Go", "Working"}}};

/// What is told of one table beside valid ones.
Told told_of(const Literal& table) {
    std::vector<Literal> tables = {table};
    for (const Literal& other : {scales, capabilities, roles, requirements})
        if (other.table != table.table) tables.push_back(other);
    return told(tables);
}

template <class T>
Organization activity(std::string_view column, const T& cell, std::string_view currency = "EUR") {
    std::vector<Input> tables(2, Input("activities"));
    tables[0].row().set("activity", "A1").set(column, cell);
    tables[1] = Input("settings");
    tables[1].row().set("currency", currency);
    return Organization(tables);
}

template <class T>
std::string refusal(std::string_view column, const T& cell, std::string_view currency = "EUR") {
    try {
        activity(column, cell, currency);
    } catch (const Error& error) {
        return std::string(to_string(error.code())) + ": " + std::string(error.problems()->message[0]);
    }
    return "accepted";
}

TEST(Reader, NamesTheLevelThatIsNotOnTheScale) {
    EXPECT_EQ(
        told_of({"requirements", {{"role", "capability", "level"}, {"Engineer", "Go", "Expret"}}}),
        Told{"error unknown_level requirements 1 level: level 'Expret' is not on scale 'gdad' (Awareness, Working, "
             "Practitioner, Expert); did you mean 'Expert'?"});
    EXPECT_EQ(told_of({"requirements", {{"role", "capability", "level"}, {"Engineer", "Go", "5"}}}),
              Told{"error out_of_range requirements 1 level: level '5' is outside scale 'gdad' (Awareness, Working, "
                   "Practitioner, Expert), which runs from 1 to 4"});
}

TEST(Reader, AFaultIsNotToldAgainWhereItIsReferredTo) {
    EXPECT_EQ(told({{"scales", {{"scale", "level"}, {"gdad", ""}}}, capabilities, roles, requirements}),
              Told{"error missing_value scales 1 level: level is missing"});
    EXPECT_EQ(told({scales, {"capabilities", {{"capability", "scale"}, {"Go", "none"}}}, roles, requirements}),
              Told{"error unknown_key capabilities 1 scale: scale 'none' is not in scales"});
}

TEST(Reader, NamesTheKeyThatIsNotThere) {
    EXPECT_EQ(told_of({"people", {{"person", "role"}, {"E1", "Enginer"}}}),
              Told{"error unknown_key people 1 role: role 'Enginer' is not in roles; did you mean 'Engineer'?"});
}

TEST(Reader, SaysOnceThatATableIsAbsent) {
    EXPECT_EQ(
        told_of(
            {"people",
             {{"person", "role", "unit"}, {"E1", "Engineer", ""}, {"E2", "Engineer", "N"}, {"E3", "Engineer", "S"}}}),
        Told{"error missing_table people 2 unit: unit 'N' names a row of units, but that table is absent or empty (so "
             "in 2 rows)"});
}

TEST(Reader, TellsAllProblemsAtOnce) {
    EXPECT_EQ(
        told({{"people",
               {{"person", "role", "hours", "joined", "hous"},
                {"", "R", "4", "", "4"},
                {"E2", "", "x", "2026-02-30", ""}}},
              {"roles", {{"role", "criticality"}, {"R", "6"}}},
              {"peple", {{"person"}}},
              {"roles", {{"role"}}}}),
        (Told{"error contradiction roles: the table is given twice",
              "warning ignored roles role: 1 role has no requirements, so nobody can have a gap in it: 'R'",
              "error out_of_range roles 1 criticality: criticality '6' is not between 1 and 5",
              "warning unknown_column people hous: 'hous' is not a column of people and is ignored; did you mean "
              "'hours'?",
              "error missing_value people 1 person: person is missing",
              "error wrong_type people 2 hours: hours 'x' is not a number (digits and a decimal point, such as 1234.5)",
              "error out_of_range people 2 joined: joined '2026-02-30' is not a day of the calendar (years 1 to 9999)",
              "error missing_value people 2 role: role is missing",
              "error unknown_table peple: 'peple' is not a table of an organisation; did you mean 'people'?"}));
}

TEST(Reader, ColumnsMayBeMissingOrUnknown) {
    EXPECT_EQ(
        told_of({"people", {{"person", "rolle", "zzz"}, {"E1", "Engineer", ""}}}),
        (Told{"error missing_column people role: column 'role' is required; given are: person, rolle, zzz",
              "warning unknown_column people rolle: 'rolle' is not a column of people and is ignored; did you mean "
              "'role'?",
              "warning unknown_column people zzz: 'zzz' is not a column of people and is ignored (person, role, name, "
              "unit, manager, persona, hours, joined, left)"}));
}

TEST(Reader, WithoutRowsAndColumnsATableIsEmptyAndGiven) {
    EXPECT_EQ(told_of({"mandatory", {}}), Told{});
    EXPECT_EQ(told_of({"mandatory", {{"due"}}}),
              Told{"error missing_column mandatory activity: column 'activity' is required; given are: due"});
    EXPECT_EQ(told_of({"mandatory", {{}, {}}}),
              Told{"error missing_column mandatory activity: column 'activity' is required; no column is given"});

    Organization organization = build({scales, capabilities, roles, requirements, {"funds", {}}});
    EXPECT_EQ(organization->funds.size(), 0u);
    EXPECT_TRUE(organization.relations().funds_given);
    organization = organization.with_tables(inputs({{"mandatory", {}}}));
    EXPECT_TRUE(organization.relations().funds_given);

    ArrowArrayStream source = test::stream(test::batch({}));
    EXPECT_TRUE(Organization(std::vector{Input("funds", &source)}).relations().funds_given);
}

TEST(Reader, AByteOrderMarkIsNotPartOfAName) {
    EXPECT_EQ(told_of({"people", {{"\xEF\xBB\xBFperson", "role"}, {"E1", "Engineer"}}}), Told{});
}

TEST(Reader, RepeatsAreDroppedAndContradictionsAreErrors) {
    const Literal repeated = {
        "people",
        {{"person", "role", "name"}, {"E1", "Engineer", "A"}, {"E0", "Engineer", ""}, {"E1", "Engineer", "A"}}};
    EXPECT_EQ(told_of(repeated), Told{"warning repeated_row people 3: the row repeats row 1 and is dropped"});
    EXPECT_EQ(build({scales, capabilities, roles, requirements, repeated})->people.size(), 2u);
    EXPECT_EQ(
        told_of(
            {"people",
             {{"person", "role", "name"}, {"E1", "Engineer", "A"}, {"E0", "Engineer", ""}, {"E1", "Engineer", "B"}}}),
        Told{"error duplicate_key people 3 name: person 'E1' is already in row 1, with another name"});
    EXPECT_EQ(told({{"settings", {{"currency"}, {"EUR"}, {"USD"}}}}),
              Told{"error duplicate_key settings 2 currency: the table has one row; row 1 has another currency"});
}

TEST(Reader, LinesOfAFileAreTold) {
    Input people("people");
    people.row().set("person", "E1").set("role", "R");
    people.row().set("person", "E2").set("role", "Q");
    people.lines(std::shared_ptr<const std::int64_t[]>(new std::int64_t[2]{2, 7}));
    const std::vector<Input> tables = {people, input({"roles", {{"role"}, {"R"}}})};
    try {
        Organization organization(tables);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.row(), 2);
        EXPECT_EQ(error.problems()->line[error.problems()->size() - 1], 7);
    }
}

TEST(Reader, KeysMayBeWholeNumbers) {
    std::vector<Input> tables(2, Input("people"));
    tables[1] = Input("roles");
    tables[1].row().set("role", 7);
    tables[0].row().set("person", 1042).set("role", 7.0);
    tables[0].row().set("person", 1043.0).set("role", "7").set("manager", std::numeric_limits<double>::quiet_NaN());
    const Organization organization(tables);
    EXPECT_EQ(organization.people()[0], "1042");
    EXPECT_EQ(organization.people()[1], "1043");
    EXPECT_EQ(organization->people.role[1], organization->people.role[0]);
    EXPECT_FALSE(organization->people.manager[1]);
    EXPECT_EQ(refusal("kind", 1.5), "lossy: kind 1.5 is not a whole number");
    EXPECT_EQ(refusal("kind", true), "wrong_type: kind true is not a key (text or a whole number)");
    EXPECT_EQ(refusal("kind", "\xFF"), "invalid_text: kind '\\xff' is not UTF-8 text");
    EXPECT_EQ(refusal("name", "\xFF"), "invalid_text: name '\\xff' is not UTF-8 text");
}

TEST(Reader, MoneyIsExact) {
    EXPECT_EQ(activity("cost", "19.99")->activities.cost[0], Money(1999));
    EXPECT_EQ(activity("cost", "19.9900")->activities.cost[0], Money(1999));
    EXPECT_EQ(activity("cost", "1e3")->activities.cost[0], Money(100000));
    EXPECT_EQ(activity("cost", 19.99)->activities.cost[0], Money(1999));
    EXPECT_EQ(activity("cost", 20)->activities.cost[0], Money(2000));
    EXPECT_EQ(activity("cost", 1500, "JPY")->activities.cost[0], Money(1500));
    EXPECT_EQ(activity("cost", "1.234", "KWD")->activities.cost[0], Money(1234));
    EXPECT_EQ(activity("cost", 19.990000001)->activities.cost[0], Money(1999));
    EXPECT_EQ(refusal("cost", 19.99001), "lossy: cost 19.99001 has more than 2 decimals");
    EXPECT_EQ(refusal("cost", 0.005), "lossy: cost 0.005 has more than 2 decimals");
    EXPECT_EQ(refusal("cost", "0.005"), "lossy: cost '0.005' has more than 2 decimals");
    EXPECT_EQ(refusal("cost", "9.000"), "lossy: cost '9.000' has more than 2 decimals") << "or is it nine thousand?";
    EXPECT_EQ(refusal("cost", "12.500"), "lossy: cost '12.500' has more than 2 decimals");
    EXPECT_EQ(activity("cost", "9.000", "KWD")->activities.cost[0], Money(9000));
    EXPECT_EQ(refusal("cost", 0.5, "JPY"), "lossy: cost 0.5 is not a whole number");
    EXPECT_EQ(refusal("cost", -1), "out_of_range: cost -1 is below 0");
    EXPECT_EQ(refusal("cost", "1,000"),
              "wrong_type: cost '1,000' is not a number (digits and a decimal point, such as 1234.5)");
    EXPECT_EQ(refusal("cost", "99999999999999999999"), "out_of_range: cost '99999999999999999999' is too large");
    EXPECT_EQ(refusal("cost", 1, "eur"),
              "wrong_type: currency 'eur' is not a code of ISO 4217: three capital letters, such as EUR");
    for (const std::string_view text :
         {" 1", "1 ", "+1", "1e", "e1", ".", "-", "1..2", "0x10", "inf", "nan", "1 000", "٣"})
        EXPECT_TRUE(refusal("cost", text).starts_with("wrong_type")) << text << ": " << refusal("cost", text);
}

TEST(Reader, MoneyMayBeAnArrowDecimal) {
    using namespace test;
    __extension__ typedef __int128 int128;
    ArrowArrayStream source = stream(batch(
        {texts({"A1", "A2"}).named("activity"), numbers("d:38,4", std::vector<int128>{199900, -5}).named("cost")}));
    const std::vector<Input> tables = {Input("activities", &source)};
    try {
        Organization organization(tables);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(told(*error.problems()),
                  Told{"error lossy activities 2 cost: cost -0.0005 has more than 2 decimals"});
    }
}

TEST(Reader, HoursAreWholeMinutes) {
    EXPECT_EQ(activity("hours", "7.5")->activities.hours[0], Minutes(450));
    EXPECT_EQ(activity("hours", 1.0 / 3)->activities.hours[0], Minutes(20));
    EXPECT_EQ(refusal("hours", 0.33), "lossy: hours 0.33 is not a whole number of minutes");
}

TEST(Reader, NumbersAreFiniteAndWithinRange) {
    EXPECT_EQ(activity("account_share", "1")->activities.account_share[0], 1);
    EXPECT_EQ(activity("account_share", "-0").digest(), activity("account_share", "0").digest());
    EXPECT_EQ(activity("days", 3.0)->activities.days[0], 3);
    EXPECT_EQ(activity("days", "3.0")->activities.days[0], 3);
    EXPECT_EQ(refusal("days", 1.5), "lossy: days 1.5 is not a whole number");
    EXPECT_EQ(refusal("days", 0), "out_of_range: days 0 is not between 1 and 36500");
    EXPECT_EQ(refusal("account_share", 1.2), "out_of_range: account_share 1.2 is not between 0 and 1");
    EXPECT_EQ(
        refusal("account_share", std::numeric_limits<double>::quiet_NaN()),
        "out_of_range: account_share nan is not a number; where a value is not known, leave the cell empty (null)");
    EXPECT_EQ(refusal("hours", std::numeric_limits<double>::infinity()), "out_of_range: hours inf is too large");
    EXPECT_EQ(refusal("hours", 1e16), "out_of_range: hours 1e+16 is too large");
}

TEST(Reader, DatesAreDays) {
    EXPECT_EQ(activity("valid_from", "2026-03-31")->activities.valid_from[0], day("2026-03-31"));
    EXPECT_EQ(activity("valid_from", day("2026-03-31"))->activities.valid_from[0], day("2026-03-31"));
    for (const std::string_view text : {"2026-03-31T00:00", "2026-03-31 00:00:00", "2026-03-31T00:00:00.000"})
        EXPECT_EQ(activity("valid_from", text)->activities.valid_from[0], day("2026-03-31")) << text;
    for (const std::string_view text :
         {"31.03.2026", "2026-3-31", "20260331", "2026-03-31T", "2026-03-31T00", "2026-03-31T00:00:00.", "2026-03-31x"})
        EXPECT_TRUE(refusal("valid_from", text).starts_with("wrong_type")) << text;
    EXPECT_EQ(refusal("valid_from", "2026-02-30"),
              "out_of_range: valid_from '2026-02-30' is not a day of the calendar (years 1 to 9999)");
    EXPECT_EQ(refusal("valid_from", "0000-01-01"),
              "out_of_range: valid_from '0000-01-01' is not a day of the calendar (years 1 to 9999)");
    EXPECT_EQ(refusal("valid_from", "2026-03-31T08:00:00"),
              "lossy: valid_from '2026-03-31T08:00:00' is not at midnight; give the day alone");
    EXPECT_EQ(refusal("valid_from", "2026-03-31T00:00:00Z"),
              "lossy: valid_from '2026-03-31T00:00:00Z' has a time zone; give the day alone");
    EXPECT_EQ(refusal("valid_from", 20260331), "wrong_type: valid_from 20260331 is not a date (YYYY-MM-DD)");
}

TEST(Reader, TimestampsAreDaysAtMidnightOnly) {
    using namespace test;
    constexpr std::int64_t day_of_ns = 86'400'000'000'000;
    const auto read = [&](const char* format, std::vector<std::int64_t> ticks) {
        ArrowArrayStream source =
            stream(batch({texts({"A1"}).named("activity"), numbers(format, ticks).named("valid_from")}));
        const std::vector<Input> tables = {Input("activities", &source)};
        return Organization(tables)->activities.valid_from[0];
    };
    EXPECT_EQ(read("tsn:", {20000 * day_of_ns}), Date(Date::duration(20000)));
    EXPECT_THROW(read("tsn:", {20000 * day_of_ns + 1}), Error);
    EXPECT_THROW(read("tsn:UTC", {20000 * day_of_ns}), Error);
}

TEST(Reader, WordsAndTruthValuesAreExact) {
    for (const std::string_view text : {"true", "True", "TRUE", "yes", "1"})
        EXPECT_TRUE(activity("repeatable", text)->activities.repeatable[0]) << text;
    for (const std::string_view text : {"false", "False", "FALSE", "no", "0", ""})
        EXPECT_FALSE(activity("repeatable", text)->activities.repeatable[0]) << text;
    EXPECT_TRUE(activity("repeatable", 1)->activities.repeatable[0]);
    EXPECT_EQ(refusal("repeatable", "y"), "wrong_type: repeatable 'y' is neither true nor false");
    EXPECT_EQ(refusal("repeatable", 2), "wrong_type: repeatable 2 is neither true nor false");
    EXPECT_EQ(
        told({{"kpi_targets", {{"kpi", "direction"}, {"K", "Up"}}}}),
        Told{"error unknown_word kpi_targets 1 direction: direction 'Up' is not one of up, down; did you mean 'up'?"});
}

TEST(Reader, ALabelWinsOverANumber) {
    const Organization organization =
        build({{"scales", {{"scale", "level", "position"}, {"s", "0", "1"}, {"s", "1", "2"}, {"s", "2", "3"}}},
               {"capabilities", {{"capability", "scale"}, {"C", "s"}}},
               {"roles", {{"role"}, {"R"}, {"Q"}}},
               {"requirements",
                {{"role", "capability", "level", "max_level"}, {"Q", "C", "2.5", "3"}, {"R", "C", "1", "2"}}}});
    EXPECT_EQ(organization->requirements.level[0], 2.5);
    EXPECT_EQ(organization->requirements.max_level[0], 3);
    EXPECT_EQ(organization->requirements.level[1], 2);
    EXPECT_EQ(organization->requirements.max_level[1], 3);
}

TEST(Reader, AmountsAreOfTheirKind) {
    const Organization organization = build({roles,
                                             {"people", {{"person", "role"}, {"E1", "Engineer"}}},
                                             {"accounts",
                                              {{"person", "kind", "available", "cap"},
                                               {"E1", "money", "10.50", ""},
                                               {"E1", "hours", "1.5", "1"},
                                               {"E1", "items", "3", ""}}}});
    EXPECT_EQ(organization->accounts.available[0], Amount(1050));
    EXPECT_EQ(organization->accounts.available[1], Amount(90));
    EXPECT_EQ(organization->accounts.cap[1], Amount(60));
    EXPECT_EQ(organization->accounts.available[2], Amount(3));
    EXPECT_EQ(told({{"programs", {{"program", "cap"}, {"P", "5"}}}}),
              Told{"error missing_value programs 1 cap: cap '5' needs a kind: one of money, hours, items"});
}

TEST(Reader, DictionariesNullsAndChunksReadTheSame) {
    using namespace test;
    const auto people = [](const Array& person, const Array& role, const Array& hours) {
        return batch({person.named("person"), role.named("role"), hours.named("hours")});
    };
    const Array first =
        people(texts({"E3", "E1"}), encoded(numbers("c", std::vector<std::int8_t>{1, 0}), texts({"Q", "R"})),
               numbers("g", std::vector<double>{4, 8}).valid({true, false}));
    const Array second = people(texts({"E2"}), encoded(numbers("c", std::vector<std::int8_t>{0}), texts({"R"})),
                                numbers("g", std::vector<double>{2}));
    ArrowArrayStream source = stream(first, {first, second});
    const std::vector<Input> arrow = {Input("people", &source), input({"roles", {{"role"}, {"R"}, {"Q"}}})};
    const Organization expected =
        build({{"people", {{"person", "role", "hours"}, {"E1", "Q", ""}, {"E2", "R", "2"}, {"E3", "R", "4"}}},
               {"roles", {{"role"}, {"Q"}, {"R"}}}});
    EXPECT_EQ(Organization(arrow, 2).digest(), expected.digest());
}

TEST(Reader, NoNumberOfThreadsChangesAnything) {
    std::vector<Input> tables(2, Input("people"));
    tables[1] = Input("roles");
    for (int i = 0; i < 7; ++i) tables[1].row().set("role", i);
    for (int i = 0; i < 50000; ++i) {
        const int key = (i * 7919) % 50000;
        tables[0]
            .row()
            .set("person", key)
            .set("role", i % 8)
            .set("name", "n" + std::to_string(key))
            .set("persona", key % 11);
    }
    Told first;
    for (const int threads : {1, 2, 3, 7}) {
        try {
            Organization organization(tables, threads);
            FAIL();
        } catch (const Error& error) {
            const Told now = told(*error.problems());
            if (threads == 1) first = now;
            EXPECT_EQ(now, first) << threads;
            EXPECT_EQ(now.size(),
                      1002u);  // of 1 + 6250, those listed, one that counts the rest, and a role without requirements
        }
    }
    for (int i = 7; i < 8; ++i) tables[1].row().set("role", i);
    const std::uint64_t digest = Organization(tables, 1).digest();
    for (const int threads : {2, 3, 7}) EXPECT_EQ(Organization(tables, threads).digest(), digest);
}

struct Times : Table {
    Times() : Table("times", "For the tests of moments") {}
    Column<Moment> at{*this, {.name = "at", .meaning = "when"}};
};

/// Microseconds since 1970, or what is told of the cell.
template <class T>
std::string moment(const T& cell) {
    Input input("times");
    input.row().set("at", cell);
    Times times;
    ProblemList problems;
    const Reference reference;
    Reader reader(times, &input, reference, problems, 1);
    reader.match();
    reader.read();
    if (problems.has_errors()) return std::string(problems.table()->message[0]);
    return is_missing(times.at[0]) ? "missing" : std::to_string(times.at[0].time_since_epoch().count());
}

TEST(Reader, ReadsMomentsInAnyZone) {
    EXPECT_EQ(moment(""), "missing");
    EXPECT_EQ(moment("1970-01-01"), "0");
    EXPECT_EQ(moment("1970-01-02"), "86400000000");
    EXPECT_EQ(moment(Date(std::chrono::days(2))), "172800000000");
    EXPECT_EQ(moment(Moment(std::chrono::microseconds(-7))), "-7");
    for (const char* text : {"1970-01-01T01:02Z", "1970-01-01 01:02:00Z", "1970-01-01T03:32:00.0+02:30",
                             "1970-01-01T00:02-01", "1969-12-31 20:02:00.000000000-0500"})
        EXPECT_EQ(moment(text), "3720000000") << text;
    EXPECT_EQ(moment("1970-01-01T00:00:00.000001Z"), "1");
    EXPECT_EQ(moment("1969-12-31T23:59:59.999999Z"), "-1");
    EXPECT_EQ(moment("9999-12-31T23:59:59.999999Z"), "253402300799999999");
}

TEST(Reader, RefusesMomentsThatItWouldHaveToGuess) {
    const auto refused = [](const char* text, const char* end) {
        EXPECT_EQ(moment(text), "at '" + std::string(text) + "' " + end);
    };
    const char* no_zone = "has no time zone; end it with Z for UTC, or with an offset such as +02:00";
    const char* no_moment = "is not a moment (2026-03-31T09:30:00Z; a day is its first moment in UTC)";
    refused("2026-03-31T09:30:00", no_zone);
    refused("2026-03-31 09:30", no_zone);
    refused("2026-03-31T09:30:00.0000001Z", "is finer than a microsecond");
    for (const char* text :
         {"31.03.2026", "2026-03-31T", "2026-03-31T9:30Z", "2026-03-31T24:00Z", "2026-03-31T09:60Z",
          "2026-03-31T09:30:60Z", "2026-03-31T09:30:00.Z", "2026-03-31T09:30:00 Z", "2026-03-31T09:30:00+2",
          "2026-03-31T09:30:00+02:60", "2026-03-31T09:30:00+24:00", "2026-03-31T09:30:00+02:00x", "2026-03-31Z"})
        refused(text, no_moment);
    const char* no_day = "is not a day of the calendar (years 1 to 9999)";
    refused("2026-02-30T09:30:00Z", no_day);
    refused("9999-12-31T23:30:00-01:00", no_day);
    refused("0001-01-01T00:30:00+01:00", no_day);
    EXPECT_EQ(moment(5), "at 5 " + std::string(no_moment));
}

}  // namespace
}  // namespace gradus
