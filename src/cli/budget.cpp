#include "cli/budget.hpp"

#include "base/text.hpp"
#include "cli/grammar.hpp"
#include "cli/money_tables.hpp"
#include "cli/money_words.hpp"
#include "cli/open_config.hpp"
#include "cli/reload.hpp"
#include "gateway/accounts.hpp"

namespace gilmok::cli {

namespace {

constexpr std::string_view budget_verb = "gilmok budget";

// What the gateway that runs with this configuration says; nothing when nobody answers or something else does.
std::optional<report::Budgets> ask_gateway(const config::Server& server, const MoneyWorld& world) {
    if (world.fetcher == nullptr) return std::nullopt;
    config::Upstream admin = plain_upstream("admin", server.admin);
    admin.key = admin_token_of(server, world.files);
    if (admin.key.is_empty()) return std::nullopt;
    const upstream::FetchWhat what = get("/admin/v1/budgets", std::chrono::seconds(3));
    const Answer answer = world.fetcher->fetch_all({{&admin, what}}).front();
    if (!answer.is_ok()) return std::nullopt;
    auto budgets = report::read_budgets(answer.body);
    return budgets ? std::optional(std::move(*budgets)) : std::nullopt;
}

std::string near_tenants(const config::Snapshot& snapshot, std::string_view wrong) {
    std::string_view best;
    std::size_t best_distance = 6;
    for (const config::Tenant& tenant : snapshot.tenants)
        if (const std::size_t distance = edit_distance(wrong, tenant.path); distance < best_distance)
            best = tenant.path, best_distance = distance;
    return best.empty() ? std::string() : "; did you mean \"" + std::string(best) + "\"?";
}

std::string rates_of(const report::NodeBudgets& node, Language language) {
    std::string out = words(language, Words::at_limit, {node.at_limit}) + '\n';
    const auto add = [&](std::string_view name, std::uint64_t value) {
        if (value != 0) out += std::string(name) + ": " + with_commas(value) + '\n';
    };
    add("requests_per_minute", node.requests_per_minute);
    add("tokens_per_minute", node.tokens_per_minute);
    add("streams_max", node.streams_max);
    return out;
}

}   // namespace

Outcome budget_command(const std::vector<std::string>& arguments, const MoneyWorld& world) {
    LedgerOptions options;
    std::string tenant;
    const Grammar grammar("Budgets of every node: limit, spent, set aside, left", budget_verb);
    const Command top = grammar.top();
    add_common_options(top, options);
    top.option("tenant", tenant, "Only this node of the tree, with its rates").type_name("TENANT");
    top.footer(
        "  gilmok budget\n  gilmok budget acme/finance\n  gilmok budget acme -o json || echo \"exit code 6: used "
        "up\"\n\n"
        "Asks the running gateway, which knows what is set aside at this moment; else reads the ledger's tables.");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    Outcome outcome;
    const config::SnapshotPtr snapshot =
        open_config(options.config_path, world.files, world.secrets, budget_verb, outcome);
    if (snapshot == nullptr) return outcome;
    if (!tenant.empty() && !snapshot->tenants_by_path.contains(tenant))
        return failed(exit_usage, budget_verb,
                      "there is no tenant \"" + tenant + '"' + near_tenants(*snapshot, tenant));
    std::optional<report::Budgets> budgets = ask_gateway(snapshot->server, world);
    if (!budgets) {
        const auto tables = world.ask(*snapshot, budget_verb, outcome);
        if (tables == nullptr) return outcome;
        const meter::PriceBookPtr prices = gateway::build_price_book(*snapshot);
        const Currency currency = snapshot->ledger.currency;
        const auto convert = [&](const Money& money) -> std::optional<Pico> {
            return money.currency == currency ? std::optional(money.pico)
                                              : prices->convert(money.pico, money.currency, currency, world.now);
        };
        auto read =
            report::budgets(*tables, *snapshot, tenant, convert, {world.now, snapshot->ledger.utc_offset_minutes});
        if (!read) return failed(exit_failed, budget_verb, read.error());
        budgets = std::move(*read);
    }
    if (!tenant.empty())
        std::erase_if(budgets->nodes, [&](const report::NodeBudgets& node) { return node.tenant != tenant; });
    outcome.exit_code = budgets->is_over() ? exit_over_budget : exit_ok;
    if (options.is_json())
        outcome.out = report::budgets_json(*budgets);
    else if (options.is_csv())
        outcome.out = report::budgets_csv(*budgets);
    else
        outcome.out = budgets_text(*budgets, world.language);
    if (!tenant.empty() && options.output == "table" && !budgets->nodes.empty())
        outcome.out += rates_of(budgets->nodes.front(), world.language);
    return outcome;
}

}   // namespace gilmok::cli
