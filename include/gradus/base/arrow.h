#pragma once

#include <cstdint>

// The Arrow C Data Interface and C Stream Interface: the ABI structures that the Arrow specification asks every
// producer and consumer to declare for itself, guarded so that several declarations can meet.
// https://arrow.apache.org/docs/format/CDataInterface.html

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
    int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
    const char* (*get_last_error)(struct ArrowArrayStream*);
    void (*release)(struct ArrowArrayStream*);
    void* private_data;
};

#endif
}

namespace gradus {

class Table;

/// Exports `table` as a stream of one record batch into `*out` (uninitialised memory, owned by the caller, who releases
/// it). Values are shared, not copied, except bool, money, hours and amount, which have another form outside; the
/// stream outlives the table. `minor_digits`: decimal digits of the currency (2 for EUR).
void export_arrow(const Table& table, ArrowArrayStream* out, int minor_digits = 2);

}  // namespace gradus
