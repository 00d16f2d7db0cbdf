#include "watch.h"

#include <cmath>

namespace gradus::bench {

Watch::Watch(const Control& control)
    : control_(control), start_(std::chrono::steady_clock::now()), thread_([this] {
          while (!stopped_.load()) {
              look();
              std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
      }) {}

Watch::~Watch() { stop(); }

const std::vector<Moment>& Watch::stop() {
    if (thread_.joinable()) {
        stopped_.store(true);
        thread_.join();
        look();
    }
    return moments_;
}

double Watch::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Watch::look() {
    const Moment now{seconds(), control_.value(), control_.bound()};
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    if (moments_.empty() || !same(moments_.back().value, now.value) || !same(moments_.back().bound, now.bound))
        moments_.push_back(now);
}

}  // namespace gradus::bench
