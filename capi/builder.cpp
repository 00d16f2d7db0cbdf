#include <array>
#include <cstring>

#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace gradus::c {

const Input* input(const gradus_builder& builder, std::string_view table) {
    const auto found = builder.inputs.find(table);
    return found == builder.inputs.end() ? nullptr : &found->second;
}

const Input& needed_input(const gradus_builder& builder, std::string_view table) {
    if (const Input* found = input(builder, table)) return *found;
    throw Error(Code::missing_table, "the builder holds no such table", std::string(table));
}

std::vector<Input> organization_inputs(const gradus_builder& builder) {
    constexpr std::array<std::string_view, 17> others{
        "assessments", "review_designs", "estimates",   "gaps",       "risks",        "items",
        "resources",   "conflicts",      "certificate", "milestones", "kpis",         "rollouts",
        "anecdotes",   "goals",          "requests",    "stages",     "plan_requests"};
    std::vector<Input> inputs;
    for (const auto& [table, input] : builder.inputs)
        if (std::find(others.begin(), others.end(), table) == others.end()) inputs.push_back(input);
    return inputs;
}

namespace {

/// The builder's table of that name, begun if need be.
Input& begun(gradus_builder& builder, std::string_view table) {
    const auto found = builder.inputs.find(table);
    if (found != builder.inputs.end()) return found->second;
    return builder.inputs.emplace(table, Input(std::string(table))).first->second;
}

template <class Value>
gradus_status set(gradus_builder* builder, const char* column, gradus_error* err, Value&& value) noexcept {
    return guard(err, [&] {
        if (!required(builder, "builder").current)
            throw Error(Code::contradiction, "a cell is set before a row has begun: use gradus_builder_row");
        builder->current->set(text(column, "column"), value());
    });
}

}  // namespace

}  // namespace gradus::c

gradus_status gradus_builder_new(gradus_builder** out, gradus_error* err) { return create(out, err); }
void gradus_builder_free(gradus_builder* builder) { delete builder; }

gradus_status gradus_builder_row(gradus_builder* builder, const char* table, gradus_error* err) {
    return guard(err, [&] {
        required(builder, "builder").current = nullptr;
        builder->current = &begun(*builder, text(table, "table")).row();
    });
}

gradus_status gradus_builder_set_text(gradus_builder* builder, const char* column, const char* text, int64_t length,
                                      gradus_error* err) {
    return set(builder, column, err, [&] {
        if (length < -1) throw gradus::Error(gradus::Code::invalid_argument, "length is " + std::to_string(length));
        if (length == 0) return std::string_view();
        required(text, "text");
        return std::string_view(text, length < 0 ? std::strlen(text) : static_cast<std::size_t>(length));
    });
}
gradus_status gradus_builder_set_integer(gradus_builder* builder, const char* column, int64_t value,
                                         gradus_error* err) {
    return set(builder, column, err, [&] { return value; });
}
gradus_status gradus_builder_set_real(gradus_builder* builder, const char* column, double value, gradus_error* err) {
    return set(builder, column, err, [&] { return value; });
}
gradus_status gradus_builder_set_boolean(gradus_builder* builder, const char* column, int32_t value,
                                         gradus_error* err) {
    return set(builder, column, err, [&] { return truth(value, "value"); });
}
gradus_status gradus_builder_set_date(gradus_builder* builder, const char* column, int32_t date, gradus_error* err) {
    if (date == GRADUS_NONE) return gradus_builder_set_missing(builder, column, err);
    return set(builder, column, err, [&] { return date_from_c(date); });
}
gradus_status gradus_builder_set_moment(gradus_builder* builder, const char* column, int64_t moment,
                                        gradus_error* err) {
    if (moment == INT64_MIN) return gradus_builder_set_missing(builder, column, err);
    return set(builder, column, err, [&] { return moment_from_c(moment); });
}
gradus_status gradus_builder_set_missing(gradus_builder* builder, const char* column, gradus_error* err) {
    return set(builder, column, err, [] { return std::string_view(); });
}

gradus_status gradus_builder_add_column(gradus_builder* builder, const char* table, const char* column,
                                        gradus_error* err) {
    return guard(err, [&] {
        const std::string_view name = text(column, "column");
        begun(required(builder, "builder"), text(table, "table")).column(name);
    });
}

gradus_status gradus_builder_add_arrow(gradus_builder* builder, const char* table, struct ArrowArrayStream* stream,
                                       gradus_error* err) {
    const gradus_status status = guard(err, [&] {
        const std::string name(text(table, "table"));
        if (input(required(builder, "builder"), name))
            throw gradus::Error(gradus::Code::contradiction, "the builder holds this table already", name);
        builder->inputs.emplace(name, gradus::Input(name, &required(stream, "stream")));
    });
    if (stream && stream->release) stream->release(stream);
    return status;
}

gradus_status gradus_builder_problems(const gradus_builder* builder, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        const auto& problems = required(builder, "builder").problems;
        return gradus_table(problems ? problems : std::make_shared<const gradus::Problems>(), 2);
    });
}

void gradus_load_options_init(gradus_load_options* options, uint32_t struct_size) { init(options, struct_size); }
