#include "organization/currency.h"

#include <algorithm>
#include <iterator>

namespace gradus {

namespace {

// The currencies whose minor unit is not a hundredth.
constexpr std::string_view no_digits[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                          "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::string_view three_digits[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::string_view four_digits[] = {"CLF", "UYW"};

template <class List>
bool has(const List& list, std::string_view currency) {
    return std::find(std::begin(list), std::end(list), currency) != std::end(list);
}

}  // namespace

bool is_currency(std::string_view currency) {
    return currency.size() == 3 &&
           std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

int minor_digits(std::string_view currency) {
    if (has(no_digits, currency)) return 0;
    if (has(three_digits, currency)) return 3;
    if (has(four_digits, currency)) return 4;
    return 2;
}

std::string decimal(std::int64_t units, int digits) {
    std::string text =
        std::to_string(units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units));
    const auto places = static_cast<std::size_t>(digits);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    if (digits > 0) text.insert(text.size() - places, 1, '.');
    return units < 0 ? "-" + text : text;
}

}  // namespace gradus
