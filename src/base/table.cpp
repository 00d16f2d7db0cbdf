#include <gradus/base/table.h>

namespace gradus {

const AnyColumn* Table::find(std::string_view name) const {
    for (std::size_t i = 0; i < column_count(); ++i)
        if (column(i).field().name == name) return &column(i);
    return nullptr;
}

}  // namespace gradus
