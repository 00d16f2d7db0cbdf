#include "cells.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include <datetime.h>
#include <pybind11/numpy.h>

#include "bindings.h"

namespace gradus::python {

namespace {

// Buffers

template <class T>
T* allocate(ArrowColumn& column, std::size_t count) {
    column.owned.resize(std::max<std::size_t>(count, 1) * sizeof(T));
    column.data = column.owned.data();
    return reinterpret_cast<T*>(column.owned.data());
}

template <class Missing>
void set_validity(ArrowColumn& column, Missing missing) {
    std::vector<std::uint8_t> bits(static_cast<std::size_t>(column.rows / 8 + 1));
    std::int64_t nulls = 0;
    for (std::int64_t i = 0; i < column.rows; ++i) {
        if (missing(i))
            ++nulls;
        else
            bits[static_cast<std::size_t>(i / 8)] |= static_cast<std::uint8_t>(1u << (i % 8));
    }
    if (nulls > 0) column.validity = std::move(bits);
    column.nulls = nulls;
}

/// Texts one after another, as large utf8.
class Texts {
public:
    explicit Texts(ArrowColumn& column) : column_(column) {
        column.format = "U";
        offsets_ = allocate<std::int64_t>(column, static_cast<std::size_t>(column.rows) + 1);
        offsets_[0] = 0;
    }
    void add(std::string_view text) {
        column_.bytes.insert(column_.bytes.end(), text.begin(), text.end());
        *++offsets_ = static_cast<std::int64_t>(column_.bytes.size());
    }

private:
    ArrowColumn& column_;
    std::int64_t* offsets_;
};

// NumPy arrays

void append_utf8(std::string& text, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80)
        put(c);
    else if (c < 0x800)
        put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    else if (c < 0x10000)
        put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    else
        put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
}

/// Fixed-length texts of NumPy: UCS-4 or bytes, filled up with zeros.
void copy_texts(ArrowColumn& column, const py::array& array) {
    Texts texts(column);
    const auto width = static_cast<std::size_t>(array.itemsize());
    const auto* data = static_cast<const char*>(array.data());
    const bool wide = array.dtype().kind() == 'U';
    std::string text;
    for (std::int64_t i = 0; i < column.rows; ++i, data += width) {
        if (!wide) {
            std::size_t length = width;
            while (length > 0 && data[length - 1] == 0) --length;
            texts.add({data, length});
            continue;
        }
        text.clear();
        std::size_t length = width / 4;
        const auto at = [&](std::size_t k) {
            std::uint32_t c;
            std::memcpy(&c, data + 4 * k, 4);
            return c;
        };
        while (length > 0 && at(length - 1) == 0) --length;
        for (std::size_t k = 0; k < length; ++k) append_utf8(text, at(k));
        texts.add(text);
    }
}

template <class T>
const T* values(const py::array& array) {
    return static_cast<const T*>(array.data());
}

std::optional<ArrowColumn> number_column(const py::array& array, bool nan_is_missing) {
    constexpr std::string_view kinds = "iufb";
    const char kind = array.dtype().kind();
    const auto size = array.itemsize();
    if (kinds.find(kind) == kinds.npos || size > 8) return std::nullopt;
    ArrowColumn column{.rows = array.size(), .lender = array};
    column.data = array.data();
    if (kind == 'b') {  // a byte in NumPy, a bit in Arrow
        auto* bits = allocate<std::uint8_t>(column, static_cast<std::size_t>(column.rows / 8 + 1));
        const auto* bytes = values<std::uint8_t>(array);
        for (std::int64_t i = 0; i < column.rows; ++i)
            if (bytes[i]) bits[i / 8] |= static_cast<std::uint8_t>(1u << (i % 8));
        column.format = "b";
        column.lender = {};
        return column;
    }
    const auto place = static_cast<std::size_t>(size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3);
    column.format = kind == 'i' ? "csil"[place] : kind == 'u' ? "CSIL"[place] : " efg"[place];
    if (kind == 'f' && nan_is_missing) {
        if (size == 8) set_validity(column, [&](std::int64_t i) { return std::isnan(values<double>(array)[i]); });
        if (size == 4) set_validity(column, [&](std::int64_t i) { return std::isnan(values<float>(array)[i]); });
    }
    return column;
}

ArrowColumn time_column(const py::array& array) {
    constexpr std::int64_t not_a_time = std::numeric_limits<std::int64_t>::min();
    ArrowColumn column{.rows = array.size(), .lender = array};
    column.data = array.data();
    const auto* times = values<std::int64_t>(array);
    const auto unit = py::str(array.dtype()).cast<std::string>();  // datetime64[ns]
    if (unit == "datetime64[D]") {
        column.format = "tdD";
        auto* days = allocate<std::int32_t>(column, static_cast<std::size_t>(column.rows));
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        for (std::int64_t i = 0; i < column.rows; ++i)
            days[i] =
                static_cast<std::int32_t>(std::clamp(times[i], -most, most));  // refused as out of range either way
    } else {
        column.format = unit == "datetime64[s]"    ? "tss:"
                        : unit == "datetime64[ms]" ? "tsm:"
                        : unit == "datetime64[us]" ? "tsu:"
                                                   : "tsn:";
    }
    set_validity(column, [&](std::int64_t i) { return times[i] == not_a_time; });
    if (column.format == "tdD") column.lender = {};
    return column;
}

// Cells of Python

struct PyCell {
    enum class Kind : std::uint8_t { missing, text, integer, big, real, boolean, date, timestamp, zoned, decimal };

    Kind kind = Kind::missing;
    std::int64_t integer = 0;  // integer; boolean; days; microseconds since 1970
    double real = 0;
    py::object text{};  // the str, or the object whose str it is
};

using Kind = PyCell::Kind;

std::int64_t days_from_civil(PyObject* date) {
    const std::chrono::year_month_day day{std::chrono::year(PyDateTime_GET_YEAR(date)),
                                          std::chrono::month(static_cast<unsigned>(PyDateTime_GET_MONTH(date))),
                                          std::chrono::day(static_cast<unsigned>(PyDateTime_GET_DAY(date)))};
    return std::chrono::sys_days(day).time_since_epoch().count();
}

class CellReader {
public:
    CellReader(bool nan_is_missing, const Place& place)
        : nan_is_missing_(nan_is_missing), place_(place), decimal_(py::module_::import("decimal").attr("Decimal")),
          generic_(py::module_::import("numpy").attr("generic")) {}

    PyCell read(PyObject* cell, std::int64_t row) const {
        if (cell == Py_None) return {};
        if (PyUnicode_Check(cell)) return {.kind = Kind::text, .text = py::reinterpret_borrow<py::object>(cell)};
        if (PyBool_Check(cell)) return {.kind = Kind::boolean, .integer = cell == Py_True};
        if (PyLong_Check(cell)) return integer(cell);
        if (PyFloat_Check(cell)) {
            const double real = PyFloat_AS_DOUBLE(cell);
            return std::isnan(real) && nan_is_missing_ ? PyCell{} : PyCell{.kind = Kind::real, .real = real};
        }
        const std::string_view type = Py_TYPE(cell)->tp_name;
        if (type == "NaTType" || type == "NAType" || type.ends_with(".NaTType") || type.ends_with(".NAType")) return {};
        if (PyDateTime_Check(cell)) return timestamp(cell);
        if (PyDate_Check(cell)) return {.kind = Kind::date, .integer = days_from_civil(cell)};
        const py::handle object(cell);
        if (py::isinstance(object, decimal_)) {
            if (nan_is_missing_ && object.attr("is_nan")().cast<bool>()) return {};
            return {.kind = Kind::decimal, .text = py::reinterpret_borrow<py::object>(cell)};
        }
        if (py::isinstance(object, generic_)) return numpy_scalar(object, row);
        fail(row, "a cell of type " + std::string(type) + ": a text, number, truth value or date was expected");
    }

    [[noreturn]] void fail(std::int64_t row, const std::string& message, Code code = Code::wrong_type) const {
        throw Error(code, message, place_.table, row + 1, place_.column);
    }

private:
    static PyCell integer(PyObject* cell) {
        int overflow = 0;
        const long long value = PyLong_AsLongLongAndOverflow(cell, &overflow);
        if (overflow != 0) return {.kind = Kind::big, .text = py::reinterpret_borrow<py::object>(cell)};
        return {.kind = Kind::integer, .integer = value};
    }

    static PyCell timestamp(PyObject* cell) {
        const bool zoned = !py::handle(cell).attr("tzinfo").is_none();
        std::int64_t seconds = days_from_civil(cell) * 86400 + PyDateTime_DATE_GET_HOUR(cell) * 3600 +
                               PyDateTime_DATE_GET_MINUTE(cell) * 60 + PyDateTime_DATE_GET_SECOND(cell);
        std::int64_t ahead = 0;  // of UTC, in microseconds
        if (zoned) {
            const py::object offset = py::handle(cell).attr("utcoffset")();
            const auto part = [&](const char* name) { return offset.attr(name).cast<std::int64_t>(); };
            seconds -= part("days") * 86400 + part("seconds");
            ahead = part("microseconds");
        }
        return {.kind = zoned ? Kind::zoned : Kind::timestamp,
                .integer = seconds * 1'000'000 + PyDateTime_DATE_GET_MICROSECOND(cell) - ahead};
    }

    PyCell numpy_scalar(py::handle scalar, std::int64_t row) const {
        py::object item = py::reinterpret_borrow<py::object>(scalar);
        if (scalar.attr("dtype").attr("kind").cast<std::string>() == "M") item = item.attr("astype")("datetime64[us]");
        item = item.attr("item")();
        if (py::isinstance(item, generic_)) fail(row, "a NumPy scalar that has no counterpart in Python");
        return read(item.ptr(), row);
    }

    bool nan_is_missing_;
    Place place_;
    py::object decimal_, generic_;
};

std::string iso(std::int64_t days) {
    const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(days))};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                  static_cast<unsigned>(day.day()));
    return text;
}

/// "2026-03-31T09:30:00.000000Z" of microseconds since 1970.
std::string moment(std::int64_t micros) {
    constexpr std::int64_t second = 1'000'000, day = 86400 * second;
    const std::int64_t rest = (micros % day + day) % day;
    char text[32];
    std::snprintf(text, sizeof text, "T%02d:%02d:%02d.%06dZ", static_cast<int>(rest / second / 3600),
                  static_cast<int>(rest / second / 60 % 60), static_cast<int>(rest / second % 60),
                  static_cast<int>(rest % second));
    return iso((micros - rest) / day) + text;
}

/// A cell in the grammar of files, for a column whose cells differ in type.
std::string text_of(const PyCell& cell) {
    constexpr std::int64_t day = 86400LL * 1'000'000;
    switch (cell.kind) {
    case Kind::missing: return {};
    case Kind::integer: return std::to_string(cell.integer);
    case Kind::real: return py::repr(py::float_(cell.real)).cast<std::string>();
    case Kind::boolean: return cell.integer ? "true" : "false";
    case Kind::date: return iso(cell.integer);
    case Kind::timestamp:
        if (cell.integer % day == 0) return iso(cell.integer / day);
        return iso((cell.integer - (cell.integer % day + day) % day) / day) + " with a time of day";
    case Kind::zoned: return moment(cell.integer);
    case Kind::decimal: return py::module_::import("builtins").attr("format")(cell.text, "f").cast<std::string>();
    case Kind::text:
    case Kind::big: return py::str(cell.text).cast<std::string>();
    }
    return {};
}

ArrowColumn cell_column(py::handle sequence, bool nan_is_missing, const Place& place) {
    const py::object fast = py::reinterpret_steal<py::object>(PySequence_Fast(sequence.ptr(), ""));
    if (!fast || py::isinstance<py::str>(sequence) || py::isinstance<py::bytes>(sequence)) {
        PyErr_Clear();
        throw Error(Code::wrong_type, "a list or an array of cells was expected", place.table, 0, place.column);
    }
    const auto rows = static_cast<std::int64_t>(PySequence_Fast_GET_SIZE(fast.ptr()));
    const CellReader reader(nan_is_missing, place);
    std::vector<PyCell> cells;
    cells.reserve(static_cast<std::size_t>(rows));
    unsigned seen = 0;
    constexpr std::int64_t exact = std::int64_t(1) << 53;
    bool exact_as_real = true;
    for (std::int64_t i = 0; i < rows; ++i) {
        cells.push_back(reader.read(PySequence_Fast_GET_ITEM(fast.ptr(), i), i));
        const PyCell& cell = cells.back();
        if (cell.kind == Kind::missing) continue;
        seen |= 1u << static_cast<unsigned>(cell.kind);
        if (cell.kind == Kind::integer) exact_as_real &= -exact <= cell.integer && cell.integer <= exact;
    }
    const auto only = [&](std::initializer_list<Kind> kinds) {
        unsigned allowed = 0;
        for (const Kind kind : kinds) allowed |= 1u << static_cast<unsigned>(kind);
        return (seen & ~allowed) == 0;
    };

    ArrowColumn column{.rows = rows};
    const auto fill = [&]<class T>(const char* format, T, auto value) {
        column.format = format;
        T* data = allocate<T>(column, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) data[i] = static_cast<T>(value(cells[i]));
    };
    const auto integer = [](const PyCell& cell) { return cell.integer; };
    if (seen == 0) {
        column.nulls = rows;
        return column;
    }
    if (only({Kind::integer})) {
        fill("l", std::int64_t(), integer);
    } else if (only({Kind::integer, Kind::real}) && exact_as_real) {
        fill("g", double(), [](const PyCell& cell) {
            return cell.kind == Kind::integer ? static_cast<double>(cell.integer) : cell.real;
        });
    } else if (only({Kind::date})) {
        fill("tdD", std::int32_t(), integer);
    } else if (only({Kind::date, Kind::timestamp}) || only({Kind::zoned})) {
        fill(only({Kind::zoned}) ? "tsu:UTC" : "tsu:", std::int64_t(), [](const PyCell& cell) {
            return cell.kind == Kind::date ? cell.integer * 86400 * 1'000'000 : cell.integer;
        });
    } else if (only({Kind::boolean})) {
        column.format = "b";
        auto* bits = allocate<std::uint8_t>(column, cells.size() / 8 + 1);
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (cells[i].integer) bits[i / 8] |= static_cast<std::uint8_t>(1u << (i % 8));
    } else {
        Texts texts(column);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (cells[i].kind != Kind::text) {
                texts.add(text_of(cells[i]));
                continue;
            }
            py::ssize_t size = 0;
            const char* text = PyUnicode_AsUTF8AndSize(cells[i].text.ptr(), &size);
            if (!text) {
                PyErr_Clear();
                reader.fail(static_cast<std::int64_t>(i), "the text has half of a surrogate pair", Code::invalid_text);
            }
            texts.add({text, static_cast<std::size_t>(size)});
        }
    }
    set_validity(column, [&](std::int64_t i) { return cells[static_cast<std::size_t>(i)].kind == Kind::missing; });
    return column;
}

}  // namespace

ArrowColumn arrow_column(py::handle column, py::handle mask, bool nan_is_missing, const Place& place) {
    if (!PyDateTimeAPI) PyDateTime_IMPORT;
    if (column.is_none()) return {.any_length = true};
    ArrowColumn result;
    if (!py::isinstance<py::array>(column)) {
        result = cell_column(column, nan_is_missing, place);
    } else {
        const auto array = py::reinterpret_borrow<py::array>(column);
        const char kind = array.dtype().kind();
        if (kind == 'M') {
            result = time_column(array);
        } else if (kind == 'U' || kind == 'S') {
            result.rows = array.size();
            copy_texts(result, array);
        } else if (auto numbers = number_column(array, nan_is_missing)) {
            result = std::move(*numbers);
        } else {
            result = cell_column(array.attr("tolist")(), nan_is_missing, place);
        }
    }
    if (!mask.is_none() && result.format != "n") {
        const auto missing = py::reinterpret_borrow<py::array>(mask);
        const auto bits = std::move(result.validity);
        set_validity(result, [&](std::int64_t i) {
            const bool valid = bits.empty() || (bits[static_cast<std::size_t>(i / 8)] >> (i % 8) & 1);
            return !valid || values<std::uint8_t>(missing)[i] != 0;
        });
    }
    return result;
}

}  // namespace gradus::python
