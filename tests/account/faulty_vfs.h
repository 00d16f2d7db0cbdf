#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace gradus::test {

/// What goes wrong, and when.
struct Fault {
    enum class Kind { none, error, full, short_write };
    Kind kind = Kind::none;
    std::int64_t after = 0;  ///< so many writes, syncs, truncations and deletions go well
    bool for_ever = false;   ///< else once
};

/// A disk in memory, for SQLite to write to: as VFS it is the default one for as long as it lives.
///
/// Files are kept twice: as the programs see them, and as they are on the disk. A sync brings a file to the disk; whatever was
/// written since may be there after a crash, or not, or in part. It locks nothing: one connection at a time.
class FaultyDisk {
public:
    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    void fail(const Fault& fault) { fault_ = fault, operations_ = 0; }
    /// Writes, syncs, truncations and deletions since fail().
    std::int64_t operations() const { return operations_; }

    /// The power goes: of each sector that was written since the last sync the old or the new bytes are kept, or a piece of each,
    /// in any order; files that were made or deleted without a sync of their folder may be there or not.
    void crash(std::mt19937_64& random);
    /// The same, of the disk as it stood when so many operations had been done; 0: nothing is remembered.
    void crash_at(std::int64_t operation) { crash_at_ = operation; }
    bool stopped() const { return stopped_; }

private:
    friend struct FaultyFile;
    friend struct FaultyVfs;

    static constexpr std::size_t sector = 512;
    struct Content {
        std::string seen;    ///< by programs
        std::string kept;    ///< on the disk
        bool there = false;  ///< its name is on the disk
        bool gone = false;   ///< it was deleted, and its name may be on the disk still
    };

    /// SQLITE_OK, or what goes wrong now.
    int operation(bool write);

    std::map<std::string, std::shared_ptr<Content>> files_;
    Fault fault_;
    std::int64_t operations_ = 0;
    std::int64_t crash_at_ = 0;
    bool stopped_ = false;
    sqlite3_vfs vfs_{};
    sqlite3_vfs* before_ = nullptr;
};

}  // namespace gradus::test
