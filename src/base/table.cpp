#include <gradus/base/table.h>

#include <string>

#include <gradus/base/error.h>

namespace gradus {

std::string_view AnyColumn::text(std::size_t row) const {
    assert(row < size_);
    switch (type_) {
    case Type::text: return (*strings_)[row];
    case Type::key: {
        const std::int32_t id = static_cast<const std::int32_t*>(data())[row];
        return id < 0 ? std::string_view() : (*strings_)[static_cast<std::size_t>(id)];
    }
    case Type::word: {
        const std::uint8_t word = static_cast<const std::uint8_t*>(data())[row];
        return word < words_.size() ? words_[word] : std::string_view();
    }
    default:
        throw Error(Code::wrong_type,
                    "the cells of column " + std::string(field_.name) + " are neither keys nor words nor texts", {},
                    static_cast<std::int64_t>(row) + 1, std::string(field_.name));
    }
}

const AnyColumn* Table::find(std::string_view name) const {
    for (std::size_t i = 0; i < column_count(); ++i)
        if (column(i).field().name == name) return &column(i);
    return nullptr;
}

}  // namespace gradus
