// Every node of the tenant tree with its budgets: the limit, what is spent, what is set aside, what is left. Out of the ledger's
// tables; a running gateway knows what is set aside at this moment better and fills it in itself. Pure but for the questions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "ledger/tables.hpp"
#include "report/json_writer.hpp"
#include "report/question.hpp"

namespace gilmok::report {

enum class Budget : std::uint8_t {
    money_day,
    money_month,
    money_window,
    tokens_day,
    tokens_month,
    tokens_window,
    count_
};
std::string_view name_of(Budget budget);   // "money_day", …
constexpr bool is_money(Budget budget) { return budget <= Budget::money_window; }

// Amounts are pico of the ledger's currency, or tokens.
struct BudgetLine {
    Budget budget{};
    std::optional<Pico> limit;   // nothing: its currency cannot be brought into the ledger's, so that all is refused
    Pico spent = 0, reserved = 0;
    [[nodiscard]] Pico remaining() const { return limit ? *limit - spent - reserved : 0; }
    [[nodiscard]] bool is_over() const { return !limit || remaining() <= 0; }
    // Of the limit, in millionths; at most 10^9.
    [[nodiscard]] std::int64_t used_ppm() const;
};

struct NodeBudgets {
    std::string tenant;
    std::string at_limit;
    std::vector<BudgetLine> lines;
    std::uint64_t unpriced = 0;   // attempts of this month that are missing in the money above
    std::uint32_t requests_per_minute = 0;
    std::uint64_t tokens_per_minute = 0;
    std::uint32_t streams_max = 0;
    [[nodiscard]] bool is_over() const;
};

struct Budgets {
    Currency currency{};
    bool is_live = false;   // from the running gateway
    WallTime at{};
    std::vector<NodeBudgets> nodes;   // as the configuration's tenants; those without any limit as well
    [[nodiscard]] bool is_over() const;
};

// Brings a budget's money into the ledger's currency.
using Convert = std::function<std::optional<Pico>(const Money&)>;
// `tenant`: "" = all; else this node alone.
Told<Budgets> budgets(ledger::Questions& tables, const config::Snapshot& snapshot, std::string_view tenant,
                      const Convert& convert, const Clock& clock);
// The lines of a node without what was spent.
NodeBudgets limits_of(const config::Tenant& tenant, const Convert& convert);

std::string budgets_json(const Budgets& budgets);
std::string budgets_csv(const Budgets& budgets);
// What budgets_json() wrote, as the admin API answers it.
Told<Budgets> read_budgets(std::string_view json);

}   // namespace gilmok::report
