#include "audit.hpp"

#include <algorithm>
#include <variant>

#include "ledger/entry.hpp"
#include "ledger/log.hpp"

namespace gilmok::worldtest {

namespace {

std::string name_of(const std::string& id, std::uint8_t attempt) { return id + "." + std::to_string(attempt); }

// The promises of docs/ledger-format.md about one attempt, whatever happened.
std::string check_attempt(const std::string& name, const BookedAttempt& attempt) {
    if (attempt.reserves != 1) return name + " has " + std::to_string(attempt.reserves) + " RESERVE";
    if (attempt.ends != 1) return name + " has " + std::to_string(attempt.ends) + " ends";
    if (!attempt.is_reserved_first) return name + " ended before it was reserved";
    return {};
}

// Of a record that nobody's death took: the attempts it names and no others, and their sums.
std::string check_record(const model::Record& record, const std::map<std::uint8_t, BookedAttempt>& attempts) {
    const std::string id(record.id.view());
    if (attempts.size() != record.attempts_count)
        return id + " has " + std::to_string(attempts.size()) + " attempts in the ledger and " +
               std::to_string(record.attempts_count) + " in its record";
    Pico cost = 0;
    std::uint64_t microjoules = 0;
    bool is_known = true;
    for (const auto& [number, attempt] : attempts) {
        if (attempt.is_recovered) return name_of(id, number) + " was recorded, and recovered all the same";
        cost += attempt.cost;
        microjoules += attempt.microjoules;
        is_known = is_known && attempt.is_cost_known;
    }
    if (attempts.empty()) return {};
    if (is_known != record.settled.is_cost_known)
        return id + ": the record and the ledger differ on whether a price is known";
    if (cost != record.settled.cost_ledger) return id + ": the record says another cost than the ledger";
    if (microjoules != record.settled.microjoules) return id + ": the record says another energy than the ledger";
    return {};
}

}   // namespace

BookRead read_book(io::Files& files, const std::string& directory) {
    BookRead read;
    auto reader = ledger::LogReader::open(files, directory);
    if (!reader) return {.book = {}, .problem = reader.error().message};
    for (;;) {
        const auto record = reader->next();
        if (!record) return {.book = {}, .problem = record.error().message};
        if (!*record) return read;
        const auto entry = ledger::read_entry((*record)->bytes);
        if (!entry) return {.book = {}, .problem = "an unreadable record"};
        if (const auto* reserve = std::get_if<model::Reserve>(&entry->body)) {
            BookedAttempt& attempt = read.book[std::string(reserve->ref.exchange.view())][reserve->ref.attempt];
            ++attempt.reserves;
            attempt.is_reserved_first = attempt.ends == 0;
        } else if (const auto* end = std::get_if<model::Terminal>(&entry->body)) {
            BookedAttempt& attempt = read.book[std::string(end->ref.exchange.view())][end->ref.attempt];
            ++attempt.ends;
            attempt.is_recovered = end->kind == model::TerminalKind::recovered;
            read.recovered += attempt.is_recovered ? 1U : 0U;
            attempt.is_cost_known = end->charge.is_known;
            attempt.cost = end->charge.cost_ledger;
            attempt.microjoules = end->energy.microjoules;
            attempt.tokens = end->meters.input_tokens() + end->meters.output_tokens();
        }
    }
}

std::string audit(const BookRead& read, const std::deque<Said>& said, const std::vector<Death>& deaths) {
    if (!read.problem.empty()) return "the ledger: " + read.problem;
    for (const auto& [id, attempts] : read.book)
        for (const auto& [number, attempt] : attempts)
            if (std::string wrong = check_attempt(name_of(id, number), attempt); !wrong.empty()) return wrong;
    static const std::map<std::uint8_t, BookedAttempt> none;
    std::size_t matched = 0;
    for (const Said& each : said) {
        const auto found = read.book.find(std::string(each.record.id.view()));
        const auto& attempts = found == read.book.end() ? none : found->second;
        const bool may_be_lost = std::any_of(deaths.begin(), deaths.end(), [&](const Death& death) {
            return each.at > death.certain_until && each.at <= death.at;
        });
        if (may_be_lost) continue;
        if (std::string wrong = check_record(each.record, attempts); !wrong.empty()) return wrong;
        matched += found != read.book.end() ? 1U : 0U;
    }
    if (deaths.empty() && matched != read.book.size()) return "the ledger knows exchanges that have no record";
    return {};
}

}   // namespace gilmok::worldtest
