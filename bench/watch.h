#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gradus/base/control.h>

namespace gradus::bench {

/// What was known at some second of a run: the best value so far (NaN: none) and the bound (infinite: none).
struct Moment {
    double seconds;
    double value;
    double bound;
};

/// Looks at a running stage every millisecond from a thread of its own and keeps what has changed. Seconds count from when
/// the object is made.
class Watch {
public:
    explicit Watch(const Control& control);
    ~Watch();

    /// Ends the watch. The last moment is what the control held then.
    const std::vector<Moment>& stop();
    double seconds() const;

private:
    void look();

    const Control& control_;
    std::chrono::steady_clock::time_point start_;
    std::atomic<bool> stopped_{false};
    std::vector<Moment> moments_;
    std::thread thread_;
};

}  // namespace gradus::bench
