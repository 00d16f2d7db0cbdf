#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gradus/base/buffer.h>
#include <gradus/base/id.h>
#include <gradus/base/provenance.h>
#include <gradus/base/strings.h>
#include <gradus/base/units.h>

namespace gradus {

/// What the values of a column are; decides how they are read, kept and exported.
enum class Type : std::uint8_t {
    key,      ///< Id: int32, exported as Arrow dictionary<int32, utf8>
    word,     ///< one of a fixed list: uint8, exported as Arrow dictionary<uint8, utf8>
    text,     ///< Strings, exported as Arrow utf8 (the empty string where missing)
    real,     ///< double
    integer,  ///< int32
    boolean,  ///< bool, exported as Arrow bool
    date,     ///< Date, exported as Arrow date32
    money,    ///< Money: int64 minor units, exported as Arrow decimal128
    hours,    ///< Minutes: int64, exported as double hours
    amount,   ///< Amount: int64, exported as double in the unit of the row's kind
    level,    ///< double position on the scale of the row's capability; read from a label or a number
    moment,   ///< Moment: int64 microseconds since 1970 in UTC, exported as Arrow timestamp "tsu:UTC"
};

/// The description of one column: the one place from which the reader, the Arrow schema, the C accessor, the NumPy
/// view, the reference documentation and the printed form are made.
struct Field {
    std::string_view name;
    std::string_view unit{};     ///< "" where a value has none
    std::string_view meaning{};  ///< one line
    bool required = false;       ///< input: the column and every cell must be given
    bool identity = false;       ///< input: two rows that agree in all such columns contradict each other
    bool carried = false;        ///< input: validated and handed on; no plan is computed with it
    double low = -std::numeric_limits<double>::infinity();       ///< lowest number allowed
    double high = std::numeric_limits<double>::infinity();       ///< highest number allowed
    double fallback = std::numeric_limits<double>::quiet_NaN();  ///< what missing means; NaN: stays missing
    bool above_low = false;                                      ///< the lowest number itself is not allowed
    bool level = false;                                          ///< a double that is a Type::level
};

/// The names of an enumeration's values, in order. Specialise for every enum that is a column.
template <class E>
struct Words;

class Table;

/// A column whose element type is known only at run time: what exporters see.
class AnyColumn {
public:
    const Field& field() const { return field_; }
    Type type() const { return type_; }
    std::size_t size() const { return size_; }
    /// The values: int32 (key), uint8 (word), double (real, level), int32 (integer), bool, int32 days (date),
    /// int64 (money, hours, amount, moment); null for text. missing<T>() stands for "not known".
    const void* data() const { return data_.get(); }
    /// The owner of the values, to share them beyond the table's life.
    const std::shared_ptr<const void>& owner() const { return data_; }
    /// Of a key: the keys by id; of a text: the values themselves.
    const std::shared_ptr<const Strings>& strings() const { return strings_; }
    /// Of a word: the words by value.
    std::span<const std::string_view> words() const { return words_; }
    /// The text of a cell: of a key, what it stands for; of a word, the word; "" where it is missing.
    /// @throws Error wrong_type for a column of another type.
    std::string_view text(std::size_t row) const;
    /// Of a key: the table whose rows it names ("people"), or its vocabulary ("persona").
    std::string_view references() const { return references_; }

protected:
    AnyColumn(Table& table, const Field& field, Type type);

    Field field_;
    Type type_;
    std::size_t size_ = 0;
    std::shared_ptr<const void> data_;
    std::shared_ptr<const Strings> strings_;
    std::span<const std::string_view> words_;
    std::string_view references_;

    friend class ColumnWriter;
};

/// A named, described, immutable column of a Table. Copies share their values.
///
/// Declaring a member `Column<T> name{*this, {.name = "name", ...}};` in a Table is all that a new column needs.
template <class T>
class Column : public AnyColumn {
public:
    Column(Table& table, const Field& field) : AnyColumn(table, field, type_of(field)) {
        if constexpr (std::is_enum_v<T>) words_ = Words<T>::names;
        if constexpr (requires { T::table; }) references_ = T::table;
    }

    const T* data() const { return static_cast<const T*>(data_.get()); }
    const T& operator[](std::size_t i) const {
        assert(i < size_);
        return data()[i];
    }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size_; }

    /// Takes the values; a key column also shares the keys that its ids stand for.
    void set(Buffer<T> values, std::shared_ptr<const Strings> keys = nullptr) {
        size_ = values.size();
        data_ = std::shared_ptr<const T[]>(std::move(values).release());
        if (keys) strings_ = std::move(keys);
    }
    /// Shares the values and keys of another column.
    void share(const Column& other) {
        size_ = other.size_;
        data_ = other.data_;
        strings_ = other.strings_;
    }

private:
    static constexpr Type type_of(const Field& field) {
        if constexpr (std::is_enum_v<T>) {
            static_assert(sizeof(T) == 1, "words are kept in one byte");
            return Type::word;
        } else if constexpr (requires { T::table; }) {
            static_assert(sizeof(T) == 4);
            return Type::key;
        } else if constexpr (std::is_same_v<T, double>) {
            return field.level ? Type::level : Type::real;
        } else if constexpr (std::is_same_v<T, std::int32_t>) {
            return Type::integer;
        } else if constexpr (std::is_same_v<T, bool>) {
            return Type::boolean;
        } else if constexpr (std::is_same_v<T, Date>) {
            return Type::date;
        } else if constexpr (std::is_same_v<T, Moment>) {
            return Type::moment;
        } else if constexpr (std::is_same_v<T, Money>) {
            return Type::money;
        } else if constexpr (std::is_same_v<T, Amount>) {
            return Type::amount;
        } else {
            static_assert(std::is_same_v<T, Minutes>, "no column type for this");
            return Type::hours;
        }
    }
};

/// A column of texts; the empty text stands for "not known".
template <>
class Column<std::string_view> : public AnyColumn {
public:
    Column(Table& table, const Field& field) : AnyColumn(table, field, Type::text) {}

    std::string_view operator[](std::size_t i) const { return (*strings_)[i]; }
    void set(std::shared_ptr<const Strings> values) {
        size_ = values->size();
        strings_ = std::move(values);
    }
};

/// An immutable table: named, described columns of one length. Copies are cheap and share all values.
///
/// Input and result tables derive from it and declare their columns as members; exporters see them as AnyColumn.
class Table {
public:
    Table(std::string_view name, std::string_view meaning) : name_(name), meaning_(meaning) {}

    std::string_view name() const { return name_; }
    std::string_view meaning() const { return meaning_; }
    /// The number of rows.
    std::size_t size() const { return offsets_.empty() ? 0 : column(0).size(); }
    std::size_t column_count() const { return offsets_.size(); }
    const AnyColumn& column(std::size_t index) const {
        return *reinterpret_cast<const AnyColumn*>(reinterpret_cast<const char*>(this) + offsets_[index]);
    }
    /// The column of that name, or null.
    const AnyColumn* find(std::string_view name) const;

    /// Where the table comes from. Of input tables only `digest` is set.
    Provenance provenance;

protected:
    /// For a table that extends another's columns.
    void rename(std::string_view name, std::string_view meaning) {
        name_ = name;
        meaning_ = meaning;
    }

private:
    friend class AnyColumn;

    std::string_view name_;
    std::string_view meaning_;
    std::vector<std::ptrdiff_t> offsets_;  // of the columns, from `this`: survive copy and move
};

inline AnyColumn::AnyColumn(Table& table, const Field& field, Type type) : field_(field), type_(type) {
    table.offsets_.push_back(reinterpret_cast<const char*>(this) - reinterpret_cast<const char*>(&table));
}

}  // namespace gradus
