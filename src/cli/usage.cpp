#include "cli/usage.hpp"

#include <cstdio>

#include "cli/grammar.hpp"
#include "cli/money_tables.hpp"
#include "cli/money_words.hpp"
#include "cli/open_config.hpp"
#include "gateway/accounts.hpp"
#include "report/focus.hpp"

namespace gilmok::cli {

namespace {

constexpr std::string_view usage_verb = "gilmok usage";
constexpr std::string_view spend_verb = "gilmok spend";

struct SpendOptions : LedgerOptions {
    std::string payer, month, format = "focus";
    std::vector<std::string> offers;
};

void add_by(const Command& top, LedgerOptions& options, std::string_view by_default) {
    top.option("--by", options.asked.by,
               "What to group by, separated by commas (" + std::string(by_default) + "): " + report::group_names());
}

// The answer to one question, or why there is none.
std::optional<report::Answer> ask(const LedgerOptions& options, const OpenedTables& opened, std::string_view by_default,
                                  std::string_view verb, Outcome& outcome) {
    report::Asked asked = options.asked;
    asked.with_simulated = !options.without_simulated;
    auto question = report::read_question(asked, by_default, opened.clock);
    if (!question) {
        outcome = failed(exit_usage, verb, question.error());
        return std::nullopt;
    }
    auto answer = report::answer(*opened.tables, std::move(*question), opened.snapshot->ledger.currency);
    if (!answer) {
        outcome = failed(exit_failed, verb, answer.error());
        return std::nullopt;
    }
    return std::move(*answer);
}

Outcome spend(const SpendOptions& options, const MoneyWorld& world) {
    Outcome outcome;
    const auto opened = open_for_questions(options, world, spend_verb, outcome);
    if (!opened) return outcome;
    const auto answer = ask(options, *opened, "tenant", spend_verb, outcome);
    if (!answer) return outcome;
    outcome.err = unpriced_text(answer->total.unpriced, world.language);
    if (options.is_json())
        outcome.out = report::spend_json(*answer);
    else if (options.is_csv())
        outcome.out = report::spend_csv(*answer);
    else
        outcome.out = spend_text(*answer, world.language);
    if (!answer->has_idle && !opened->snapshot->pools.empty() && options.output == "table")
        outcome.err += words(world.language, Words::idle_hint) + '\n';
    return outcome;
}

report::Told<report::Period> month_of(const SpendOptions& options, const report::Clock& clock) {
    const std::string month = options.month.empty() ? "last-month" : options.month;
    const bool is_named = month == "last-month" || month == "this-month";
    return is_named ? report::read_period(month, clock) : report::read_month(month, clock);
}

std::string payers_of(const std::vector<report::Statement>& statements) {
    std::string names;
    for (const report::Statement& statement : statements) names += (names.empty() ? "" : ", ") + statement.payer;
    return names.empty() ? "nobody pays anything for it" : "it is paid by " + names;
}

Outcome statement(const SpendOptions& options, const MoneyWorld& world) {
    Outcome outcome;
    const auto opened = open_for_questions(options, world, spend_verb, outcome);
    if (!opened) return outcome;
    const auto period = month_of(options, opened->clock);
    if (!period) return failed(exit_usage, spend_verb, period.error());
    report::Asked asked;
    asked.from = rfc3339(period->from);
    asked.to = rfc3339(period->until);
    asked.with_simulated = false;   // nobody is billed for what was made up
    auto question = report::read_question(asked, "", opened->clock);
    if (!question) return failed(exit_usage, spend_verb, question.error());
    auto all = report::statements(*opened->tables, *opened->snapshot, std::move(*question));
    if (!all) return failed(exit_failed, spend_verb, all.error());
    if (!options.payer.empty()) {
        const std::string known = payers_of(*all);
        std::erase_if(*all, [&](const report::Statement& one) { return one.payer != options.payer; });
        if (all->empty())
            return failed(exit_failed, spend_verb,
                          "there is no statement of \"" + options.payer + "\" for that month; " + known);
    }
    const std::string name =
        rfc3339(period->from + std::chrono::minutes(opened->clock.utc_offset_minutes)).substr(0, 7);
    if (options.is_json()) return {exit_ok, report::statement_json(*all), {}};
    if (options.is_csv()) return {exit_ok, report::statement_csv(*all), {}};
    if (all->empty()) return {exit_ok, words(world.language, Words::nothing) + '\n', {}};
    return {exit_ok, statements_text(*all, name, world.language), {}};
}

Outcome elsewhere(const SpendOptions& options, const MoneyWorld& world) {
    std::vector<report::Offer> offers;
    for (const std::string& text : options.offers) {
        auto offer = report::read_offer(text);
        if (!offer) return failed(exit_usage, spend_verb, offer.error());
        offers.push_back(std::move(*offer));
    }
    if (offers.size() > report::offers_max)
        return failed(exit_usage, spend_verb, "at most " + std::to_string(report::offers_max) + " offers at once");
    Outcome outcome;
    const auto opened = open_for_questions(options, world, spend_verb, outcome);
    if (!opened) return outcome;
    report::Asked asked = options.asked;
    asked.with_simulated = !options.without_simulated;
    auto question = report::read_question(asked, "month", opened->clock);
    if (!question) return failed(exit_usage, spend_verb, question.error());
    const meter::PriceBookPtr prices = gateway::build_price_book(*opened->snapshot);
    const auto compared =
        report::elsewhere(*opened->tables, std::move(*question), opened->snapshot->ledger.currency, *prices, offers);
    if (!compared) return failed(exit_failed, spend_verb, compared.error());
    if (options.is_json()) return {exit_ok, report::elsewhere_json(*compared), {}};
    if (options.is_csv()) return {exit_ok, report::elsewhere_csv(*compared), {}};
    return {exit_ok, elsewhere_text(*compared, world.language), {}};
}

Outcome export_all(const SpendOptions& options, const MoneyWorld& world) {
    Outcome outcome;
    const auto opened = open_for_questions(options, world, spend_verb, outcome);
    if (!opened) return outcome;
    const auto period = month_of(options, opened->clock);
    if (!period) return failed(exit_usage, spend_verb, period.error());
    const meter::PriceBookPtr prices = gateway::build_price_book(*opened->snapshot);
    const auto keep = [&](std::string_view part) { outcome.out += part; };
    const std::function<void(std::string_view)> write =
        world.write ? world.write : std::function<void(std::string_view)>(keep);
    const auto totals = report::export_focus(*opened->tables, *opened->snapshot, *prices, {*period, world.now}, write);
    if (!totals) return failed(exit_failed, spend_verb, totals.error());
    outcome.err = std::to_string(totals->rows) + " rows, BilledCost adds up to " + decimal(totals->billed) + ' ' +
                  std::string(opened->snapshot->ledger.currency.view()) + '\n' +
                  unpriced_text(totals->unpriced, world.language);
    return outcome;
}

}   // namespace

Outcome usage_command(const std::vector<std::string>& arguments, const MoneyWorld& world) {
    LedgerOptions options;
    const Grammar grammar("What was used: tokens by kind, requests, energy", usage_verb);
    const Command top = grammar.top();
    add_common_options(top, options);
    add_by(top, options, "model");
    add_question_options(top, options);
    top.footer(
        "  gilmok usage                                    this month, by model\n"
        "  gilmok usage --by tenant,model --period 7d\n"
        "  gilmok usage --by day --tenant acme/finance --period 2026-10 -o csv\n\n"
        "Tokens stand in one column only: what was read from a cache is not in INPUT, what was thought is not in "
        "OUTPUT.\n"
        "COUNTED: the upstream told nothing and gilmok counted. UNPRICED: the price is unknown.");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    Outcome outcome;
    const auto opened = open_for_questions(options, world, usage_verb, outcome);
    if (!opened) return outcome;
    const auto answer = ask(options, *opened, "model", usage_verb, outcome);
    if (!answer) return outcome;
    if (options.is_json()) return {exit_ok, report::usage_json(*answer), {}};
    if (options.is_csv()) return {exit_ok, report::usage_csv(*answer), {}};
    return {exit_ok, usage_text(*answer, world.language), {}};
}

Outcome spend_command(const std::vector<std::string>& arguments, const MoneyWorld& world) {
    SpendOptions options;
    const Grammar grammar("What it cost, in the ledger's currency", spend_verb);
    const Command top = grammar.top();
    top.wants_verb(false);
    add_common_options(top, options);
    add_by(top, options, "tenant");
    add_question_options(top, options);
    top.footer(
        "  gilmok spend                                    this month, by tenant\n"
        "  gilmok spend --by day,model --period last-month -o json\n"
        "  gilmok spend statement --payer acme --month 2026-10\n"
        "  gilmok spend elsewhere --as openai/gpt-5-mini anthropic/claude-haiku-4-5\n"
        "  gilmok spend export --format focus --month 2026-10 > focus.csv\n\n"
        "Tables are rounded; json and csv are exact. Idle time of own devices is a line of its own. A cost with \"+ "
        "?\" lacks\n"
        "requests whose price is unknown.");
    const Command statement_app = top.verb("statement", "The month's bill of each payer, with what others carry of it");
    add_common_options(statement_app, options);
    statement_app.option("--payer", options.payer, "Only of this payer; without it everybody's");
    statement_app.option("--month", options.month, "2026-10, this-month or last-month (default)");
    statement_app.footer(
        "  gilmok spend statement --payer acme --month 2026-10\n  gilmok spend statement --month last-month -o csv");
    const Command elsewhere_app = top.verb("elsewhere", "What the same tokens would have cost at other prices");
    add_common_options(elsewhere_app, options);
    add_question_options(elsewhere_app, options);
    elsewhere_app.option("--as", options.offers, "PROVIDER/SKU of the price book, one or more").required().several();
    elsewhere_app.footer(
        "  gilmok spend elsewhere --as openai/gpt-5-mini --model chat-large --period last-month\n\n"
        "`gilmok price list` shows what can be named.");
    const Command export_app = top.verb("export", "The month as a file for FinOps tools");
    add_common_options(export_app, options);
    export_app.option("--format", options.format, "FOCUS 1.2 with the columns of 1.3")
        .one_of({"focus"})
        .shows_default();
    export_app.option("--month", options.month, "2026-10, this-month or last-month (default)");
    export_app.footer(
        "  gilmok spend export --format focus --month 2026-10 > focus.csv\n\ndocs/finance.md tells what each column "
        "holds.");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    if (statement_app.is_parsed()) return statement(options, world);
    if (elsewhere_app.is_parsed()) return elsewhere(options, world);
    return export_app.is_parsed() ? export_all(options, world) : spend(options, world);
}

}   // namespace gilmok::cli
