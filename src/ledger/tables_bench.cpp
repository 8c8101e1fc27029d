// Records into SQLite's tables, durable after each batch, beside what plain SQLite does with one row for each attempt and no
// roll-ups at the same durability.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "ledger/tables.hpp"

namespace {

using namespace gilmok;
using namespace gilmok::ledger;

std::string made_directory() {
    const char* wanted = std::getenv("GILMOK_BENCH_DIR");   // on the disk to be measured
    std::string pattern = (wanted != nullptr ? std::filesystem::path(wanted) : std::filesystem::temp_directory_path()) /
                          "gilmok-tables-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    return pattern;
}

// 200 tenants with five keys each, 20 models at 12 upstreams: what a company's hour looks like.
model::Terminal any_terminal(Prng& prng, std::uint64_t number) {
    model::Terminal terminal;
    const std::int64_t at_ms = 1'793'145'600'000 + static_cast<std::int64_t>(number / 100);
    terminal.ref.exchange = model::make_request_id(at_ms, prng.next(), prng.next());
    terminal.at = WallTime(std::chrono::milliseconds(at_ms + 900));
    terminal.started = WallTime(std::chrono::milliseconds(at_ms));
    terminal.kind = model::TerminalKind::settled;
    terminal.provenance = model::Provenance::provider;
    terminal.outcome = prng.chance(1, 20) ? model::Outcome::client_gone : model::Outcome::answered;
    terminal.status = 200;
    terminal.endpoint = model::Endpoint::chat;
    terminal.is_stream = true;
    const std::uint64_t key = std::min(prng.below(1'000), prng.below(1'000));
    const std::uint64_t model = (key * 7 + (prng.chance(4, 5) ? 0 : 1)) % 20;
    const std::uint64_t upstream = (model * 5 + (prng.chance(2, 3) ? 0 : 1)) % 12;
    const auto name = [](std::uint64_t base, std::uint64_t id) {
        return model::NameId{static_cast<std::uint32_t>(base + id)};
    };
    terminal.key = name(1'000, key);
    terminal.tenant = name(100, key % 200);
    terminal.model = name(10, model);
    terminal.upstream = name(40, upstream);
    terminal.served_model = terminal.response_model = name(60, model);
    terminal.place = name(90, upstream % 4);
    terminal.data_class = name(95, key % 3);
    terminal.tag = name(3'000, key % 5 == 0 ? prng.below(50) : 0);
    terminal.charge = {true,
                       name(4'000, model * 12 + upstream),
                       *parse_currency("USD"),
                       Pico{1'234'567} * prng.between(1, 900'000),
                       *parse_currency("KRW"),
                       Pico{1'834'567'890} * prng.between(1, 900'000)};
    terminal.meters[model::Meter::input_fresh] = prng.between(10, 4'000);
    terminal.meters[model::Meter::cache_read] = prng.between(0, 9'000);
    terminal.meters[model::Meter::output_text] = prng.between(1, 900);
    terminal.meters[model::Meter::requests] = 1;
    terminal.energy = {prng.below(900'000'000), prng.below(90'000'000), model::EnergyMethod::modelled};
    terminal.bound_input_tokens = 13'000;
    terminal.bound_output_tokens = 4'096;
    terminal.bound_cost_ledger = Pico{1'834'567'890} * 900'000;
    terminal.delivered_events = static_cast<std::uint32_t>(prng.below(900));
    terminal.delivered_bytes = prng.below(90'000);
    terminal.first_token_us = static_cast<std::uint32_t>(prng.below(900'000));
    terminal.duration_us = prng.below(9'000'000);
    terminal.raw_usage =
        R"({"prompt_tokens":1234,"completion_tokens":321,"total_tokens":1555,"prompt_tokens_details":{"cached_tokens":512}})";
    return terminal;
}

// Each attempt's RESERVE comes before its TERMINAL; `share_open` percent of them in an earlier batch.
std::vector<IndexedEntry> made_batch(Prng& prng, std::uint64_t& number, std::uint64_t& index, std::size_t attempts,
                                     std::uint64_t share_open, std::vector<model::Terminal>& open) {
    std::vector<IndexedEntry> entries;
    const auto add = [&](const Body& body) {
        IndexedEntry& entry = entries.emplace_back();
        entry.index = index++;
        entry.entry.body = body;
    };
    std::vector<model::Terminal> ending = std::exchange(open, {});
    while (entries.size() < attempts * 2 && ending.size() < attempts) {
        const model::Terminal terminal = any_terminal(prng, number++);
        model::Reserve reserve;
        reserve.ref = terminal.ref;
        reserve.at = terminal.started;
        reserve.tenant = terminal.tenant;
        add(reserve);
        (prng.chance(share_open, 100) ? open : ending).push_back(terminal);
    }
    for (const model::Terminal& terminal : ending) add(terminal);
    return entries;
}

void fold(benchmark::State& state) {
    const std::string directory = made_directory();
    auto tables = open_sqlite(directory + "/tables.sqlite");
    if (!tables) return state.SkipWithError(tables.error().message.c_str());
    Prng prng(1);
    std::uint64_t number = 0, index = 0, attempts = 0;
    std::vector<model::Terminal> open;
    for (auto _ : state) {
        state.PauseTiming();
        const auto batch = made_batch(prng, number, index, static_cast<std::size_t>(state.range(0)),
                                      static_cast<std::uint64_t>(state.range(1)), open);
        for (const IndexedEntry& entry : batch) attempts += std::holds_alternative<model::Terminal>(entry.entry.body);
        state.ResumeTiming();
        const auto applied = (*tables)->apply(batch);
        if (!applied) return state.SkipWithError(applied.error().message.c_str());
    }
    state.counters["rows/s"] = benchmark::Counter(static_cast<double>(attempts), benchmark::Counter::kIsRate);
    tables->reset();
    std::filesystem::remove_all(directory);
}
// Attempts of a batch, and how many percent of them end in a later one: short answers, and streams.
BENCHMARK(fold)->ArgsProduct({{128, 1'024, 4'096, 16'384}, {1, 50}})->MinTime(3)->Unit(benchmark::kMillisecond);

// A table with the same bytes in a row and the same unique index, nothing else.
void plain(benchmark::State& state) {
    const std::string directory = made_directory();
    sqlite3* connection = nullptr;
    sqlite3_open((directory + "/plain.sqlite").c_str(), &connection);
    sqlite3_exec(connection,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE attempts (idx INTEGER PRIMARY KEY, "
                 "exchange BLOB, "
                 "attempt INTEGER, tenant INTEGER, at_ns INTEGER, cost_whole INTEGER, cost_pico INTEGER, body BLOB) "
                 "STRICT; CREATE UNIQUE "
                 "INDEX by_exchange ON attempts (exchange, attempt)",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection, "INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?)", -1, &statement, nullptr);
    Prng prng(1);
    const std::string body(280, 'x');
    std::int64_t number = 0;
    for (auto _ : state) {
        state.PauseTiming();
        std::vector<model::Terminal> batch;
        for (std::int64_t i = 0; i < state.range(0); ++i)
            batch.push_back(any_terminal(prng, static_cast<std::uint64_t>(number + i)));
        state.ResumeTiming();
        sqlite3_exec(connection, "BEGIN", nullptr, nullptr, nullptr);
        for (const model::Terminal& terminal : batch) {
            const auto exchange = to_bytes(terminal.ref.exchange);
            sqlite3_bind_int64(statement, 1, number++);
            sqlite3_bind_blob(statement, 2, exchange.data(), 16, SQLITE_TRANSIENT);
            sqlite3_bind_int64(statement, 3, 0);
            sqlite3_bind_int64(statement, 4, static_cast<std::int64_t>(terminal.tenant));
            sqlite3_bind_int64(statement, 5, terminal.at.time_since_epoch().count());
            sqlite3_bind_int64(statement, 6, static_cast<std::int64_t>(terminal.charge.cost_ledger / pico_per_unit));
            sqlite3_bind_int64(statement, 7, static_cast<std::int64_t>(terminal.charge.cost_ledger % pico_per_unit));
            sqlite3_bind_blob(statement, 8, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
            sqlite3_step(statement);
            sqlite3_reset(statement);
        }
        if (sqlite3_exec(connection, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK)
            return state.SkipWithError("commit failed");
    }
    state.counters["rows/s"] = benchmark::Counter(static_cast<double>(number), benchmark::Counter::kIsRate);
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    std::filesystem::remove_all(directory);
}
BENCHMARK(plain)->Arg(1)->Arg(128)->Arg(1'024)->Arg(4'096)->Arg(16'384)->MinTime(3)->Unit(benchmark::kMillisecond);

}   // namespace

BENCHMARK_MAIN();
