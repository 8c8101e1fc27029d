#include "report/rerate.hpp"

#include <algorithm>

namespace gilmok::report {

namespace {

const config::Upstream* upstream_named(const config::Snapshot& snapshot, std::string_view name) {
    const auto found = std::find_if(snapshot.upstreams.begin(), snapshot.upstreams.end(),
                                    [&](const config::Upstream& upstream) { return upstream.name == name; });
    return found == snapshot.upstreams.end() ? nullptr : &*found;
}

// The answer's own name for the model decides, where it has a price; else the name it was asked by.
const meter::PriceCard* card_of(const ledger::AttemptRow& row, const config::Upstream& upstream,
                                const meter::PriceBook& book) {
    const std::string& provider = upstream.price.empty() ? upstream.name : upstream.price;
    for (const std::string& sku : {row.response_model, row.served_model}) {
        if (sku.empty()) continue;
        const meter::PriceCard* card =
            book.find(provider, sku, upstream.place, row.terminal.tier, row.terminal.at, upstream.discount_ppm);
        if (card != nullptr) return card;
    }
    return nullptr;
}

bool is_wanted(const ledger::AttemptRow& row, RerateOf which) {
    if (row.terminal.kind == model::TerminalKind::voided || row.terminal.is_simulated) return false;
    if (which == RerateOf::every) return true;
    return row.terminal.kind == model::TerminalKind::recovered && !row.terminal.charge.is_known &&
           row.correction_ledger == 0;
}

}   // namespace

Told<Rerated> rerate(ledger::Questions& tables, const config::Snapshot& snapshot, const meter::PriceBook& book,
                     WallTime from, WallTime until, RerateOf which) {
    ledger::Filter filter;
    filter.from = from;
    filter.until = until;
    filter.with_simulated = false;
    const auto rows = tables.attempts(filter, rerate_attempts_max);
    if (!rows) return tell(rows.error().message);
    if (rows->size() >= rerate_attempts_max)
        return tell("more attempts than are charged again at once; take a shorter span");
    Rerated rerated;
    for (const ledger::AttemptRow& row : *rows) {
        const config::Upstream* upstream = upstream_named(snapshot, row.upstream);
        if (upstream == nullptr || !upstream->pool.empty() || upstream->is_simulated || !is_wanted(row, which))
            continue;
        RerateLine& line = rerated.models[row.model];
        ++line.attempts;
        const meter::PriceCard* card = card_of(row, *upstream, book);
        const auto cost = card == nullptr ? std::nullopt : meter::cost_of(*card, row.terminal.meters);
        const auto now =
            cost ? book.convert(cost->total, card->currency, snapshot.ledger.currency, row.terminal.at) : std::nullopt;
        if (!now) {
            ++line.unpriced;
            continue;
        }
        const Pico booked =
            (row.terminal.charge.is_known ? row.terminal.charge.cost_ledger : Pico{0}) + row.correction_ledger;
        line.before += booked;
        line.after += *now;
        if (*now == booked) continue;
        ++line.changed;
        rerated.changes.push_back({row.terminal.ref, card->text(), *now - booked});
    }
    return rerated;
}

}   // namespace gilmok::report
