// The first layer of `scripts/prove burst`: the treasury itself, in this process. Each round builds a tree, sets one limit
// somewhere on the way to the root, and lets threads that start on a barrier ask for --requests reservations. Prints one line of
// JSON for each round. Virtual time: nothing leaves a rate while a round runs, so every kind admits exactly as many as fit.
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "../load/net.hpp"
#include "admit/test_budget.hpp"
#include "base/prng.hpp"

namespace {

using namespace gilmok;
using namespace gilmok::admit;
using namespace gilmok::admit::test;
using namespace std::chrono_literals;

struct Options {
    std::uint64_t rounds = 0, requests = 0, rejects = 0, seed = 0;
    int threads = 0;
};

// One organisation, two departments, two teams each, and beside it one that takes no part.
constexpr const char* paths[] = {"org",       "org/one",   "org/two",   "org/one/a",
                                 "org/one/b", "org/two/a", "org/two/b", "elsewhere"};
constexpr std::uint32_t organisation = 0, department = 1, team = 3;
constexpr std::uint32_t first_team = 3, last_team = 6;

struct Round {
    std::uint64_t number = 0;
    LimitKind kind{};
    std::uint32_t limited = organisation;
    std::vector<std::uint32_t> askers;   // teams whose requests pass the limited node
    std::int64_t k = 0;
    std::int64_t tokens = 0;   // of one request, where all cost the same
    Pico cost = 0;
    Pico limit_money = 0;   // 0 = the limit is none of money
    std::int64_t limit_tokens = 0;
    bool is_mixed = false;
    config::Snapshot snapshot;
};

Round plan(std::uint64_t number, bool is_mixed, const Options& options) {
    Round round;
    round.number = number;
    round.is_mixed = is_mixed;
    Prng prng{options.seed * 1'000'003 + number * 2 + (is_mixed ? 1 : 0)};
    round.kind = static_cast<LimitKind>(number % static_cast<std::uint64_t>(LimitKind::count_));
    const std::uint32_t nodes[] = {team, department, organisation};
    round.limited = nodes[(number / static_cast<std::uint64_t>(LimitKind::count_)) % 3];
    for (std::uint32_t i = first_team; i <= last_team; ++i)
        if (std::string_view(paths[i]).starts_with(paths[round.limited])) round.askers.push_back(i);
    // Mixed requests come and go; a smaller limit is in their way more often.
    round.k = prng.between(1, static_cast<std::int64_t>(options.requests) / (is_mixed ? 4 : 1));
    round.tokens = prng.between(1, 9'000);
    round.cost = Pico{prng.between(1, 1'000'000'000)} * prng.between(1, 1'000'000);
    // Not always a multiple of what one costs: then what is left over is too little for another.
    const Pico money = round.cost * round.k + (prng.chance(1, 2) ? round.cost - 1 : 0);
    const std::int64_t tokens = round.tokens * round.k + (prng.chance(1, 2) ? round.tokens - 1 : 0);

    for (const char* path : paths) {
        config::Tenant& tenant = add_tenant(round.snapshot, path);
        tenant.window = 10min;
        // Wide enough for all, so that more than one limit has to agree.
        tenant.budget_month = won(1'000'000'000'000);
        tenant.tokens_per_minute = 1'000'000'000'000;
    }
    config::Tenant& limited = round.snapshot.tenants[round.limited];
    switch (round.kind) {
        case LimitKind::money_day: limited.budget_day = {money, krw}; break;
        case LimitKind::money_month: limited.budget_month = {money, krw}; break;
        case LimitKind::money_window: limited.budget_window = {money, krw}; break;
        case LimitKind::tokens_day: limited.tokens_day = static_cast<std::uint64_t>(tokens); break;
        case LimitKind::tokens_month: limited.tokens_month = static_cast<std::uint64_t>(tokens); break;
        case LimitKind::tokens_window: limited.tokens_window = static_cast<std::uint64_t>(tokens); break;
        case LimitKind::tokens_per_minute: limited.tokens_per_minute = static_cast<std::uint64_t>(tokens); break;
        case LimitKind::requests_per_minute:
        case LimitKind::count_: limited.requests_per_minute = static_cast<std::uint32_t>(round.k); break;
    }
    if (round.kind <= LimitKind::money_window)
        round.limit_money = money;
    else if (round.kind <= LimitKind::tokens_per_minute)
        round.limit_tokens = tokens;
    return round;
}

void raise(std::atomic<std::int64_t>& most, std::int64_t seen) {
    std::int64_t known = most.load();
    while (known < seen && !most.compare_exchange_weak(known, seen)) {}
}

struct Seen {
    std::int64_t admitted = 0, most = 0, left = 0, again = 0, broken = 0, rejected = 0;
};

std::int64_t left_over(const Treasury& treasury) {
    const Spent total = treasury.total_reserved();
    std::int64_t left = (total.money_reserved != 0) + (total.tokens_reserved != 0);
    for (std::uint32_t i = 0; i < std::size(paths); ++i) {
        const Spent spent = treasury.spent(id(i), noon);
        left += (spent.money_reserved != 0) + (spent.tokens_reserved != 0);
    }
    return left;
}

// Asks from another thread while all go on: the tightest limit may not be below nothing at any instant.
class Watch {
public:
    Watch(const Treasury& treasury, const Round& round)
        : thread_([this, &treasury, &round] {
              while (!is_over_.load()) {
                  for (const std::uint32_t asker : round.askers) {
                      const Standing standing = treasury.standing(id(asker), noon, start);
                      if (standing.budget_remaining < 0 || standing.remaining_tokens < 0) ++broken_;
                  }
                  std::this_thread::yield();
              }
          }) {}
    std::int64_t end() {
        is_over_ = true;
        thread_.join();
        return broken_;
    }

private:
    std::atomic<bool> is_over_{false};
    std::int64_t broken_ = 0;
    std::thread thread_;
};

// All ask at once and hold what they got until all have asked; then every way to end is taken by some.
Seen run_equal(const Round& round, const Options& options) {
    const TreasuryPtr treasury = treasury_of(round.snapshot);
    Seen seen;
    std::atomic<std::int64_t> admitted{0}, running{0}, most{0}, broken{0}, ended_tokens{0};
    std::barrier barrier(options.threads);
    Watch watch(*treasury, round);
    std::vector<std::thread> threads;
    for (int t = 0; t < options.threads; ++t)
        threads.emplace_back([&, t] {
            const auto share = static_cast<std::uint64_t>(options.threads);
            const auto me = static_cast<std::uint64_t>(t);
            Prng prng{options.seed + round.number * 64 + me};
            std::vector<Grant> held;
            held.reserve(options.requests / share + 1);
            barrier.arrive_and_wait();
            for (std::uint64_t i = me; i < options.requests; i += share) {
                auto grant = treasury->reserve(id(round.askers[i % round.askers.size()]), round.tokens, round.cost,
                                               true, noon, start, nullptr);
                if (!grant) continue;
                raise(most, running.fetch_add(1) + 1);
                held.push_back(std::move(*grant));
            }
            admitted += static_cast<std::int64_t>(held.size());
            barrier.arrive_and_wait();
            for (Grant& grant : held) {
                const std::int64_t used = prng.between(0, round.tokens);
                switch (prng.below(4)) {
                    case 0: grant.release(); break;
                    case 1:   // cut in the middle, and nobody settled it
                        grant.progress(used, round.cost / 2);
                        grant = Grant{};
                        break;
                    case 2: grant.progress(used / 2, round.cost / 3); [[fallthrough]];
                    default:
                        if (grant.settle(used, round.cost / 2) || grant.settle(used, round.cost)) ++broken;
                        ended_tokens += used;
                }
            }
        });
    for (auto& thread : threads) thread.join();
    seen.broken = watch.end() + broken;
    seen.admitted = admitted;
    seen.most = most;
    seen.left = left_over(*treasury);
    if (treasury->spent(id(round.limited), noon).tokens_day != ended_tokens) ++seen.broken;
    return seen;
}

// A limit that is full, hammered with requests that cannot be had: afterwards it is as it was, and admits k once more.
Seen run_rejects(const Round& round, const Options& options) {
    const TreasuryPtr treasury = treasury_of(round.snapshot);
    const auto fill = [&](std::vector<Grant>& held, Instant now) {
        while (auto grant = treasury->reserve(id(round.askers[0]), round.tokens, round.cost, true, noon, now, nullptr))
            held.push_back(std::move(*grant));
    };
    Seen seen;
    std::vector<Grant> held;
    fill(held, start);
    seen.admitted = seen.most = static_cast<std::int64_t>(held.size());
    std::atomic<std::int64_t> rejected{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < options.threads; ++t)
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < options.rejects / static_cast<std::uint64_t>(options.threads); ++i)
                if (!treasury->reserve(id(round.askers[i % round.askers.size()]), round.tokens, round.cost, true, noon,
                                       start, nullptr))
                    ++rejected;
        });
    for (auto& thread : threads) thread.join();
    seen.rejected = rejected;
    held.clear();
    seen.left = left_over(*treasury);
    fill(held, start + 1min);   // requests that were made leave their rate in a minute
    seen.again = static_cast<std::int64_t>(held.size());
    held.clear();
    seen.left += left_over(*treasury);
    return seen;
}

// Every request costs something else, and they end while others begin. What is known outside to be used (raised after a
// reservation, lowered before an end) is never more than what is used, so it may never pass the limit either.
Seen run_mixed(const Round& round, const Options& options) {
    const TreasuryPtr treasury = treasury_of(round.snapshot);
    Seen seen;
    std::atomic<std::int64_t> admitted{0}, requests{0}, used_tokens{0}, used_millis{0}, broken{0};
    const Pico money_unit =
        std::max<Pico>(round.cost / 1'000, 1);   // costs are whole multiples, so that they fit an atomic
    const auto is_over = [&] {
        return (round.limit_money != 0 && used_millis.load() * money_unit > round.limit_money) ||
               (round.limit_tokens != 0 && used_tokens.load() > round.limit_tokens) ||
               (round.kind == LimitKind::requests_per_minute && requests.load() > round.k);
    };
    std::barrier barrier(options.threads);
    Watch watch(*treasury, round);
    std::vector<std::thread> threads;
    for (int t = 0; t < options.threads; ++t)
        threads.emplace_back([&, t] {
            struct Holding {
                Grant grant;
                std::int64_t tokens, millis;
            };
            const auto share = static_cast<std::uint64_t>(options.threads);
            const auto me = static_cast<std::uint64_t>(t);
            Prng prng{options.seed + round.number * 64 + me};
            std::vector<Holding> held;
            const auto end_one = [&](std::size_t index) {
                Holding& one = held[index];
                const std::int64_t tokens = prng.between(0, one.tokens), millis = prng.between(0, one.millis);
                const bool is_settled = prng.chance(2, 3);
                used_tokens -= one.tokens - (is_settled ? tokens : 0);
                used_millis -= one.millis - (is_settled ? millis : 0);
                if (is_settled)
                    one.grant.settle(tokens, millis * money_unit);
                else
                    one.grant.release();
                held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
            };
            barrier.arrive_and_wait();
            for (std::uint64_t i = me; i < options.requests; i += share) {
                const std::int64_t tokens = prng.between(0, 2 * round.tokens), millis = prng.between(0, 2'000);
                auto grant = treasury->reserve(id(round.askers[i % round.askers.size()]), tokens, millis * money_unit,
                                               true, noon, start, nullptr);
                if (grant) {
                    used_tokens += tokens;
                    used_millis += millis;
                    ++requests;
                    if (is_over()) ++broken;
                    held.push_back({std::move(*grant), tokens, millis});
                    ++admitted;
                }
                if (!held.empty() && prng.chance(1, 3)) end_one(prng.below(held.size()));
            }
            while (!held.empty()) end_one(held.size() - 1);
        });
    for (auto& thread : threads) thread.join();
    seen.broken = watch.end() + broken;
    seen.admitted = admitted;
    seen.left = left_over(*treasury);
    return seen;
}

void report(std::string_view layer, const Round& round, const Seen& seen) {
    std::printf(
        "{\"layer\":\"%s\",\"round\":%llu,\"kind\":\"%s\",\"node\":\"%s\",\"k\":%lld,\"admitted\":%lld,\"most\":%lld,"
        "\"left\":%lld,\"again\":%lld,\"rejected\":%lld,\"broken\":%lld}\n",
        std::string(layer).c_str(), static_cast<unsigned long long>(round.number),
        std::string(name_of(round.kind)).c_str(), paths[round.limited], static_cast<long long>(round.k),
        static_cast<long long>(seen.admitted), static_cast<long long>(seen.most), static_cast<long long>(seen.left),
        static_cast<long long>(seen.again), static_cast<long long>(seen.rejected), static_cast<long long>(seen.broken));
}

}   // namespace

int main(int argc, char** argv) {
    const load::Arguments arguments(argc, argv, {"rounds", "requests", "rejects", "threads", "seed"});
    Options options;
    options.rounds = static_cast<std::uint64_t>(arguments.number("rounds", 200));
    options.requests = static_cast<std::uint64_t>(arguments.number("requests", 1'000));
    options.rejects = static_cast<std::uint64_t>(arguments.number("rejects", 100'000));
    options.seed = static_cast<std::uint64_t>(arguments.number("seed", 1));
    options.threads = static_cast<int>(arguments.number("threads", 16));
    for (std::uint64_t number = 0; number < options.rounds; ++number) {
        const Round equal = plan(number, false, options);
        report("equal", equal, run_equal(equal, options));
        const Round mixed = plan(number, true, options);
        report("mixed", mixed, run_mixed(mixed, options));
    }
    // Each kind once.
    for (std::uint64_t number = 0; number < static_cast<std::uint64_t>(LimitKind::count_); ++number) {
        const Round full = plan(number, false, options);
        report("rejects", full, run_rejects(full, options));
    }
    return 0;
}
