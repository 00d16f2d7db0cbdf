#include "account/faulty_vfs.h"

#include <algorithm>
#include <cstring>

namespace gradus::test {

namespace {

FaultyDisk* disk_of(sqlite3_vfs* vfs) { return static_cast<FaultyDisk*>(vfs->pAppData); }

}  // namespace

struct FaultyFile {
    sqlite3_file base;
    FaultyDisk* disk;
    std::shared_ptr<FaultyDisk::Content>* content;
    bool folder_unsynced;  // it was made, and its folder was not brought to the disk since

    static FaultyFile* of(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file); }
    std::string& seen() { return (*content)->seen; }

    static int close(sqlite3_file* file) {
        delete of(file)->content;
        of(file)->content = nullptr;
        return SQLITE_OK;
    }
    static int read(sqlite3_file* file, void* to, int amount, sqlite3_int64 from) {
        const std::string& seen = of(file)->seen();
        const auto at = std::min(static_cast<std::size_t>(from), seen.size());
        const auto count = std::min(static_cast<std::size_t>(amount), seen.size() - at);
        std::memcpy(to, seen.data() + at, count);
        if (count == static_cast<std::size_t>(amount)) return SQLITE_OK;
        std::memset(static_cast<char*>(to) + count, 0, static_cast<std::size_t>(amount) - count);
        return SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 to) {
        FaultyFile& self = *of(file);
        const int result = self.disk->operation(true);
        auto count = static_cast<std::size_t>(amount);
        if (result != SQLITE_OK) {
            if (self.disk->fault_.kind != Fault::Kind::short_write) return result;
            count /= 2;
        }
        const auto at = static_cast<std::size_t>(to);
        std::string& seen = self.seen();
        if (seen.size() < at + count) seen.resize(at + count);
        std::memcpy(seen.data() + at, bytes, count);
        return result;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        const int result = of(file)->disk->operation(false);
        if (result == SQLITE_OK) of(file)->seen().resize(static_cast<std::size_t>(size));
        return result;
    }
    static int sync(sqlite3_file* file, int) {
        FaultyFile& self = *of(file);
        const int result = self.disk->operation(false);
        if (result != SQLITE_OK) return result;
        (*self.content)->kept = self.seen();
        // As SQLite's own VFS on Unix: the first sync of a file that was made brings its folder to the disk too.
        if (self.folder_unsynced) (*self.content)->there = true;
        self.folder_unsynced = false;
        return SQLITE_OK;
    }
    static int size(sqlite3_file* file, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>(of(file)->seen().size());
        return SQLITE_OK;
    }
    static int lock(sqlite3_file*, int) { return SQLITE_OK; }
    static int locked(sqlite3_file*, int* locked) {
        *locked = 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return FaultyDisk::sector; }
    static int characteristics(sqlite3_file*) { return 0; }
};

struct FaultyVfs {
    static constexpr sqlite3_io_methods methods{1,
                                                FaultyFile::close,
                                                FaultyFile::read,
                                                FaultyFile::write,
                                                FaultyFile::truncate,
                                                FaultyFile::sync,
                                                FaultyFile::size,
                                                FaultyFile::lock,
                                                FaultyFile::lock,
                                                FaultyFile::locked,
                                                FaultyFile::control,
                                                FaultyFile::sector_size,
                                                FaultyFile::characteristics,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr};

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
        FaultyDisk* disk = disk_of(vfs);
        const std::string path = name ? name : "";
        auto found = disk->files_.find(path);
        bool made = false;
        file->pMethods = nullptr;
        if (found == disk->files_.end()) {
            if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
            if (disk->stopped_) return SQLITE_IOERR;
            found = disk->files_.emplace(path, std::make_shared<FaultyDisk::Content>()).first;
            made = true;
        }
        FaultyFile& self = *FaultyFile::of(file);
        self.disk = disk;
        self.content = new std::shared_ptr<FaultyDisk::Content>(found->second);
        self.folder_unsynced = made;
        file->pMethods = &methods;
        if (out) *out = flags;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
        FaultyDisk* disk = disk_of(vfs);
        const auto found = disk->files_.find(name);
        if (found == disk->files_.end()) return SQLITE_IOERR_DELETE_NOENT;
        if (const int result = disk->operation(false); result != SQLITE_OK) return SQLITE_IOERR_DELETE;
        // Until its folder is brought to the disk, the file may come back.
        if (found->second->there) {
            auto ghost = std::make_shared<FaultyDisk::Content>(*found->second);
            ghost->gone = true;
            disk->files_["\n" + std::string(name)] = std::move(ghost);
        }
        disk->files_.erase(found);
        if (!sync_folder) return SQLITE_OK;
        if (const int result = disk->operation(false); result != SQLITE_OK) return SQLITE_IOERR_DIR_FSYNC;
        std::erase_if(disk->files_, [](const auto& entry) { return entry.second->gone; });
        return SQLITE_OK;
    }
    static int access(sqlite3_vfs* vfs, const char* name, int, int* found) {
        *found = disk_of(vfs)->files_.contains(name);
        return SQLITE_OK;
    }
    static int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    }
    static int random(sqlite3_vfs*, int size, char* out) {
        std::memset(out, 7, static_cast<std::size_t>(size));
        return size;
    }
    static int sleep(sqlite3_vfs*, int micros) { return micros; }
    static int time(sqlite3_vfs*, double* days) {
        *days = 2461041.5;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

FaultyDisk::FaultyDisk() : before_(sqlite3_vfs_find(nullptr)) {
    vfs_.iVersion = 1;
    vfs_.szOsFile = sizeof(FaultyFile);
    vfs_.mxPathname = 200;
    vfs_.zName = "faulty";
    vfs_.pAppData = this;
    vfs_.xOpen = FaultyVfs::open, vfs_.xDelete = FaultyVfs::remove, vfs_.xAccess = FaultyVfs::access;
    vfs_.xFullPathname = FaultyVfs::full_name, vfs_.xRandomness = FaultyVfs::random, vfs_.xSleep = FaultyVfs::sleep;
    vfs_.xCurrentTime = FaultyVfs::time, vfs_.xGetLastError = FaultyVfs::last_error;
    sqlite3_vfs_register(&vfs_, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(before_, 1);
}

int FaultyDisk::operation(bool write) {
    if (stopped_) return SQLITE_IOERR;
    ++operations_;
    if (crash_at_ > 0 && operations_ >= crash_at_) {
        stopped_ = true;  // nothing reaches the disk any more
        return SQLITE_IOERR;
    }
    const bool now = fault_.for_ever ? operations_ > fault_.after : operations_ == fault_.after + 1;
    if (fault_.kind == Fault::Kind::none || !now) return SQLITE_OK;
    if (fault_.kind == Fault::Kind::full) return write ? SQLITE_FULL : SQLITE_IOERR;
    return SQLITE_IOERR_WRITE;
}

void FaultyDisk::crash(std::mt19937_64& random) {
    std::map<std::string, std::shared_ptr<Content>> after;
    const auto keep = [&](const std::string& name, const Content& content) {
        // Lengths are kept in units of sectors, each one old, new, or torn.
        const std::size_t size = random() % 2 ? content.seen.size() : content.kept.size();
        std::string bytes(size, '\0');
        for (std::size_t from = 0; from < size; from += sector) {
            const std::size_t count = std::min(sector, size - from);
            const auto piece = [&](const std::string& of, std::size_t begin, std::size_t end) {
                for (std::size_t i = from + begin; i < from + end && i < of.size(); ++i) bytes[i] = of[i];
            };
            const std::size_t torn = random() % 8 == 0 ? random() % (count + 1) : (random() % 2 ? count : 0);
            const bool head_is_new = random() % 2;
            piece(head_is_new ? content.seen : content.kept, 0, torn);
            piece(head_is_new ? content.kept : content.seen, torn, count);
        }
        auto now = std::make_shared<Content>();
        now->seen = now->kept = std::move(bytes);
        now->there = true;
        after[name] = std::move(now);
    };
    for (const auto& [name, content] : files_)
        if (!content->gone && (content->there || random() % 2)) keep(name, *content);
    for (const auto& [name, content] : files_)
        if (content->gone && random() % 2 && !after.contains(name.substr(1))) keep(name.substr(1), *content);
    files_ = std::move(after);
    stopped_ = false;
    crash_at_ = 0;
}

}  // namespace gradus::test
