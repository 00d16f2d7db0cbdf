#include <gradus/base/arrow.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gradus/base/error.h>

#include "base/exported_table.h"

// How a table leaves over the Arrow C Stream Interface. A consumer may move a child or a dictionary out of its parent
// and release the parent first, so every schema and array owns by itself what it points to.

namespace gradus {

namespace {

/// What one ArrowSchema or ArrowArray owns, besides the structures of its children and its dictionary.
template <class Struct>
struct Owned {
    std::shared_ptr<const void> owner;
    std::vector<Struct> children;
    std::vector<Struct*> pointers;
    Struct dictionary{};
    const void* buffers[3] = {};

    static void release(Struct* released) {
        const std::unique_ptr<Owned> owned(static_cast<Owned*>(released->private_data));
        for (Struct& child : owned->children)
            if (child.release) child.release(&child);
        if (owned->dictionary.release) owned->dictionary.release(&owned->dictionary);
        released->release = nullptr;
    }
};

/// Makes `made` a structure that can be released from now on, with children yet to be made.
template <class Struct>
Owned<Struct>& begin(Struct& made, std::shared_ptr<const void> owner, std::size_t children = 0) {
    auto owned = std::make_unique<Owned<Struct>>();
    owned->owner = std::move(owner);
    owned->children.resize(children);
    for (Struct& child : owned->children) owned->pointers.push_back(&child);
    made = Struct{};
    made.n_children = static_cast<std::int64_t>(children);
    made.children = owned->pointers.data();
    made.release = Owned<Struct>::release;
    made.private_data = owned.get();
    return *owned.release();
}

/// Releases what has been made so far unless it is handed over whole.
template <class Struct>
struct Guard {
    Struct made{};

    ~Guard() {
        if (made.release) made.release(&made);
    }
    Struct hand_over() { return std::exchange(made, Struct{}); }
};

ArrowSchema make_schema(const ExportedTable& table) {
    Guard<ArrowSchema> root;
    auto& held = begin(root.made, table.metadata, table.fields.size());
    root.made.format = "+s";
    root.made.name = "";
    root.made.metadata = table.metadata->data();
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
        const ExportedField& field = *table.fields[i];
        ArrowSchema& child = held.children[i];
        auto& own = begin(child, table.fields[i]);
        child.format = field.format.c_str();
        child.name = field.name.c_str();
        child.metadata = field.metadata.data();
        child.flags = field.nullable ? ARROW_FLAG_NULLABLE : 0;
        if (!field.encoded) continue;
        begin(own.dictionary, nullptr);
        own.dictionary.format = "u";
        own.dictionary.name = "";
        child.dictionary = &own.dictionary;
    }
    return root.hand_over();
}

void set_buffers(ArrowArray& array, Owned<ArrowArray>& own, std::size_t length,
                 std::initializer_list<const void*> buffers) {
    std::copy(buffers.begin(), buffers.end(), own.buffers);
    array.length = static_cast<std::int64_t>(length);
    array.n_buffers = static_cast<std::int64_t>(buffers.size());
    array.buffers = own.buffers;
}

ArrowArray make_array(const ExportedTable& table) {
    static constexpr char nothing[16] = {};  // some consumers want a buffer even for no values
    const auto rows = static_cast<std::size_t>(table.rows);
    Guard<ArrowArray> root;
    auto& held = begin(root.made, nullptr, table.columns.size());
    set_buffers(root.made, held, rows, {nullptr});
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const ExportedColumn& column = *table.columns[i];
        ArrowArray& child = held.children[i];
        auto& own = begin(child, table.columns[i]);
        child.null_count = column.null_count;
        if (column.texts) {
            set_buffers(child, own, rows, {column.validity.get(), column.texts->offsets(), column.texts->bytes()});
        } else {
            set_buffers(child, own, rows, {column.validity.get(), column.data ? column.data : nothing});
        }
        if (!column.words) continue;
        auto& words = begin(own.dictionary, column.words);
        set_buffers(own.dictionary, words, column.words->size(),
                    {nullptr, column.words->offsets(), column.words->bytes()});
        child.dictionary = &own.dictionary;
    }
    return root.hand_over();
}

/// The private data of an exported stream.
struct Source {
    std::shared_ptr<const ExportedTable> table;
    bool taken = false;
    std::string error{};

    /// Runs `make`, which may throw, for a caller that speaks C: 0 or an errno.
    template <class Make>
    int run(Make&& make) noexcept {
        try {
            make();
            return 0;
        } catch (const std::bad_alloc&) {
            return fail(ENOMEM, "memory ran out");
        } catch (const std::exception& exception) {
            return fail(EIO, exception.what());
        } catch (...) {
            return fail(EIO, "an unknown error");
        }
    }
    int fail(int status, const char* message) noexcept {
        try {
            error = message;
        } catch (...) {
            error.clear();
        }
        return status;
    }
};

Source& source(ArrowArrayStream* stream) { return *static_cast<Source*>(stream->private_data); }

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    return source(stream).run([&] { *out = make_schema(*source(stream).table); });
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    return source(stream).run([&] {
        *out = source(stream).taken ? ArrowArray{} : make_array(*source(stream).table);
        source(stream).taken = true;
    });
}

const char* get_last_error(ArrowArrayStream* stream) {
    const std::string& error = source(stream).error;
    return error.empty() ? nullptr : error.c_str();
}

void release(ArrowArrayStream* stream) {
    delete static_cast<Source*>(stream->private_data);
    stream->release = nullptr;
}

}  // namespace

void export_arrow(const Table& table, ArrowArrayStream* out, int minor_digits) {
    if (!out) throw Error(Code::invalid_option, "there is no stream to export to", std::string(table.name()));
    if (minor_digits < 0 || minor_digits > 18)
        throw Error(Code::invalid_option, "minor_digits is " + std::to_string(minor_digits) + "; 0 to 18 is allowed");
    auto exported_table = std::make_shared<const ExportedTable>(exported(table, minor_digits));
    auto made = std::make_unique<Source>(Source{std::move(exported_table)});
    *out = {get_schema, get_next, get_last_error, release, made.release()};
}

}  // namespace gradus
