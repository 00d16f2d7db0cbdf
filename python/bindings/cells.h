#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <pybind11/pybind11.h>

namespace gradus::python {

/// One column laid out for the Arrow C Data Interface. Moving it keeps all pointers good.
struct ArrowColumn {
    std::string format = "n";
    std::int64_t rows = 0;
    bool any_length = false;  ///< None instead of a column: as many missing cells as the table has rows
    std::int64_t nulls = 0;
    std::vector<std::uint8_t> validity{};  ///< a bitmap; empty: all valid
    const void* data = nullptr;            ///< values or offsets, in `owned` or in `lender`
    std::vector<char> owned{};
    std::vector<char> bytes{};  ///< of texts
    pybind11::object lender{};  ///< the array whose memory is lent
};

/// Where a column is, for messages.
struct Place {
    const std::string& table;
    const std::string& column;
};

/// A column from None, from a one-dimensional, contiguous, native NumPy array or from any sequence of Python objects.
///
/// Arrays may be bool, of any int or float, datetime64 in days, seconds, or parts of them, fixed-length text, or
/// objects. `mask`: an array of bool, true where a cell is missing, or None. `nan_is_missing`: NaN stands for missing,
/// as it does in pandas. The cells of a sequence may differ in type; the column then becomes text in the grammar of
/// files.
/// @throws Error wrong_type, invalid_text with the row.
ArrowColumn arrow_column(pybind11::handle column, pybind11::handle mask, bool nan_is_missing, const Place& place);

}  // namespace gradus::python
