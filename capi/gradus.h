/* Gradus, the C API: which development plans remove the most risk for the money and time there is.
 *
 *     builder -> organization
 *     builder -> assessments -> estimate -> find_gaps -> assess_risk -> optimize -> plan -> verify
 *
 * A builder takes tables in, row by row or by the Arrow C Data Interface. Each stage is one function: it takes
 * immutable handles and options, and makes a new immutable handle. Each handle gives its tables by name. The tables,
 * their columns and what the numbers mean are the same in every language: see the data contract.
 *
 * OWNERSHIP. What a function writes to a `**out` is yours; give it back once with the `_free` function of its type, in
 * any order: no handle needs another to stay alive. Freeing NULL does nothing. A pointer that is returned, or is a
 * member of a struct that is filled, is borrowed: it lives as long as the handle that it was asked of. The library
 * keeps no pointer of yours after a function returns, but for an Arrow stream, which it takes over and releases.
 *
 * ERRORS. Every function that can fail returns a status: GRADUS_OK (0), or the kind of fault. Its last argument says
 * more: a gradus_error of your own, or NULL. It is written on failure only; then *out is NULL where it is a handle,
 * and nothing has changed, but that an Arrow stream given is released all the same, and that a builder that ran out of
 * memory can only be freed. No error is kept anywhere else, nothing is printed, nothing is thrown, and no function
 * calls back into your program.
 *
 * THREADS. A handle may be used in any thread. All but five kinds are immutable, and any number of threads may read one
 * at once; it is freed once, after its last use. A gradus_control, a gradus_remaining, a gradus_ledger and a gradus_agreements are
 * made for several threads. A gradus_builder is for one thread at a time. Options say on how many threads a stage works; its result does not depend on it.
 *
 * UNITS. Integers have a fixed width; truth is an int32_t, 0 or 1; text is UTF-8. A day is an int32_t: days since
 * 1970-01-01 (gradus_date). In columns, money is an int64_t in minor units (cents) of the organisation's one currency,
 * and hours are an int64_t in minutes; rows bring both in as decimals (19.99, 1.5). "None" or "not known" is
 * GRADUS_NONE for an int32_t, INT64_MIN for an int64_t, and NaN for a double; it is never zero.
 *
 * OPTIONS. Fill an option struct by its `_init` function, passing sizeof, then change what you want; NULL instead of a
 * struct means the defaults. A member `threads` is the number of threads to work on, 0 for all cores. A program
 * compiled with an older gradus.h works with a newer library; one compiled with a newer gradus.h works with an older
 * library as long as it asks for nothing that the library does not know. */
#ifndef GRADUS_H
#define GRADUS_H

#include <stdint.h>

#if defined(_WIN32)
#if defined(GRADUS_BUILDING_C_LIBRARY)
#define GRADUS_API __declspec(dllexport)
#else
#define GRADUS_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define GRADUS_API __attribute__((visibility("default")))
#else
#define GRADUS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The Arrow C Data Interface and C Stream Interface, as their specification asks everyone to declare them for
 * himself. https://arrow.apache.org/docs/format/CDataInterface.html */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
    int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
    const char* (*get_last_error)(struct ArrowArrayStream*);
    void (*release)(struct ArrowArrayStream*);
    void* private_data;
};

#endif

/* ---- Status and errors ----------------------------------------------------------------------------------------- */

/* What kind of fault it was. Numbers and names never change; new ones are added at the end, so take one that you do
 * not know as a failure like any other. */
typedef int32_t gradus_status;

enum {
    GRADUS_OK = 0,
    GRADUS_UNKNOWN_TABLE = 1,     /* a table that the contract, or the handle, does not have */
    GRADUS_UNKNOWN_COLUMN = 2,    /* a column that the table does not have */
    GRADUS_MISSING_TABLE = 3,     /* a table that the question needs */
    GRADUS_MISSING_COLUMN = 4,    /* a required column is absent */
    GRADUS_MISSING_VALUE = 5,     /* a required cell is empty */
    GRADUS_WRONG_TYPE = 6,        /* the cell is not of the column's type */
    GRADUS_OUT_OF_RANGE = 7,      /* a number, date or amount outside what the column allows */
    GRADUS_LOSSY = 8,             /* the conversion would change the value */
    GRADUS_UNKNOWN_KEY = 9,       /* a key that names no row of its table */
    GRADUS_UNKNOWN_LEVEL = 10,    /* a level that is not on the scale */
    GRADUS_UNKNOWN_WORD = 11,     /* not one of the column's words */
    GRADUS_DUPLICATE_KEY = 12,    /* two rows with one key that say different things */
    GRADUS_REPEATED_ROW = 13,     /* (a warning) a row that repeats another in every column */
    GRADUS_OVERLAP = 14,          /* two rows whose dates overlap and must not */
    GRADUS_CYCLE = 15,            /* a tree or an order that runs in a circle */
    GRADUS_CONTRADICTION = 16,    /* rows, columns or calls that cannot both be true */
    GRADUS_INVALID_TEXT = 17,     /* not UTF-8, or empty where a key is needed */
    GRADUS_INVALID_ARROW = 18,    /* an Arrow array or stream that breaks its format */
    GRADUS_INVALID_OPTION = 19,   /* an option outside its range */
    GRADUS_ASSUMED = 20,          /* (a warning) something was assumed where the input is silent */
    GRADUS_IGNORED = 21,          /* (a warning) something takes no part */
    GRADUS_OUT_OF_MEMORY = 22,    /* memory ran out */
    GRADUS_INTERNAL = 23,         /* a bug of the library: please report it */
    GRADUS_INVALID_ARGUMENT = 24, /* NULL where a handle or text is needed, or an object of elsewhere */
    GRADUS_BUSY = 25,             /* others used the file all the time; the same call may succeed later */
    GRADUS_FILE = 26,             /* a file that cannot be opened, read or written, or is of another kind or version */
    GRADUS_DAMAGED = 27           /* a file whose content cannot have been written by this library */
};

/* The name of a status, such as "unknown_key"; "unknown" for one that this library does not know. */
GRADUS_API const char* gradus_status_name(gradus_status status);

/* What went wrong and where, in the words of the input. All text ends with NUL and is cut to fit, between
 * characters. 1,024 bytes for ever. */
typedef struct gradus_error {
    gradus_status code;
    int32_t reserved;
    int64_t row;       /* 1-based row of the table, in the order given; 0: not about one row */
    char table[64];    /* "" where it is not about a table */
    char column[64];   /* likewise */
    char message[880]; /* one line: where it is, what was found, what was expected */
} gradus_error;

/* ---- Version and dates ----------------------------------------------------------------------------------------- */

/* The version of the library, such as "0.1.0". The text lives as long as the program. */
GRADUS_API const char* gradus_version(void);

/* "None" and "not known" of an int32_t. */
#define GRADUS_NONE INT32_MIN

/* Days since 1970-01-01 of a day of the Gregorian calendar (years 1 to 9999); GRADUS_NONE if there is no such day. */
GRADUS_API int32_t gradus_date(int32_t year, int32_t month, int32_t day);

/* Writes a day as "2026-03-31" to `text`, which has room for 16 bytes; "" for GRADUS_NONE and NULL-safe. */
GRADUS_API void gradus_date_text(int32_t date, char* text);

/* ---- Progress and cancel --------------------------------------------------------------------------------------- */

/* Watches one running call. Give it to a stage in one thread, and from any other read how far it is, or cancel it. A
 * stage that was cancelled returns the best result so far with GRADUS_OK, and the result says that it was cancelled.
 * Cancelled stays cancelled: make a new one for the next call, and free it when the call has returned. */
typedef struct gradus_control gradus_control;

GRADUS_API gradus_status gradus_control_new(gradus_control** out, gradus_error* err);
GRADUS_API void gradus_control_free(gradus_control* control);
/* Asks the running call to stop soon. */
GRADUS_API void gradus_control_cancel(gradus_control* control);
/* 1 once cancelled. */
GRADUS_API int32_t gradus_control_cancelled(const gradus_control* control);
/* The share of the work that is done, 0 to 1; never falls. */
GRADUS_API double gradus_control_progress(const gradus_control* control);
/* The value of the best plan so far; NaN: there is none yet. */
GRADUS_API double gradus_control_value(const gradus_control* control);
/* No plan can be worth more; infinite: nothing is proven yet. */
GRADUS_API double gradus_control_bound(const gradus_control* control);

/* ---- Tables: what comes out ------------------------------------------------------------------------------------ */

/* A table of a handle or of a result: named, described columns of one length. Immutable. It shares its values with
 * the handle it came from, and outlives it. */
typedef struct gradus_table gradus_table;

GRADUS_API void gradus_table_free(gradus_table* table);
GRADUS_API const char* gradus_table_name(const gradus_table* table);    /* "" for NULL */
GRADUS_API const char* gradus_table_meaning(const gradus_table* table); /* one line; "" for NULL */
GRADUS_API int64_t gradus_table_rows(const gradus_table* table);        /* 0 for NULL */
GRADUS_API int32_t gradus_table_columns(const gradus_table* table);     /* 0 for NULL */

/* What the values of a column are, and how missing ones are written. */
enum {
    GRADUS_TYPE_KEY = 0,     /* int32_t: index of a key; missing -1 */
    GRADUS_TYPE_WORD = 1,    /* uint8_t: index of a word of a fixed list; missing 255 */
    GRADUS_TYPE_TEXT = 2,    /* no data: the keys are the values, one per row; missing "" */
    GRADUS_TYPE_REAL = 3,    /* double; missing NaN */
    GRADUS_TYPE_INTEGER = 4, /* int32_t; missing GRADUS_NONE */
    GRADUS_TYPE_BOOLEAN = 5, /* uint8_t: 0 or 1; never missing */
    GRADUS_TYPE_DATE = 6,    /* int32_t: days since 1970-01-01; missing GRADUS_NONE */
    GRADUS_TYPE_MONEY = 7,   /* int64_t: minor units; missing INT64_MIN */
    GRADUS_TYPE_HOURS = 8,   /* int64_t: minutes; missing INT64_MIN */
    GRADUS_TYPE_AMOUNT = 9,  /* int64_t: minor units, minutes or a count, by the `kind` of the row; missing INT64_MIN */
    GRADUS_TYPE_LEVEL = 10,  /* double: position on the scale of the row's capability; missing NaN */
    GRADUS_TYPE_MOMENT = 11  /* int64_t: microseconds since 1970-01-01 in UTC; missing INT64_MIN */
};

/* One column, borrowed from its table. Never changes its layout. Text i of the keys is the bytes key_offsets[i] up
 * to key_offsets[i + 1] of key_bytes, without a NUL. */
typedef struct gradus_column {
    const char* name;
    const char* unit;       /* such as "positions"; "" where a value has none */
    const char* meaning;    /* one line */
    const char* references; /* of a key: the table whose rows it names ("people"), or its vocabulary; else "" */
    int32_t type;           /* GRADUS_TYPE_... */
    int32_t minor_digits;   /* of money: decimal digits of the currency's minor units, 2 for cents; else 0 */
    int64_t length;         /* number of rows */
    const void* data;       /* the values by row */
    int64_t key_count;      /* number of keys, words or texts; else 0 */
    const int32_t* key_offsets;
    const char* key_bytes;
} gradus_column;

/* Describes the column of that name into *out, memory of yours. Fails with GRADUS_UNKNOWN_COLUMN, naming those there
 * are. */
GRADUS_API gradus_status gradus_table_column(const gradus_table* table, const char* name, gradus_column* out,
                                             gradus_error* err);
/* Likewise by index, from 0. */
GRADUS_API gradus_status gradus_table_column_at(const gradus_table* table, int32_t index, gradus_column* out,
                                                gradus_error* err);
/* The text in a row (from 0) of a key, word or text column, and its length in bytes; no NUL at its end. NULL, and
 * length 0, where it is missing, there is no such row, or the column has no text. */
GRADUS_API const char* gradus_column_text(const gradus_column* column, int64_t row, int32_t* length);

/* Exports the table as an Arrow stream of one record batch into *out, memory of yours that holds nothing yet; call
 * its `release` in the end. Values are shared, not copied, but for truth (bits), money (decimal128) and hours
 * (float64); the stream outlives the table. */
GRADUS_API gradus_status gradus_table_export(const gradus_table* table, struct ArrowArrayStream* out,
                                             gradus_error* err);

/* Where a table comes from. Of input tables only `digest` is known. Texts are borrowed from the table. Never changes
 * its layout. */
typedef struct gradus_provenance {
    const char* stage;   /* the function that made it, such as "find_gaps"; "" for an input */
    const char* version; /* of the library */
    const char* options; /* a JSON object */
    uint64_t inputs;     /* digest of the inputs */
    uint64_t digest;     /* digest of version, stage, inputs and options: equal digests, equal bytes */
    uint64_t seed;       /* 0 where nothing is drawn */
    double seconds;      /* time taken */
    int32_t as_of;       /* a day, or GRADUS_NONE */
    int32_t threads;     /* threads used */
} gradus_provenance;

GRADUS_API gradus_status gradus_table_provenance(const gradus_table* table, gradus_provenance* out, gradus_error* err);

/* ---- Builder: what goes in ------------------------------------------------------------------------------------- */

/* Tables on their way in. A builder holds any tables, by name, until it is freed; each `_load` function reads those
 * that it is for and leaves the others alone, so that one builder may hold an organisation, its assessments and
 * more. For one thread at a time. */
typedef struct gradus_builder gradus_builder;

GRADUS_API gradus_status gradus_builder_new(gradus_builder** out, gradus_error* err);
GRADUS_API void gradus_builder_free(gradus_builder* builder);

/* Begins a row of a table; the setters that follow fill it. Cells that are not set are missing. Neither the order of
 * rows nor that of tables matters, and rows of several tables may alternate. */
GRADUS_API gradus_status gradus_builder_row(gradus_builder* builder, const char* table, gradus_error* err);
/* Sets a cell of the row begun last, once. Every column takes every type that says the same: a date as text, money
 * as a real, a level as a label or a number. What a cell holds is judged when the table is loaded. */
/* `length` in bytes; -1: up to the NUL. The empty text is a missing value. */
GRADUS_API gradus_status gradus_builder_set_text(gradus_builder* builder, const char* column, const char* text,
                                                 int64_t length, gradus_error* err);
GRADUS_API gradus_status gradus_builder_set_integer(gradus_builder* builder, const char* column, int64_t value,
                                                    gradus_error* err);
GRADUS_API gradus_status gradus_builder_set_real(gradus_builder* builder, const char* column, double value,
                                                 gradus_error* err);
GRADUS_API gradus_status gradus_builder_set_boolean(gradus_builder* builder, const char* column, int32_t value,
                                                    gradus_error* err);
/* `date` in days since 1970-01-01; GRADUS_NONE is a missing value. */
GRADUS_API gradus_status gradus_builder_set_date(gradus_builder* builder, const char* column, int32_t date,
                                                 gradus_error* err);
/* `moment` in microseconds since 1970-01-01 in UTC; INT64_MIN is a missing value. */
GRADUS_API gradus_status gradus_builder_set_moment(gradus_builder* builder, const char* column, int64_t moment,
                                                   gradus_error* err);
GRADUS_API gradus_status gradus_builder_set_missing(gradus_builder* builder, const char* column, gradus_error* err);

/* Declares a column that may stay empty: a table without rows is given, too (no funds at all is not the same as no
 * word about funds). */
GRADUS_API gradus_status gradus_builder_add_column(gradus_builder* builder, const char* table, const char* column,
                                                   gradus_error* err);
/* Takes a whole table from an Arrow stream of structs. The stream is taken over and released in every case: its
 * `release` is NULL afterwards. Strings, dictionaries, numbers, decimals, truth, dates and timestamps of every
 * layout are read. */
GRADUS_API gradus_status gradus_builder_add_arrow(gradus_builder* builder, const char* table,
                                                  struct ArrowArrayStream* stream, gradus_error* err);

/* All problems of the newest `_load` from this builder, as a table: the errors of a failed one (its gradus_error
 * names the first) and the warnings of any. Empty before the first, and where the gradus_error says all there is. */
GRADUS_API gradus_status gradus_builder_problems(const gradus_builder* builder, gradus_table** out, gradus_error* err);

typedef struct gradus_load_options {
    uint32_t struct_size;
    int32_t as_of; /* of estimates, gaps, risks, plan: the day they speak of; GRADUS_NONE (default): not known, or, of
                      a plan, that of the risks */
    int32_t threads;
    int32_t reserved; /* 0 */
} gradus_load_options;
GRADUS_API void gradus_load_options_init(gradus_load_options* options, uint32_t struct_size);

/* ---- Organisation ---------------------------------------------------------------------------------------------- */

/* An organisation: its people, roles, needs, offers and limits, checked and related. Immutable. */
typedef struct gradus_organization gradus_organization;

/* Reads and checks all tables of the builder that do not belong to another `_load` function. All problems are found
 * at once. */
GRADUS_API gradus_status gradus_organization_load(gradus_builder* builder, const gradus_load_options* options,
                                                  gradus_organization** out, gradus_error* err);
/* A changed organisation: the tables of the builder replace those of their names, the others stay. */
GRADUS_API gradus_status gradus_organization_with_tables(const gradus_organization* organization,
                                                         gradus_builder* builder, const gradus_load_options* options,
                                                         gradus_organization** out, gradus_error* err);
GRADUS_API void gradus_organization_free(gradus_organization* organization);
/* Its input tables ("people", "roles", ...), sorted by key, and "problems": the warnings of the load. */
GRADUS_API gradus_status gradus_organization_table(const gradus_organization* organization, const char* name,
                                                   gradus_table** out, gradus_error* err);
/* Digest of the content, whatever order it came in; 0 for NULL. */
GRADUS_API uint64_t gradus_organization_digest(const gradus_organization* organization);

/* The stages below take handles that were made with the organisation they are given. Handles of another one, or of
 * the one before gradus_organization_with_tables, are refused where their keys differ. */

/* ---- Assessments and estimates --------------------------------------------------------------------------------- */

/* Ratings of people's capabilities, checked against an organisation. Immutable. */
typedef struct gradus_assessments gradus_assessments;

/* Reads the table "assessments" of the builder. */
GRADUS_API gradus_status gradus_assessments_load(const gradus_organization* organization, gradus_builder* builder,
                                                 const gradus_load_options* options, gradus_assessments** out,
                                                 gradus_error* err);
GRADUS_API void gradus_assessments_free(gradus_assessments* assessments);
/* "assessments" and "problems"; of simulated ones "true_levels" too. */
GRADUS_API gradus_status gradus_assessments_table(const gradus_assessments* assessments, const char* name,
                                                  gradus_table** out, gradus_error* err);
/* What each source says of a person's capability, side by side, from ratings up to `as_of`: table
 * "ratings_by_source". */
GRADUS_API gradus_status gradus_ratings_by_source(const gradus_organization* organization,
                                                  const gradus_assessments* assessments, int32_t as_of,
                                                  gradus_table** out, gradus_error* err);

/* What is believed about people's levels, and how sure it is. Immutable. */
typedef struct gradus_estimates gradus_estimates;

/* Where a rating comes from; its place in an array by source. */
enum {
    GRADUS_SOURCE_SELF = 0,
    GRADUS_SOURCE_MANAGER = 1,
    GRADUS_SOURCE_PEER = 2,
    GRADUS_SOURCE_REPORT = 3,
    GRADUS_SOURCE_TEST = 4,
    GRADUS_SOURCE_OBSERVATION = 5
};

/* How a rating is read. */
enum {
    GRADUS_LIKELIHOOD_NORMAL = 0, /* as the level itself, with a normal error */
    GRADUS_LIKELIHOOD_ORDINAL =
        1 /* as the level nearest to one with a normal error; the first says "at most", the last "at least" */
};

/* Ratings differ by terms, each with a variance: the person, the person's capability, the severity of the rater, the halo of the
 * rater about the person, and the residual. Variances are in squared ranges of the scale; NaN (default): estimated from the
 * ratings. */
typedef struct gradus_estimate_options {
    uint32_t struct_size;
    int32_t as_of;                  /* required: ratings after this day are left out */
    int32_t term_person;            /* 1 (default): with this term; 0: without. The residual is always there */
    int32_t term_person_capability; /* likewise */
    int32_t term_severity;          /* likewise */
    int32_t term_halo;              /* likewise */
    int32_t pooled_severity;        /* 1: one variance for all sources, where none is given; default 0: one for each */
    int32_t pooled_halo;            /* likewise */
    int32_t pooled_residual;        /* likewise */
    int32_t common_uncertainty;     /* 1 (default): sd takes in how uncertain difficulties and source biases are */
    int32_t threads;
    int32_t likelihood; /* GRADUS_LIKELIHOOD_...; default GRADUS_LIKELIHOOD_NORMAL */
    double
        half_information_years; /* >= 1e-6: a rating's residual variance is multiplied by 1 + age / this; default 1 */
    double prior_mean;          /* share of the scale's range above its bottom, 0 to 1; default 0.5 */
    double prior_sd;            /* share of the scale's range, 1e-9 to 1000; default 0.25 */
    /* How many raters (people, ratings, ...) a prior variance counts for, 0 to 1e9; default 10. With 0, difficulties and biases
     * have flat priors. */
    double prior_weight;
    double variance_person;            /* of people, over all capabilities, >= 0 */
    double variance_person_capability; /* of a person's levels about the person's own mean, >= 0 */
    double variance_severity[6];       /* by GRADUS_SOURCE_...: of how severe or lenient raters are, >= 0 */
    double variance_halo[6];           /* of one rater's impression of one person, over all capabilities, >= 0 */
    /* Of the rest, for one rating given on the day itself, > 0, where less than 1e-7 counts as that; infinite: ratings of this
     * source count for nothing. */
    double variance_residual[6];
    /* Variances to begin the search with: those of these estimates; what is found is the same, and sooner. NULL (default): none. */
    const struct gradus_estimates* previous;
} gradus_estimate_options;
GRADUS_API void gradus_estimate_options_init(gradus_estimate_options* options, uint32_t struct_size);

/* Combines ratings into levels, with what sources and raters have in common taken out. `control` may be NULL. */
GRADUS_API gradus_status gradus_estimate(const gradus_organization* organization, const gradus_assessments* assessments,
                                         const gradus_estimate_options* options, gradus_control* control,
                                         gradus_estimates** out, gradus_error* err);
/* Estimates of your own: reads the table "estimates" of the builder (person, capability, mean, sd; the rest may be
 * absent). */
GRADUS_API gradus_status gradus_estimates_load(const gradus_organization* organization, gradus_builder* builder,
                                               const gradus_load_options* options, gradus_estimates** out,
                                               gradus_error* err);
GRADUS_API void gradus_estimates_free(gradus_estimates* estimates);
/* "estimates" and "problems". Made when asked for: "raters" (the severity and halo of everyone who rated), "sources" (their biases
 * and standard deviations), "variances" (those used) and "residuals" (each rating against what all others make one expect of it);
 * GRADUS_MISSING_TABLE for estimates of your own. */
GRADUS_API gradus_status gradus_estimates_table(const gradus_estimates* estimates, const char* name, gradus_table** out,
                                                gradus_error* err);
/* The rows of the people whom new ratings are of, with variances, severities, difficulties and biases as they were. `as_of`
 * GRADUS_NONE: the day of the estimates, else not before it; old ratings age to it. What cannot be taken in is left out, with a
 * warning in "problems". `threads` 0: all cores. GRADUS_MISSING_TABLE for estimates of your own and for an update: update the
 * estimates of all again, with all ratings since. */
GRADUS_API gradus_status gradus_estimates_update(const gradus_estimates* estimates, const gradus_assessments* added,
                                                 int32_t as_of, int32_t threads, gradus_estimates** out,
                                                 gradus_error* err);
/* Whether sources rate the people of one value of a declared attribute otherwise than the anchor does: table "fairness". Groups of
 * fewer than `min_people` people, 2 or more, or with as few others, are left out; 5 is usual. `against`: the anchor, one of
 * GRADUS_SOURCE_... that ratings came from; GRADUS_NONE: the reference (test, else manager, observation, peer, report, self: the
 * first that occurs). GRADUS_MISSING_TABLE for estimates of your own. */
GRADUS_API gradus_status gradus_check_fairness(const gradus_estimates* estimates, int32_t min_people, int32_t against,
                                               gradus_table** out, gradus_error* err);

/* How review rounds are drawn. */
typedef struct gradus_review_options {
    uint32_t struct_size;
    int32_t repetitions; /* of gradus_review_design, 0 to 10,000; 0 (default): enough for 10,000 levels, 100 at most */
    uint64_t seed;       /* of all that is drawn; default 1 */
    /* By GRADUS_SOURCE_...: how kind a source is, in ranges of the scale, -1 to 1; NaN (default): as estimated from the ratings there
     * are, else 0. */
    double bias[6];
} gradus_review_options;
GRADUS_API void gradus_review_options_init(gradus_review_options* options, uint32_t struct_size);

/* Draws one round of ratings, and the levels behind them (table "true_levels" of the result), from the model that gradus_estimate fits.
 * The builder's table "review_designs" says who rates whom; `design` names one of its designs, NULL the only one. `estimate`: its
 * as_of is the day of the round; variances that are NaN are estimated from `assessments`, of sources without ratings as believed.
 * `assessments` NULL: there are none. `options` and `control` may be NULL. */
GRADUS_API gradus_status gradus_simulate_assessments(const gradus_organization* organization,
                                                     const gradus_assessments* assessments, gradus_builder* builder,
                                                     const char* design, const gradus_estimate_options* estimate,
                                                     const gradus_review_options* options, gradus_control* control,
                                                     gradus_assessments** out, gradus_error* err);
/* How well levels would be known after a round of each design in the builder's table "review_designs", together with the ratings there
 * are: table "design_review". `assessments` NULL: there are none. Variances that are NaN are estimated from them, of sources without
 * ratings as believed. A run that is cancelled returns what it has drawn by then. `capabilities`: unless it is NULL, the same by
 * capability, table "design_review_capabilities". Designs that ask for more raters than there are are warned of in
 * gradus_builder_problems. */
GRADUS_API gradus_status gradus_review_design(const gradus_organization* organization,
                                              const gradus_assessments* assessments, gradus_builder* builder,
                                              const gradus_estimate_options* estimate,
                                              const gradus_review_options* options, gradus_control* control,
                                              gradus_table** out, gradus_table** capabilities, gradus_error* err);

/* ---- Gaps and risks -------------------------------------------------------------------------------------------- */

/* What is wanted of people against what is believed of them. Immutable. */
typedef struct gradus_gaps gradus_gaps;

typedef struct gradus_gap_options {
    uint32_t struct_size;
    int32_t as_of;            /* GRADUS_NONE (default): that of the estimates */
    int32_t credit_completed; /* 1 (default): count what was completed after the newest rating */
    int32_t threads;
} gradus_gap_options;
GRADUS_API void gradus_gap_options_init(gradus_gap_options* options, uint32_t struct_size);

GRADUS_API gradus_status gradus_find_gaps(const gradus_organization* organization, const gradus_estimates* estimates,
                                          const gradus_gap_options* options, gradus_control* control, gradus_gaps** out,
                                          gradus_error* err);
/* Reads the table "gaps" of the builder. */
GRADUS_API gradus_status gradus_gaps_load(const gradus_organization* organization, gradus_builder* builder,
                                          const gradus_load_options* options, gradus_gaps** out, gradus_error* err);
GRADUS_API void gradus_gaps_free(gradus_gaps* gaps);
/* "gaps" and "problems". */
GRADUS_API gradus_status gradus_gaps_table(const gradus_gaps* gaps, const char* name, gradus_table** out,
                                           gradus_error* err);

/* The gaps with what they may cost: likelihood x impact after ISO 31000. Immutable. */
typedef struct gradus_risks gradus_risks;

typedef struct gradus_risk_options {
    uint32_t struct_size;
    int32_t threads;
    double likelihood_bands[4]; /* cuts, strictly increasing, in (0, 1) */
    double impact_bands[4];     /* cuts, strictly increasing, > 0 */
    int32_t level_cuts[3];      /* highest score that is low, moderate, high; strictly increasing */
    int32_t reserved;           /* 0 */
} gradus_risk_options;
GRADUS_API void gradus_risk_options_init(gradus_risk_options* options, uint32_t struct_size);

GRADUS_API gradus_status gradus_assess_risk(const gradus_organization* organization, const gradus_gaps* gaps,
                                            const gradus_risk_options* options, gradus_control* control,
                                            gradus_risks** out, gradus_error* err);
/* Reads the table "risks" of the builder. */
GRADUS_API gradus_status gradus_risks_load(const gradus_organization* organization, gradus_builder* builder,
                                           const gradus_load_options* options, gradus_risks** out, gradus_error* err);
GRADUS_API void gradus_risks_free(gradus_risks* risks);
/* "risks" and "problems". */
GRADUS_API gradus_status gradus_risks_table(const gradus_risks* risks, const char* name, gradus_table** out,
                                            gradus_error* err);
/* What changed between two risk tables, of one organisation or of two: table "risk_changes". */
GRADUS_API gradus_status gradus_compare_risks(const gradus_risks* before, const gradus_risks* after, gradus_table** out,
                                              gradus_error* err);

/* How the people of a heat map are grouped. */
enum {
    GRADUS_BY_UNIT = 0,
    GRADUS_BY_ROLE = 1,
    GRADUS_BY_FAMILY = 2,
    GRADUS_BY_MANAGER = 3,
    GRADUS_BY_PERSONA = 4,
    GRADUS_BY_ALL = 5
};

typedef struct gradus_heat_map_options {
    uint32_t struct_size;
    int32_t by;      /* GRADUS_BY_...; default GRADUS_BY_UNIT */
    int32_t roll_up; /* 1: a unit includes those below it, a capability those below it; default 0 */
    int32_t threads;
    const gradus_risk_options* risk; /* bands and cuts of risk_level; NULL (default): the defaults */
} gradus_heat_map_options;
GRADUS_API void gradus_heat_map_options_init(gradus_heat_map_options* options, uint32_t struct_size);

/* Exposure by a grouping of people and capability: table "heat_map". */
GRADUS_API gradus_status gradus_heat_map(const gradus_organization* organization, const gradus_risks* risks,
                                         const gradus_heat_map_options* options, gradus_table** out, gradus_error* err);

typedef struct gradus_concentration_options {
    uint32_t struct_size;
    int32_t as_of;            /* GRADUS_NONE (default): that of the estimates */
    int32_t credit_completed; /* as in gradus_gap_options; default 1 */
    int32_t threads;
    double cover; /* fewest holders that are enough, > 0; default 2 */
} gradus_concentration_options;
GRADUS_API void gradus_concentration_options_init(gradus_concentration_options* options, uint32_t struct_size);

/* Capabilities that rest on few people: table "concentration". */
GRADUS_API gradus_status gradus_concentration(const gradus_organization* organization,
                                              const gradus_estimates* estimates,
                                              const gradus_concentration_options* options, gradus_table** out,
                                              gradus_error* err);

/* ---- Plans ----------------------------------------------------------------------------------------------------- */

/* A development plan for everyone, with the proof of how good it is. Immutable. */
typedef struct gradus_plan gradus_plan;

/* Value and bound are net of what change costs. Not charged are items of `previous` that were pinned, that do not
 * begin within the horizon, or that the organisation no longer knows. */
typedef struct gradus_optimize_options {
    uint32_t struct_size;
    int32_t start;            /* first day of the horizon; GRADUS_NONE (default): the day after as_of */
    int32_t months;           /* length of the horizon, 1 to 120; default 12 */
    int32_t period_months;    /* length of a period, at least 1; the last ends with the horizon; default 3 */
    int32_t max_activities;   /* items of one person; GRADUS_NONE (default): no limit */
    int32_t max_capabilities; /* capabilities that one person's items teach; GRADUS_NONE (default): no limit */
    int32_t max_of_a_kind;    /* items of one kind of one person; GRADUS_NONE (default): no limit */
    int32_t allow_overlap;    /* 1: sessions of one person may overlap in days; default 0 */
    int32_t threads;
    int32_t reserved; /* 0 */
    double gap;       /* stop when (bound - value) / |bound| is no larger, 0 to 1; default 1e-4 */
    /* In millions of search nodes, above 0; NaN (default): until the gap is reached or more promises little. */
    double work_limit;
    double time_limit;  /* seconds; NaN (default): none. A run that it ends is not reproducible */
    double change_cost; /* units of value for each item of `previous` that is absent now, 0 to 1e6; default 0 */
    /* The plan that this one replaces, from which the search starts too; NULL (default): none. Need not outlive the call. */
    const gradus_plan* previous;
} gradus_optimize_options;
GRADUS_API void gradus_optimize_options_init(gradus_optimize_options* options, uint32_t struct_size);

/* Chooses the learning that removes the most exposure within every limit. */
GRADUS_API gradus_status gradus_optimize(const gradus_organization* organization, const gradus_risks* risks,
                                         const gradus_optimize_options* options, gradus_control* control,
                                         gradus_plan** out, gradus_error* err);
/* A plan of elsewhere, to be described and verified: reads the tables "items", "resources" and "certificate" of the
 * builder, and "conflicts" if there (else what stopped them is not known); `plan_options` are those it was made with. */
GRADUS_API gradus_status gradus_plan_load(const gradus_organization* organization, const gradus_risks* risks,
                                          gradus_builder* builder, const gradus_optimize_options* plan_options,
                                          const gradus_load_options* options, gradus_plan** out, gradus_error* err);
/* Writes the problem of gradus_optimize as a mixed-integer programme in free MPS to the file `path`, for any solver of
 * such; minimised is minus the value. Only for levels known exactly: fails with GRADUS_CONTRADICTION, table, row and column
 * of what is not certain; with GRADUS_INVALID_ARGUMENT where the file cannot be written, which may then be there by half. */
GRADUS_API gradus_status gradus_export_mps(const gradus_organization* organization, const gradus_risks* risks,
                                           const gradus_optimize_options* options, const char* path, gradus_error* err);
/* The plan that a solver found for it, from the solution file `path`: lines of name and value, or as HiGHS, CBC or SCIP
 * write it. `options` are those that the problem was written with. Its limits are for gradus_verify to check. `bound`: no plan
 * has a higher value, as the solver says (minus its own bound), taken on trust; NaN: none. */
GRADUS_API gradus_status gradus_read_solution(const gradus_organization* organization, const gradus_risks* risks,
                                              const gradus_optimize_options* options, const char* path, double bound,
                                              gradus_plan** out, gradus_error* err);
GRADUS_API void gradus_plan_free(gradus_plan* plan);
/* "items", "people", "goals", "resources", "conflicts", "certificate", and "problems". */
GRADUS_API gradus_status gradus_plan_table(const gradus_plan* plan, const char* name, gradus_table** out,
                                           gradus_error* err);

/* How a plan came out, and how its run ended. */
enum {
    GRADUS_PLAN_OPTIMAL = 0,
    GRADUS_PLAN_WITHIN_GAP = 1,
    GRADUS_PLAN_TIME_LIMIT = 2,
    GRADUS_PLAN_WORK_LIMIT = 3,
    GRADUS_PLAN_CANCELLED = 4,
    GRADUS_PLAN_CONFLICTS = 5 /* mandatory items had to be left out: table "conflicts" */
};
/* How the bound is known. */
enum { GRADUS_BOUND_PRICES = 0, GRADUS_BOUND_SEARCH = 1 };

/* The table "certificate" as a struct. Never changes its layout. */
typedef struct gradus_certificate {
    int32_t status;      /* GRADUS_PLAN_... */
    int32_t stop_reason; /* GRADUS_PLAN_..., how the run ended */
    int32_t bound_kind;  /* GRADUS_BOUND_... */
    int32_t people;      /* with items */
    int32_t items;       /* pins included */
    int32_t conflicts;   /* mandatory items left out */
    double value;        /* exposure removed, averaged over the horizon */
    double bound;        /* no plan within the limits removes more */
    double gap;          /* (bound - value) / max(|bound|, 1e-9) */
    double price_bound;  /* the Lagrangian dual at the prices of the table "resources" */
} gradus_certificate;

GRADUS_API gradus_status gradus_plan_certificate(const gradus_plan* plan, gradus_certificate* out, gradus_error* err);
/* The word for a GRADUS_PLAN_..., such as "within_gap"; "" for another number. */
GRADUS_API const char* gradus_plan_status_name(int32_t status);

/* The verdict on a plan. Immutable. */
typedef struct gradus_verification gradus_verification;

typedef struct gradus_verify_options {
    uint32_t struct_size;
    int32_t bound; /* 1 (default): recompute price_bound too, the slow part */
    int32_t threads;
    int32_t reserved;  /* 0 */
    double work_limit; /* millions of nodes of any person's search, 0 to 1e6; default 2 */
} gradus_verify_options;
GRADUS_API void gradus_verify_options_init(gradus_verify_options* options, uint32_t struct_size);

/* Recomputes feasibility, value and bound from the tables alone, trusting nothing that the optimiser says. A plan
 * that breaks its limits is a verdict, not an error; a work_limit out of its range is one. A cancel ends the search for the
 * bound: then it is not confirmed. `control` may be NULL. */
GRADUS_API gradus_status gradus_verify(const gradus_organization* organization, const gradus_risks* risks,
                                       const gradus_plan* plan, const gradus_verify_options* options,
                                       gradus_control* control, gradus_verification** out, gradus_error* err);
GRADUS_API void gradus_verification_free(gradus_verification* verification);
/* 1: nothing is wrong, and all that was asked for is confirmed. 0 for NULL. */
GRADUS_API int32_t gradus_verification_ok(const gradus_verification* verification);
/* 1: price_bound is no larger than stated, to 1e-9 relative, or was not asked for. 0 without violations: the work limit
 * or a cancel came first; the plan keeps its limits and has its value, and the bound to rely on is the one given here. 0 for NULL. */
GRADUS_API int32_t gradus_verification_confirmed(const gradus_verification* verification);
/* The value as recomputed, and the upper bound at the plan's prices that was proven here; NaN: not asked for, or NULL. */
GRADUS_API double gradus_verification_value(const gradus_verification* verification);
GRADUS_API double gradus_verification_price_bound(const gradus_verification* verification);
/* "violations". */
GRADUS_API gradus_status gradus_verification_table(const gradus_verification* verification, const char* name,
                                                   gradus_table** out, gradus_error* err);

/* ---- One person ------------------------------------------------------------------------------------------------ */

/* A plan made ready to answer for one person at a time: opened once per plan, asked any number of times, from any
 * number of threads. Immutable. */
typedef struct gradus_desk gradus_desk;
/* What one person should do now. Immutable. */
typedef struct gradus_proposal gradus_proposal;
/* What is left of funds and seats after a plan. It changes: any number of threads may use it at once. */
typedef struct gradus_remaining gradus_remaining;

/* The plan with the organisation and the risks it was made from. */
GRADUS_API gradus_status gradus_desk_new(const gradus_organization* organization, const gradus_risks* risks,
                                         const gradus_plan* plan, gradus_desk** out, gradus_error* err);
GRADUS_API void gradus_desk_free(gradus_desk* desk);

typedef struct gradus_replan_options {
    uint32_t struct_size;
    /* Nothing may start before this day, and what began before it stays. GRADUS_NONE (default): the day after that of the
     * new levels where it lies within the horizon, else its start. */
    int32_t at;
    int32_t credit_completed; /* as in gradus_gap_options, for `estimates`; default 1 */
    int32_t exclude_count;    /* of `exclude`; default 0 */
    int64_t minutes;          /* the person's time for learning per month; INT64_MIN (default): as in people */
    double change_cost;       /* units of value for each item given up, 0 to 1e6; default 0 */
    double work_limit;        /* millions of search nodes, above 0; default 0.01 */
    /* Of these, none need outlive the call. */
    const gradus_estimates* estimates; /* new levels: the person's rows count; NULL (default): none */
    const gradus_risks* risks;         /* in their place: all that is wanted of the person now; NULL (default): none */
    const gradus_remaining* remaining; /* what is left and held now; NULL (default): as the plan has it */
    const char* const* exclude;        /* activities that must not be proposed; NULL (default): none */
} gradus_replan_options;
GRADUS_API void gradus_replan_options_init(gradus_replan_options* options, uint32_t struct_size);

/* What one person should do now that something about them has changed, at the plan's prices and within what is left and
 * what the person holds. Nothing is changed. */
GRADUS_API gradus_status gradus_replan(const gradus_desk* desk, const char* person,
                                       const gradus_replan_options* options, gradus_proposal** out, gradus_error* err);
GRADUS_API void gradus_proposal_free(gradus_proposal* proposal);
/* "proposal" (one row: value, gain, price, net, bound), "items", "held", "changes", "uses", "conflicts". */
GRADUS_API gradus_status gradus_proposal_table(const gradus_proposal* proposal, const char* name, gradus_table** out,
                                               gradus_error* err);

typedef struct gradus_recommend_options {
    uint32_t struct_size;
    int32_t at;               /* as in gradus_replan_options, and so are the members of the same name below */
    int32_t credit_completed; /* default 1 */
    int32_t top;              /* most rows, 1 or more; default 10 */
    int32_t every_session;    /* 1: a row for each session or period; default 0: each activity once, at its best */
    int32_t only_possible;    /* 1: leave out what is planned or stopped; default 0 */
    int64_t minutes;
    const gradus_estimates* estimates;
    const gradus_risks* risks;
    const gradus_remaining* remaining;
} gradus_recommend_options;
GRADUS_API void gradus_recommend_options_init(gradus_recommend_options* options, uint32_t struct_size);

/* Ranks what would help one person on top of what they hold: table "recommendations". */
GRADUS_API gradus_status gradus_recommend(const gradus_desk* desk, const char* person,
                                          const gradus_recommend_options* options, gradus_table** out,
                                          gradus_error* err);

/* All that the plan leaves. */
GRADUS_API gradus_status gradus_remaining_new(const gradus_desk* desk, gradus_remaining** out, gradus_error* err);
GRADUS_API void gradus_remaining_free(gradus_remaining* remaining);
/* Takes all that a proposal uses more and gives back all that it uses less; or does nothing: then *taken is 0 and
 * *refusal, unless `refusal` is NULL, the table "refusal", which says what lacks or that the proposal is stale. Where it is
 * taken, *taken is 1 and *refusal NULL. That it is not taken is no failure; a proposal of another plan is one. */
GRADUS_API gradus_status gradus_remaining_try_take(gradus_remaining* remaining, const gradus_proposal* proposal,
                                                   int32_t* taken, gradus_table** refusal, gradus_error* err);
/* Undoes a proposal that was taken; the outputs are as above. */
GRADUS_API gradus_status gradus_remaining_give_back(gradus_remaining* remaining, const gradus_proposal* proposal,
                                                    int32_t* taken, gradus_table** refusal, gradus_error* err);
/* "remaining": what is left of each resource now. "items": what everybody holds now. */
GRADUS_API gradus_status gradus_remaining_table(const gradus_remaining* remaining, const char* name, gradus_table** out,
                                                gradus_error* err);

/* ---- Goals ----------------------------------------------------------------------------------------------------- */

/* Goals and the milestones to them, written from a plan or loaded. Immutable. */
typedef struct gradus_goals gradus_goals;

typedef struct gradus_goal_options {
    uint32_t struct_size;
    int32_t check_in_days; /* a check-in stands where start and due are so many days apart, or more; default 14 */
    int32_t reassess_days; /* days from the due date to the re-assessment; default 0 */
    int32_t threads;
    double min_probability; /* a goal is achievable from this probability on; default 0.5 */
    double sure;            /* a level believed reached with this probability is nothing to aim for; default 0.95 */
    /* Ratings, to know by which assessment a level can be shown; NULL (default): no source is known. Need not outlive
     * the call, and neither need `person`. */
    const gradus_assessments* assessments;
    const char* person; /* only this person's goals; NULL (default): everyone's */
} gradus_goal_options;
GRADUS_API void gradus_goal_options_init(gradus_goal_options* options, uint32_t struct_size);

/* A SMART goal for each person and capability that the plan improves, with milestones. */
GRADUS_API gradus_status gradus_write_goals(const gradus_desk* desk, const gradus_goal_options* options,
                                            gradus_goals** out, gradus_error* err);
/* Goals that people wrote: the builder's tables "goals" (person is needed, the rest may be absent) and, if there,
 * "milestones". */
GRADUS_API gradus_status gradus_goals_load(const gradus_organization* organization, gradus_builder* builder,
                                           const gradus_load_options* options, gradus_goals** out, gradus_error* err);
GRADUS_API void gradus_goals_free(gradus_goals* goals);
/* "goals", "milestones", and "problems". */
GRADUS_API gradus_status gradus_goals_table(const gradus_goals* goals, const char* name, gradus_table** out,
                                            gradus_error* err);

typedef struct gradus_check_options {
    uint32_t struct_size;
    int32_t start; /* the horizon in which time and money count, as in gradus_optimize_options */
    int32_t months;
    int32_t period_months;
    int32_t threads;
    int32_t reserved;                      /* 0 */
    double min_probability;                /* as in gradus_goal_options */
    double sure;                           /* as in gradus_goal_options */
    const gradus_assessments* assessments; /* to know what sources have rated; NULL (default): none is known */
    const gradus_estimates* estimates;     /* levels of what nobody requires; NULL (default): of these none is known */
} gradus_check_options;
GRADUS_API void gradus_check_options_init(gradus_check_options* options, uint32_t struct_size);

/* Judges goals by their fields: the table "goal_checks", five rows for each goal, with what is missing of each letter. */
GRADUS_API gradus_status gradus_check_goals(const gradus_organization* organization, const gradus_risks* risks,
                                            const gradus_goals* goals, const gradus_check_options* options,
                                            gradus_table** out, gradus_error* err);

/* From activity to goal, capability, objective and those above it: the table "trace". `person` and `objective` limit it to
 * one person's items and to what serves one objective or those below it; NULL: everything. */
GRADUS_API gradus_status gradus_trace_items(const gradus_desk* desk, const char* person, const char* objective,
                                            gradus_table** out, gradus_error* err);
/* What is being done for each objective with everything below it: the table "objective_trace". */
GRADUS_API gradus_status gradus_trace_objectives(const gradus_desk* desk, gradus_table** out, gradus_error* err);

/* ---- Tracking -------------------------------------------------------------------------------------------------- */

/* Measured values of key performance indicators. Immutable. */
typedef struct gradus_kpis gradus_kpis;

/* Reads the table "kpis" of the builder. */
GRADUS_API gradus_status gradus_kpis_load(const gradus_organization* organization, gradus_builder* builder,
                                          const gradus_load_options* options, gradus_kpis** out, gradus_error* err);
GRADUS_API void gradus_kpis_free(gradus_kpis* kpis);
/* "kpis" and "problems". */
GRADUS_API gradus_status gradus_kpis_table(const gradus_kpis* kpis, const char* name, gradus_table** out,
                                           gradus_error* err);

/* Who began what when. Immutable. */
typedef struct gradus_rollouts gradus_rollouts;

/* Reads the table "rollouts" of the builder. */
GRADUS_API gradus_status gradus_rollouts_load(const gradus_organization* organization, gradus_builder* builder,
                                              const gradus_load_options* options, gradus_rollouts** out,
                                              gradus_error* err);
GRADUS_API void gradus_rollouts_free(gradus_rollouts* rollouts);
/* "rollouts" and "problems". */
GRADUS_API gradus_status gradus_rollouts_table(const gradus_rollouts* rollouts, const char* name, gradus_table** out,
                                               gradus_error* err);

/* What people tell, kept beside the numbers. Immutable. */
typedef struct gradus_anecdotes gradus_anecdotes;

/* Reads the table "anecdotes" of the builder. */
GRADUS_API gradus_status gradus_anecdotes_load(const gradus_organization* organization, gradus_builder* builder,
                                               const gradus_load_options* options, gradus_anecdotes** out,
                                               gradus_error* err);
GRADUS_API void gradus_anecdotes_free(gradus_anecdotes* anecdotes);
/* "anecdotes" and "problems". */
GRADUS_API gradus_status gradus_anecdotes_table(const gradus_anecdotes* anecdotes, const char* name, gradus_table** out,
                                                gradus_error* err);

/* ---- Ledger ---------------------------------------------------------------------------------------------------- */

/* Individual learning accounts and the funds behind them: a double-entry ledger in one SQLite file, to which entries are only
 * ever added. Any number of threads may use a handle at once (they take turns), and any number of handles, also of other
 * processes, one file on a local disk. GRADUS_BUSY: others used the file all the time; the same call may succeed later. After
 * fork() a handle is refused in the child.
 *
 * Moments are int64_t: microseconds since 1970-01-01 in UTC. There is no clock: `at` is yours. Amounts are int64_t: minor units,
 * minutes or a count, by their kind. */
typedef struct gradus_ledger gradus_ledger;

/* What an account holds. */
enum { GRADUS_KIND_MONEY = 0, GRADUS_KIND_HOURS = 1, GRADUS_KIND_ITEMS = 2 };

typedef struct gradus_ledger_options {
    uint32_t struct_size;
    int32_t create;    /* 1: make the file if it is not there; default 0. ":memory:" is always made */
    int32_t read_only; /* 1: for reading alone; default 0 */
    int32_t
        play_money; /* 1: of play money, for good; 0: of real money; GRADUS_NONE (default): as it is, a new one of real */
    int32_t busy_timeout; /* milliseconds to wait while others use the file, 0 to 3600000; default 10000 */
    int32_t reserved;     /* 0 */
    const char* currency; /* ISO 4217; NULL (default): as it is, a new one EUR. Need not outlive the call */
} gradus_ledger_options;
GRADUS_API void gradus_ledger_options_init(gradus_ledger_options* options, uint32_t struct_size);

/* Opens a ledger, or makes one. A file of an earlier version of the library is brought up to date, unless for reading only;
 * one of a later version is refused (GRADUS_FILE), as is another currency or kind of money (GRADUS_CONTRADICTION). */
GRADUS_API gradus_status gradus_ledger_open(const char* path, const gradus_ledger_options* options, gradus_ledger** out,
                                            gradus_error* err);
/* Closes the file when the last use of it is over. */
GRADUS_API void gradus_ledger_free(gradus_ledger* ledger);
GRADUS_API const char* gradus_ledger_currency(const gradus_ledger* ledger); /* ISO 4217; "" for NULL */
GRADUS_API int32_t gradus_ledger_minor_digits(const gradus_ledger* ledger); /* 2 for cents; 0 for NULL */
GRADUS_API int32_t gradus_ledger_play_money(const gradus_ledger* ledger);   /* 1: of play money; 0 for NULL */

/* Applies the builder's table "requests" in order; a row that was applied or refused before gets the answer it got then. Rows
 * are applied or refused in one transaction of the file, each for itself, or, if `linked` is 1, all or none. `spend`, `settle` and
 * `cancel` are each a transaction of their own: then `linked` must be 0, and after an error the rows before it are applied.
 * `organization` is what `spend` asks; NULL where there is none.
 * *receipts: the table "receipts", a row for each request. *parts, unless `parts` is NULL: the table "spending_parts". A request that
 * is refused is no failure: its receipt says by which rule. A request at fault is one, with its row; then, but for the above,
 * nothing was applied. After GRADUS_BUSY, GRADUS_FILE or a crash send the same rows again: what was applied is not applied twice. */
GRADUS_API gradus_status gradus_ledger_apply(gradus_ledger* ledger, gradus_builder* builder,
                                             const gradus_organization* organization, int32_t linked,
                                             gradus_table** receipts, gradus_table** parts, gradus_error* err);
/* The receipt of a key: the table "receipts" with one row, or none where no request had the key. */
GRADUS_API gradus_status gradus_ledger_receipt(const gradus_ledger* ledger, const char* key, gradus_table** out,
                                               gradus_error* err);

/* What a payer has. Never changes its layout. */
typedef struct gradus_balance {
    int64_t available; /* may be used at that moment */
    int64_t reserved;  /* held by reservations */
    int64_t expired;   /* left in lots that have expired, until an expire returns it to their funds */
} gradus_balance;
/* Of an account: `person`, and `program` or NULL; of a fund: `fund`, the others NULL. `kind`: GRADUS_KIND_... Zero where it never
 * had anything. */
GRADUS_API gradus_status gradus_ledger_balance(const gradus_ledger* ledger, int32_t kind, const char* person,
                                               const char* program, const char* fund, int64_t at, gradus_balance* out,
                                               gradus_error* err);

/* The last transaction. Kept elsewhere, it shows later that none was taken away at the end. Never changes its layout. */
typedef struct gradus_ledger_head {
    int64_t transaction; /* its number; 0 in an empty ledger */
    int64_t entry;       /* number of the last entry */
    int64_t at;          /* INT64_MIN in an empty ledger */
    char hash[72];       /* 64 hexadecimal digits and NUL: of the chain up to there */
} gradus_ledger_head;
GRADUS_API gradus_status gradus_ledger_get_head(const gradus_ledger* ledger, gradus_ledger_head* out,
                                                gradus_error* err);

/* "ledger_entries" (all of them: `at` is INT64_MIN), "ledger_balances" and "ledger_pending" at a moment (INT64_MIN: the last
 * transaction's). */
GRADUS_API gradus_status gradus_ledger_table(const gradus_ledger* ledger, const char* name, int64_t at,
                                             gradus_table** out, gradus_error* err);

/* What gradus_ledger_verify found. Never changes its layout. */
typedef struct gradus_ledger_check {
    int32_t sound; /* 1: nothing is wrong */
    int32_t reserved;
    int64_t transaction;     /* number of the first bad transaction; 0: none, or the fault is elsewhere */
    int64_t entry;           /* number of the first bad entry; likewise */
    int64_t plan_change;     /* number of the first bad change of plans; likewise */
    gradus_ledger_head head; /* the last transaction up to which all is well */
    char message[1024];      /* what was found and what was expected; "" if sound */
} gradus_ledger_check;
/* Recomputes the whole ledger from its entries. Damage is no failure: it is what is told. Others who write wait meanwhile. */
GRADUS_API gradus_status gradus_ledger_verify(const gradus_ledger* ledger, gradus_ledger_check* out, gradus_error* err);
/* Makes anew what is kept beside the journal. GRADUS_DAMAGED if the journal itself is not sound. */
GRADUS_API gradus_status gradus_ledger_rebuild(gradus_ledger* ledger, gradus_error* err);
/* Copies the ledger, as it is at one moment, to a file that is not there yet, while others may use it. */
GRADUS_API gradus_status gradus_ledger_backup(const gradus_ledger* ledger, const char* path, gradus_error* err);
/* Writes all that moved in the journal format of hledger to a file, which is replaced once all is written; GRADUS_FILE where that
 * is a database: a ledger is never written over. */
GRADUS_API gradus_status gradus_ledger_write_hledger(const gradus_ledger* ledger, const char* path, gradus_error* err);

/* What the programmes give their people in the calendar period of `at`, as far as it was not given before: table "requests". */
GRADUS_API gradus_status gradus_grants_due(const gradus_organization* organization, const gradus_ledger* ledger,
                                           int64_t at, const char* by, gradus_table** out, gradus_error* err);
/* Works out the grants due and applies them, each for itself: table "receipts". */
GRADUS_API gradus_status gradus_fund_programs(const gradus_organization* organization, gradus_ledger* ledger,
                                              int64_t at, const char* by, gradus_table** out, gradus_error* err);
/* What a person may use of each programme, for what, and until when: table "entitlement". */
GRADUS_API gradus_status gradus_entitlement(const gradus_organization* organization, const gradus_ledger* ledger,
                                            const char* person, int64_t at, gradus_table** out, gradus_error* err);
/* Whom to tell of plans to make, balances that expire and sessions that open within `lead_days`: table "notices". `planned`: the
 * keys of those who have a plan, so many as `planned_count`; may be NULL where there are none. */
GRADUS_API gradus_status gradus_notices(const gradus_organization* organization, const gradus_ledger* ledger,
                                        int64_t at, int32_t lead_days, const char* const* planned,
                                        int32_t planned_count, gradus_table** out, gradus_error* err);
/* People and amounts per programme and unit: table "program_report". The builder's table "stages" says how far people came;
 * `builder` may be NULL, or hold none. */
GRADUS_API gradus_status gradus_program_report(const gradus_organization* organization, const gradus_ledger* ledger,
                                               gradus_builder* builder, int64_t at, gradus_table** out,
                                               gradus_error* err);

/* ---- Agreements ------------------------------------------------------------------------------------------------ */

/* The life of plans, in the file of a ledger: written, proposed, agreed by employee and manager, carried out, reviewed, closed; with
 * the money, hours and seats of what is agreed. docs/methods/agreement.md has the rules. Threads, processes, fork() and GRADUS_BUSY
 * are as with the ledger, whose file it is. There is no clock: each request has its own moment. */
typedef struct gradus_agreements gradus_agreements;

/* The organisation says who manages whom, which programme pays for what and how many seats a session has; it must be in the ledger's
 * currency. Neither handle needs to stay alive. */
GRADUS_API gradus_status gradus_agreements_open(const gradus_ledger* ledger, const gradus_organization* organization,
                                                gradus_agreements** out, gradus_error* err);
/* Closes the file when the last use of it is over. */
GRADUS_API void gradus_agreements_free(gradus_agreements* agreements);

/* Applies the builder's table "plan_requests" in order. Each row is a transaction of its own; a row that was applied or refused before
 * gets the answer it got then. A row `write` writes down the rows of its person in the builder's tables "items", "goals" and
 * "milestones", as far as there are any: all of them must be of somebody for whom a row writes. Or `plan` holds the items, of which
 * people for whom no row writes keep none, and `goals` what was written from it; then the builder may hold none of the three. Both may be NULL.
 * *receipts: the table "plan_receipts", a row for each request. A request that is refused is no failure: its receipt says by which
 * rule. A request at fault is one, with its row, or that of the items, goals or milestones it would write; then the rows before it
 * are applied. After that, GRADUS_BUSY, GRADUS_FILE or a crash send the same rows again: what was applied is not applied twice. */
GRADUS_API gradus_status gradus_agreements_apply(gradus_agreements* agreements, gradus_builder* builder,
                                                 const gradus_plan* plan, const gradus_goals* goals,
                                                 gradus_table** receipts, gradus_error* err);
/* The last change to plans, and its link in their own chain of digests. Kept elsewhere, it shows later that nothing before it was
 * changed or taken away. Never changes its layout. */
typedef struct gradus_plan_head {
    int64_t change; /* its number; 0: there is none */
    int64_t at;     /* INT64_MIN where there is none */
    char hash[72];  /* 64 hexadecimal digits and NUL */
} gradus_plan_head;
GRADUS_API gradus_status gradus_agreements_get_head(const gradus_agreements* agreements, gradus_plan_head* out,
                                                    gradus_error* err);

/* The receipt of a key: the table "plan_receipts" with one row, or none where no request had the key. */
GRADUS_API gradus_status gradus_agreements_receipt(const gradus_agreements* agreements, const char* key,
                                                   gradus_table** out, gradus_error* err);

/* "plans", "plan_history" and "agreed_items", as they stand, of a person, or of everyone for NULL; no rows where there are none.
 * "transitions", the steps that a plan may take (`person` is NULL). */
GRADUS_API gradus_status gradus_agreements_table(const gradus_agreements* agreements, const char* name,
                                                 const char* person, gradus_table** out, gradus_error* err);
/* What a plan holds, as it was written last: "items", "goals" or "milestones". */
GRADUS_API gradus_status gradus_agreements_content(const gradus_agreements* agreements, const char* plan,
                                                   const char* name, gradus_table** out, gradus_error* err);

/* What the next plan starts from, as input tables of an organisation: "accounts" and "funds" with what is available at a moment, not
 * before the ledger's last transaction; "enrolments" and "sessions" as they stand (`at` is INT64_MIN). */
GRADUS_API gradus_status gradus_agreements_next_table(const gradus_agreements* agreements, const char* name, int64_t at,
                                                      gradus_table** out, gradus_error* err);
/* The organisation with all four in place of its own, seen at one moment of the file. Of the options `threads` counts. */
GRADUS_API gradus_status gradus_agreements_next_organization(const gradus_agreements* agreements, int64_t at,
                                                             const gradus_load_options* options,
                                                             gradus_organization** out, gradus_error* err);

/* As gradus_program_report, where plans say who planned, agreed or declined. `informed`: the keys of those who were told of the
 * programmes, so many as `informed_count`; may be NULL where there are none. */
GRADUS_API gradus_status gradus_agreements_program_report(const gradus_agreements* agreements, int64_t at,
                                                          const char* const* informed, int32_t informed_count,
                                                          gradus_table** out, gradus_error* err);
/* As gradus_notices, where plans say who has one, and which sessions have a seat. */
GRADUS_API gradus_status gradus_agreements_notices(const gradus_agreements* agreements, int64_t at, int32_t lead_days,
                                                   gradus_table** out, gradus_error* err);

#ifdef __cplusplus
}
#endif

#endif
