#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include <gradus/account/ledger.h>
#include <sqlite3.h>
#include <unistd.h>

namespace gradus::test {

/// A folder of its own for each test, gone when the test is over. In memory where there is such a file system: a slow disk
/// shows nothing that a fast one does not.
class Folder {
public:
    Folder() : Folder(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path()) {}
    explicit Folder(const std::filesystem::path& in) {
        static std::atomic<int> count{0};
        path_ = in / ("gradus-ledger-" + std::to_string(getpid()) + "-" + std::to_string(++count));
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name = "ledger") const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// Statements for an SQLite file, by a connection without any of the ledger's settings. The error, or the last cell.
inline std::string raw(const std::string& path, const std::string& sql) {
    sqlite3* connection = nullptr;
    std::string last;
    char* error = nullptr;
    sqlite3_open(path.c_str(), &connection);
    const auto keep = [](void* to, int columns, char** cells, char**) {
        if (columns > 0 && cells[0]) *static_cast<std::string*>(to) = cells[0];
        return 0;
    };
    if (sqlite3_exec(connection, sql.c_str(), keep, &last, &error) != SQLITE_OK) last = std::string("error: ") + error;
    sqlite3_free(error);
    sqlite3_close(connection);
    return last;
}

}  // namespace gradus::test
