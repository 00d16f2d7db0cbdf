/* Tables out: every type of column, missing values, lifetimes, Arrow. */
#include "story.h"

#include <math.h>

static gradus_column get(const gradus_table* table, const char* name, int32_t type) {
    gradus_error err;
    gradus_column column;
    OK(gradus_table_column(table, name, &column, &err));
    CHECK(strcmp(column.name, name) == 0 && column.type == type && column.length == gradus_table_rows(table));
    CHECK(*column.meaning && column.unit && column.references);
    return column;
}

static int text_is(const gradus_column* column, int64_t row, const char* expected) {
    int32_t length;
    const char* text = gradus_column_text(column, row, &length);
    return expected ? text && (size_t)length == strlen(expected) && memcmp(text, expected, (size_t)length) == 0
                    : !text && length == 0;
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_table *people, *activities, *accounts, *risks, *items, *heat_map, *funds;

    /* Dates. */
    CHECK(gradus_date(1970, 1, 1) == 0 && gradus_date(2026, 1, 1) == 20454 && gradus_date(1969, 12, 31) == -1);
    CHECK(gradus_date(2026, 2, 29) == GRADUS_NONE && gradus_date(2024, 2, 29) == 19782);
    CHECK(gradus_date(2026, 13, 1) == GRADUS_NONE && gradus_date(0, 1, 1) == GRADUS_NONE);
    char day[16];
    gradus_date_text(gradus_date(2026, 3, 5), day);
    CHECK(strcmp(day, "2026-03-05") == 0);
    gradus_date_text(GRADUS_NONE, day);
    CHECK(!*day);
    gradus_date_text(INT32_MAX, day);
    CHECK(!*day);

    /* Keys, texts, dates and hours of an input. */
    OK(gradus_organization_table(s.organization, "people", &people, &err));
    CHECK(strcmp(gradus_table_name(people), "people") == 0 && *gradus_table_meaning(people) &&
          gradus_table_rows(people) == 5);
    gradus_column c = get(people, "role", GRADUS_TYPE_KEY);
    CHECK(strcmp(c.references, "roles") == 0 && c.key_count == 2);
    CHECK(text_is(&c, 0, "analyst") && text_is(&c, 4, "engineer") && text_is(&c, 5, NULL) && text_is(&c, -1, NULL));
    CHECK(((const int32_t*)c.data)[0] == 0 && ((const int32_t*)c.data)[4] == 1 && c.key_offsets[1] == 7);
    c = get(people, "manager", GRADUS_TYPE_KEY);
    CHECK(((const int32_t*)c.data)[0] == -1 && text_is(&c, 0, NULL));
    c = get(people, "name", GRADUS_TYPE_TEXT);
    CHECK(!c.data && c.key_count == 5 && text_is(&c, 0, NULL));
    c = get(people, "hours", GRADUS_TYPE_HOURS);
    CHECK(((const int64_t*)c.data)[0] == 480 && ((const int64_t*)c.data)[4] == INT64_MIN && text_is(&c, 0, NULL));
    c = get(people, "joined", GRADUS_TYPE_DATE);
    CHECK(((const int32_t*)c.data)[0] == gradus_date(2020, 1, 1) && ((const int32_t*)c.data)[1] == GRADUS_NONE);

    /* Money, truth, reals and integers. */
    OK(gradus_organization_table(s.organization, "activities", &activities, &err));
    c = get(activities, "cost", GRADUS_TYPE_MONEY);
    CHECK(((const int64_t*)c.data)[0] == 45050 && c.minor_digits == 2 && *c.unit);
    c = get(activities, "repeatable", GRADUS_TYPE_BOOLEAN);
    CHECK(((const uint8_t*)c.data)[0] == 0 && ((const uint8_t*)c.data)[1] == 1);
    c = get(activities, "days", GRADUS_TYPE_INTEGER);
    CHECK(((const int32_t*)c.data)[2] == 30);
    c = get(activities, "account_share", GRADUS_TYPE_REAL);
    CHECK(((const double*)c.data)[0] == 0 && ((const double*)c.data)[2] == 0.5);
    OK(gradus_organization_table(s.organization, "accounts", &accounts, &err));
    c = get(accounts, "available", GRADUS_TYPE_AMOUNT);
    CHECK(((const int64_t*)c.data)[0] == 100000);
    c = get(accounts, "kind", GRADUS_TYPE_WORD);
    CHECK(text_is(&c, 0, "money") && c.key_count == 3 && ((const uint8_t*)c.data)[0] == 0);
    c = get(accounts, "cap_period", GRADUS_TYPE_WORD);
    CHECK(((const uint8_t*)c.data)[0] == 255 && text_is(&c, 0, NULL));
    gradus_table* requirements;
    OK(gradus_organization_table(s.organization, "requirements", &requirements, &err));
    c = get(requirements, "max_level", GRADUS_TYPE_LEVEL);
    CHECK(isnan(((const double*)c.data)[0]));
    gradus_table_free(requirements);

    /* By index, every column of every result. */
    OK(gradus_risks_table(s.risks, "risks", &risks, &err));
    OK(gradus_plan_table(s.plan, "items", &items, &err));
    OK(gradus_heat_map(s.organization, s.risks, NULL, &heat_map, &err));
    const gradus_table* const some[] = {people, activities, accounts, risks, items, heat_map};
    for (size_t k = 0; k < sizeof some / sizeof *some; ++k)
        for (int32_t j = 0; j < gradus_table_columns(some[k]); ++j) {
            OK(gradus_table_column_at(some[k], j, &c, &err));
            CHECK(c.length == gradus_table_rows(some[k]) && *c.name && *c.meaning && c.key_offsets && c.key_bytes);
            CHECK(c.type == GRADUS_TYPE_TEXT || c.length == 0 || c.data);
        }

    /* Where it comes from. */
    gradus_provenance provenance;
    OK(gradus_table_provenance(risks, &provenance, &err));
    CHECK(strcmp(provenance.stage, "assess_risk") == 0 && strcmp(provenance.version, gradus_version()) == 0);
    CHECK(provenance.as_of == gradus_date(2026, 3, 31) && provenance.digest != 0 && provenance.options[0] == '{');

    /* A table given without rows is given. */
    OK(gradus_organization_table(s.organization, "funds", &funds, &err));
    CHECK(gradus_table_rows(funds) == 1);
    gradus_table_free(funds);

    /* Tables outlive the handles they came from, and streams the tables. */
    struct ArrowArrayStream stream;
    OK(gradus_table_export(risks, &stream, &err));
    const gradus_column kept = get(items, "person", GRADUS_TYPE_KEY);
    gradus_table_free(risks);
    gradus_table_free(people);
    free_stages(&s);
    CHECK(text_is(&kept, 0, "E1") || gradus_table_rows(items) == 0 || gradus_column_text(&kept, 0, NULL));

    struct ArrowSchema schema;
    struct ArrowArray array, end;
    CHECK(stream.get_schema(&stream, &schema) == 0 && stream.get_next(&stream, &array) == 0);
    CHECK(stream.get_next(&stream, &end) == 0 && !end.release);
    stream.release(&stream);
    CHECK(array.n_children == schema.n_children && array.length > 0 && strcmp(schema.children[0]->name, "person") == 0);
    CHECK(schema.children[0]->dictionary && strcmp(schema.children[0]->dictionary->format, "u") == 0);
    schema.release(&schema);
    array.release(&array);

    gradus_table_free(activities);
    gradus_table_free(accounts);
    gradus_table_free(items);
    gradus_table_free(heat_map);
    return 0;
}
