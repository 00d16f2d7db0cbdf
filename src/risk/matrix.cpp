#include "risk/matrix.h"

#include <limits>

namespace gradus {

namespace {

template <class T, std::size_t n>
void check(std::string_view name, const std::array<T, n>& cuts, double low, double high, std::string_view range) {
    for (std::size_t i = 0; i < n; ++i) {
        const auto cut = static_cast<double>(cuts[i]);
        if (!(cut > low && cut < high)) refuse_option(name, cut, range);
        if (i > 0 && !(cuts[i - 1] < cuts[i])) refuse_option(name, cut, "strictly increasing cuts");
    }
}

}  // namespace

Matrix::Matrix(const RiskOptions& options) : options_(options) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check("likelihood_bands", options.likelihood_bands, 0, 1, "four cuts between 0 and 1");
    check("impact_bands", options.impact_bands, 0, infinity, "four cuts above 0");
    check("level_cuts", options.level_cuts, 0, infinity, "three scores of at least 1");
}

OptionsJson describe(const RiskOptions& options) {
    return OptionsJson()
        .add("likelihood_bands", options.likelihood_bands)
        .add("impact_bands", options.impact_bands)
        .add("level_cuts", options.level_cuts);
}

}  // namespace gradus
