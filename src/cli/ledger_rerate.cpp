// `gilmok ledger rerate`: the differences are found here; who writes the ledger writes the corrections.
#include <algorithm>

#include "cli/ledger_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "gateway/accounts.hpp"
#include "gateway/ledger_service.hpp"
#include "gateway/rerate.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {

namespace {

constexpr Duration slice = std::chrono::hours(1);   // as much as the gateway takes at once

void add(report::Rerated& sum, const report::Rerated& part) {
    for (const auto& [model, line] : part.models) {
        report::RerateLine& into = sum.models[model];
        into.attempts += line.attempts;
        into.changed += line.changed;
        into.unpriced += line.unpriced;
        into.before += line.before;
        into.after += line.after;
    }
    sum.changes.insert(sum.changes.end(), part.changes.begin(), part.changes.end());
}

std::string table_of(const report::Rerated& rerated, Currency currency) {
    Table table({"MODEL", ">ATTEMPTS", ">CHANGED", ">NO PRICE", ">BEFORE", ">AFTER", ">DIFFERENCE"});
    const int digits = minor_digits(currency);
    for (const auto& [model, line] : rerated.models)
        table.add({model, std::to_string(line.attempts), std::to_string(line.changed), std::to_string(line.unpriced),
                   rounded(line.before, digits), rounded(line.after, digits),
                   rounded(line.after - line.before, digits)});
    return table.text();
}

// The ledger is opened here, as a gateway would open it.
Outcome write_here(const config::Snapshot& snapshot, const LedgerWorld& world,
                   const std::vector<report::RerateChange>& changes) {
    gateway::LedgerService service(world.files, *world.loop);
    if (const std::string problem = service.open(snapshot, 1); !problem.empty())
        return failed(exit_failed, ledger_verb, problem);
    std::string problem;
    for (const report::RerateChange& change : changes) {
        problem = gateway::write_correction(*service.keeper(), change, snapshot.ledger.currency, world.now);
        if (!problem.empty()) break;
    }
    service.close();   // signs what was written
    return problem.empty() ? Outcome{} : failed(exit_failed, ledger_verb, problem);
}

Outcome write_there(const LedgerVerbOptions& options, const LedgerWorld& world, const config::Snapshot& snapshot,
                    report::Period period) {
    Outcome outcome;
    for (WallTime from = period.from; from < period.until; from += slice) {
        report::JsonWriter body;
        body.begin_object();
        body.text("from", rfc3339(from));
        body.text("until", rfc3339(std::min(period.until, from + slice)));
        body.end_object();
        std::string said;
        if (!ask_gateway(options, world, snapshot, "/admin/v1/ledger/rerate", body.take(), said, outcome)) break;
    }
    return outcome;
}

}   // namespace

Outcome rerate_ledger(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const auto [snapshot, directory] = open_ledger(options, world, outcome);
    if (directory.empty()) return outcome;
    report::Asked asked;
    asked.from = options.from;
    asked.to = options.to;
    const auto question = report::read_question(asked, "model", {world.now, snapshot->ledger.utc_offset_minutes});
    if (!question) return failed(exit_usage, ledger_verb, "--" + question.error());
    const report::Period period{question->period.from, std::min(question->period.until, world.now)};
    report::Rerated all;
    {
        const auto tables = open_questions(*snapshot, world.files, ledger_verb, outcome);
        if (tables == nullptr) return outcome;
        const meter::PriceBookPtr book = gateway::build_price_book(*snapshot);
        for (WallTime from = period.from; from < period.until; from += slice) {
            const auto part = report::rerate(*tables, *snapshot, *book, from, std::min(period.until, from + slice));
            if (!part) return failed(exit_failed, ledger_verb, part.error());
            add(all, *part);
        }
    }
    const std::size_t count = all.changes.size();
    if (options.apply && count > 0) {
        outcome = is_held(directory, world.files) ? write_there(options, world, *snapshot, period)
                                                  : write_here(*snapshot, world, all.changes);
        if (outcome.exit_code != exit_ok) return outcome;
    }
    const bool is_written = options.apply && count > 0;
    outcome.out = options.is_json() ? gateway::rerated_json(all, snapshot->ledger.currency, is_written) + '\n'
                                    : table_of(all, snapshot->ledger.currency);
    outcome.err = std::to_string(count) +
                  (is_written ? " corrections written\n" : " attempts would be corrected; --apply writes it down\n");
    return outcome;
}

}   // namespace gilmok::cli
