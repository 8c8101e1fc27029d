// Usage and spend of a period, grouped: what the tables say, merged and summed, with the idle of own pools beside it. Pure but for
// the question to the tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/money.hpp"
#include "ledger/tables.hpp"
#include "report/json_writer.hpp"
#include "report/question.hpp"

namespace gilmok::report {

// What devices of one's own cost while nobody used them; below zero where attempts were charged more than the hours cost.
struct IdleRow {
    std::vector<std::string> keys;   // as the question's groups: times filled in, the rest empty
    std::string pool;
    Pico cost = 0;
    std::uint64_t microjoules = 0;
};

struct Answer {
    Question question;
    Currency currency{};
    std::vector<ledger::UsageRow> rows;   // keys: one for each group of the question; sorted by them
    ledger::UsageRow total;
    bool has_idle = false;   // whether it was asked for: see Question::is_about_all()
    std::vector<IdleRow> idle;
    [[nodiscard]] Pico idle_cost() const;
    // All of it: attempts, corrections and idle.
    [[nodiscard]] Pico cost() const { return total.cost_ledger + idle_cost(); }
};

// The problem is the database's, in people's words.
Told<Answer> answer(ledger::Questions& tables, Question question, Currency currency);

void add(ledger::UsageRow& sum, const ledger::UsageRow& row);
std::int64_t meter(const ledger::UsageRow& row, model::Meter which);
std::int64_t input_tokens(const ledger::UsageRow& row);
std::int64_t output_tokens(const ledger::UsageRow& row);
// Exact: "12.345678" J and g.
std::string joules(std::uint64_t microjoules);
std::string grams(std::uint64_t micrograms);

// Whole answers for programs. In `spend` an attempt without a known price is a count beside the cost, never a zero in it.
std::string usage_json(const Answer& answer);
std::string usage_csv(const Answer& answer);
std::string spend_json(const Answer& answer);
std::string spend_csv(const Answer& answer);

// One field of RFC 4180: quoted where it must be. Texts that a spreadsheet would take for a formula get a quote in front.
void append_csv(std::string& out, std::string_view field, bool is_first = false);
void append_csv_text(std::string& out, std::string_view text, bool is_first = false);
void write_period(JsonWriter& json, const Question& question);
void write_unpriced(JsonWriter& json, const ledger::UsageRow& row);

}   // namespace gilmok::report
