#include "gateway/rerate.hpp"

#include "gateway/admin_json.hpp"

namespace gilmok::gateway {

std::string write_correction(ledger::Keeper& keeper, const report::RerateChange& change, Currency currency,
                             WallTime now) {
    ledger::Correction correction;
    correction.ref = change.ref;
    correction.card = keeper.intern(ledger::NameKind::price_card, change.card, now);
    correction.currency = correction.ledger_currency = currency;
    correction.cost = correction.cost_ledger = change.difference;
    if (correction.card == model::NameId::none) return "the ledger cannot take a new price card now";
    const ledger::Body body = correction;
    const auto written = keeper.append(body, now);
    return written ? std::string() : "the ledger cannot take corrections now: " + std::string(written.error().detail);
}

namespace {
// A turn folds one batch at most, and none while there is more to take. The problem in people's words; "" when the tables hold all.
std::string fold_everything(ledger::Keeper& keeper, WallTime now) {
    for (;;) {
        const bool has_taken = keeper.turn(now) > 0;
        const ledger::KeeperStatus status = keeper.status();
        if (status.is_failing) return status.problem;
        if (!status.tables_problem.empty()) return "the tables lag: " + status.tables_problem;
        if (!has_taken && status.folded == status.records) return {};
    }
}
}   // namespace

report::Told<report::Rerated> rerate(ledger::Questions& tables, const config::Snapshot& snapshot,
                                     const meter::PriceBook& book, report::Period period, ledger::Keeper* keeper,
                                     WallTime now) {
    auto rerated = report::rerate(tables, snapshot, book, period.from, period.until);
    if (!rerated || keeper == nullptr) return rerated;
    for (const report::RerateChange& change : rerated->changes)
        if (std::string problem = write_correction(*keeper, change, snapshot.ledger.currency, now); !problem.empty())
            return report::tell(std::move(problem));
    return rerated;
}

report::Told<std::size_t> charge_recovered(ledger::Questions& tables, const config::Snapshot& snapshot,
                                           const meter::PriceBook& book, ledger::Keeper& keeper, WallTime now) {
    const ledger::KeeperStatus status = keeper.status();
    if (status.recovered == 0) return std::size_t{0};
    if (status.folded < status.records) return report::tell("the tables lag: " + status.tables_problem);
    const auto rerated = report::rerate(tables, snapshot, book, status.opened_at, status.opened_at + Duration(1),
                                        report::RerateOf::recovered);
    if (!rerated) return report::tell(rerated.error());
    for (const report::RerateChange& change : rerated->changes) {
        if (write_correction(keeper, change, snapshot.ledger.currency, now).empty()) continue;
        keeper.turn(now);   // the journal may be full, and has room again when it is in the log
        if (std::string problem = write_correction(keeper, change, snapshot.ledger.currency, now); !problem.empty())
            return report::tell(std::move(problem));
    }
    if (std::string problem = fold_everything(keeper, now); !problem.empty()) return report::tell(std::move(problem));
    return rerated->changes.size();
}

std::string rerated_json(const report::Rerated& rerated, Currency currency, bool is_written) {
    JsonWriter json;
    json.begin_object();
    json.text("currency", currency.view());
    json.flag("written", is_written);
    json.number("corrections", std::uint64_t{rerated.changes.size()});
    json.begin_array("models");
    for (const auto& [model, line] : rerated.models) {
        json.begin_object();
        json.text("model", model);
        json.number("attempts", line.attempts);
        json.number("changed", line.changed);
        json.number("unpriced", line.unpriced);
        json.text("before", decimal(line.before));
        json.text("after", decimal(line.after));
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

}   // namespace gilmok::gateway
