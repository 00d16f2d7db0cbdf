#include "account/located.h"

namespace gradus {

std::string message_of(const Error& error) {
    std::string message = error.what();
    const std::string before = Error(error.code(), "", error.table(), error.row(), error.column()).what();
    if (message.starts_with(before)) message.erase(0, before.size());
    return message;
}

Error located(const Error& error, const std::string& table, std::int64_t row, const std::string& column) {
    return Error(error.code(), message_of(error), table, row, column);
}

}  // namespace gradus
