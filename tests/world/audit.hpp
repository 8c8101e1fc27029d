// Holds the ledger of a run against the gateway's records: every attempt has one RESERVE and one end, and their sums are equal.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "io/files.hpp"
#include "model/exchange.hpp"
#include "model/spend.hpp"

namespace gilmok::worldtest {

struct BookedAttempt {
    int reserves = 0;
    int ends = 0;
    bool is_recovered = false;
    bool is_reserved_first = false;
    bool is_cost_known = false;
    Pico cost = 0;
    std::uint64_t microjoules = 0;
    std::int64_t tokens = 0;
};

// By request id, then attempt.
using Book = std::map<std::string, std::map<std::uint8_t, BookedAttempt>>;

struct BookRead {
    Book book;
    std::size_t recovered = 0;
    std::string problem;   // "" = the log could be read to its end
};
BookRead read_book(io::Files& files, const std::string& directory);

// What the gateway said of an exchange while it lived, and when.
struct Said {
    model::Record record;
    Instant at{};
};

// When a process died, and of which death: nothing said before `certain_until` may be missing.
struct Death {
    Instant at{}, certain_until{};
};

// "" or the claim that does not hold.
std::string audit(const BookRead& read, const std::deque<Said>& said, const std::vector<Death>& deaths);

}   // namespace gilmok::worldtest
