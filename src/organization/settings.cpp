#include "organization/checks.h"
#include "organization/currency.h"

namespace gradus {

void check_settings(Checks& checks) {
    const Settings& settings = checks.tables.settings;
    for (std::size_t row = 0; row < settings.size(); ++row)
        if (const std::string_view currency = settings.currency[row]; !currency.empty() && !is_currency(currency))
            checks.error(
                Code::wrong_type, settings, row, "currency",
                "currency " + quoted(currency) + " is not a code of ISO 4217: three capital letters, such as EUR");
}

}  // namespace gradus
