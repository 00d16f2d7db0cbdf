#include <gradus/organization/scale.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "organization/checks.h"
#include "organization/parse.h"

namespace gradus {

namespace {

/// Levels without positions stand at 1, 2, 3 … in the order of rows.
void number_levels(Checks& checks, const Scales& scales, std::span<const std::int32_t> rows, Buffer<double>& position) {
    std::size_t given = 0;
    for (const std::int32_t row : rows) given += !is_missing(position[static_cast<std::size_t>(row)]);
    if (given == 0) {
        double next = 1;
        for (const std::int32_t row : rows) position[static_cast<std::size_t>(row)] = next++;
    } else if (given < rows.size()) {
        for (const std::int32_t row : rows)
            if (is_missing(position[static_cast<std::size_t>(row)]))
                checks.error(Code::missing_value, scales, static_cast<std::size_t>(row), "position",
                             "position is missing, but other levels of scale " +
                                 quoted(scales.scale, static_cast<std::size_t>(row)) +
                                 " have one; give all positions or none");
    }
}

}  // namespace

/// Rows leave sorted by scale and position, with all positions set.
void settle_scales(Checks& checks) {
    Scales& scales = checks.tables.scales;
    Buffer<double> position(scales.size());
    std::copy(scales.position.begin(), scales.position.end(), position.begin());
    std::vector<std::int32_t> order(scales.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
        while (last < order.size() && scales.scale[last] == scales.scale[first]) ++last;
        const std::span<std::int32_t> rows(order.data() + first, last - first);
        std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
            return checks.row(scales, static_cast<std::size_t>(a)) < checks.row(scales, static_cast<std::size_t>(b));
        });
        number_levels(checks, scales, rows, position);
        std::stable_sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
            const double x = position[static_cast<std::size_t>(a)], y = position[static_cast<std::size_t>(b)];
            return x < y || (is_missing(x) && !is_missing(y));
        });
        for (std::size_t i = 1; i < rows.size(); ++i) {
            const auto row = static_cast<std::size_t>(rows[i]), before = static_cast<std::size_t>(rows[i - 1]);
            if (position[row] == position[before])
                checks.error(Code::contradiction, scales, row, "position",
                             "levels '" + std::string(scales.level[before]) + "' and '" +
                                 std::string(scales.level[row]) + "' both stand at position " + number(position[row]));
        }
        if (rows.size() < 2)
            checks.error(Code::contradiction, scales, first, "level",
                         "scale " + quoted(scales.scale, first) + " has one level; a scale needs at least two");
    }
    scales.position.set(std::move(position));
    checks.keep(scales, order);
}

}  // namespace gradus
