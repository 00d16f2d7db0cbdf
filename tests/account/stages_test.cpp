#include <gradus/account/stages.h>

#include <string>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/programs.h"

namespace {

using namespace gradus;

TEST(Stages, AreReadAgainstTheOrganisation) {
    const Organization organization = test::organization_with(test::tuition());
    Input input("stages");
    input.row().set("person", "Bo").set("stage", "planned");
    input.row().set("person", "Ann").set("program", "tuition").set("stage", "agreed");
    input.row().set("person", "Bo").set("stage", "planned");
    const auto rows = rows_of(load_stages(organization, input));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(organization.people()[static_cast<std::size_t>(rows[0].person.value())], "Ann");
    EXPECT_EQ(rows[0].stage, Stage::agreed);
    EXPECT_FALSE(rows[1].program);
    input.row().set("person", "Nobody").set("stage", "agreed");
    try {
        load_stages(organization, input);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::unknown_key);
        EXPECT_EQ(error.table(), "stages");
        EXPECT_EQ(error.row(), 4);
        EXPECT_EQ(error.column(), "person");
    }
}

}  // namespace
