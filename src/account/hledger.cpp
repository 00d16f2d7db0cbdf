#include <gradus/account/hledger.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>

#include <gradus/account/ledger_tables.h>
#include <gradus/base/error.h>

#include "account/handle.h"
#include "account/wording.h"
#include "base/utf8.h"
#include "organization/currency.h"

namespace gradus {

namespace {

/// What Unicode calls white space, beyond ASCII: hledger ends a name at two of them, and shows each as a blank.
constexpr std::string_view spaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                       "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
                                       "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

/// The length of the white space beyond ASCII that a text begins with; 0: it begins with something else.
std::size_t space(std::string_view text) {
    for (const std::string_view one : spaces)
        if (text.starts_with(one)) return one.size();
    return 0;
}

/// One part of an account's name. Other letters than those of ASCII stay: hledger reads UTF-8.
std::string part(std::string_view name) {
    if (name.empty()) return "%";
    constexpr char digits[] = "0123456789ABCDEF";
    std::string text;
    for (std::size_t i = 0, blank = 0; i < name.size(); ++i) {
        const char c = name[i];
        const auto byte = static_cast<unsigned char>(c);
        if (blank == 0) blank = space(name.substr(i));
        const bool plain = (byte >= 128 && blank == 0) || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '/' || c == '@' ||
                           c == '+';
        if (blank > 0) --blank;
        if (plain)
            text += c;
        else
            (text += '%') += {digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

template <class Key>
std::string part(const Column<Key>& column, std::size_t row) {
    const Key key = column[row];
    return part(key ? (*column.strings())[static_cast<std::size_t>(key.value())] : std::string_view());
}

std::string account(const BookColumns& of, std::size_t row) {
    const BookKind kind = of.book[row];
    std::string name(word(kind));
    if (kind == BookKind::provider) name += ":" + part(of.provider[row]);
    if (kind == BookKind::pocket || kind == BookKind::lot || kind == BookKind::own) name += ":" + part(of.person, row);
    if (kind == BookKind::lot || kind == BookKind::own) name += ":" + part(of.program, row);
    if (kind == BookKind::fund || kind == BookKind::lot) name += ":" + part(of.fund, row);
    if (kind == BookKind::lot)
        name += ":" + part(is_missing(of.expires[row]) ? std::string("never") : to_text(of.expires[row]));
    return name;
}

/// On one line, where neither a bar nor a semicolon means anything.
std::string line(std::string_view text) {
    std::string safe;
    for (const char c : text) safe += c == '\n' || c == '\t' ? ' ' : c == ';' ? ',' : c;
    return safe;
}

}  // namespace

void write_hledger(const Ledger& ledger, std::ostream& out) {
    const LedgerEntries entries = ledger_entries(ledger);
    // Between quotation marks a commodity's name may have a space.
    const auto commodity = [play = ledger.play_money()](const std::string& name) {
        return play ? "\"play " + name + "\"" : name;
    };
    const std::string currency = commodity(ledger.currency()), minutes = commodity("min"), items = commodity("items");
    const int digits = ledger.minor_digits();
    const auto shown = [&](AccountKind kind, Amount amount) {
        switch (kind) {
        case AccountKind::money: return decimal(amount.units(), digits) + " " + currency;
        case AccountKind::hours: return std::to_string(amount.units()) + " " + minutes;
        case AccountKind::items: break;
        }
        return std::to_string(amount.units()) + " " + items;
    };
    out << "; " << currency << ", minutes and items\n"
        << "commodity " << decimal(0, digits) << (digits == 0 ? "." : "") << " " << currency << "\ncommodity 0. "
        << minutes << "\ncommodity 0. " << items << "\n";
    std::int32_t last = 0;
    for (std::size_t row = 0; row < entries.size(); ++row) {
        const Amount posted = entries.posted[row];
        if (posted.units() == 0) continue;
        if (entries.transaction[row] != last) {
            last = entries.transaction[row];
            const std::string at = to_text(entries.at[row]);
            out << '\n'
                << at.substr(0, 10) << " * (" << last << ") " << word(entries.operation[row]) << "  ; " << at.substr(11)
                << " by " << line(entries.by[row]) << ", key " << line(entries.key[row]);
            if (!entries.reason[row].empty()) out << ": " << line(entries.reason[row]);
            out << '\n';
        }
        const AccountKind kind = entries.of.kind[row];
        out << "    " << account(entries.of, row) << "  " << shown(kind, posted) << " = "
            << shown(kind, entries.posted_after[row]) << '\n';
    }
    if (!out.flush())
        throw Error(Code::invalid_argument, "write_hledger: the stream could not be written to its end", "ledger");
}

void write_hledger(const Ledger& ledger, const std::string& path) {
    const auto refuse = [&](const std::string& why) {
        throw Error(Code::file, "'" + printable(path) + "' " + why, "ledger");
    };
    if (path.empty() || path.find('\0') != std::string::npos)
        throw Error(Code::invalid_option, "expected the path of a file", "options", 0, "path");
    // Read before anything is written: a ledger that cannot be read replaces nothing.
    std::ostringstream text;
    write_hledger(ledger, text);
    char head[16] = {};
    std::ifstream(path, std::ios::binary).read(head, sizeof head);
    if (std::string_view(head, sizeof head) == std::string_view("SQLite format 3", sizeof head))
        refuse("is a database, perhaps a ledger; an export goes to another file");
    const std::string made = path + ".new";
    {
        std::ofstream file(made, std::ios::binary | std::ios::trunc);
        file << text.view();
        if (!file.flush()) refuse("cannot be written");
    }
    std::error_code failed;
    std::filesystem::rename(made, path, failed);
    if (failed) {
        std::filesystem::remove(made, failed);
        refuse("cannot be written");
    }
}

}  // namespace gradus
