#include "place.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "config/load.hpp"

namespace gilmok::worldtest {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t engines_count = 3;
// Each shard has a lane of its own; a process that has used them all is not given another shard.
constexpr std::uint16_t lanes = 10;
// Behind a power cut: what was said less than this ago may be lost (docs/ledger-format.md, promise 3).
constexpr Duration unsynced_max = 60ms;
const std::string ledger_directory = "/state/ledger";
constexpr int eio = 5;
const std::string config_path = "/etc/gilmok.toml";

io::Address engine_address(std::size_t index) { return {"10.0.0." + std::to_string(index + 1), 8000}; }

}   // namespace

Place::Place(std::uint64_t seed, bool has_network_faults)
    : world(seed), prng_(seed * 7919 + 1), has_network_faults_(has_network_faults), engines_(engines_count) {}

Place::~Place() = default;

std::optional<std::string> Place::environment(const std::string& name) {
    if (name == "KEY_A") return std::string(key_of_a);
    if (name == "KEY_B") return std::string(key_of_b);
    return std::nullopt;
}

// Every limit is small, so that every limit is reached.
std::string Place::config_text() {
    std::string text =
        "[server]\nlisten = \"" + io::to_string(door_address) + "\"\nshards = 1\nstate_dir = \"/state\"\n";
    text +=
        "[server.limits]\nheaders_timeout = \"2s\"\nbody_timeout = \"2s\"\nidle_timeout = \"5s\"\nwrite_timeout = "
        "\"3s\"\n";
    text += "sse_keepalive = \"" + std::to_string(prng_.between(200, 900)) + "ms\"\n";
    text += "exchanges_max = " + std::to_string(prng_.between(15, 100)) +
            "\nbodies_bytes_max = \"4MiB\"\nbody_bytes_max = \"1MiB\"\n";
    text += "[log]\naccess = \"off\"\n";
    text += "[ledger]\nsegment_bytes = \"1MiB\"\n";
    text +=
        "[[price]]\nprovider = \"e0\"\nsku = \"sim\"\ninput_fresh = \"2.5 USD\"\ncache_read = \"0.3333333 USD\"\n"
        "output_text = \"10 USD\"\n"
        "[[price]]\nprovider = \"e1\"\nsku = \"sim\"\nper = \"7\"\ninput_fresh = \"0.3 KRW\"\noutput_text = \"1.7 "
        "KRW\"\n"
        "[[fx]]\nfrom = \"USD\"\nto = \"KRW\"\nrate = \"1391.27\"\ndate = \"2020-01-01\"\n";
    const bool has_third = prng_.chance(3, 4);
    for (std::size_t i = 0; i < engines_count - (has_third ? 0 : 1); ++i) {
        text += "[upstream.e" + std::to_string(i) + "]\nkind = \"vllm\"\nurl = \"http://" +
                io::to_string(engine_address(i)) + "/v1\"\n";
        text +=
            "connect_timeout = \"300ms\"\nfirst_byte_timeout = \"2s\"\nidle_timeout = \"2s\"\ntotal_timeout = "
            "\"20s\"\n";
        text += "event_bytes_max = \"64KiB\"\neject_after = 4\neject_base = \"500ms\"\neject_max = \"4s\"\n";
        text += "connections_max = " + std::to_string(prng_.between(4, 40)) +
                "\nstreams_max = " + std::to_string(prng_.between(0, 1) * 12) + "\n";
        text += "scrape_interval = \"" + std::to_string(prng_.between(0, 2) * 400) + "ms\"\n";
    }
    const std::string third = has_third ? ", \"e2/sim\"" : "";
    text += "[model.many]\ntry = [\"e0/sim\", \"e1/sim\"" + third + "]\nhedge_after = \"" +
            (prng_.chance(1, 2) ? "60ms" : "0ms") + "\"\n";
    text += "[model.alone]\ntry = [\"e1/sim\"]\n";
    text += "[model.ordered]\ntry = [\"e1/sim\", \"e0/sim\"]\npick = \"first\"\nattempts_max = 2\n";
    // Never reached, so that nothing is refused for it; but everything is set aside and counted.
    text +=
        "[tenant.org]\nbudget_month = \"900000000 KRW\"\ntokens_day = 1000000000000\ntokens_per_minute = 100000000000\n"
        "streams_max = " +
        std::to_string(prng_.between(8, 60)) + "\n[tenant.\"org/a\"]\n[tenant.\"org/b\"]\nstreams_max = 6\n";
    text += "[[key]]\nname = \"a\"\ntenant = \"org/a\"\nsecret = \"env:KEY_A\"\n";
    if (prng_.chance(4, 5)) text += "[[key]]\nname = \"b\"\ntenant = \"org/b\"\nsecret = \"env:KEY_B\"\n";
    return text;
}

std::string Place::start() {
    for (std::size_t i = 0; i < engines_count; ++i) start_engine(i);
    for (int i = 0; i < 3; ++i) revoke_or_add_key();
    change_network();
    files_.put(config_path, config_text());
    return start_gateway();
}

std::string Place::start_gateway() {
    const config::Loaded loaded = config::load(config_path, files_, *this, 1);
    if (loaded.snapshot == nullptr) {
        std::string problems;
        for (const auto& problem : loaded.problems) problems += config::render(problem, false) + "\n";
        return problems;
    }
    ledger_ = std::make_unique<gateway::LedgerService>(
        files_, world, [] { return ledger::TablesResult<std::unique_ptr<ledger::Tables>>(ledger::no_tables()); });
    if (std::string problem = ledger_->open(*loaded.snapshot, lanes); !problem.empty()) return problem;
    gateway::Control::Services services{.loop = world, .files = files_, .secrets = *this, .config_path = config_path};
    services.keeper = ledger_->keeper();
    services.people = ledger_->people();
    services.idempotency = ledger_->idempotency();
    control_ = std::make_unique<gateway::Control>(services);
    if (auto problem = control_->apply(loaded.snapshot)) return *problem;
    control_->watch();
    ledger_->start([this] {
        for (const auto& shard : shards_)
            if (shard->awaits_durable()) shard->durable_advanced();
    });
    return add_shard();
}

std::string Place::crash(bool is_power) {
    const Instant now = world.now();
    deaths_.push_back({.at = now, .certain_until = is_power ? now - unsynced_max : now});
    if (is_power)
        files_.crash_power(prng_.next());
    else
        files_.crash_process();
    // The dead write nothing: what their destructors try must fail.
    files_.fail_call(1, eio, true);
    is_dying_ = true;
    shards_.clear();
    control_.reset();
    ledger_.reset();
    is_dying_ = false;
    files_.heal();
    // Nobody wrote this configuration or these keys through the kernel of the machine that died.
    files_.put(config_path, config_text());
    files_.put(auth::key_store_path("/state"), auth::render_keys(stored_));
    return start_gateway();
}

std::string Place::add_shard() {
    gateway::Shard::Outlets outlets;
    outlets.on_record = [this](const model::Record& record) {
        records.push_back(record);
        records.back().served_name = {};
        if (!is_dying_) said_.push_back({records.back(), world.now()});
        world.note("record", static_cast<std::uint64_t>(record.outcome), record.status);
    };
    const auto index = static_cast<std::uint32_t>(shards_.size());
    outlets.lane = &ledger_->keeper()->lane(static_cast<std::uint16_t>(index));
    outlets.poke_ledger = [this] { ledger_->poke(); };
    auto shard = std::make_unique<gateway::Shard>(world, index, control_->setup(), std::move(outlets));
    if (const auto bound = shard->listen(door_address, true); !bound)
        return "listen: " + std::string(bound.error().detail);
    control_->add_shard(*shard);
    shards_.push_back(std::move(shard));
    return {};
}

void Place::start_engine(std::size_t index) {
    fleet::SimConfig config;
    config.engine.profile = *fleet::find_profile("h100/llama-3.1-8b");
    config.engine.kv_blocks = 2'000;
    config.models = {"sim"};
    config.seed = prng_.next();
    config.idle_timeout = prng_.chance(1, 2) ? Duration(300ms) : Duration(60s);
    config.stall_max = 30s;
    if (prng_.chance(1, 2)) config.requests_per_connection_max = static_cast<std::uint32_t>(prng_.between(1, 20));
    constexpr std::string_view mix =
        "stall=0.01,reset=0.03,half-close=0.02,early-close=0.02,truncate=0.03,error-event=0.02,garbage=0.01,"
        "garbage-chunk=0.01,big-event=0.003,error500=0.02,error503=0.02,status429=0.02,wrong-length=0.01,slow=0.03,lie="
        "0.05";
    if (auto faults = fleet::FaultMix::parse(mix))
        config.faults = *faults;
    else
        GILMOK_ASSERT(false);
    engines_[index] = std::make_unique<fleet::SimServer>(world, std::move(config));
    static_cast<void>(engines_[index]->listen(engine_address(index)));
}

// An engine crashes, comes back, or only drops its connections.
void Place::disturb_engine() {
    const std::size_t index = prng_.below(engines_count);
    if (engines_[index] == nullptr) return start_engine(index);
    if (prng_.chance(1, 2)) return world.reset_connections(engine_address(index));
    engines_[index]->stop();
    engines_[index].reset();
    world.reset_connections(engine_address(index));
    world.after(std::chrono::milliseconds(prng_.between(50, 3'000)), [this, index] {
        if (!is_closed_ && engines_[index] == nullptr) start_engine(index);
    });
}

io::sim::Faults Place::some_faults(bool is_door) {
    io::sim::Faults faults;
    for (io::sim::Flow* flow : {&faults.up, &faults.down}) {
        flow->piece_bytes_max = prng_.chance(1, 3) ? prng_.below(40) + 1 : 1'460;
        flow->window_bytes = prng_.chance(1, 3) ? prng_.below(3'000) + 200 : 64 * 1024;
        if (!has_network_faults_) continue;
        flow->reset_chance = prng_.chance(1, 3) ? 0.05 : 0;
        flow->stall_chance = prng_.chance(1, 4) ? 0.03 : 0;
        flow->chance_bytes = 3'000;
        if (prng_.chance(1, 20)) flow->drip = 1ms;
    }
    if (has_network_faults_ || !is_door) {
        faults.refuse_chance = prng_.chance(1, 4) ? 0.1 : 0;
        faults.black_hole_chance = prng_.chance(1, 6) ? 0.05 : 0;
    }
    return faults;
}

void Place::change_network() {
    world.set_faults(door_address, some_faults(true));
    for (std::size_t i = 0; i < engines_count; ++i) world.set_faults(engine_address(i), some_faults(false));
}

void Place::reload() {
    // Now and then somebody saves a file that is wrong: nothing may change.
    files_.put(config_path, prng_.chance(1, 6) ? "[server]\nlisten = 7\n" : config_text());
    static_cast<void>(control_->reload(config_path));
}

void Place::revoke_or_add_key() {
    if (stored_.size() > 4 || (stored_.size() > 2 && prng_.chance(1, 2))) {
        auth::StoredKey& key = stored_[prng_.below(stored_.size())];
        if (prng_.chance(1, 3))
            stored_.erase(stored_.begin() + (&key - stored_.data()));
        else
            auth::revoke_key(key, world.wall_now());
    } else {
        std::array<char, auth::key_random_bytes> random{};
        for (char& byte : random) byte = static_cast<char>(prng_.below(256));
        auth::NewKey wanted;
        wanted.tenant = prng_.chance(1, 2) ? "org/a" : "org/b";
        wanted.name = "k" + std::to_string(prng_.below(1'000'000));
        const auth::CreatedKey made = auth::create_key(stored_, wanted, random, world.wall_now());
        stored_keys_.emplace_back(made.key.reveal());
        if (stored_keys_.size() > 6) stored_keys_.erase(stored_keys_.begin());
    }
    files_.put(auth::key_store_path("/state"), auth::render_keys(stored_));
}

const std::string& Place::a_key(Prng& prng) const {
    static const std::string a(key_of_a), b(key_of_b), wrong("sk-nobody");
    const auto which = prng.below(20);
    if (which < 10) return a;
    if (which < 14) return b;
    if (which == 14) return wrong;
    return stored_keys_[prng.below(stored_keys_.size())];
}

// A rolling restart: the next process listens before the last one has drained.
void Place::replace_shard() {
    if (shards_.size() >= lanes) return;
    gateway::Shard& before = *shards_.back();
    if (const std::string problem = add_shard(); !problem.empty()) GILMOK_ASSERT(false);
    before.drain(world.now() + std::chrono::milliseconds(prng_.between(0, 4'000)));
}

// Nothing is set aside any more, and what the treasury counted since its start is what was booked.
std::string Place::check_money() {
    const gateway::Setup& setup = *control_->setup();
    const admit::Treasury& treasury = *setup.accounts->treasury;
    for (std::size_t i = 0; i < setup.snapshot->tenants.size(); ++i) {
        const admit::Spent spent = treasury.spent(static_cast<model::TenantId>(i), world.wall_now());
        if (spent.money_reserved != 0 || spent.tokens_reserved != 0) return "money or tokens are still set aside";
    }
    if (!deaths_.empty()) return {};   // it began with nothing, for these tables keep nothing
    world.run_for(100ms);
    const BookRead read = read_book(files_, ledger_directory);
    Pico cost = 0;
    std::int64_t tokens = 0;
    for (const auto& [id, attempts] : read.book)
        for (const auto& [number, attempt] : attempts) {
            cost += attempt.is_cost_known ? attempt.cost : 0;
            tokens += attempt.tokens;
        }
    const admit::Spent spent = treasury.spent(setup.snapshot->tenants_by_path.at("org"), world.wall_now());
    if (spent.money_month != cost) return "the treasury counted another sum of money than the ledger";
    if (spent.tokens_day != tokens) return "the treasury counted another sum of tokens than the ledger";
    return {};
}

std::string Place::close() {
    is_closed_ = true;
    world.set_faults(io::sim::Faults{});
    for (const auto& shard : shards_) shard->drain(world.now() + 1s);
    const auto is_drained = [&] {
        return std::all_of(shards_.begin(), shards_.end(), [](const auto& shard) { return shard->is_drained(); });
    };
    world.run_until(world.now() + 60s, is_drained);
    std::string left;
    const auto expect_none = [&](std::string_view what, auto count) {
        if (count != 0) left += std::string(what) + "=" + std::to_string(count) + " ";
    };
    for (const auto& shard : shards_) {
        expect_none("connections", shard->connections());
        expect_none("exchanges_running", shard->exchanges_running());
        expect_none("upstream_connections_busy", shard->upstream_connections_busy());
        expect_none("bodies_bytes", shard->body_budget().bytes_held());
        expect_none("gauge_connections_open", shard->metrics().connections_open.value());
        expect_none("gauge_exchanges_running", shard->metrics().exchanges_running.value());
    }
    const gateway::Setup& setup = *control_->setup();
    for (std::size_t i = 0; i < setup.snapshot->tenants.size(); ++i)
        expect_none("tenant_running", setup.tenants->running(static_cast<model::TenantId>(i)));
    for (const auto& state : setup.upstreams) expect_none("in_flight", state->load.view(world.now()).in_flight);
    if (left.empty()) left = check_money();
    shards_closed_ += shards_.size();
    control_.reset();
    shards_.clear();
    if (!left.empty()) return left;
    ledger_.reset();
    const BookRead read = read_book(files_, ledger_directory);
    recovered = read.recovered;
    left = audit(read, said_, deaths_);
    engines_.clear();
    world.run_for(120s);
    expect_none("sockets", world.open_sockets());
    expect_none("listeners", world.open_listeners());
    expect_none("timers", world.timers().size());
    return left;
}

}   // namespace gilmok::worldtest
