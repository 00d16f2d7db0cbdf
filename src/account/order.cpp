#include "account/order.h"

#include <limits>

#include <gradus/base/error.h>

#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

void check_not_before(Moment at, Moment last, const char* of, const MomentPlace& place) {
    const auto refuse = [&](Code code, const std::string& message) {
        const std::string key = place.key.empty() ? std::string() : " (key '" + printable(place.key) + "')";
        throw Error(code, message + key, place.table, place.row, "at");
    };
    if (is_missing(at)) refuse(Code::missing_value, "expected a moment, found nothing");
    if (!is_missing(last) && at < last)
        refuse(Code::out_of_range, "expected no earlier than " + to_text(last) + ", the moment of the last " + of +
                                       ", found " + to_text(at));
}

std::int32_t short_number(std::int64_t number, const char* table) {
    if (number > std::numeric_limits<std::int32_t>::max())
        throw Error(Code::out_of_range, "a table has no room for number " + std::to_string(number), table);
    return static_cast<std::int32_t>(number);
}

}  // namespace gradus
