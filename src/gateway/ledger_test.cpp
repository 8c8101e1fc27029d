// The gateway with a ledger, on one seeded world: what stands in it when, and what happens when its disk fails.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "gateway/ledger_service.hpp"
#include "gateway/test_gate.hpp"
#include "ledger/log.hpp"
#include "ledger/test_tables.hpp"

namespace {

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

constexpr std::string_view prices = R"(
[[price]]
provider = "a"
sku = "served"
input_fresh = "1000000 KRW"
output_text = "2000000 KRW"
)";

constexpr std::string_view paying_key = "gk-test-fedcba9876543210fedcba9876543210fedcba98";

std::string whole_answer(const std::string&) {
    return http_answer(R"({"model":"served","choices":[{"message":{"content":"hello"}}],)"
                       R"("usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}})");
}

// 70 events, then silence.
std::string long_stream(const std::string&) {
    std::string answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    const std::string event = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
    for (int i = 0; i < 70; ++i) answer += "30\r\n" + event + "\r\n";
    return answer;
}

// The ledger turns on the world's own loop; its files are the gate's.
struct Scene {
    // `tables`: a file for real ones; none, and nothing can be asked.
    explicit Scene(std::string_view more = prices, std::string tables = {})
        : gate_text(TestGate::toml(more)), tables_path(std::move(tables)) {
        start();
    }
    ~Scene() { stop(); }

    void start() {
        const config::Loaded loaded = config::load_text(gate_text, "gilmok.toml", files, secrets, 1);
        REQUIRE(loaded.snapshot != nullptr);
        service = std::make_unique<LedgerService>(files, world, [this] {
            return tables_path.empty() ? ledger::TablesResult<std::unique_ptr<ledger::Tables>>(ledger::no_tables())
                                       : ledger::open_sqlite(tables_path, 0);
        });
        problem = service->open(*loaded.snapshot, 1);
        if (!problem.empty()) return;
        Control::Services services{world, files, secrets};
        services.keeper = service->keeper();
        services.people = service->people();
        services.idempotency = service->idempotency();
        if (!tables_path.empty()) services.ask = [this] { return ledger::ask_sqlite(tables_path); };
        control = std::make_unique<Control>(services);
        problem = control->apply(loaded.snapshot).value_or("");
        Shard::Outlets outlets;
        outlets.lane = &service->keeper()->lane(0);
        outlets.poke_ledger = [this] { service->poke(); };
        shard = std::make_unique<Shard>(world, 0, control->setup(), std::move(outlets));
        REQUIRE(shard->listen(door, false));
        control->add_shard(*shard);
        service->start([this] {
            if (shard != nullptr && shard->awaits_durable()) shard->durable_advanced();
        });
    }
    void stop() {
        shard.reset();
        control.reset();
        service.reset();
    }
    // kill -9: nothing is settled, nothing is closed.
    void crash() {
        files.crash_process();
        shard.reset();
        control.reset();
        service.reset();
    }

    std::unique_ptr<TestClient> chat(bool is_stream, std::string_view more_headers = {},
                                     std::string_view key = TestGate::fixed_key) {
        const std::string body =
            std::string(R"({"model":"chat","user":"kim","messages":[{"role":"user","content":"hi"}],"stream":)") +
            (is_stream ? "true}" : "false}");
        return std::make_unique<TestClient>(
            world, door,
            TestGate::request("POST", "/v1/chat/completions", body,
                              "host: gate.test\r\ncontent-type: application/json\r\nauthorization: Bearer " +
                                  std::string(key) + "\r\n" + std::string(more_headers)));
    }
    bool run_until(const std::function<bool()>& is_enough, Duration patience = 30s) {
        world.run_until(world.now() + patience, is_enough);
        return is_enough();
    }
    // What stands in the log, terminals by kind.
    std::map<std::string, int> log() {
        std::map<std::string, int> seen;
        auto reader = ledger::LogReader::open(files, "/state/ledger");
        REQUIRE(reader);
        for (;;) {
            const auto record = reader->next();
            REQUIRE(record);
            if (!*record) return seen;
            const auto entry = ledger::read_entry((*record)->bytes);
            REQUIRE(entry);
            if (const auto* terminal = std::get_if<model::Terminal>(&entry->body)) {
                ++seen[std::string(model::name_of(terminal->kind))];
                last = *terminal;
                last.raw_usage = {};
            } else if (std::holds_alternative<model::Reserve>(entry->body)) {
                ++seen["reserve"];
            } else if (const auto* correction = std::get_if<ledger::Correction>(&entry->body)) {
                ++seen["correction"];
                last_correction = *correction;
            } else if (const auto* decision = std::get_if<model::Decision>(&entry->body)) {
                ++seen["decision"];
                decided_for.insert(decision->upstream);
            }
        }
    }

    io::Address door{"127.0.0.1", 8080}, upstream{"10.0.0.1", 8000};
    io::sim::World world{11};
    io::sim::SimFiles files;
    config::FakeSecrets secrets = [] {
        config::FakeSecrets made = TestGate::known_secrets();
        made.variables["PAYING_KEY"] = paying_key;
        return made;
    }();
    std::string gate_text;
    std::string tables_path;
    std::string problem;
    model::Terminal last;
    ledger::Correction last_correction;
    std::set<model::NameId> decided_for;   // upstreams of decisions
    std::unique_ptr<LedgerService> service;
    std::unique_ptr<Control> control;
    std::unique_ptr<Shard> shard;
};

TEST_CASE("an answered request is one RESERVE and one TERMINAL with its cost, and names nobody") {
    Scene scene;
    REQUIRE(scene.problem == "");
    const TestServer upstream(scene.world, scene.upstream, whole_answer);
    const auto client = scene.chat(false, "x-gilmok-tag: nightly\r\n");
    REQUIRE(scene.run_until([&] { return !client->body().empty(); }));
    CHECK(client->status() == 200);
    scene.world.run_for(1s);
    const auto log = scene.log();
    CHECK(log.at("reserve") == 1);
    CHECK(log.at("settled") == 1);
    CHECK(scene.last.charge.is_known);
    CHECK(decimal(scene.last.charge.cost_ledger) == "9");
    CHECK(scene.last.provenance == model::Provenance::provider);
    CHECK(scene.last.tag != model::NameId::none);
    CHECK(scene.last.person != std::array<std::uint8_t, 16>{});
    const auto names = scene.files.list("/state/ledger/log");
    REQUIRE(names);
    for (const auto& name : *names)
        CHECK(scene.files.text("/state/ledger/log/" + name).find("kim") == std::string::npos);
}

TEST_CASE("an attempt is booked with the class that the request had, and at the place of the profile that served it") {
    Scene scene(std::string(prices) + "[model.profile]\ntry = [\"a/us.anthropic.claude\"]\n");
    REQUIRE(scene.problem == "");
    const TestServer upstream(scene.world, scene.upstream, whole_answer);
    const auto number_of = [&](ledger::NameKind kind, std::string_view text) {
        return scene.service->keeper()->intern(kind, text, scene.world.wall_now());
    };
    const auto raised = scene.chat(false, "x-gilmok-class: S\r\n");
    REQUIRE(scene.run_until([&] { return !raised->body().empty(); }));
    CHECK(raised->status() == 200);
    scene.world.run_for(1s);
    scene.log();
    CHECK(scene.last.data_class == number_of(ledger::NameKind::data_class, "S"));
    TestClient open(scene.world, scene.door,
                    TestGate::request("POST", "/v1/chat/completions", R"({"model":"profile","messages":[]})",
                                      "host: gate.test\r\ncontent-type: application/json\r\nauthorization: Bearer " +
                                          std::string(TestGate::fixed_key) + "\r\n"));
    REQUIRE(scene.run_until([&] { return !open.body().empty(); }));
    CHECK(open.status() == 200);
    scene.world.run_for(1s);
    scene.log();
    CHECK(scene.last.data_class == number_of(ledger::NameKind::data_class, "O"));
    CHECK(scene.last.place == number_of(ledger::NameKind::place, "us-profile"));
}

TEST_CASE("a secret in the caller's own tag is refused: nothing is ever removed from the ledger") {
    Scene scene;
    REQUIRE(scene.problem == "");
    const TestServer upstream(scene.world, scene.upstream, whole_answer);
    // Cut in two, so that nobody takes it for one that is in use.
    const std::string key = std::string("AKIA") + "Q3EGRIXJ7ZPLM4TN";
    const auto client = scene.chat(false, "x-gilmok-tag: " + key + "\r\n");
    REQUIRE(scene.run_until([&] { return !client->body().empty(); }));
    CHECK(client->status() == 400);
    CHECK(client->body().find("x-gilmok-tag looks like a secret") != std::string::npos);
    CHECK(client->body().find(key) == std::string::npos);
    CHECK(upstream.requests.empty());
    scene.world.run_for(1s);
    const auto names = scene.files.list("/state/ledger/log");
    REQUIRE(names);
    for (const auto& name : *names) CHECK(scene.files.text("/state/ledger/log/" + name).find(key) == std::string::npos);
}

TEST_CASE("what the external detector is asked about is written down like what goes to an upstream") {
    Scene scene(std::string(prices) +
                "[upstream.ner]\nurl = \"http://10.0.0.3:9000\"\nplace = \"kr-onprem\"\nscrape_interval = \"0ms\"\n"
                "[guard]\npacks = []\n[guard.external]\nupstream = \"ner\"\n");
    REQUIRE(scene.problem == "");
    const TestServer upstream(scene.world, scene.upstream, whole_answer);
    const TestServer detector(scene.world, {"10.0.0.3", 9000},
                              [](const std::string&) { return http_answer(R"({"spans":[]})"); });
    const auto client = scene.chat(false, "x-gilmok-class: S\r\n");
    REQUIRE(scene.run_until([&] { return !client->body().empty(); }));
    CHECK(client->status() == 200);
    REQUIRE(detector.requests.size() == 1);
    CHECK(detector.requests[0].starts_with("POST /v1/guard/detect HTTP/1.1\r\n"));
    scene.world.run_for(1s);
    CHECK(scene.log().at("decision") == 2);
    CHECK(scene.decided_for.size() == 2);
    CHECK(!scene.decided_for.contains(model::NameId::none));
}

TEST_CASE("in strict mode nothing goes upstream before the RESERVE is on the disk") {
    Scene scene(std::string(prices) + "[ledger]\nstrict = true\n");
    REQUIRE(scene.problem == "");
    TestServer upstream(scene.world, scene.upstream, whole_answer);
    const auto first = scene.chat(false);
    REQUIRE(scene.run_until([&] { return !first->body().empty(); }));
    CHECK(first->status() == 200);
    CHECK(upstream.requests.size() == 1);
    // A disk that takes nothing: the request waits and is refused, the upstream never hears of it.
    scene.files.fail_call(1, 5, true);
    const auto second = scene.chat(false);
    scene.world.run_for(2s);
    CHECK(upstream.requests.size() == 1);
    scene.files.heal();
    REQUIRE(scene.run_until([&] { return second->status() != 0; }));
}

TEST_CASE("a failing disk stops new paid work, lets a running stream settle, and is recovered from without a restart") {
    Scene scene;
    REQUIRE(scene.problem == "");
    TestServer upstream(scene.world, scene.upstream, open_stream);
    auto running = scene.chat(true);
    REQUIRE(scene.run_until([&] { return has(running->received, "hi"); }));
    scene.files.fail_call(1, 28, true);
    scene.world.run_for(1s);
    const auto refused = scene.chat(true);
    REQUIRE(scene.run_until([&] { return refused->status() != 0; }));
    CHECK(refused->status() == 503);
    CHECK(has(refused->body(), "ledger_unavailable"));
    CHECK(has(refused->received, "retry-after"));
    running.reset();   // the client leaves; his stream is settled in the room that was kept
    scene.world.run_for(1s);
    scene.files.heal();
    scene.world.run_for(3s);
    auto again = scene.chat(true);
    REQUIRE(scene.run_until([&] { return has(again->received, "hi"); }));
    again.reset();
    scene.world.run_for(2s);
    const auto log = scene.log();
    CHECK(log.at("reserve") == 2);
    CHECK(log.at("settled") == 2);
}

TEST_CASE("a gateway that is killed in the middle of a stream finds the attempt and closes it as recovered") {
    Scene scene;
    REQUIRE(scene.problem == "");
    TestServer upstream(scene.world, scene.upstream, long_stream);
    auto running = scene.chat(true, "idempotency-key: once\r\n");
    REQUIRE(scene.run_until([&] { return has(running->received, "hi"); }));
    scene.world.run_for(1s);
    scene.crash();
    running.reset();
    scene.start();
    REQUIRE(scene.problem == "");
    scene.world.run_for(1s);
    auto log = scene.log();
    CHECK(log.at("reserve") == 1);
    CHECK(log.at("recovered") == 1);
    CHECK(scene.service->keeper()->status().recovered == 1);
    // Counted at the last mark, at most 64 events before the end.
    CHECK(scene.last.provenance == model::Provenance::recovered);
    CHECK(scene.last.delivered_events >= 6);
    CHECK(scene.last.meters[model::Meter::output_text] == scene.last.delivered_events);
    CHECK(scene.last.meters[model::Meter::input_fresh] > 0);
    // The key was used: it is not done twice, though the answer is gone.
    const auto again = scene.chat(true, "idempotency-key: once\r\n");
    REQUIRE(scene.run_until([&] { return again->status() != 0; }));
    CHECK(again->status() == 409);
    CHECK(has(again->body(), "idempotency_answered"));
}

TEST_CASE("what a killed gateway had open is charged at the next start, once, and counts in the budget") {
    const ledger::TemporaryDirectory directory;
    Scene scene(std::string(prices) +
                    "[tenant.paying]\nbudget_month = \"1000000000 KRW\"\n[[key]]\nname = \"paying\"\n"
                    "tenant = \"paying\"\nsecret = \"env:PAYING_KEY\"\n",
                directory.file("tables"));
    REQUIRE(scene.problem == "");
    TestServer upstream(scene.world, scene.upstream, long_stream);
    auto running = scene.chat(true, {}, paying_key);
    REQUIRE(scene.run_until([&] { return has(running->received, "hi"); }));
    scene.world.run_for(1s);
    for (int start = 0; start < 2; ++start) {
        scene.crash();
        running.reset();
        scene.start();
        REQUIRE(scene.problem == "");
        scene.world.run_for(1s);
        const auto log = scene.log();
        CHECK(log.at("recovered") == 1);
        CHECK(log.at("correction") == 1);
        // So many tokens in at 1 won each, and out at 2.
        const auto& meters = scene.last.meters;
        const Pico cost = (meters[model::Meter::input_fresh] + 2 * meters[model::Meter::output_text]) * pico_per_unit;
        CHECK(cost > 0);
        CHECK(scene.last_correction.cost_ledger == cost);
        const auto& setup = *scene.control->setup();
        const auto tenant =
            static_cast<model::TenantId>(std::ranges::find(setup.snapshot->tenants, "paying", &config::Tenant::path) -
                                         setup.snapshot->tenants.begin());
        CHECK(setup.accounts->treasury->spent(tenant, scene.world.wall_now()).money_month == cost);
    }
}

TEST_CASE("a memory of Idempotency-Keys that a power cut left half made is made anew") {
    Scene scene;
    REQUIRE(scene.problem == "");
    const std::string path = "/state/ledger/idempotency";
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{4'096}}) {
        scene.stop();
        scene.files.put(path, std::string(bytes, '\0'));
        scene.start();
        CHECK(scene.problem == "");
        CHECK(scene.files.size(path).value_or(0) == Idempotency::file_bytes);
    }
}

TEST_CASE("a disk too small to begin on is told with what would mend it") {
    io::sim::World world{11};
    io::sim::SimFiles files;
    config::FakeSecrets secrets = TestGate::known_secrets();
    const config::Loaded loaded = config::load_text(TestGate::toml(prices), "gilmok.toml", files, secrets, 1);
    REQUIRE(loaded.snapshot != nullptr);
    files.set_capacity(1'000'000);
    LedgerService service(files, world,
                          [] { return ledger::TablesResult<std::unique_ptr<ledger::Tables>>(ledger::no_tables()); });
    const std::string problem = service.open(*loaded.snapshot, 1);
    CHECK(has(problem, "/state/ledger/"));
    CHECK(has(problem, "free some room there, or name another directory as dir in [ledger]"));
}

TEST_CASE("what several models are served by without a price is told once") {
    io::sim::SimFiles files;
    config::FakeSecrets secrets = TestGate::known_secrets();
    const config::Loaded loaded = config::load_text(
        TestGate::toml("[model.other]\ntry = [\"a/served\"]\n[tenant.paying]\nbudget_month = \"1000 KRW\"\n"),
        "gilmok.toml", files, secrets, 1);
    REQUIRE(loaded.snapshot != nullptr);
    std::vector<std::string> warnings;
    const auto keyring = auth::Keyring::build(*loaded.snapshot, {}, nullptr, &warnings);
    const auto accounts = build_accounts(*loaded.snapshot, *keyring, nullptr, nullptr, nullptr, WallTime{});
    CHECK(std::ranges::count_if(accounts->problems, [](const auto& told) { return has(told, "a/served"); }) == 1);
}

TEST_CASE("a second gateway on the same ledger is refused in plain words") {
    Scene scene;
    REQUIRE(scene.problem == "");
    const config::Loaded loaded = config::load_text(scene.gate_text, "gilmok.toml", scene.files, scene.secrets, 1);
    LedgerService other(scene.files, scene.world,
                        [] { return ledger::TablesResult<std::unique_ptr<ledger::Tables>>(ledger::no_tables()); });
    const std::string problem = other.open(*loaded.snapshot, 1);
    CHECK(has(problem, "/state/ledger"));
    CHECK(other.keeper() == nullptr);
}

}   // namespace
