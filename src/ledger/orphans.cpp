#include "ledger/orphans.hpp"

#include <algorithm>
#include <cstring>

namespace gilmok::ledger {

std::size_t Orphans::HashOfKey::operator()(const Key& key) const {
    // The end of a request id is random.
    std::uint64_t hash;
    std::memcpy(&hash, key.data() + key.size() - sizeof hash, sizeof hash);
    return static_cast<std::size_t>(hash * 0x9e3779b97f4a7c15ULL);
}

Orphans::Key Orphans::key_of(const model::AttemptRef& ref) {
    Key key;
    const auto exchange = to_bytes(ref.exchange);
    std::ranges::copy(exchange, key.begin());
    key.back() = ref.attempt;
    return key;
}

void Orphans::see(const Entry& entry) {
    if (const auto* reserve = std::get_if<model::Reserve>(&entry.body)) {
        open_.emplace(key_of(reserve->ref), Attempt{.number = seen_++, .reserve = *reserve});
    } else if (const auto* progress = std::get_if<model::Progress>(&entry.body)) {
        const auto found = open_.find(key_of(progress->ref));
        if (found == open_.end()) return;
        found->second.progress = *progress;
        found->second.has_progress = true;
    } else if (const auto* terminal = std::get_if<model::Terminal>(&entry.body)) {
        open_.erase(key_of(terminal->ref));
    }
}

std::vector<model::Terminal> Orphans::terminals(Currency ledger_currency, WallTime now) const {
    std::vector<const Attempt*> attempts;
    attempts.reserve(open_.size());
    for (const auto& [key, attempt] : open_) attempts.push_back(&attempt);
    std::ranges::sort(attempts, {}, &Attempt::number);
    std::vector<model::Terminal> terminals;
    terminals.reserve(attempts.size());
    for (const Attempt* attempt : attempts) {
        const model::Reserve& reserve = attempt->reserve;
        const model::Progress& progress = attempt->progress;
        model::Terminal terminal;
        terminal.ref = reserve.ref;
        terminal.at = now;
        terminal.started = reserve.at;
        terminal.kind = model::TerminalKind::recovered;
        terminal.provenance = model::Provenance::recovered;
        terminal.outcome = progress.delivered_bytes > 0 ? model::Outcome::cut_off : model::Outcome::failed;
        terminal.code = Code::internal;
        terminal.endpoint = reserve.endpoint;
        terminal.is_stream = reserve.is_stream;
        terminal.tenant = reserve.tenant;
        terminal.key = reserve.key;
        terminal.model = reserve.model;
        terminal.upstream = reserve.upstream;
        terminal.served_model = reserve.served_model;
        terminal.place = reserve.place;
        terminal.data_class = reserve.data_class;
        terminal.meters = progress.meters;
        terminal.charge.ledger_currency = ledger_currency;
        terminal.bound_input_tokens = reserve.bound.input_tokens;
        terminal.bound_output_tokens = reserve.bound.output_tokens;
        terminal.bound_cost_ledger = reserve.bound.cost_ledger;
        terminal.delivered_events = progress.delivered_events;
        terminal.delivered_bytes = progress.delivered_bytes;
        // As long as it was seen to run: how long the process was dead is nobody's time.
        if (attempt->has_progress && progress.at > reserve.at)
            terminal.duration_us = static_cast<std::uint64_t>(to_us(progress.at - reserve.at));
        terminals.push_back(terminal);
    }
    return terminals;
}

}   // namespace gilmok::ledger
