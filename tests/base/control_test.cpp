#include <gradus/base/control.h>

#include <cmath>
#include <thread>

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Control, ProgressNeverFalls) {
    Control control;
    EXPECT_EQ(control.progress(), 0);
    control.report(0.5);
    control.report(0.25);
    EXPECT_EQ(control.progress(), 0.5);
    EXPECT_TRUE(std::isnan(control.value()));
    EXPECT_TRUE(std::isinf(control.bound()));
    control.report(0.75, 10, 12);
    EXPECT_EQ(control.progress(), 0.75);
    EXPECT_EQ(control.value(), 10);
    EXPECT_EQ(control.bound(), 12);
}

TEST(Control, IsCancelledFromAnotherThread) {
    Control control;
    EXPECT_FALSE(control.cancelled());
    std::thread watcher([&] { control.cancel(); });
    while (!control.cancelled()) std::this_thread::yield();
    watcher.join();
    EXPECT_TRUE(control.cancelled());
}

}  // namespace
}  // namespace gradus
