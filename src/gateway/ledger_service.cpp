#include "gateway/ledger_service.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "model/ids.hpp"

namespace gilmok::gateway {

namespace {
constexpr io::Events tick = 1U << 0;
constexpr io::Events poked = 1U << 1;
// A gateway nobody talks to must not wake five hundred times a second.
constexpr Duration idle_interval_max = std::chrono::milliseconds(20);

std::uint64_t random_number(io::Loop& loop) {
    std::array<char, sizeof(std::uint64_t)> bytes{};
    loop.random_bytes(bytes);
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

Secret random_seed(io::Loop& loop) {
    std::array<char, 32> bytes{};
    loop.random_bytes(bytes);
    return Secret(std::string(bytes.data(), bytes.size()));
}

// What the keeper needs; the database's secret is not among it.
config::Ledger keeper_settings(const config::Ledger& from) {
    config::Ledger settings;
    settings.currency = from.currency;
    settings.is_strict = from.is_strict;
    settings.sync_interval = from.sync_interval;
    settings.checkpoint_interval = from.checkpoint_interval;
    settings.witness_dir = from.witness_dir;
    settings.origin = from.origin;
    settings.segment_bytes = from.segment_bytes;
    settings.utc_offset_minutes = from.utc_offset_minutes;
    return settings;
}
}   // namespace

std::string ledger_directory(const config::Snapshot& snapshot) {
    if (!snapshot.ledger.is_on) return {};
    if (!snapshot.ledger.dir.empty()) return snapshot.ledger.dir;
    return snapshot.server.state_dir.empty() ? std::string() : snapshot.server.state_dir + "/ledger";
}

LedgerService::~LedgerService() {
    task_ = {};
    close();
}

std::string LedgerService::open(const config::Snapshot& snapshot, std::uint16_t lanes) {
    const std::string directory = ledger_directory(snapshot);
    if (directory.empty()) return {};
    sync_interval_ = std::max<Duration>(snapshot.ledger.sync_interval, std::chrono::microseconds(100));
    if (auto made = files_.make_directory(directory, 0700); !made) return "the ledger: " + made.error().message;
    if (std::string problem = open_tables(directory, snapshot); !problem.empty()) return problem;
    const WallTime now = loop_.wall_now();
    std::string problem;
    keeper_ = ledger::Keeper::open(
        files_, *tables_,
        {.directory = directory,
         .settings = keeper_settings(snapshot.ledger),
         .lanes = lanes,
         .seed = random_seed(loop_),
         .new_id = std::string(model::make_request_id(unix_ms(now), random_number(loop_), random_number(loop_)).view()),
         .clock = clock_},
        now, problem);
    if (keeper_ == nullptr) return "the ledger in " + directory + ": " + problem;
    // After the keeper, which holds the lock: nobody else writes into this directory.
    if (problem = open_idempotency(directory, snapshot); !problem.empty()) return problem;
    const auto random = [this](std::span<char> bytes) {
        const std::lock_guard lock(random_mutex_);
        loop_.random_bytes(bytes);
    };
    auto people = ledger::People::open(files_, directory + "/salts", random);
    if (!people) return "the salts of people: " + people.error().message;
    people_ = std::move(*people);
    const ledger::KeeperStatus status = keeper_->status();
    log::info("ledger_open", {{"directory", directory},
                              {"records", static_cast<std::int64_t>(status.records)},
                              {"recovered", static_cast<std::int64_t>(status.recovered)},
                              {"took_us", static_cast<std::int64_t>(status.recovery_us)}});
    return {};
}

std::string LedgerService::open_tables(const std::string& directory, const config::Snapshot& snapshot) {
    const bool is_sqlite = snapshot.ledger.database.is_empty();
    if (is_sqlite)
        sqlite_path_ = directory + "/tables.sqlite";
    else
        database_ = snapshot.ledger.database.clone();
    auto opened = open_tables_ ? open_tables_()
                  : is_sqlite  ? ledger::open_sqlite(sqlite_path_, snapshot.ledger.utc_offset_minutes)
                               : ledger::open_postgres(database_, snapshot.ledger.utc_offset_minutes);
    if (!opened) return "the ledger's tables: " + opened.error().message;
    tables_ = std::move(*opened);
    return {};
}

std::string LedgerService::open_idempotency(const std::string& directory, const config::Snapshot& snapshot) {
    const std::string path = directory + "/idempotency";
    idempotency_->set_limits(snapshot.ledger.idempotency_ttl, snapshot.ledger.idempotency_bytes_max);
    // It is whole on the disk before it is used, so one that is short was not: the power failed while it was made.
    if (const auto bytes = files_.size(path); bytes && *bytes < Idempotency::file_bytes)
        if (auto removed = files_.remove(path); !removed)
            return "the memory of Idempotency-Keys: " + removed.error().message;
    const bool is_new = !files_.exists(path);
    auto file = is_new ? files_.create_mapped(path, Idempotency::file_bytes, 0600) : files_.open_mapped(path);
    if (file && is_new) {
        auto synced = files_.sync_file(path);
        if (synced) synced = files_.sync_directory(directory);
        if (!synced) return "the memory of Idempotency-Keys: " + synced.error().message;
    }
    if (!file) return "the memory of Idempotency-Keys: " + file.error().message;
    if ((*file)->bytes().size() != Idempotency::file_bytes)
        return "the memory of Idempotency-Keys: " + path + " has an unexpected size; remove it to begin anew";
    idempotency_->keep_in(std::move(*file), loop_.wall_now());
    return {};
}

ledger::TablesResult<std::unique_ptr<ledger::Questions>> LedgerService::ask() const {
    return sqlite_path_.empty() ? ledger::ask_postgres(database_) : ledger::ask_sqlite(sqlite_path_);
}

void LedgerService::start(std::function<void()> on_durable) {
    if (keeper_ == nullptr) return;
    keeper_->on_durable = std::move(on_durable);
    waiter_ = std::make_unique<io::Waiter>(loop_.ready());
    timer_ = std::make_unique<io::Timer>(loop_.timers(), *waiter_, tick);
    task_ = turn();
    task_.start();
}

void LedgerService::poke() {
    if (keeper_ != nullptr) loop_.submit([this] { waiter_->notify(poked); });
}

io::Task<> LedgerService::turn() {
    Duration pause = sync_interval_;
    bool was_failing = false;
    for (;;) {
        timer_->arm(loop_.now() + pause);
        co_await waiter_->wait(tick | poked);
        const std::size_t taken = keeper_->turn(loop_.wall_now());
        if (auto written = people_->flush(); !written && !was_failing)
            log::error("salts_not_written", {{"problem", written.error().message},
                                             {"effect", "tried again; people named since could not be found after a crash"}});
        pause = taken > 0 ? sync_interval_ : std::min(pause * 2, std::max(idle_interval_max, sync_interval_));
        const ledger::KeeperStatus status = keeper_->status();
        if (status.is_failing && !was_failing)
            log::error("ledger_failing", {{"problem", status.problem},
                                          {"effect", "no new paid work; running requests still settle"},
                                          {"fix", "free or mend the disk; the ledger goes on by itself"}});
        if (!status.is_failing && was_failing) log::info("ledger_recovered");
        was_failing = status.is_failing;
    }
}

void LedgerService::close() {
    if (keeper_ == nullptr) return;
    task_ = {};
    keeper_->close(loop_.wall_now());
    keeper_.reset();
    tables_.reset();
}

}   // namespace gilmok::gateway
