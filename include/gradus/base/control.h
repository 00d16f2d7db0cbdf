#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace gradus {

/// Progress and cancel of one running call, polled from any thread. No callbacks.
///
/// Share one Control between the thread that calls a stage and one that watches it: the watcher reads progress(),
/// value() and bound(), and may cancel(). A cancelled stage returns the best result so far with a status that says so,
/// or throws nothing.
class Control {
public:
    /// Asks the running call to stop soon. Stays asked.
    void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
    bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

    /// Share of the work done, 0 to 1; never falls.
    double progress() const noexcept { return progress_.load(std::memory_order_relaxed); }
    /// Value of the best plan so far (NaN: none yet) and the proven bound (infinite: none yet).
    double value() const noexcept { return value_.load(std::memory_order_relaxed); }
    double bound() const noexcept { return bound_.load(std::memory_order_relaxed); }

    /// For the stage itself.
    void report(double progress) noexcept {
        if (progress > progress_.load(std::memory_order_relaxed)) progress_.store(progress, std::memory_order_relaxed);
    }
    void report(double progress, double value, double bound) noexcept {
        report(progress);
        value_.store(value, std::memory_order_relaxed);
        bound_.store(bound, std::memory_order_relaxed);
    }

private:
    std::atomic<bool> cancelled_{false};
    std::atomic<double> progress_{0};
    std::atomic<double> value_{std::numeric_limits<double>::quiet_NaN()};
    std::atomic<double> bound_{std::numeric_limits<double>::infinity()};
};

}  // namespace gradus
