#include <gradus/base/provenance.h>

#include <gtest/gtest.h>

#include <gradus/base/version.h>

#include "risk/cases.h"

namespace gradus {
namespace {

const Cells two = {{"person", "capability", "mean", "sd"}, {"p", "A", "2", "1"}, {"p", "B", "3", "1"}};
const Cells turned = {{"capability", "person", "sd", "mean"}, {"B", "p", "1", "3"}, {"A", "p", "1", "2"}};

TEST(Provenance, SaysWhatMadeAResult) {
    const Organization org = build(small());
    const Provenance of = find_gaps(org, believe(org, two), {.credit_completed = false, .threads = 1}).provenance;
    EXPECT_EQ(of.stage, "find_gaps");
    EXPECT_EQ(of.version, version());
    EXPECT_EQ(of.as_of, today);
    EXPECT_EQ(of.threads, 1);
    EXPECT_GE(of.seconds, 0);
    EXPECT_EQ(of.seed, 0u);
    EXPECT_NE(of.options.find("\"credit_completed\": false"), std::string::npos) << of.options;
}

TEST(Provenance, TheDigestIsOfContentAndOptionsAlone) {
    const Organization org = build(small());
    const auto gaps = [&](const Cells& cells, const GapOptions& options) {
        return find_gaps(org, believe(org, cells), options).provenance;
    };
    const Provenance first = gaps(two, {.threads = 1}), again = gaps(turned, {.threads = 2});
    EXPECT_EQ(first.inputs, again.inputs);
    EXPECT_EQ(first.digest, again.digest);

    const Provenance option = gaps(two, {.credit_completed = false});
    EXPECT_EQ(option.inputs, first.inputs);
    EXPECT_NE(option.digest, first.digest);

    Cells other = two;
    other[1][2] = "2.5";
    EXPECT_NE(gaps(other, {}).inputs, first.inputs);
    EXPECT_NE(gaps(other, {}).digest, first.digest);
}

}  // namespace
}  // namespace gradus
