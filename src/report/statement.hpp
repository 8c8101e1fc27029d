// Who pays for a month: a statement for each payer, with what others carry of it and what it carries of others. Every line is exact to
// the pico, lines add up to their totals, and all statements of a month add up to what the ledger booked. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "report/answer.hpp"

namespace gilmok::report {

// What the configuration says of a path that the ledger names. A tenant that is no longer configured is judged by its nearest
// ancestor that is; without one, its first part pays.
struct Paying {
    std::string payer;
    std::string subsidised_by;   // "" = nobody
    std::uint32_t subsidy_ppm = 0;
};
// `payer` and the subsidy each come from the nearest node that names one; a node's own word goes before its parents'.
Paying paying_for(const config::Snapshot& snapshot, std::string_view path);

struct StatementLine {
    std::string tenant, model;
    std::uint64_t attempts = 0, unpriced = 0;
    std::int64_t input_tokens = 0, output_tokens = 0;
    Pico cost = 0;          // corrections included
    Pico corrections = 0;   // of that
    Pico subsidy = 0;       // of that, carried by somebody else; rounded half to even
    std::string subsidised_by;
    [[nodiscard]] Pico due() const { return cost - subsidy; }
};

// What this payer carries of somebody else's line.
struct CarriedLine {
    std::string payer, tenant, model;
    Pico amount = 0;
};

struct Statement {
    std::string payer;
    Currency currency{};
    Question question;   // its period
    std::vector<StatementLine> lines;
    std::vector<CarriedLine> carried;
    StatementLine total;   // of `lines`
    Pico carried_total = 0;
    [[nodiscard]] Pico due() const { return total.due() + carried_total; }
};

// One for each payer, by name. `question` names the period; its groups are set here.
Told<std::vector<Statement>> statements(ledger::Questions& tables, const config::Snapshot& snapshot, Question question);

std::string statement_json(const std::vector<Statement>& statements);
std::string statement_csv(const std::vector<Statement>& statements);

}   // namespace gilmok::report
