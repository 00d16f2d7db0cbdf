#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gradus {

/// The number of threads that work on `chunks` pieces when `threads` (0 or less: all cores) are asked for.
inline int thread_count(std::int64_t chunks, int threads) {
    constexpr int most = 1024;  // no machine gains from more, and a slip of an option should not start a million
    const int wanted = threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    return static_cast<int>(std::clamp<std::int64_t>(chunks, 1, std::min(wanted, most)));
}

/// Calls f(first, last) for [0, count) cut into pieces of `chunk`, on up to `threads` threads (0: all cores).
///
/// The pieces do not depend on the number of threads, so whatever is summed per piece and then over the pieces in order
/// is the same for any number. An exception ends the call after the pieces that had begun; of several, that of the
/// lowest piece is thrown.
template <class F>
void parallel_for(std::int64_t count, std::int64_t chunk, int threads, F&& f) {
    if (count <= 0) return;
    chunk = std::max<std::int64_t>(chunk, 1);
    const std::int64_t chunks = (count - 1) / chunk + 1;
    std::atomic<std::int64_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::int64_t lowest = chunks;
    std::exception_ptr error;

    const auto work = [&] {
        // Pieces are taken in order and finished once taken, so the lowest piece that fails is always among them.
        while (!failed.load(std::memory_order_relaxed)) {
            const std::int64_t piece = next.fetch_add(1, std::memory_order_relaxed);
            if (piece >= chunks) return;
            try {
                f(piece * chunk, std::min(count, piece * chunk + chunk));
            } catch (...) {
                failed.store(true, std::memory_order_relaxed);
                const std::lock_guard lock(mutex);
                if (piece < lowest) {
                    lowest = piece;
                    error = std::current_exception();
                }
            }
        }
    };

    const int helpers = thread_count(chunks, threads) - 1;
    if (helpers == 0) {
        work();
    } else {
        std::vector<std::thread> team;
        team.reserve(static_cast<std::size_t>(helpers));
        try {
            for (int i = 0; i < helpers; ++i) team.emplace_back(work);
        } catch (const std::exception&) {
            // The system grants no more threads, or no memory for one: those there are do the work.
        }
        work();
        for (std::thread& thread : team) thread.join();
    }
    if (error) std::rethrow_exception(error);
}

}  // namespace gradus
