// Memory that runs out at every place where it can. The operators new of a program that includes this are the library's too: a shared
// library takes those of the program. For one source file of a program.
#pragma once

#include <gradus.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "story.h"

namespace {

std::atomic<std::int64_t> allocations_left{INT64_MAX};

void* allocate(std::size_t size, std::size_t alignment) noexcept {
    if (allocations_left.fetch_sub(1) <= 0) return nullptr;
    return alignment ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                     : std::malloc(size ? size : 1);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment = 0) {
    void* memory = allocate(size, alignment);
    return memory ? memory : throw std::bad_alloc();
}

}  // namespace

// All of them: a sanitizer brings its own of those that are not here.
using std::align_val_t;
using std::nothrow_t;
using std::size_t;
void* operator new(size_t size) { return allocate_or_throw(size); }
void* operator new[](size_t size) { return allocate_or_throw(size); }
void* operator new(size_t size, align_val_t align) { return allocate_or_throw(size, static_cast<size_t>(align)); }
void* operator new[](size_t size, align_val_t align) { return allocate_or_throw(size, static_cast<size_t>(align)); }
void* operator new(size_t size, const nothrow_t&) noexcept { return allocate(size, 0); }
void* operator new[](size_t size, const nothrow_t&) noexcept { return allocate(size, 0); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const nothrow_t&) noexcept { std::free(memory); }

namespace {

int functions = 0, faults = 0;

/// Calls `call(err)` with memory for 0, 1, 2, … allocations until it succeeds without a fault.
template <class Call>
void exhaust(const char* name, Call&& call) {
    for (std::int64_t room = 0;; room += 1 + room / 64) {
        gradus_error err{};
        allocations_left = room;
        const gradus_status status = call(&err);
        const bool fault = allocations_left < 0;
        allocations_left = INT64_MAX;
        // Sorting asks for memory politely, and does without.
        if (status == GRADUS_OK && !fault) break;
        faults += fault;
        const bool told = status == GRADUS_OUT_OF_MEMORY && std::strcmp(err.message, "memory ran out") == 0;
        if (!(told || (fault && status == GRADUS_OK))) {
            std::fprintf(stderr, "%s, after %lld allocations: %s: %s\n", name, static_cast<long long>(room),
                         gradus_status_name(status), err.message);
            std::exit(1);
        }
        CHECK(err.code == status);
    }
    ++functions;
}

/// Likewise for a function that makes a handle: on failure there is none.
template <class Handle, class Call>
void exhaust(const char* name, void (*release)(Handle*), Call&& call) {
    exhaust(name, [&](gradus_error* err) {
        Handle* out = reinterpret_cast<Handle*>(&err);
        const gradus_status status = call(&out, err);
        CHECK((status == GRADUS_OK) == (out != nullptr));
        release(out);
        return status;
    });
}

#define EXHAUST(release, call) exhaust(#call, release, [&](auto** out, gradus_error* err) { return call; })

}  // namespace
