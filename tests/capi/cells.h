/* Moments, and cells of tables, for the tests of the C API. */
#ifndef GRADUS_TESTS_CELLS_H
#define GRADUS_TESTS_CELLS_H

#include "story.h"

#define DAY (86400 * (int64_t)1000000)

static inline int64_t moment(int32_t year, int32_t month, int32_t day) { return gradus_date(year, month, day) * DAY; }

/* Whether that is the text of a cell. */
static inline int says(const gradus_table* table, const char* column, int64_t row, const char* expected) {
    gradus_error err;
    gradus_column c;
    int32_t length;
    OK(gradus_table_column(table, column, &c, &err));
    const char* text = gradus_column_text(&c, row, &length);
    return text && (size_t)length == strlen(expected) && memcmp(text, expected, (size_t)length) == 0;
}

/* The whole number, day or truth in a cell. */
static inline int64_t number(const gradus_table* table, const char* column, int64_t row) {
    gradus_error err;
    gradus_column c;
    OK(gradus_table_column(table, column, &c, &err));
    CHECK(row < c.length);
    if (c.type == GRADUS_TYPE_BOOLEAN) return ((const unsigned char*)c.data)[row];
    if (c.type == GRADUS_TYPE_INTEGER || c.type == GRADUS_TYPE_DATE) return ((const int32_t*)c.data)[row];
    return ((const int64_t*)c.data)[row];
}

#endif
