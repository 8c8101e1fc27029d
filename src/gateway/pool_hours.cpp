#include "gateway/pool_hours.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"

namespace gilmok::gateway {

namespace {

constexpr Duration hour_length = std::chrono::hours(1);
// Attempts that ended at the very end of an hour are folded into the tables by then.
constexpr Duration settle_time = std::chrono::seconds(60);
constexpr Duration look_interval = std::chrono::seconds(10);
constexpr Duration back_max = std::chrono::hours(31 * 24);

WallTime hour_of(WallTime at) { return std::chrono::floor<std::chrono::hours>(at); }

struct Used {
    Pico cost = 0;
    std::uint64_t microjoules = 0, duration_us = 0;
};

ledger::TablesResult<Used> used_in(const Setup& setup, std::size_t pool, ledger::Questions& tables, WallTime hour) {
    Used used;
    ledger::Filter filter;
    filter.from = hour;
    filter.until = hour + hour_length;
    const std::array<ledger::Dimension, 1> by{ledger::Dimension::upstream};
    const auto rows = tables.usage(filter, by, 0);
    if (!rows) return tl::unexpected(rows.error());
    const config::Snapshot& snapshot = *setup.snapshot;
    for (const ledger::UsageRow& row : *rows) {
        const auto found = std::find_if(snapshot.upstreams.begin(), snapshot.upstreams.end(),
                                        [&](const config::Upstream& upstream) { return upstream.name == row.keys[0]; });
        if (found == snapshot.upstreams.end() || found->pool != snapshot.pools[pool].name) continue;
        used.cost += row.cost_ledger;
        used.microjoules += row.microjoules;
        used.duration_us += row.duration_us;
    }
    return used;
}

// The pool's energy as the model has it: what attempts drew, and the idle power of the time in which none ran. How attempts overlapped is
// not known; one after the other is assumed, so that idle power is not counted twice.
std::uint64_t modelled_microjoules(const meter::PoolRate& rate, const Used& used) {
    constexpr std::uint64_t hour_us = 3'600'000'000;
    const std::uint64_t busy_us = std::min(used.duration_us, hour_us);
    const auto idle = static_cast<std::uint64_t>(static_cast<Pico>(rate.idle_microjoules_hour()) * (hour_us - busy_us) / hour_us);
    return used.microjoules + idle;
}

}   // namespace

// Where each pool's records end.
std::string PoolHours::find_last(const Setup& setup, ledger::Questions& tables, WallTime now) {
    const bool is_known = std::all_of(setup.snapshot->pools.begin(), setup.snapshot->pools.end(),
                                      [&](const config::Pool& pool) { return next_.contains(pool.name); });
    if (is_known) return {};
    const WallTime earliest = hour_of(now - back_max);
    const auto rows = tables.pools(earliest, now + hour_length);
    if (!rows) return rows.error().message;
    for (const config::Pool& pool : setup.snapshot->pools) {
        if (next_.contains(pool.name)) continue;
        WallTime next = hour_of(now);
        bool has_any = false;
        for (const ledger::PoolRow& row : *rows)
            if (row.pool == pool.name) {
                next = has_any ? std::max(next, row.hour + hour_length) : row.hour + hour_length;
                has_any = true;
            }
        next_[pool.name] = next;
    }
    return {};
}

void PoolHours::write_hour(const Setup& setup, std::size_t pool, ledger::Keeper& keeper, ledger::Questions& tables, WallTime hour,
                           WallTime now) {
    const Accounts& accounts = *setup.accounts;
    WallTime& next = next_[setup.snapshot->pools[pool].name];
    if (!accounts.pools[pool]) {   // an amount cannot be converted: what the hour cost is unknown, and control has said so
        next = hour + hour_length;
        return;
    }
    const auto used = used_in(setup, pool, tables, hour);
    std::string problem = used ? std::string() : used.error().message;
    if (used) {
        ledger::PoolHour record;
        record.pool = accounts.pool_names[pool];
        record.hour = hour;
        record.microjoules = modelled_microjoules(*accounts.pools[pool], *used);
        record.microjoules_attributed = used->microjoules;
        record.cost = accounts.pools[pool]->hour(record.microjoules);
        record.cost_attributed = used->cost;
        const ledger::Body body = record;
        if (const auto written = keeper.append(body, now); written)
            next = hour + hour_length;
        else
            problem = std::string(written.error().detail);
    }
    if (problem != problem_ && !problem.empty())
        log::error("pool_hour_not_written", {{"pool", setup.snapshot->pools[pool].name}, {"problem", problem}, {"effect", "tried again"}});
    problem_ = problem;
}

void PoolHours::look(const Setup& setup, ledger::Keeper& keeper, const Ask& ask, WallTime now) {
    // A clock that was set back does not make it wait for longer.
    if (now < look_again_ && look_again_ - now <= look_interval) return;
    look_again_ = now + look_interval;
    const auto& pools = setup.snapshot->pools;
    const auto is_due = [&](const config::Pool& pool) {
        const auto next = next_.find(pool.name);
        return next == next_.end() || next->second + hour_length + settle_time <= now;
    };
    if (std::none_of(pools.begin(), pools.end(), is_due)) return;
    const auto tables = ask();
    std::string problem = tables ? find_last(setup, **tables, now) : tables.error().message;
    if (!problem.empty()) {
        if (problem != problem_) log::error("pool_hours_unknown", {{"problem", problem}, {"effect", "tried again"}});
        problem_ = std::move(problem);
        return;
    }
    // A few at a time: after a month's absence the control loop has other things to do as well.
    std::size_t left = 24;
    for (std::size_t pool = 0; pool < pools.size(); ++pool)
        while (left > 0 && next_[pools[pool].name] + hour_length + settle_time <= now) {
            const WallTime hour = std::max(next_[pools[pool].name], hour_of(now - back_max));
            next_[pools[pool].name] = hour;
            write_hour(setup, pool, keeper, **tables, hour, now);
            --left;
            if (next_[pools[pool].name] == hour) return;   // it could not be written
        }
}

}   // namespace gilmok::gateway
