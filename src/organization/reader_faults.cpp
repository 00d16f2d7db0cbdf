// What the reader says about columns and cells that are not as they should be.

#include <algorithm>
#include <map>

#include "base/spelling.h"
#include "organization/columns.h"
#include "organization/reader.h"

namespace gradus {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string did_you_mean(std::string_view word) {
    return word.empty() ? std::string() : "; did you mean " + quoted(word) + "?";
}

std::string listed(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

}  // namespace

Problem Reader::problem(Code code, std::int64_t row, std::string_view column) const {
    Problem problem{.code = code, .table = std::string(table_.name()), .row = row + 1, .column = std::string(column)};
    if (input_ && input_->state().lines && row >= 0 && row < rows_) problem.line = input_->state().lines[row];
    return problem;
}

void Reader::match() {
    if (!input_) return;
    if (input_->table() != table_.name()) {  // gaps hold all that estimates must, and would pass for them
        Problem other = problem(Code::missing_table, -1, {});
        other.message = "given is the table " + quoted(input_->table()) + ", expected " + quoted(table_.name());
        return problems_.add(std::move(other));
    }
    if (input_->state().columns.empty() && input_->rows() == 0) return;  // a list of no rows cannot name columns
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::vector<std::string_view> known, given;
    for (std::size_t c = 0; c < sources_.size(); ++c) known.push_back(table_.column(c).field().name);
    for (const InputColumn& source : input_->state().columns) {
        std::string_view name = source.name;
        if (given.empty() && name.starts_with(byte_order_mark)) name.remove_prefix(byte_order_mark.size());
        given.push_back(name);
        const auto found = std::find(known.begin(), known.end(), name);
        if (found != known.end()) {
            const InputColumn*& place = sources_[static_cast<std::size_t>(found - known.begin())];
            if (place) {
                Problem twice = problem(Code::contradiction, -1, name);
                twice.message = "two columns have this name";
                problems_.add(std::move(twice));
            }
            place = &source;
            continue;
        }
        Problem unknown = problem(Code::unknown_column, -1, name);
        unknown.severity = Severity::warning;
        unknown.message = quoted(name) + " is not a column of " + std::string(table_.name()) + " and is ignored";
        const std::string_view near = nearest(name, known);
        unknown.message += near.empty() ? " (" + listed(known) + ")" : did_you_mean(near);
        problems_.add(std::move(unknown));
    }
    for (std::size_t c = 0; c < sources_.size(); ++c) {
        if (sources_[c] || !table_.column(c).field().required) continue;
        Problem absent = problem(Code::missing_column, -1, known[c]);
        absent.message = "column " + quoted(known[c]) + " is required; " +
                         (given.empty() ? "no column is given" : "given are: " + listed(given));
        problems_.add(std::move(absent));
    }
}

void Reader::report(std::size_t index, const std::vector<std::vector<Found>>& found) {
    constexpr int most = 1000;  // what ProblemList keeps of a kind: the rest is only counted
    const Field& field = table_.column(index).field();
    std::map<Fault, int> counts;
    Problem no_table;
    for (const std::vector<Found>& part : found) {
        for (const Found& fault : part) {
            if (field.identity) unnamed_[static_cast<std::size_t>(fault.row)] = 1;
            const int count = ++counts[fault.fault];
            if (fault.fault == Fault::no_such_table && count > 1) continue;
            Problem one = problem(code_of(fault.fault), fault.row, field.name);
            if (count <= most) {
                if (fault.fault != Fault::missing) one.key = describe(cell(index, fault.row));
                one.message = explain_at(index, fault);
            }
            if (fault.fault == Fault::no_such_table)
                no_table = std::move(one);
            else
                problems_.add(std::move(one));
        }
    }
    if (const int count = counts[Fault::no_such_table]) {
        if (count > 1) no_table.message += " (so in " + std::to_string(count) + " rows)";
        problems_.add(std::move(no_table));
    }
}

std::string Reader::explain_at(std::size_t index, Found found) {
    const AnyColumn& out = table_.column(index);
    const std::string name(out.field().name);
    if (found.fault == Fault::missing) return name + " is missing";

    const Cell at_fault = cell(index, found.row);
    const std::string what = name + " " + describe(at_fault) + " ";
    const auto scale = [&] {
        const auto* capabilities = static_cast<const std::int32_t*>(sibling("capability")->data());
        return reference_.levels->scale_of(capabilities[found.row]);
    };
    switch (found.fault) {
    case Fault::not_word:
        return what + "is not one of " + listed({out.words().begin(), out.words().end()}) +
               did_you_mean(nearest(at_fault.text, out.words()));
    case Fault::unknown_key: {
        Digits digits;
        const Parsed<std::string_view> key = parse_key(at_fault, digits);
        return what + "is not in " + std::string(out.references()) + suggest(key.value, out.references());
    }
    case Fault::no_such_table:
        return what + "names a row of " + std::string(out.references()) + ", but that table is absent or empty";
    case Fault::unknown_level:
        return what + "is not on " + reference_.levels->describe(scale()) +
               did_you_mean(reference_.levels->nearest_label(scale(), at_fault.text));
    case Fault::off_scale:
        return what + "is outside " + reference_.levels->describe(scale()) + ", which runs from " +
               number(reference_.levels->bottom(scale())) + " to " + number(reference_.levels->top(scale()));
    case Fault::no_kind: return what + "needs a kind: one of money, hours, items";
    default: return what + explain(found.fault, out, reference_.minor_digits);
    }
}

std::string Reader::suggest(std::string_view text, std::string_view references) {
    const Keys& keys = *reference_.keys.find(references);
    comparisons_left_ -= static_cast<std::int64_t>(keys.size());
    return comparisons_left_ < 0 ? std::string() : did_you_mean(nearest(text, keys));
}

}  // namespace gradus
