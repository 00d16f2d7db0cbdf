#pragma once

// Where C++ ends: no exception passes a function of the C API. The only try and catch of capi/ are here.

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <gradus/base/error.h>

#include "gradus.h"

namespace gradus::c {

/// Copies what fits, cut between characters of UTF-8, and ends it with NUL.
template <std::size_t size>
void copy(std::string_view text, char (&to)[size]) noexcept {
    std::size_t length = std::min(text.size(), size - 1);
    while (length > 0 && length < text.size() && (text[length] & 0xC0) == 0x80) --length;
    *std::copy_n(text.data(), length, to) = '\0';
}

inline gradus_status fail(gradus_error* err, Code code, std::string_view message, std::string_view table = {},
                          std::int64_t row = 0, std::string_view column = {}) noexcept {
    const auto status = static_cast<gradus_status>(code);
    if (!err) return status;
    *err = {};
    err->code = status;
    err->row = row;
    copy(table, err->table);
    copy(column, err->column);
    copy(message, err->message);
    return status;
}

/// Runs `body` and turns whatever it throws into a status and an error. `problems`, if not null, is set to those of the
/// exception, if it has any.
template <class Body>
gradus_status guard(gradus_error* err, Body&& body, std::shared_ptr<const Problems>* problems = nullptr) noexcept {
    try {
        body();
        return GRADUS_OK;
    } catch (const Error& error) {
        if (problems) *problems = error.problems();
        return fail(err, error.code(), error.what(), error.table(), error.row(), error.column());
    } catch (const std::bad_alloc&) {
        return fail(err, Code::out_of_memory, "memory ran out");
    } catch (const std::exception& exception) {
        return fail(err, Code::internal, exception.what());
    } catch (...) {
        return fail(err, Code::internal, "an unknown exception");
    }
}

/// What a pointer argument points to; `what` names it in the error if it is null.
template <class T>
T& required(T* pointer, const char* what) {
    if (!pointer) throw Error(Code::invalid_argument, std::string(what) + " is NULL");
    return *pointer;
}

inline std::string_view text(const char* pointer, const char* what) { return &required(pointer, what); }

/// Makes what `body` returns a handle of its own; on failure *out is null.
template <class Handle, class Body>
gradus_status create(Handle** out, gradus_error* err, Body&& body,
                     std::shared_ptr<const Problems>* problems = nullptr) noexcept {
    if (out) *out = nullptr;
    const auto make = [&] {
        Handle*& place = required(out, "out");
        place = new Handle{body()};
    };
    return guard(err, make, problems);
}

/// Makes a handle as it is by default.
template <class Handle>
gradus_status create(Handle** out, gradus_error* err) noexcept {
    if (out) *out = nullptr;
    return guard(err, [&] {
        Handle*& place = required(out, "out");
        place = new Handle{};
    });
}

}  // namespace gradus::c
