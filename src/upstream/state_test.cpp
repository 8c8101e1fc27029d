#include "upstream/state.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "io/sim/world.hpp"
#include "upstream/probe.hpp"

namespace gilmok::upstream {

using namespace std::chrono_literals;

namespace {

config::Upstream upstream_at(std::string name, std::string host, std::uint16_t port = 8000) {
    config::Upstream upstream;
    upstream.name = std::move(name);
    upstream.authority = upstream.host = std::move(host);
    upstream.port = port;
    return upstream;
}

template <class... Upstreams>
void set(config::Snapshot& snapshot, Upstreams... upstreams) {
    snapshot.upstreams.clear();
    (snapshot.upstreams.push_back(std::move(upstreams)), ...);   // they hold secrets and cannot be copied
}

io::Task<> fetch_into(io::Loop& loop, const config::Upstream& upstream, StatePtr state, FetchWhat what,
                      std::optional<Result<Fetched>>& into) {
    into = co_await fetch(loop, upstream, state, what);
}

}   // namespace

TEST_CASE("a state lives through reloads while its name and place stay the same") {
    config::Snapshot snapshot;
    set(snapshot, upstream_at("a", "10.0.0.1"), upstream_at("b", "10.0.0.2"));
    const States before = build_states(snapshot, {});
    before[0]->load.attempt_begins();
    set(snapshot, upstream_at("c", "10.0.0.3"), upstream_at("a", "10.0.0.1"), upstream_at("b", "10.0.0.9"));
    const States after = build_states(snapshot, before);
    REQUIRE(after.size() == 3);
    CHECK(after[1] == before[0]);   // the id may change
    CHECK(after[1]->load.view(Instant{}).in_flight == 1);
    CHECK(after[2] != before[1]);
    snapshot.upstreams[1].ca_file = "/other.pem";
    CHECK(build_states(snapshot, after)[1] != after[1]);
}

TEST_CASE("numeric hosts have their address at once, names only when they are resolved") {
    config::Snapshot snapshot;
    set(snapshot, upstream_at("v4", "10.0.0.1"), upstream_at("v6", "::1", 9), upstream_at("name", "engine.test"));
    const States states = build_states(snapshot, {});
    REQUIRE(states[0]->addresses.load() != nullptr);
    CHECK(states[0]->addresses.load()->front() == io::Address{"10.0.0.1", 8000});
    REQUIRE(states[1]->addresses.load() != nullptr);
    CHECK(states[1]->addresses.load()->front().port == 9);
    CHECK(states[2]->addresses.load() == nullptr);
}

TEST_CASE("a probe of a silent or absent upstream ends in time and leaves nothing") {
    io::sim::World world(5);
    config::Snapshot snapshot;
    set(snapshot, upstream_at("a", "10.0.0.1"));
    const StatePtr state = build_states(snapshot, {})[0];
    FetchWhat what;
    what.path = "/metrics";
    std::optional<Result<Fetched>> absent, silent;
    io::Task<> first = fetch_into(world, snapshot.upstreams[0], state, what, absent);
    first.start();
    world.run_until_idle();
    REQUIRE(absent.has_value());
    CHECK(!absent->has_value());
    const io::ListenerPtr listener = std::move(*world.network().listen({"10.0.0.1", 8000}, {}));
    const Instant begun = world.now();
    io::Task<> second = fetch_into(world, snapshot.upstreams[0], state, what, silent);
    second.start();
    world.run_until(begun + 10s, [&] { return silent.has_value(); });
    REQUIRE(silent.has_value());
    CHECK(!silent->has_value());
    CHECK(silent->error().code == Code::first_byte_timeout);
    CHECK(world.now() - begun == what.timeout);
    CHECK(world.timers().size() == 0);
}

}   // namespace gilmok::upstream
