#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include <gradus/base/error.h>
#include <gradus/base/table.h>
#include <gradus/base/version.h>

#include "base/day_text.h"
#include "base/digest.h"

namespace gradus {

/// A number in its shortest form that reads back the same, for messages and JSON.
inline std::string to_text(double number) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

/// "1 person", "3 people".
inline std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

/// The options of a stage as a JSON object. Threads stay out of it: they change nothing in the result.
class OptionsJson {
public:
    OptionsJson& add(std::string_view name, double value) { return raw(name, to_text(value)); }
    OptionsJson& add(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
    OptionsJson& add(std::string_view name, Date value) { return raw(name, '"' + to_text(value) + '"'); }
    OptionsJson& add(std::string_view name, std::string_view word) { return raw(name, '"' + std::string(word) + '"'); }
    OptionsJson& add(std::string_view name, const char* word) { return add(name, std::string_view(word)); }
    template <class T, std::size_t n>
    OptionsJson& add(std::string_view name, const std::array<T, n>& values) {
        std::string list = "[";
        for (std::size_t i = 0; i < n; ++i) list += (i ? ", " : "") + to_text(static_cast<double>(values[i]));
        return raw(name, list + "]");
    }
    std::string text() const { return text_ + "}"; }

private:
    OptionsJson& raw(std::string_view name, const std::string& value) {
        text_ += (text_.size() > 1 ? ", \"" : "\"") + std::string(name) + "\": " + value;
        return *this;
    }
    std::string text_ = "{";
};

/// Times a stage and signs what it made.
class Stage {
public:
    explicit Stage(std::string_view name) : name_(name) {}

    /// One more input of the stage, by the digest of its content or provenance.
    Stage& input(std::uint64_t digest) {
        inputs_.word(digest);
        return *this;
    }
    /// Since it began.
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
    void sign(Table& result, const OptionsJson& options, Date as_of, int threads) const {
        Provenance& made = result.provenance;
        made = {};
        made.stage = name_;
        made.version = version();
        made.inputs = inputs_.value();
        made.options = options.text();
        made.as_of = as_of;
        made.seconds = seconds();
        made.threads = threads;
        Digest all;
        all.text(made.version);
        all.text(made.stage);
        all.word(made.inputs);
        all.text(made.options);
        made.digest = all.value();
    }

private:
    std::string name_;
    Digest inputs_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

[[noreturn]] inline void refuse_option(std::string_view name, double value, std::string_view range) {
    throw Error(Code::invalid_option,
                "option " + std::string(name) + " must be " + std::string(range) + ", not " + to_text(value), "options",
                0, std::string(name));
}

/// The day asked for, else that of the table before.
inline Date as_of_or(Date asked, const Table& before) {
    if (!is_missing(asked)) return asked;
    if (!is_missing(before.provenance.as_of)) return before.provenance.as_of;
    throw Error(Code::invalid_option,
                "option as_of is needed: the " + std::string(before.name()) + " have no date either", "options", 0,
                "as_of");
}

/// True if ids mean the same in both lists of keys.
inline bool same(const Strings* theirs, const Strings* ours) {
    if (theirs == ours) return true;
    return theirs && ours && theirs->size() == ours->size() &&
           std::memcmp(theirs->offsets(), ours->offsets(), (ours->size() + 1) * sizeof(std::int32_t)) == 0 &&
           std::memcmp(theirs->bytes(), ours->bytes(), static_cast<std::size_t>(ours->offsets()[ours->size()])) == 0;
}

/// Refuses a table of another organisation: ids mean something only together with the keys they stand for.
inline void check_keys(const Table& table, const AnyColumn& column, const Keys& keys) {
    if (table.size() == 0) return;
    if (!same(column.strings().get(), keys.strings().get()))
        throw Error(Code::contradiction,
                    "the " + std::string(table.name()) + " were made with another organisation: their " +
                        std::string(column.references()) + " are not the same",
                    std::string(table.name()), 0, std::string(column.field().name));
}

struct EstimateOptions;
/// The options of estimate(), for the provenance of whatever estimates on its way.
OptionsJson describe(const EstimateOptions& options);

}  // namespace gradus
