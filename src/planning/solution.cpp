#include "planning/solution.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <gradus/base/error.h>

#include "base/utf8.h"

namespace gradus {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// The lines of a file in turn, blanks around them and empty ones left out.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    bool next() {
        while (!rest_.empty()) {
            const std::size_t end = rest_.find('\n');
            line_ = trimmed(rest_.substr(0, end));
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            ++number_;
            if (!line_.empty()) return true;
        }
        line_ = {};
        return false;
    }
    std::string_view line() const { return line_; }
    std::int64_t number() const { return number_; }

    [[noreturn]] void refuse(const std::string& expected) const {
        const std::string found = line_.empty() ? "the file ends" : "found '" + printable(line_) + "'";
        throw Error(Code::invalid_text, found + ", expected " + expected, "solution", number_);
    }

private:
    std::string_view rest_, line_;
    std::int64_t number_ = 0;
};

std::vector<std::string_view> fields(std::string_view line) {
    std::vector<std::string_view> result;
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
        std::size_t size = 0;
        while (size < line.size() && !blank(line[size])) ++size;
        result.push_back(line.substr(0, size));
        line.remove_prefix(size);
    }
    return result;
}

double number(const Lines& lines, std::string_view text, const char* expected) {
    if (begins(text, "+")) text.remove_prefix(1);
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) lines.refuse(expected);
    return value;
}

std::vector<Assignment> parse_plain(Lines& lines) {
    constexpr const char* expected = "the name of a column and its value";
    std::vector<Assignment> result;
    do {
        const std::string_view line = lines.line();
        if (line.front() == '#') continue;
        const std::vector<std::string_view> field = fields(line);
        if (field.size() != 2) lines.refuse(expected);
        const double value = number(lines, field[1], expected);
        if (field[0] != "=obj=") result.push_back({field[0], value, lines.number()});
    } while (lines.next());
    return result;
}

std::vector<Assignment> parse_highs(Lines& lines) {
    while (lines.line() != "# Primal solution values")
        if (!lines.next()) lines.refuse("'# Primal solution values'");
    if (!lines.next() || lines.line() != "Feasible")
        lines.refuse("'Feasible': it has no solution that keeps the limits");
    while (!begins(lines.line(), "# Columns"))
        if (!lines.next()) lines.refuse("'# Columns' and their number");
    const std::vector<std::string_view> head = fields(lines.line());
    // From 1.16 on the number may have the style behind it: "# Columns -12 sparse".
    if (head.size() != 3 && !(head.size() == 4 && head[3] == "sparse")) lines.refuse("'# Columns' and their number");
    const double stated = number(lines, head[2], "'# Columns' and their number");
    if (stated != std::trunc(stated) || std::abs(stated) > 1e15) lines.refuse("'# Columns' and their number");
    const std::size_t width = stated < 0 ? 3 : 2;  // below 0: only those that are not 0, with their index
    std::vector<Assignment> result;
    for (auto left = static_cast<std::int64_t>(std::abs(stated)); left > 0; --left) {
        const char* expected = "the name of a column and its value, for as many columns as stated";
        if (!lines.next()) lines.refuse(expected);
        const std::vector<std::string_view> field = fields(lines.line());
        if (field.size() != width) lines.refuse(expected);
        result.push_back({field[0], number(lines, field[1], expected), lines.number()});
    }
    return result;
}

std::vector<Assignment> parse_cbc(Lines& lines) {
    for (const char* none : {"nfeasible", "nbounded", "no integer solution"})
        if (lines.line().find(none) != std::string_view::npos) lines.refuse("a solution that keeps the limits");
    constexpr const char* expected = "number, name, value and reduced cost of a column";
    std::vector<Assignment> result;
    while (lines.next()) {
        std::vector<std::string_view> field = fields(lines.line());
        if (field.front() == "**") field.erase(field.begin());  // beyond its bounds: told by the value
        if (field.size() != 4) lines.refuse(expected);
        result.push_back({field[1], number(lines, field[2], expected), lines.number()});
    }
    return result;
}

std::vector<Assignment> parse_scip(Lines& lines) {
    constexpr const char* expected = "name, value and (obj:…) of a column";
    std::vector<Assignment> result;
    do {
        const std::string_view line = lines.line();
        if (begins(line, "solution status:") || begins(line, "objective value:")) continue;
        if (begins(line, "no solution")) lines.refuse("a solution");
        const std::vector<std::string_view> field = fields(line);
        if (field.size() != 3 || !begins(field[2], "(obj:")) lines.refuse(expected);
        result.push_back({field[0], number(lines, field[1], expected), lines.number()});
    } while (lines.next());
    return result;
}

}  // namespace

std::vector<Assignment> parse_solution(std::string_view text) {
    Lines lines(text);
    if (!lines.next()) lines.refuse("a solution");
    const std::string_view first = lines.line();
    if (first == "Model status") return parse_highs(lines);
    if (first.find(" - objective value ") != std::string_view::npos) return parse_cbc(lines);
    if (begins(first, "solution status:") || begins(first, "objective value:") || begins(first, "no solution"))
        return parse_scip(lines);
    if (first.front() == '<' || first == "Columns" || begins(first, "c ") || begins(first, "Problem:"))
        lines.refuse(
            "lines of name and value, or what HiGHS (raw or sparse style), CBC or SCIP write; other forms are not "
            "read");
    return parse_plain(lines);
}

}  // namespace gradus
