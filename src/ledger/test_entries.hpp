// Random records of every kind, for tests and fuzz targets.
#pragma once

#include <deque>
#include <string>

#include "base/prng.hpp"
#include "ledger/entry.hpp"

namespace gilmok::ledger {

class RandomEntries {
public:
    explicit RandomEntries(std::uint64_t seed) : prng_(seed) {}

    Body body() { return body(static_cast<Kind>(1 + prng_.below(8))); }
    // Texts in it live until forget().
    Body body(Kind kind) {
        switch (kind) {
            case Kind::name: {
                Name name{.id = name_id(), .kind = static_cast<NameKind>(1 + prng_.below(13)), .text = text(300)};
                if (name.id == model::NameId::none) name.id = static_cast<model::NameId>(1);
                return name;
            }
            case Kind::reserve: return reserve();
            case Kind::progress: return progress();
            case Kind::terminal: return terminal();
            case Kind::note: return Note{.json = text(200)};
            case Kind::correction:
                return Correction{.ref = ref(),
                                  .card = name_id(),
                                  .currency = currency(),
                                  .ledger_currency = currency(),
                                  .cost = pico(),
                                  .cost_ledger = pico()};
            case Kind::pool:
                return PoolHour{.pool = static_cast<model::NameId>(1 + prng_.below(9)),
                                .hour = time(),
                                .microjoules = prng_.next(),
                                .microjoules_attributed = prng_.next(),
                                .cost = pico(),
                                .cost_attributed = pico()};
            case Kind::decision: return decision();
        }
        return {};
    }

    model::Reserve reserve() {
        model::Reserve reserve{};
        reserve.ref = ref();
        for (auto* id : {&reserve.tenant, &reserve.key, &reserve.model, &reserve.upstream, &reserve.served_model,
                         &reserve.place, &reserve.data_class})
            *id = name_id();
        reserve.bound = {
            .input_tokens = count(), .output_tokens = count(), .cost_ledger = pico(), .is_cost_known = coin()};
        reserve.endpoint = one_of<model::Endpoint>();
        reserve.is_stream = coin();
        return reserve;
    }

    model::Progress progress() {
        model::Progress progress{};
        progress.ref = ref();
        progress.meters = meters();
        progress.delivered_events = small();
        progress.delivered_bytes = prng_.next();
        return progress;
    }

    model::Terminal terminal() {
        model::Terminal end{};
        end.ref = ref();
        end.started = time();
        end.kind = one_of<model::TerminalKind>();
        end.provenance = one_of<model::Provenance>();
        end.tier = one_of<model::ServiceTier>();
        end.outcome = one_of<model::Outcome>();
        end.code = one_of<Code>();
        end.status = static_cast<std::uint16_t>(prng_.below(1'000));
        end.endpoint = one_of<model::Endpoint>();
        for (bool* flag : {&end.is_stream, &end.is_simulated, &end.was_hedge, &end.is_suspect, &end.is_over_bound,
                           &end.charge.is_known, &end.is_raw_usage_cut})
            *flag = coin();
        for (auto* id : {&end.tenant, &end.key, &end.model, &end.upstream, &end.served_model, &end.response_model,
                         &end.place, &end.data_class, &end.tag, &end.charge.card})
            *id = name_id();
        end.meters = meters();
        end.charge.currency = currency();
        end.charge.ledger_currency = currency();
        end.charge.cost = pico();
        end.charge.cost_ledger = pico();
        end.energy = {
            .microjoules = prng_.next(), .micrograms_co2e = prng_.next(), .method = one_of<model::EnergyMethod>()};
        end.bound_input_tokens = count();
        end.bound_output_tokens = count();
        end.bound_cost_ledger = pico();
        end.delivered_events = small();
        end.delivered_bytes = prng_.next();
        end.first_token_us = small();
        end.duration_us = prng_.next();
        for (auto& byte : end.person) byte = static_cast<std::uint8_t>(prng_.next());
        if (coin()) end.raw_usage = text(model::Terminal::raw_usage_bytes_max);
        return end;
    }

    model::Decision decision() {
        model::Decision decision{};
        decision.ref = ref();
        for (auto* id : {&decision.tenant, &decision.application, &decision.upstream, &decision.place,
                         &decision.operator_, &decision.verdict_rule})
            *id = name_id();
        decision.data_class = one_of<model::DataClass>();
        decision.verdict = one_of<model::GuardAction>();
        decision.is_answer = coin();
        decision.is_more = coin();
        decision.entries_count = static_cast<std::uint8_t>(prng_.below(model::Decision::entries_max + 1));
        for (std::size_t i = 0; i < decision.entries_count; ++i)
            decision.entries[i] = {.kind = one_of<model::DataKind>(),
                                   .action = one_of<model::GuardAction>(),
                                   .count = static_cast<std::uint16_t>(prng_.next()),
                                   .rule = name_id()};
        return decision;
    }

    model::AttemptRef ref() {
        std::array<std::uint8_t, 16> bytes;
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(prng_.next());
        return {.exchange = to_request_id(bytes), .attempt = static_cast<std::uint8_t>(prng_.next())};
    }
    WallTime time() { return WallTime(Duration(static_cast<std::int64_t>(prng_.next()))); }
    Prng& prng() { return prng_; }
    void forget() { texts_.clear(); }

private:
    bool coin() { return prng_.chance(1, 2); }
    std::uint32_t small() { return static_cast<std::uint32_t>(prng_.next()); }
    model::NameId name_id() { return static_cast<model::NameId>(small() >> prng_.below(32)); }
    std::int64_t count() { return static_cast<std::int64_t>(prng_.next() >> (1 + prng_.below(63))); }
    Pico pico() { return prng_.between(-pico_per_unit, pico_per_unit) * (coin() ? Pico{1} : pico_per_unit); }
    template <class Enum>
    Enum one_of() {
        return static_cast<Enum>(prng_.below(static_cast<std::uint64_t>(Enum::count_)));
    }
    Currency currency() {
        static constexpr std::array<Currency, 3> choice{Currency{}, Currency{{'K', 'R', 'W'}},
                                                        Currency{{'U', 'S', 'D'}}};
        return choice[prng_.below(choice.size())];
    }
    model::Meters meters() {
        model::Meters meters;
        for (auto& each : meters.counts) each = coin() ? model::Meters::missing : count();
        return meters;
    }
    std::string_view text(std::size_t bytes_max) {
        std::string& text = texts_.emplace_back(prng_.below(bytes_max + 1), ' ');
        for (char& c : text) c = static_cast<char>('a' + prng_.below(26));
        return text;
    }

    Prng prng_;
    std::deque<std::string> texts_;
};

// The record as bytes.
inline std::string sealed(const Body& body, std::uint16_t lane, std::uint32_t epoch, std::uint64_t sequence,
                          WallTime at) {
    alignas(8) static thread_local char room[record_bytes_max];
    const std::size_t length = write_body(room, body);
    seal(room, length, kind_of(body), lane, epoch, sequence, at);
    return {room, length};
}
inline std::string sealed(const Entry& entry) {
    return sealed(entry.body, entry.header.lane, entry.header.epoch, entry.header.sequence, entry.header.at);
}

}   // namespace gilmok::ledger
