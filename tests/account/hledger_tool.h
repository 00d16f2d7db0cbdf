#pragma once

// hledger, an accountant's own tool, where it is installed.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

namespace gradus::test {

/// What a program prints, and nothing if it fails.
inline std::string printed(const std::string& command) {
    std::string text;
    std::FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) return {};
    char buffer[4096];
    while (const std::size_t read = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, read);
    return pclose(pipe) == 0 ? text : std::string();
}

inline bool has_hledger() { return !printed("hledger --version 2>&1").empty(); }
/// Then a test fails where it is not installed, and is skipped otherwise.
inline bool requires_hledger() { return std::getenv("GRADUS_REQUIRE_HLEDGER") != nullptr; }

/// The balance of every account and unit ("fund:central EUR") as hledger works it out from a journal.
inline std::map<std::string, std::string> hledger_balances(const std::string& journal) {
    // account,amount; several units of one account stand on lines of their own.
    std::istringstream lines(
        printed("hledger -f " + journal + " balance --flat --empty --no-total --layout=bare -O csv"));
    std::map<std::string, std::string> found;
    for (std::string line; std::getline(lines, line);) {
        std::erase(line, '"');
        std::istringstream cells(line);
        std::string account, unit, amount;
        std::getline(cells, account, ','), std::getline(cells, unit, ','), std::getline(cells, amount, ',');
        if (!unit.empty() && unit != "commodity") found[account + " " + unit] = amount;
    }
    return found;
}

}  // namespace gradus::test
