// For tests: the questions of the ledger answered out of a list, by a plain loop.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "ledger/period.hpp"
#include "ledger/tables.hpp"
#include "report/answer.hpp"

namespace gilmok::report {

struct Fact {
    WallTime at{};
    std::array<std::string, static_cast<std::size_t>(ledger::Dimension::count_)> texts;
    ledger::UsageRow sums;
    Fact& with(ledger::Dimension dimension, std::string text) {
        texts[static_cast<std::size_t>(dimension)] = std::move(text);
        return *this;
    }
    Fact& with(model::Meter meter, std::int64_t count) {
        sums.meters[static_cast<std::size_t>(meter)] = count;
        return *this;
    }
};

inline WallTime at(std::string_view text) { return *parse_rfc3339(text); }

class TestQuestions final : public ledger::Questions {
public:
    std::vector<Fact> facts;
    std::vector<ledger::PoolRow> pool_hours;
    std::vector<ledger::OpenRow> open;
    std::vector<ledger::AttemptRow> attempt_rows;
    std::string problem;   // told instead of an answer

    Fact& add(std::string_view time, std::string tenant, std::string model, std::int64_t input, std::int64_t output,
              Pico cost) {
        Fact& fact = facts.emplace_back();
        fact.at = at(time);
        fact.with(ledger::Dimension::tenant, std::move(tenant)).with(ledger::Dimension::model, std::move(model));
        fact.with(model::Meter::input_fresh, input)
            .with(model::Meter::output_text, output)
            .with(model::Meter::requests, 1);
        fact.sums.attempts = fact.sums.settled = 1;
        fact.sums.cost_ledger = cost;
        fact.sums.duration_us = 1'500'000;
        fact.sums.microjoules = 2'500'000;
        fact.sums.micrograms_co2e = 299;
        fact.with(ledger::Dimension::upstream, "up")
            .with(ledger::Dimension::served_model, "served")
            .with(ledger::Dimension::simulated, "false");
        return fact;
    }

    ledger::TablesResult<std::vector<ledger::UsageRow>> usage(const ledger::Filter& filter,
                                                              std::span<const ledger::Dimension> by,
                                                              std::int32_t utc_offset_minutes) override {
        if (!problem.empty()) return refuse();
        std::map<std::vector<std::string>, ledger::UsageRow> groups;
        for (const Fact& fact : facts) {
            if (fact.at < filter.from || fact.at >= filter.until || !is_wanted(fact, filter)) continue;
            std::vector<std::string> keys;
            for (const ledger::Dimension dimension : by) keys.push_back(key_of(fact, dimension, utc_offset_minutes));
            ledger::UsageRow& row = groups[keys];
            row.keys = keys;
            report::add(row, fact.sums);
        }
        std::vector<ledger::UsageRow> rows;
        for (auto& [keys, row] : groups) rows.push_back(row);
        return rows;
    }
    ledger::TablesResult<std::vector<ledger::AttemptRow>> attempts_of(const model::RequestId& exchange) override {
        if (!problem.empty()) return refuse();
        std::vector<ledger::AttemptRow> rows;
        for (const ledger::AttemptRow& row : attempt_rows)
            if (row.terminal.ref.exchange.view() == exchange.view()) rows.push_back(row);
        return rows;
    }
    ledger::TablesResult<std::vector<ledger::AttemptRow>> attempts(const ledger::Filter&, std::uint64_t) override {
        return attempt_rows;
    }
    ledger::TablesResult<std::vector<ledger::OpenRow>> open_attempts() override { return open; }
    ledger::TablesResult<std::vector<ledger::PoolRow>> pools(WallTime from, WallTime until) override {
        std::vector<ledger::PoolRow> rows;
        for (const ledger::PoolRow& row : pool_hours)
            if (row.hour >= from && row.hour < until) rows.push_back(row);
        return rows;
    }
    ledger::TablesResult<ledger::Folded> folded() override { return ledger::Folded{}; }

private:
    tl::unexpected<ledger::TablesProblem> refuse() const {
        ledger::TablesProblem what;
        what.message = problem;
        return tl::unexpected<ledger::TablesProblem>(what);
    }
    static const std::string& text(const Fact& fact, ledger::Dimension dimension) {
        return fact.texts[static_cast<std::size_t>(dimension)];
    }
    static bool is_wanted(const Fact& fact, const ledger::Filter& filter) {
        const auto same = [&](ledger::Dimension dimension, const std::string& wanted) {
            return wanted.empty() || text(fact, dimension) == wanted;
        };
        const std::string& path = text(fact, ledger::Dimension::tenant);
        const bool is_below = filter.tenant.empty() || path == filter.tenant || path.starts_with(filter.tenant + '/');
        return is_below && same(ledger::Dimension::key, filter.key) && same(ledger::Dimension::model, filter.model) &&
               same(ledger::Dimension::upstream, filter.upstream) && same(ledger::Dimension::place, filter.place) &&
               same(ledger::Dimension::data_class, filter.data_class) && same(ledger::Dimension::tag, filter.tag) &&
               (filter.with_simulated || text(fact, ledger::Dimension::simulated) != "true");
    }
    static std::string key_of(const Fact& fact, ledger::Dimension dimension, std::int32_t utc_offset_minutes) {
        const ledger::Calendar calendar(utc_offset_minutes);
        const auto time = [&](ledger::Grain grain) {
            return calendar.text(grain, calendar.number(grain, ledger::unix_seconds(fact.at)));
        };
        if (dimension == ledger::Dimension::hour) return time(ledger::Grain::hour);
        if (dimension == ledger::Dimension::day) return time(ledger::Grain::day);
        if (dimension == ledger::Dimension::month) return time(ledger::Grain::month);
        return text(fact, dimension);
    }
};

}   // namespace gilmok::report
