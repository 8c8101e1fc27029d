// What a span of time would have cost at the present prices, attempt by attempt, beside what was booked: for prices that were unknown or
// wrong when the attempts ran. Attempts on devices of one's own, simulated ones and those that owe nothing are left as they are. Pure but
// for the question to the tables.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "meter/price_book.hpp"
#include "report/question.hpp"

namespace gilmok::report {

struct RerateLine {   // of one model
    std::uint64_t attempts = 0, changed = 0;
    std::uint64_t unpriced = 0;   // still without a price
    Pico before = 0,
         after = 0;   // in the ledger's currency; of those with a price now, earlier corrections included in `before`
};

struct RerateChange {
    model::AttemptRef ref{};
    std::string card;   // the price card by which it is charged now
    Pico difference = 0;
};

struct Rerated {
    std::map<std::string, RerateLine> models;
    std::vector<RerateChange> changes;
};
inline constexpr std::uint64_t rerate_attempts_max = 500'000;   // of one question; a span with more is refused

enum class RerateOf : std::uint8_t {
    every,       // attempt that is charged at all
    recovered,   // only those that a crash left open and that nobody has charged yet
};
// Attempts that ended in [from, until).
Told<Rerated> rerate(ledger::Questions& tables, const config::Snapshot& snapshot, const meter::PriceBook& book,
                     WallTime from, WallTime until, RerateOf which = RerateOf::every);

}   // namespace gilmok::report
