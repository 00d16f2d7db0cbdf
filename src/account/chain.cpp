#include "account/chain.h"

#include "account/mutant.h"
#include "account/wording.h"
#include "base/bytes.h"

namespace gradus {

std::string canonical(const Recorded& transaction) {
    const Fields& f = transaction.fields;
    const Receipt& r = transaction.receipt;
    Bytes bytes;
    bytes.text("transaction").number(r.transaction).text(f.key).number(micros(f.at)).text(f.by).text(f.reason);
    bytes.text(word(f.operation)).text(word_or_nothing(f.kind)).text(f.person).text(f.program).text(f.fund);
    bytes.text(f.to_person).text(f.to_program).text(f.to_fund).text(f.provider).text(word_or_nothing(f.draw));
    bytes.text(f.subject).perhaps(perhaps(f.amount)).perhaps(perhaps(f.expires)).number(r.applied).text(r.rule);
    bytes.perhaps(perhaps(r.available)).perhaps(perhaps(r.asked)).perhaps(perhaps(r.limit)).text(r.message);
    bytes.text(f.activity).text(f.plan).perhaps(perhaps(f.first_day)).perhaps(perhaps(f.cost)).text(f.shares);
    bytes.perhaps(perhaps(r.from));
    return bytes.number(transaction.first_entry).number(transaction.entries).take();
}

std::string canonical(std::int64_t entry, std::int64_t number, const Book& book, const Move& move) {
    Bytes bytes;
    bytes.text("entry").number(entry).number(number).text(word(book.kind)).text(word(book.unit)).text(book.person);
    bytes.text(book.program).number(micros(book.expires)).text(book.name).number(move.posted).number(move.pending);
    bytes.number(move.reservation).number(move.posted_after).number(move.pending_after);
    return bytes.take();
}

Sha256::Value link(std::string_view before, std::string_view bytes) {
    Sha256 sha;
    if (!broken(Mutant::unchained)) sha.add(before);
    sha.add(bytes);
    return sha.value();
}

Sha256::Value first_link(std::string_view currency, bool play_money) {
    return sha256(Bytes().text("ledger").text(currency).number(play_money).take());
}

}  // namespace gradus
