// Random records for the tables, and what they add up to, computed another way: a plain loop over all of them, with texts
// as keys and the C library's calendar.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "ledger/tables.hpp"

namespace gilmok::ledger {

// 2026-10-28 00:00 UTC: the days after it hold the ends of a month in UTC, in Seoul and in Kolkata.
inline constexpr std::int64_t world_begin_s = 1'793'145'600;
inline constexpr std::int64_t world_days = 40;
inline constexpr std::int64_t world_ns_per_s = 1'000'000'000;

struct WorldAttempt {
    std::uint64_t index = 0;
    model::Terminal terminal{};
    Pico correction = 0;
    bool is_priced_since = false;
};

class TablesWorld {
public:
    explicit TablesWorld(std::uint64_t seed) : prng_(seed) {
        name_all(NameKind::tenant, {"acme", "acme/finance", "acme/finance/risk", "acmeother", "beta", "beta/한국"},
                 tenants_);
        name_all(NameKind::key, {"k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k1"}, keys_);   // k1 has two numbers
        name_all(NameKind::model, {"small", "large", "embed", "rerank"}, models_);
        name_all(NameKind::upstream, {"here", "there", "cloud"}, upstreams_);
        name_all(NameKind::served_model, {"s-small", "s-large", "s-embed"}, served_);
        name_all(NameKind::place, {"room", "abroad"}, places_);
        name_all(NameKind::data_class, {"public", "secret"}, classes_);
        name_all(NameKind::tag, {"a", "b", "c"}, tags_);
        name_all(NameKind::price_card, {"{\"card\":1}", "{\"card\":2}", "{\"card\":3}"}, cards_);
        name_all(NameKind::pool, {"h100", "h200"}, pools_);
        name_all(NameKind::rule, {"kr/rrn", "config:gilmok.toml:41", "kr-public/places"}, rules_);
        name_all(NameKind::operator_, {"us-cloud(US)", "own"}, operators_);
        name_all(NameKind::application, {"helpdesk", "hiring"}, applications_);
        applications_.push_back(model::NameId::none);
        tags_.push_back(model::NameId::none);
    }

    std::vector<IndexedEntry> take() { return std::exchange(entries_, {}); }
    [[nodiscard]] const std::map<std::uint32_t, std::string>& texts() const { return texts_; }
    [[nodiscard]] const std::vector<WorldAttempt>& attempts() const { return attempts_; }
    [[nodiscard]] const std::vector<model::Reserve>& open() const { return open_; }
    [[nodiscard]] const std::vector<std::pair<std::uint64_t, model::Decision>>& decisions() const { return decisions_; }
    [[nodiscard]] std::uint64_t records() const { return next_index_; }
    Prng& prng() { return prng_; }

    void step() {
        const std::uint64_t dice = prng_.below(100);
        if (dice < 42 || open_.empty())
            reserve();
        else if (dice < 80)
            end();
        else if (dice < 86 && !attempts_.empty())
            correct();
        else if (dice < 88)
            pool();
        else if (dice < 92)
            add(model::Progress{
                .ref = open_.front().ref, .at = any_time(), .meters = {}, .delivered_events = 1, .delivered_bytes = 1});
        else if (dice < 94)
            add(Note{"{\"what\":\"configured\"}"});
        else if (dice < 95 && !attempts_.empty())
            end_again();
        else if (dice < 97)
            decide();
        else
            reserve();
    }

    WallTime any_time() {
        std::int64_t at = world_begin_s * world_ns_per_s + prng_.between(0, world_days * 86'400 * world_ns_per_s - 1);
        const auto to_edge_of = [&](std::int64_t seconds) {
            at = at / (seconds * world_ns_per_s) * (seconds * world_ns_per_s) + prng_.between(-1, 1);
        };
        if (prng_.chance(1, 4)) to_edge_of(3'600);
        if (prng_.chance(1, 8)) to_edge_of(1'800);
        if (prng_.chance(1, 8)) to_edge_of(86'400);
        if (prng_.chance(1, 16))
            at = (world_begin_s + 4 * 86'400 - 32'400) * world_ns_per_s + prng_.between(-1, 1);   // Seoul's month
        return WallTime(Duration(at));
    }

    // The pieces of a random filter are texts that exist, or not.
    Filter any_filter() {
        Filter filter;
        filter.from = WallTime(Duration(world_begin_s * world_ns_per_s));
        filter.until = filter.from + std::chrono::days(world_days);
        if (prng_.chance(3, 4)) filter.from = any_time();
        if (prng_.chance(3, 4)) filter.until = any_time();
        const auto maybe = [&](std::uint64_t of, std::initializer_list<const char*> texts) -> std::string {
            return prng_.chance(1, of) ? *(texts.begin() + static_cast<std::ptrdiff_t>(prng_.below(texts.size()))) : "";
        };
        filter.tenant = maybe(2, {"acme", "acme/finance", "beta", "beta/한국", "acmeother", "nobody", "ac"});
        filter.key = maybe(6, {"k1", "k2", "k7", "nokey"});
        filter.model = maybe(6, {"small", "large"});
        filter.upstream = maybe(6, {"here", "cloud"});
        filter.place = maybe(8, {"room", "abroad"});
        filter.data_class = maybe(8, {"public", "secret"});
        filter.tag = maybe(8, {"a", "b"});
        filter.with_simulated = prng_.chance(3, 4);
        return filter;
    }

    std::vector<Dimension> any_dimensions() {
        std::vector<Dimension> by;
        for (std::uint64_t left = prng_.below(4); left > 0; --left)
            by.push_back(static_cast<Dimension>(prng_.below(static_cast<std::uint64_t>(Dimension::count_))));
        return by;
    }

    [[nodiscard]] std::vector<UsageRow> usage(const Filter& filter, const std::vector<Dimension>& by,
                                              std::int32_t offset) const {
        std::map<std::vector<std::string>, UsageRow> groups;
        for (const WorldAttempt& attempt : attempts_) {
            if (!is_wanted(attempt.terminal, filter)) continue;
            std::vector<std::string> keys;
            for (const Dimension dimension : by) keys.push_back(key_of(attempt.terminal, dimension, offset));
            UsageRow& row = groups[keys];
            row.keys = keys;
            add_to(row, attempt);
        }
        std::vector<UsageRow> rows;
        for (auto& [keys, row] : groups) rows.push_back(row);
        return rows;
    }

    [[nodiscard]] std::vector<std::uint64_t> newest(const Filter& filter, std::uint64_t limit) const {
        std::vector<std::pair<WallTime, std::uint64_t>> found;
        for (const WorldAttempt& attempt : attempts_)
            if (is_wanted(attempt.terminal, filter)) found.emplace_back(attempt.terminal.at, attempt.index);
        std::ranges::sort(found, std::greater<>());
        std::vector<std::uint64_t> indexes;
        for (const auto& [at, index] : found)
            if (indexes.size() < limit) indexes.push_back(index);
        return indexes;
    }

    [[nodiscard]] std::string text(model::NameId id) const {
        return id == model::NameId::none ? "" : texts_.at(static_cast<std::uint32_t>(id));
    }

private:
    void add(Body body) {
        IndexedEntry entry;
        entry.index = next_index_++;
        // The keeper's clock: sums wait for a second of it.
        entry.entry.header.at =
            WallTime(std::chrono::seconds(world_begin_s) + std::chrono::milliseconds(entry.index * 3));
        entry.entry.header.epoch = 3;
        entry.entry.body = body;
        entries_.push_back(entry);
    }

    void name_all(NameKind kind, std::initializer_list<const char*> texts, std::vector<model::NameId>& ids) {
        for (const char* text : texts) {
            const model::NameId id{next_name_++};
            texts_.emplace(static_cast<std::uint32_t>(id), text);
            add(Name{id, kind, texts_.at(static_cast<std::uint32_t>(id))});
            ids.push_back(id);
        }
    }

    model::NameId any(const std::vector<model::NameId>& ids) { return ids[prng_.below(ids.size())]; }

    void reserve() {
        model::Reserve reserve;
        reserve.ref.exchange =
            model::make_request_id(prng_.between(1'793'145'600'000, 1'793'150'000'000), prng_.next(), prng_.next());
        if (!open_.empty() && prng_.chance(1, 5)) {
            reserve.ref = open_.back().ref;   // another attempt of the same exchange
            ++reserve.ref.attempt;
        }
        reserve.at = any_time();
        const std::uint64_t key = prng_.below(keys_.size());
        reserve.key = keys_[key];
        reserve.tenant = tenants_[key % tenants_.size()];
        reserve.model = any(models_);
        reserve.upstream = any(upstreams_);
        reserve.served_model = any(served_);
        reserve.place = any(places_);
        reserve.data_class = any(classes_);
        reserve.bound = {prng_.between(0, 9'000), prng_.between(0, 9'000), any_amount(), prng_.chance(3, 4)};
        reserve.endpoint = static_cast<model::Endpoint>(prng_.below(4));
        reserve.is_stream = prng_.chance(1, 2);
        for (const model::Reserve& other : open_)
            if (other.ref.exchange.view() == reserve.ref.exchange.view() && other.ref.attempt == reserve.ref.attempt)
                return;
        for (const WorldAttempt& other : attempts_)
            if (other.terminal.ref.exchange.view() == reserve.ref.exchange.view() &&
                other.terminal.ref.attempt == reserve.ref.attempt)
                return;
        open_.push_back(reserve);
        add(reserve);
    }

    Pico any_amount() {
        const Pico amount = Pico{prng_.between(0, 1'000'000)} * pico_per_unit + prng_.between(0, 999'999'999'999);
        return prng_.chance(1, 4) ? Pico{prng_.between(0, 5)} : amount;
    }

    void end() {
        const std::size_t which = prng_.below(open_.size());
        const model::Reserve reserve = open_[which];
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
        model::Terminal terminal;
        terminal.ref = reserve.ref;
        terminal.at = any_time();
        terminal.started = reserve.at;
        terminal.kind = static_cast<model::TerminalKind>(prng_.below(3));
        terminal.provenance = static_cast<model::Provenance>(prng_.below(5));
        terminal.tier = static_cast<model::ServiceTier>(prng_.below(4));
        terminal.outcome = static_cast<model::Outcome>(prng_.below(6));
        terminal.code = static_cast<Code>(prng_.below(10));
        terminal.status = static_cast<std::uint16_t>(prng_.below(600));
        terminal.endpoint = reserve.endpoint;
        terminal.is_stream = reserve.is_stream;
        terminal.is_simulated = prng_.chance(1, 8);
        terminal.was_hedge = prng_.chance(1, 8);
        terminal.is_suspect = prng_.chance(1, 8);
        terminal.is_over_bound = prng_.chance(1, 8);
        terminal.tenant = reserve.tenant;
        terminal.key = reserve.key;
        terminal.model = reserve.model;
        terminal.upstream = reserve.upstream;
        terminal.served_model = reserve.served_model;
        terminal.response_model = any(served_);
        terminal.place = reserve.place;
        terminal.data_class = reserve.data_class;
        terminal.tag = any(tags_);
        for (std::int64_t& count : terminal.meters.counts)
            count = prng_.chance(1, 2) ? model::Meters::missing : prng_.between(0, 100'000);
        terminal.charge.is_known = prng_.chance(3, 4);
        if (terminal.charge.is_known) {
            terminal.charge.card = any(cards_);
            terminal.charge.currency = *parse_currency("USD");
            terminal.charge.cost = any_amount();
            terminal.charge.ledger_currency = *parse_currency("KRW");
            terminal.charge.cost_ledger = any_amount();
        }
        terminal.energy = {prng_.below(1'000'000), prng_.below(1'000'000), model::EnergyMethod::modelled};
        terminal.bound_input_tokens = reserve.bound.input_tokens;
        terminal.bound_output_tokens = reserve.bound.output_tokens;
        terminal.bound_cost_ledger = reserve.bound.cost_ledger;
        terminal.delivered_events = static_cast<std::uint32_t>(prng_.below(100));
        terminal.delivered_bytes = prng_.below(100'000);
        terminal.first_token_us = static_cast<std::uint32_t>(prng_.chance(1, 3) ? 0 : prng_.below(1'000'000));
        terminal.duration_us = prng_.below(10'000'000);
        if (prng_.chance(1, 2)) terminal.person.fill(static_cast<std::uint8_t>(prng_.below(256)));
        if (prng_.chance(1, 2)) terminal.raw_usage = "{\"prompt_tokens\":12,\"text\":\"\\\"한\"}";
        attempts_.push_back({next_index_, terminal, 0, false});
        add(terminal);
    }

    // Must change nothing.
    void end_again() {
        model::Terminal terminal = attempts_[prng_.below(attempts_.size())].terminal;
        terminal.charge.cost_ledger += 1;
        add(terminal);
    }

    void correct() {
        WorldAttempt& attempt = attempts_[prng_.below(attempts_.size())];
        Correction correction;
        correction.ref = attempt.terminal.ref;
        correction.card = prng_.chance(3, 4) ? any(cards_) : model::NameId::none;
        correction.currency = *parse_currency("USD");
        correction.ledger_currency = *parse_currency("KRW");
        correction.cost_ledger = any_amount() * (prng_.chance(1, 2) ? 1 : -1);
        correction.cost = correction.cost_ledger / 1'400;
        attempt.correction += correction.cost_ledger;
        attempt.is_priced_since = attempt.is_priced_since || correction.card != model::NameId::none;
        add(correction);
    }

    void pool() {
        const std::int64_t hour = world_begin_s + prng_.between(0, 40) * 3'600;
        add(PoolHour{any(pools_), WallTime(std::chrono::seconds(hour)), prng_.below(1'000'000), prng_.below(1'000'000),
                     any_amount(), any_amount()});
    }

    void decide() {
        model::Decision decision;
        decision.ref.exchange =
            model::make_request_id(prng_.between(1'793'145'600'000, 1'793'150'000'000), prng_.next(), prng_.next());
        decision.upstream = any(upstreams_);
        // Sometimes of an attempt that was made: at that upstream, at another one, or before any was chosen.
        if (!attempts_.empty() && prng_.chance(1, 2)) decision.ref = attempts_[prng_.below(attempts_.size())].terminal.ref;
        if (prng_.chance(1, 4)) decision.upstream = model::NameId::none;
        decision.at = any_time();
        decision.tenant = any(tenants_);
        decision.application = any(applications_);
        decision.place = any(places_);
        decision.operator_ = any(operators_);
        decision.data_class = static_cast<model::DataClass>(prng_.below(3));
        decision.verdict = static_cast<model::GuardAction>(prng_.below(5));
        decision.verdict_rule = any(rules_);
        decision.is_answer = prng_.chance(1, 4);
        decision.is_more = prng_.chance(1, 8);
        decision.entries_count = static_cast<std::uint8_t>(prng_.below(5));
        if (prng_.chance(1, 8)) decision.entries_count = model::Decision::entries_max;
        for (std::size_t i = 0; i < decision.entries_count; ++i)
            decision.entries[i] = {.kind = static_cast<model::DataKind>(prng_.below(8)),
                                   .action = static_cast<model::GuardAction>(prng_.below(5)),
                                   .count = static_cast<std::uint16_t>(prng_.below(65'536)),
                                   .rule = any(rules_)};
        decisions_.emplace_back(next_index_, decision);
        add(decision);
    }

    static std::string time_text(WallTime at, Dimension dimension, std::int32_t offset) {
        const std::time_t local =
            std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() + std::time_t{offset} * 60;
        std::tm parts{};
        gmtime_r(&local, &parts);
        char text[64];
        if (dimension == Dimension::month) return {text, std::strftime(text, sizeof text, "%Y-%m", &parts)};
        if (dimension == Dimension::day) return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
        char zone[32] = "Z";
        const int minutes = std::abs(offset);
        if (offset != 0)
            std::snprintf(zone, sizeof zone, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
        return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:00:00", &parts)) + zone;
    }

    [[nodiscard]] std::string key_of(const model::Terminal& terminal, Dimension dimension, std::int32_t offset) const {
        switch (dimension) {
            case Dimension::hour:
            case Dimension::day:
            case Dimension::month: return time_text(terminal.at, dimension, offset);
            case Dimension::tenant: return text(terminal.tenant);
            case Dimension::key: return text(terminal.key);
            case Dimension::model: return text(terminal.model);
            case Dimension::upstream: return text(terminal.upstream);
            case Dimension::served_model: return text(terminal.served_model);
            case Dimension::place: return text(terminal.place);
            case Dimension::data_class: return text(terminal.data_class);
            case Dimension::tag: return text(terminal.tag);
            case Dimension::endpoint: return std::string(name_of(terminal.endpoint));
            case Dimension::provenance: return std::string(name_of(terminal.provenance));
            case Dimension::outcome: return std::string(name_of(terminal.outcome));
            case Dimension::price_card: return text(terminal.charge.card);
            case Dimension::simulated: return terminal.is_simulated ? "true" : "false";
            case Dimension::count_: break;
        }
        return "";
    }

    [[nodiscard]] bool is_wanted(const model::Terminal& terminal, const Filter& filter) const {
        const auto is = [&](const std::string& wanted, model::NameId id) {
            return wanted.empty() || text(id) == wanted;
        };
        const std::string tenant = text(terminal.tenant);
        return terminal.at >= filter.from && terminal.at < filter.until &&
               (filter.with_simulated || !terminal.is_simulated) &&
               (filter.tenant.empty() || tenant == filter.tenant || tenant.starts_with(filter.tenant + "/")) &&
               is(filter.key, terminal.key) && is(filter.model, terminal.model) &&
               is(filter.upstream, terminal.upstream) && is(filter.place, terminal.place) &&
               is(filter.data_class, terminal.data_class) && is(filter.tag, terminal.tag);
    }

    static void add_to(UsageRow& row, const WorldAttempt& attempt) {
        const model::Terminal& terminal = attempt.terminal;
        bool has_used = false;
        for (std::size_t i = 0; i < row.meters.size(); ++i) {
            if (terminal.meters.counts[i] > 0) row.meters[i] += terminal.meters.counts[i];
            has_used = has_used || terminal.meters.counts[i] > 0;
        }
        row.attempts += 1;
        row.settled += terminal.kind == model::TerminalKind::settled ? 1 : 0;
        row.voided += terminal.kind == model::TerminalKind::voided ? 1 : 0;
        row.recovered += terminal.kind == model::TerminalKind::recovered ? 1 : 0;
        row.aborted += terminal.provenance == model::Provenance::aborted ? 1 : 0;
        row.counted += terminal.provenance == model::Provenance::counted ? 1 : 0;
        row.suspect += terminal.is_suspect ? 1 : 0;
        const bool is_unpriced = has_used && !terminal.charge.is_known && terminal.kind != model::TerminalKind::voided;
        row.unpriced += is_unpriced && !attempt.is_priced_since ? 1 : 0;
        row.cost_ledger += (terminal.charge.is_known ? terminal.charge.cost_ledger : 0) + attempt.correction;
        row.correction_ledger += attempt.correction;
        row.microjoules += terminal.energy.microjoules;
        row.micrograms_co2e += terminal.energy.micrograms_co2e;
        row.duration_us += terminal.duration_us;
        row.first_token_us += terminal.first_token_us;
        row.first_tokens += terminal.first_token_us != 0 ? 1 : 0;
    }

    Prng prng_;
    std::map<std::uint32_t, std::string> texts_;
    std::uint32_t next_name_ = 1;
    std::uint64_t next_index_ = 0;
    std::vector<IndexedEntry> entries_;
    std::vector<WorldAttempt> attempts_;
    std::vector<model::Reserve> open_;
    std::vector<std::pair<std::uint64_t, model::Decision>> decisions_;   // with the index of the record
    std::vector<model::NameId> tenants_, keys_, models_, upstreams_, served_, places_, classes_, tags_, cards_, pools_, rules_,
        operators_, applications_;
};

// Rows as text, so that a difference can be read.
inline std::string shown(const std::vector<UsageRow>& rows) {
    std::string all;
    for (const UsageRow& row : rows) {
        for (const std::string& key : row.keys) all += key + "|";
        for (const std::uint64_t count :
             {row.attempts, row.settled, row.voided, row.recovered, row.aborted, row.counted, row.suspect, row.unpriced,
              row.microjoules, row.micrograms_co2e, row.duration_us, row.first_token_us, row.first_tokens})
            all += " " + std::to_string(count);
        for (const std::int64_t count : row.meters) all += " " + std::to_string(count);
        all += " " + decimal(row.cost_ledger) + " " + decimal(row.correction_ledger) + "\n";
    }
    return all;
}

}   // namespace gilmok::ledger
