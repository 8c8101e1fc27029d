// What the ledger's tables and the treasury answer over the admin API: usage, spend, budgets, the state of the ledger, the
// attempts of one request. docs/admin-api.md. A question of roll-ups takes milliseconds; attempts behind them are limited.
#include <optional>

#include "base/text.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/admin_json.hpp"
#include "gateway/admin_query.hpp"
#include "report/answer.hpp"
#include "report/budgets.hpp"

namespace gilmok::gateway::admin {

namespace {

AdminResponse refuse_question(std::string what) {
    return refuse_admin(400,
                        {.code = "question", .what = std::move(what), .fix = "docs/admin-api.md lists the parameters"});
}

AdminResponse refuse_tables(const std::string& why) {
    return refuse_admin(503, {.code = "ledger",
                              .what = "the ledger's tables do not answer: " + why,
                              .fix = "GET /admin/v1/ledger tells its state"});
}

report::Clock clock_of(Control& control) {
    return {control.loop().wall_now(), control.setup()->snapshot->ledger.utc_offset_minutes};
}

template <class Write>
AdminResponse answer_question(Control& control, const AdminRequest& request, std::string_view by_default, Write write) {
    auto asked = read_query(request.query);
    if (!asked) return refuse_question(asked.error());
    auto question = report::read_question(*asked, by_default, clock_of(control));
    if (!question) return refuse_question(question.error());
    const auto tables = control.ask_tables();
    if (!tables) return refuse_tables(tables.error().message);
    const auto answer = report::answer(**tables, std::move(*question), control.setup()->snapshot->ledger.currency);
    if (!answer) return refuse_tables(answer.error());
    AdminResponse response;
    response.body = write(*answer);
    return response;
}

// The treasury knows what is spent and set aside at this moment by day and month; a rolling window is in the tables.
void make_live(report::NodeBudgets& node, const admit::Spent& spent) {
    for (report::BudgetLine& line : node.lines) {
        using report::Budget;
        switch (line.budget) {
            case Budget::money_day: line.spent = spent.money_day; break;
            case Budget::money_month: line.spent = spent.money_month; break;
            case Budget::tokens_day: line.spent = spent.tokens_day; break;
            case Budget::tokens_month: line.spent = spent.tokens_month; break;
            case Budget::money_window:
            case Budget::tokens_window:
            case Budget::count_: break;
        }
        line.reserved = report::is_money(line.budget) ? spent.money_reserved : spent.tokens_reserved;
    }
}

void write_attempt(JsonWriter& json, const ledger::AttemptRow& row) {
    const model::Terminal& end = row.terminal;
    json.begin_object();
    json.number("index", row.index);
    json.number("attempt", std::uint32_t{end.ref.attempt});
    json.text("kind", model::name_of(end.kind));
    json.text("outcome", model::name_of(end.outcome));
    json.number("status", std::uint32_t{end.status});
    json.text("endpoint", model::name_of(end.endpoint));
    json.text("started", rfc3339(end.started));
    json.text("ended", rfc3339(end.at));
    for (const auto& [name, value] : {std::pair<std::string_view, const std::string&>{"tenant", row.tenant},
                                      {"key", row.key},
                                      {"model", row.model},
                                      {"upstream", row.upstream},
                                      {"served_model", row.served_model},
                                      {"response_model", row.response_model},
                                      {"place", row.place},
                                      {"class", row.data_class},
                                      {"tag", row.tag}})
        json.text_or_null(name, value);
    json.text("tier", model::name_of(end.tier));
    json.text("provenance", model::name_of(end.provenance));
    json.number("delivered_events", end.delivered_events);
    json.begin_object("meters");
    for (std::size_t i = 0; i < model::meters_count; ++i)
        if (end.meters.counts[i] != model::Meters::missing)
            json.number(model::name_of(static_cast<model::Meter>(i)), end.meters.counts[i]);
    json.end_object();
    if (end.charge.is_known) {
        json.text("cost", decimal(end.charge.cost_ledger));
        json.text("currency", end.charge.ledger_currency.view());
        json.text("price_cost", decimal(end.charge.cost));
        json.text("price_currency", end.charge.currency.view());
    } else {
        json.null("cost");
    }
    json.text("correction", decimal(row.correction_ledger));
    json.text_or_null("price_card", row.price_card);
    json.text("bound_cost", decimal(end.bound_cost_ledger));
    json.flag("over_bound", end.is_over_bound);
    json.flag("suspect", end.is_suspect);
    json.flag("hedge", end.was_hedge);
    json.flag("simulated", end.is_simulated);
    json.decimal("joules", report::joules(end.energy.microjoules));
    json.text("energy_method", model::name_of(end.energy.method));
    json.text_or_null("raw_usage", row.raw_usage);
    json.end_object();
}

bool is_request_id(std::string_view text) {
    constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    if (text.size() != sizeof model::RequestId::text || text.front() > '7') return false;
    return text.find_first_not_of(letters) == std::string_view::npos;
}

}   // namespace

AdminResponse usage(Control& control, const AdminRequest& request) {
    return answer_question(control, request, "model", report::usage_json);
}

AdminResponse spend(Control& control, const AdminRequest& request) {
    return answer_question(control, request, "tenant", report::spend_json);
}

AdminResponse budgets(Control& control, const AdminRequest& request) {
    auto asked = read_query(request.query);
    if (!asked) return refuse_question(asked.error());
    const Setup& setup = *control.setup();
    if (!asked->tenant.empty() && !setup.snapshot->tenants_by_path.contains(asked->tenant))
        return refuse_admin(404, {.code = "tenant_unknown",
                                  .what = "there is no tenant \"" + asked->tenant + '"',
                                  .fix = "GET /admin/v1/tenants lists them"});
    const Currency currency = setup.snapshot->ledger.currency;
    const WallTime now = control.loop().wall_now();
    const auto convert = [&](const Money& money) -> std::optional<Pico> {
        if (money.currency == currency) return money.pico;
        return setup.accounts->prices->convert(money.pico, money.currency, currency, now);
    };
    report::Budgets all;
    all.currency = currency;
    all.at = now;
    if (const auto tables = control.ask_tables()) {
        auto read = report::budgets(**tables, *setup.snapshot, asked->tenant, convert, clock_of(control));
        if (!read) return refuse_tables(read.error());
        all = std::move(*read);
    } else {   // budgets hold without a ledger too
        for (const config::Tenant& tenant : setup.snapshot->tenants)
            if (asked->tenant.empty() || tenant.path == asked->tenant)
                all.nodes.push_back(report::limits_of(tenant, convert));
    }
    all.is_live = true;
    for (report::NodeBudgets& node : all.nodes) {
        const model::TenantId id = setup.snapshot->tenants_by_path.at(node.tenant);
        make_live(node, setup.accounts->treasury->spent(id, now));
    }
    AdminResponse response;
    response.body = report::budgets_json(all);
    return response;
}

AdminResponse ledger(Control& control, const AdminRequest&) {
    JsonWriter json;
    json.begin_object();
    json.flag("on", control.keeper() != nullptr);
    if (control.keeper() != nullptr) {
        const ledger::KeeperStatus status = control.keeper()->status();
        json.text("directory", control.keeper()->directory());
        json.text("verifier", control.keeper()->verifier().text());
        json.flag("failing", status.is_failing);
        json.text_or_null("problem", status.problem);
        json.flag("witness_failing", status.is_witness_failing);
        json.number("records", status.records);
        json.number("lag_bytes", status.lag_bytes);
        json.number("folded", status.folded);
        json.number("checkpoint_size", status.checkpoint_size);
        json.text_or_null("checkpoint_at", status.checkpoint_size == 0 ? std::string() : rfc3339(status.checkpoint_at));
        json.number("recovered", status.recovered);
        json.number("recovery_us", status.recovery_us);
        json.number("syncs", status.syncs);
        json.text("currency", control.setup()->snapshot->ledger.currency.view());
    }
    json.end_object();
    return admin_json(json.take());
}

AdminResponse attempts(Control& control, const AdminRequest& request) {
    if (!is_request_id(request.id))
        return refuse_question("a request id is the 26 characters of x-request-id, not \"" + std::string(request.id) +
                               '"');
    model::RequestId id{};
    request.id.copy(id.text, sizeof id.text);
    const auto tables = control.ask_tables();
    if (!tables) return refuse_tables(tables.error().message);
    const auto rows = (*tables)->attempts_of(id);
    if (!rows) return refuse_tables(rows.error().message);
    if (rows->empty())
        return refuse_admin(404, {.code = "request_unknown",
                                  .what = "the ledger has no finished attempt of this request",
                                  .why = "it never reached an upstream, still runs, or is another gateway's",
                                  .fix = "take the id out of x-request-id or the access log"});
    JsonWriter json;
    json.begin_object();
    json.text("request_id", request.id);
    json.begin_array("attempts");
    for (const ledger::AttemptRow& row : *rows) write_attempt(json, row);
    json.end_array();
    json.end_object();
    return admin_json(json.take());
}

}   // namespace gilmok::gateway::admin
