// How many attempts a second become durable rows of SQLite: RESERVE and TERMINAL through a journal lane, the keeper's log, its
// syncs and its tables, until the last one is folded. Or, beside it, what plain SQLite does with one row for each attempt and
// no roll-ups. One line of JSON.
//   --rows N --dir DIR [--plain ROWS_PER_COMMIT]
#include <sqlite3.h>
#include <sys/resource.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/prng.hpp"
#include "io/linux/files.hpp"
#include "ledger/keeper.hpp"

namespace {

using namespace gilmok;

[[noreturn]] void die(std::string_view what) {
    std::fprintf(stderr, "bench_ledger_rows: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(1);
}

struct Arguments {
    std::uint64_t rows = 100'000;
    std::uint64_t plain = 0;   // 0: through the keeper
    std::string dir;
};

// A company's minutes: some tenants, models and upstreams, one usage object like another.
model::Terminal any_terminal(Prng& prng, WallTime at) {
    model::Terminal terminal;
    terminal.ref.exchange = model::make_request_id(unix_ms(at), prng.next(), prng.next());
    terminal.at = terminal.started = at;
    terminal.kind = model::TerminalKind::settled;
    terminal.provenance = model::Provenance::provider;
    terminal.outcome = model::Outcome::answered;
    terminal.status = 200;
    terminal.endpoint = model::Endpoint::chat;
    const auto some = [&](std::uint32_t base, std::uint64_t count) {
        return model::NameId{base + static_cast<std::uint32_t>(prng.below(count))};
    };
    terminal.tenant = some(1, 40);
    terminal.key = some(100, 60);
    terminal.model = some(200, 6);
    terminal.upstream = some(300, 4);
    terminal.served_model = terminal.response_model = some(400, 6);
    terminal.charge = {true,
                       some(500, 8),
                       *parse_currency("USD"),
                       Pico{1'234'567} * prng.between(1, 900'000),
                       *parse_currency("KRW"),
                       Pico{1'834'567'890} * prng.between(1, 900'000)};
    terminal.meters[model::Meter::input_fresh] = prng.between(10, 4'000);
    terminal.meters[model::Meter::cache_read] = prng.between(0, 9'000);
    terminal.meters[model::Meter::output_text] = prng.between(1, 900);
    terminal.meters[model::Meter::requests] = 1;
    terminal.bound_input_tokens = 13'000;
    terminal.bound_output_tokens = 4'096;
    terminal.duration_us = prng.below(9'000'000);
    terminal.raw_usage =
        R"({"prompt_tokens":1234,"completion_tokens":321,"total_tokens":1555,"prompt_tokens_details":{"cached_tokens":512}})";
    return terminal;
}

WallTime wall_now() { return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now()); }

// The lane is the calling thread's, as a shard's is; where it is full the writer waits, so that the keeper is what is measured.
void write_attempts(ledger::Lane& lane, std::uint64_t rows) {
    Prng prng(1);
    for (std::uint64_t i = 0; i < rows; ++i) {
        const WallTime at = wall_now();
        const model::Terminal terminal = any_terminal(prng, at);
        model::Reserve reserve;
        reserve.ref = terminal.ref;
        reserve.at = at;
        reserve.tenant = terminal.tenant;
        reserve.model = terminal.model;
        reserve.upstream = terminal.upstream;
        while (!lane.reserve(reserve, at)) std::this_thread::sleep_for(std::chrono::microseconds(200));
        lane.finish(terminal, at);
    }
}

// Records in the log that are durable and folded, in the end all of them.
void through_keeper(const Arguments& arguments, const std::string& directory) {
    io::linux_::LinuxFiles files;
    auto tables = ledger::open_sqlite(directory + "/tables.sqlite");
    if (!tables) die(tables.error().message);
    std::string problem;
    ledger::KeeperOptions options;
    options.directory = directory;
    options.settings.currency = *parse_currency("KRW");
    options.seed = Secret(std::string(32, 's'));
    options.new_id = "01M80A2H7W7F0KBQR04TZK3YFH";
    const auto keeper = ledger::Keeper::open(files, **tables, std::move(options), wall_now(), problem);
    if (keeper == nullptr) die(problem);
    std::atomic<bool> is_written{false};
    std::thread writer([&] {
        write_attempts(keeper->lane(0), arguments.rows);
        is_written = true;
    });
    for (;;) {
        const bool was_written = is_written;
        const std::size_t taken = keeper->turn(wall_now());
        const ledger::KeeperStatus status = keeper->status();
        if (status.is_failing) die(status.problem);
        if (was_written && taken == 0 && status.lag_bytes == 0 && status.folded >= arguments.rows * 2 &&
            status.folded == status.records)
            break;
        if (taken == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    writer.join();
    keeper->close(wall_now());
}

void must(sqlite3* database, const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) die(sqlite3_errmsg(database));
}

void through_sqlite(const Arguments& arguments, const std::string& directory) {
    sqlite3* database = nullptr;
    if (sqlite3_open((directory + "/plain.sqlite").c_str(), &database) != SQLITE_OK) die("sqlite3_open");
    must(database, "PRAGMA journal_mode = WAL");
    must(database, "PRAGMA synchronous = FULL");
    must(database,
         "CREATE TABLE attempts (id INTEGER PRIMARY KEY, exchange BLOB, tenant INTEGER, model INTEGER, upstream "
         "INTEGER, input INTEGER, "
         "output INTEGER, cost_whole INTEGER, cost_pico INTEGER, raw TEXT) STRICT");
    must(database, "CREATE UNIQUE INDEX by_exchange ON attempts (exchange)");
    sqlite3_stmt* insert = nullptr;
    if (sqlite3_prepare_v2(database, "INSERT INTO attempts VALUES (NULL,?,?,?,?,?,?,?,?,?)", -1, &insert, nullptr) !=
        SQLITE_OK)
        die(sqlite3_errmsg(database));
    Prng prng(1);
    for (std::uint64_t done = 0; done < arguments.rows; done += arguments.plain) {
        must(database, "BEGIN");
        for (std::uint64_t i = 0; i < arguments.plain; ++i) {
            const model::Terminal terminal = any_terminal(prng, wall_now());
            sqlite3_bind_blob(insert, 1, terminal.ref.exchange.text, sizeof terminal.ref.exchange.text,
                              SQLITE_TRANSIENT);
            const std::int64_t numbers[] = {static_cast<std::int64_t>(terminal.tenant),
                                            static_cast<std::int64_t>(terminal.model),
                                            static_cast<std::int64_t>(terminal.upstream),
                                            terminal.meters.input_tokens(),
                                            terminal.meters.output_tokens(),
                                            static_cast<std::int64_t>(terminal.charge.cost_ledger / pico_per_unit),
                                            static_cast<std::int64_t>(terminal.charge.cost_ledger % pico_per_unit)};
            for (int at = 0; at < 7; ++at) sqlite3_bind_int64(insert, at + 2, numbers[at]);
            sqlite3_bind_text(insert, 9, terminal.raw_usage.data(), static_cast<int>(terminal.raw_usage.size()),
                              SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE) die(sqlite3_errmsg(database));
            sqlite3_reset(insert);
        }
        must(database, "COMMIT");
    }
    sqlite3_finalize(insert);
    sqlite3_close(database);
}

// Of all threads: what a busy machine does not change.
double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}   // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const auto number = number_of(argv[i + 1]);
        if (name == "--dir")
            arguments.dir = argv[i + 1];
        else if (name == "--rows" && number)
            arguments.rows = *number;
        else if (name == "--plain" && number)
            arguments.plain = *number;
        else
            die("usage: bench_ledger_rows --rows N --dir DIR [--plain ROWS_PER_COMMIT]");
    }
    std::string directory = (arguments.dir.empty() ? std::string("/tmp") : arguments.dir) + "/gilmok-rows-XXXXXX";
    if (mkdtemp(directory.data()) == nullptr) die("mkdtemp");
    const auto began = std::chrono::steady_clock::now();
    if (arguments.plain == 0)
        through_keeper(arguments, directory);
    else
        through_sqlite(arguments, directory);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::filesystem::remove_all(directory);
    const auto rows = static_cast<double>(arguments.rows);
    std::printf("{\"rows\":%llu,\"seconds\":%.4f,\"rows_per_second\":%.1f,\"cpu_us_per_row\":%.3f}\n",
                static_cast<unsigned long long>(arguments.rows), seconds, rows / seconds, cpu_seconds() * 1e6 / rows);
    return 0;
}
