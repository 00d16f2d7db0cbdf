#include <algorithm>
#include <chrono>
#include <limits>

#include "convert.h"
#include "handles.h"

using namespace gradus::c;

const char* gradus_version(void) { return gradus::version().data(); }

const char* gradus_status_name(gradus_status status) { return gradus::to_string(static_cast<gradus::Code>(status)); }

int32_t gradus_date(int32_t year, int32_t month, int32_t day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return GRADUS_NONE;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    return date.ok() ? to_c(gradus::Date(std::chrono::sys_days(date))) : GRADUS_NONE;
}

void gradus_date_text(int32_t date, char* text) {
    if (!text) return;
    *text = '\0';
    if (date < gradus_date(1, 1, 1) || date > gradus_date(9999, 12, 31)) return;
    const std::chrono::year_month_day day{std::chrono::sys_days(date_from_c(date))};
    const auto put = [&](unsigned number, int digits, char after) {
        for (int i = digits - 1; i >= 0; --i, number /= 10) text[i] = static_cast<char>('0' + number % 10);
        text[digits] = after;
        text += digits + 1;
    };
    put(static_cast<unsigned>(static_cast<int>(day.year())), 4, '-');
    put(static_cast<unsigned>(day.month()), 2, '-');
    put(static_cast<unsigned>(day.day()), 2, '\0');
}

// ---- control ----

gradus_status gradus_control_new(gradus_control** out, gradus_error* err) { return create(out, err); }
void gradus_control_free(gradus_control* control) { delete control; }
void gradus_control_cancel(gradus_control* control) {
    if (control) control->value.cancel();
}
int32_t gradus_control_cancelled(const gradus_control* control) { return control && control->value.cancelled(); }
double gradus_control_progress(const gradus_control* control) { return control ? control->value.progress() : 0; }
double gradus_control_value(const gradus_control* control) {
    return control ? control->value.value() : gradus::missing<double>();
}
double gradus_control_bound(const gradus_control* control) {
    return control ? control->value.bound() : std::numeric_limits<double>::infinity();
}

// ---- table ----

gradus_table::gradus_table(std::shared_ptr<const gradus::Table> table, int digits)
    : value(std::move(table)), minor_digits(digits), words(value->column_count()) {
    for (std::size_t i = 0; i < words.size(); ++i)
        for (const std::string_view word : value->column(i).words()) words[i].push_back(word);
}

namespace gradus::c {

const Table& find(const std::vector<const Table*>& tables, const char* name) {
    const std::string_view wanted = text(name, "name");
    std::string names;
    for (const Table* table : tables) {
        if (table->name() == wanted) return *table;
        names += (names.empty() ? "" : ", ") + std::string(table->name());
    }
    throw Error(Code::unknown_table, "there is no such table here, but " + names, std::string(wanted));
}

namespace {

std::size_t find_column(const Table& table, std::string_view name) {
    std::string names;
    for (std::size_t i = 0; i < table.column_count(); ++i) {
        const std::string_view there = table.column(i).field().name;
        if (there == name) return i;
        names += (names.empty() ? "" : ", ") + std::string(there);
    }
    throw Error(Code::unknown_column, "there is no such column, but " + names, std::string(table.name()), 0,
                std::string(name));
}

gradus_status describe(const gradus_table* table, gradus_column* out, gradus_error* err, auto&& index) noexcept {
    return guard(err, [&] {
        const std::size_t i = index(get(table));
        required(out, "out") = to_c(table->value->column(i), table->words[i], table->minor_digits);
    });
}

}  // namespace

}  // namespace gradus::c

void gradus_table_free(gradus_table* table) { delete table; }
const char* gradus_table_name(const gradus_table* table) { return table ? table->value->name().data() : ""; }
const char* gradus_table_meaning(const gradus_table* table) { return table ? table->value->meaning().data() : ""; }
int64_t gradus_table_rows(const gradus_table* table) { return table ? static_cast<int64_t>(table->value->size()) : 0; }
int32_t gradus_table_columns(const gradus_table* table) {
    return table ? static_cast<int32_t>(table->value->column_count()) : 0;
}

gradus_status gradus_table_column(const gradus_table* table, const char* name, gradus_column* out, gradus_error* err) {
    return describe(table, out, err, [&](const gradus::Table& t) { return find_column(t, text(name, "name")); });
}

gradus_status gradus_table_column_at(const gradus_table* table, int32_t index, gradus_column* out, gradus_error* err) {
    return describe(table, out, err, [&](const gradus::Table& t) {
        if (index >= 0 && index < gradus_table_columns(table)) return static_cast<std::size_t>(index);
        throw gradus::Error(gradus::Code::unknown_column,
                            "there is no column " + std::to_string(index) + ", but 0 to " +
                                std::to_string(gradus_table_columns(table) - 1),
                            std::string(t.name()));
    });
}

const char* gradus_column_text(const gradus_column* column, int64_t row, int32_t* length) {
    if (length) *length = 0;
    if (!column || row < 0 || row >= column->length) return nullptr;
    int64_t key = -1;
    if (column->type == GRADUS_TYPE_KEY) key = static_cast<const int32_t*>(column->data)[row];
    if (column->type == GRADUS_TYPE_WORD) key = static_cast<const uint8_t*>(column->data)[row];
    if (column->type == GRADUS_TYPE_TEXT) key = row;
    if (key < 0 || key >= column->key_count) return nullptr;
    const int32_t size = column->key_offsets[key + 1] - column->key_offsets[key];
    if (size == 0) return nullptr;
    if (length) *length = size;
    return column->key_bytes + column->key_offsets[key];
}

gradus_status gradus_table_export(const gradus_table* table, struct ArrowArrayStream* out, gradus_error* err) {
    if (out) out->release = nullptr;
    return guard(err, [&] {
        const gradus::Table& exported = get(table);
        gradus::export_arrow(exported, &required(out, "out"), table->minor_digits);
    });
}

gradus_status gradus_table_provenance(const gradus_table* table, gradus_provenance* out, gradus_error* err) {
    return guard(err, [&] { required(out, "out") = to_c(get(table).provenance); });
}
