// Goal: the simulated world keeps the contract of Loop, Network and Socket, and is the same for the same seed.
// Method: an echo server and its clients as coroutines, under every fault the world knows.
#include "io/sim/world.hpp"

#include <doctest/doctest.h>

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "io/task.hpp"

using namespace gilmok;
using namespace gilmok::io;
using namespace gilmok::io::sim;
using namespace std::chrono_literals;

namespace {

constexpr Events readable = 1;
constexpr Events writable = 2;
constexpr Events timeout = 4;
const Address server_address{"10.0.0.1", 80};

// Reads until something is there or the stream is over. A failure is told by `state`.
Task<std::string> read_some(Waiter& waiter, Socket& socket, Transfer::State& state) {
    char block[512];
    for (;;) {
        const Transfer got = socket.read(block);
        state = got.state;
        if (got.is_done()) co_return std::string(block, got.bytes);
        if (got.is_over()) co_return std::string();
        co_await waiter.wait(readable);
    }
}

Task<bool> write_all(Waiter& waiter, Socket& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view parts[] = {bytes};
        const Transfer put = socket.write(parts);
        if (put.is_over()) co_return false;
        if (put.is_done()) bytes.remove_prefix(put.bytes);
        if (put.would_block()) co_await waiter.wait(writable);
    }
    co_return true;
}

// A parameter lives as long as the frame, and the frame as long as its Task: what shall close at the end is a local.
Task<> echo(Loop& loop, SocketPtr accepted) {
    Waiter waiter(loop.ready());
    const SocketPtr socket = std::move(accepted);
    socket->watch(&waiter, readable, writable);
    for (;;) {
        Transfer::State state{};
        const std::string bytes = co_await read_some(waiter, *socket, state);
        if (bytes.empty()) co_return;
        if (!co_await write_all(waiter, *socket, bytes)) co_return;
    }
}

// Accepts for ever; the tasks of closed connections stay until it is destroyed.
Task<> echo_server(Loop& loop, Address address, std::list<Task<>>& connections) {
    Waiter waiter(loop.ready());
    auto listener = loop.network().listen(address, {});
    REQUIRE(listener);
    (*listener)->watch(&waiter, readable);
    for (;;) {
        while (SocketPtr socket = (*listener)->accept()) {
            connections.push_back(echo(loop, std::move(socket)));
            connections.back().start();
        }
        co_await waiter.wait(readable);
    }
}

struct Outcome {
    bool is_connected = false;
    bool is_over = false;
    Transfer::State state{};
    std::string refusal;
    std::string received;
    Instant ended{};
};

// Sends while it reads, as an echo of more than a window demands.
Task<> client(Loop& loop, Address address, std::string text, Outcome& outcome) {
    Waiter waiter(loop.ready());
    auto connected = loop.network().connect(address);
    REQUIRE(connected);
    Socket& socket = **connected;
    socket.watch(&waiter, readable, writable);
    for (;;) {
        const auto is_connected = socket.is_connected();
        if (!is_connected) {
            outcome.refusal = is_connected.error().detail;
            outcome.is_over = true;
            outcome.ended = loop.now();
            co_return;
        }
        if (*is_connected) break;
        co_await waiter.wait(writable);
    }
    outcome.is_connected = true;
    std::string_view rest = text;
    char block[300];
    for (;;) {
        bool progress = false;
        if (!rest.empty()) {
            const std::string_view parts[] = {rest.substr(0, rest.size() / 2), rest.substr(rest.size() / 2)};
            const Transfer put = socket.write(parts);
            if (put.is_done()) {
                rest.remove_prefix(put.bytes);
                if (rest.empty()) socket.shutdown_write();
                progress = true;
            }
        }
        const Transfer got = socket.read(block);
        if (got.is_done()) {
            outcome.received.append(block, got.bytes);
            progress = true;
        }
        if (got.is_over()) {
            outcome.state = got.state;
            outcome.is_over = true;
            outcome.ended = loop.now();
            co_return;
        }
        if (!progress) co_await waiter.wait(readable | writable);
    }
}

std::string some_text(Prng& prng, std::size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('a' + prng.below(26));
    return text;
}

// One client against one echo server.
struct Scene {
    World world;
    std::list<Task<>> connections;
    Task<> server;
    Outcome outcome;
    Task<> task;
    explicit Scene(std::uint64_t seed) : world(seed), server(echo_server(world, server_address, connections)) {
        server.start();
    }
    void start(std::string text) {
        task = client(world, server_address, std::move(text), outcome);
        task.start();
    }
};

}   // namespace

TEST_CASE("an echo comes back whole for every seed, however the network cuts it") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        Scene scene(seed);
        Prng prng{seed};
        Faults faults;
        faults.up.window_bytes = faults.down.window_bytes = prng.below(3'000) + 1;
        faults.up.piece_bytes_max = prng.below(1'460) + 1;
        scene.world.set_faults(faults);
        const std::string text = some_text(prng, prng.below(20'000) + 1);
        scene.start(text);
        CHECK(scene.world.run_until_idle() == World::Ended::nothing_left);
        REQUIRE(scene.outcome.is_over);
        CHECK(scene.outcome.state == Transfer::State::end);
        CHECK(scene.outcome.received == text);
        CHECK(scene.world.open_sockets() == 0);
        CHECK(scene.world.bytes_in_pipes() == 0);
    }
}

TEST_CASE("the same seed is the same run, another seed is another") {
    const auto run = [](std::uint64_t seed) {
        Scene scene(seed);
        Prng prng{7};
        scene.start(some_text(prng, 5'000));
        (void)scene.world.run_until_idle();
        return scene.world.trace_hash();
    };
    CHECK(run(1) == run(1));
    CHECK(run(2) == run(2));
    CHECK(run(1) != run(2));
}

TEST_CASE("nobody listens: refused; a black hole: silence for ever") {
    World world(1);
    Outcome refused;
    Task<> first = client(world, server_address, "x", refused);
    first.start();
    CHECK(world.run_until_idle() == World::Ended::nothing_left);
    CHECK(refused.refusal == "Connection refused");

    Faults faults;
    faults.connect = Faults::Connect::black_hole;
    const Address hole{"10.0.0.2", 80};
    world.set_faults(hole, faults);
    Outcome lost;
    Task<> second = client(world, hole, "x", lost);
    second.start();
    CHECK(world.run_until_idle() == World::Ended::nothing_left);
    CHECK(!lost.is_over);
    CHECK(world.open_sockets() == 1);
    second = Task<>();
    CHECK(world.open_sockets() == 0);
}

TEST_CASE("a scripted reset comes after exactly its bytes") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Scene scene(seed);
        Faults faults;
        faults.down.reset_at = 1'234;
        scene.world.set_faults(server_address, faults);
        scene.start(std::string(3'000, 'x'));
        (void)scene.world.run_until_idle();
        REQUIRE(scene.outcome.is_over);
        CHECK(scene.outcome.state == Transfer::State::failed);
        CHECK(scene.outcome.received.size() == 1'234);
        CHECK(scene.world.open_sockets() == 0);
    }
}

TEST_CASE("a stall holds bytes and end alike, and ends when it is told or when its time is over") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Scene scene(seed);
        Faults faults;
        faults.down.stall_at = 100;
        scene.world.set_faults(server_address, faults);
        scene.start(std::string(500, 'x'));
        CHECK(scene.world.run_for(1h) == World::Ended::nothing_left);
        CHECK(scene.outcome.received.size() == 100);
        CHECK(!scene.outcome.is_over);
        scene.world.set_faults(server_address, Faults{});
        (void)scene.world.run_until_idle();
        CHECK(scene.outcome.received.size() == 500);
        CHECK(scene.outcome.state == Transfer::State::end);
    }
    Scene scene(3);
    Faults faults;
    faults.down.stall_at = 0;
    faults.down.stall_for = 90s;
    scene.world.set_faults(server_address, faults);
    const Instant begun = scene.world.now();
    scene.start("hello");
    (void)scene.world.run_until_idle();
    CHECK(scene.outcome.received == "hello");
    CHECK(scene.outcome.ended - begun >= 90s);
    CHECK(scene.outcome.ended - begun < 91s);
}

TEST_CASE("a dripping connection brings one byte at a time") {
    Scene scene(1);
    Faults faults;
    faults.down.drip = 1s;
    scene.world.set_faults(server_address, faults);
    const Instant begun = scene.world.now();
    scene.start("0123456789");
    (void)scene.world.run_for(5s + 500ms);
    CHECK(scene.outcome.received.size() >= 5);
    CHECK(scene.outcome.received.size() <= 6);
    (void)scene.world.run_until_idle();
    CHECK(scene.outcome.received == "0123456789");
    CHECK(scene.outcome.ended - begun >= 9s);
}

TEST_CASE("a killed process resets its connections, and the next one is refused") {
    Scene scene(1);
    Faults faults;
    faults.down.stall_at = 10;
    scene.world.set_faults(server_address, faults);
    scene.start("some text to echo");
    (void)scene.world.run_for(1s);
    CHECK(!scene.outcome.is_over);
    scene.server = Task<>();
    scene.world.reset_connections(server_address);
    (void)scene.world.run_until_idle();
    CHECK(scene.outcome.state == Transfer::State::failed);
    Outcome next;
    Task<> again = client(scene.world, server_address, "x", next);
    again.start();
    (void)scene.world.run_until_idle();
    CHECK(next.refusal == "Connection refused");
    CHECK(scene.world.open_sockets() == 0);
}

namespace {

// Both ends in the hand of the test.
struct Pair {
    World world;
    Waiter waiter;
    ListenerPtr listener;
    SocketPtr near;
    SocketPtr far;
    explicit Pair(std::uint64_t seed, const Faults& faults = {}) : world(seed), waiter(world.ready()) {
        world.set_faults(faults);
        listener = std::move(*world.network().listen(server_address, {}));
        near = std::move(*world.network().connect(server_address));
        (void)world.run_until_idle();
        far = listener->accept();
        REQUIRE(far != nullptr);
    }
    static std::size_t put(Socket& socket, std::string_view bytes) {
        const std::string_view parts[] = {bytes};
        const Transfer result = socket.write(parts);
        return result.is_done() ? result.bytes : 0;
    }
    // Writes all of it; the random short writes of a socket are not what these tests are about.
    static void put_all(Socket& socket, std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t written = put(socket, bytes);
            REQUIRE(written > 0);
            bytes.remove_prefix(written);
        }
    }
    static std::string take(Socket& socket, Transfer::State& state) {
        std::string all;
        char block[256];
        for (;;) {
            const Transfer got = socket.read(block);
            state = got.state;
            if (!got.is_done()) return all;
            all.append(block, got.bytes);
        }
    }
};

}   // namespace

TEST_CASE("readiness is sticky: would_block changes nothing until the world says so") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        Pair pair(seed);
        pair.far->watch(&pair.waiter, readable, writable);
        CHECK((pair.waiter.pending() & readable) == 0);
        CHECK((pair.waiter.pending() & writable) == writable);   // told at once
        Transfer::State state{};
        CHECK(Pair::take(*pair.far, state).empty());
        CHECK(state == Transfer::State::would_block);
        Pair::put_all(*pair.near, "hello");
        CHECK(Pair::take(*pair.far, state).empty());   // still on its way
        CHECK((pair.waiter.pending() & readable) == 0);
        (void)pair.world.run_until_idle();
        CHECK((pair.waiter.pending() & readable) == readable);
        CHECK(Pair::take(*pair.far, state) == "hello");
        CHECK(state == Transfer::State::would_block);
        CHECK(!pair.far->is_readable());
    }
}

TEST_CASE("a full window blocks the writer until a third of it is free") {
    Faults faults;
    faults.up.window_bytes = 900;
    Pair pair(5, faults);
    std::size_t written = 0;
    while (const std::size_t bytes = Pair::put(*pair.near, std::string(1'000, 'x'))) written += bytes;
    CHECK(written == 900);
    CHECK(!pair.near->is_writable());
    CHECK(pair.world.bytes_in_pipes() == 900);
    (void)pair.world.run_until_idle();
    CHECK(!pair.near->is_writable());   // delivered is not read
    Transfer::State state{};
    CHECK(Pair::take(*pair.far, state).size() == 900);
    CHECK(!pair.near->is_writable());   // the acknowledgement is on its way
    (void)pair.world.run_until_idle();
    CHECK(pair.near->is_writable());
}

TEST_CASE("half-close: the end is seen after the bytes, and the other direction goes on") {
    Pair pair(2);
    Pair::put_all(*pair.near, "question");
    pair.near->shutdown_write();
    (void)pair.world.run_until_idle();
    CHECK(pair.far->has_hung_up());
    Transfer::State state{};
    CHECK(Pair::take(*pair.far, state) == "question");
    CHECK(state == Transfer::State::end);
    Pair::put_all(*pair.far, "answer");
    (void)pair.world.run_until_idle();
    CHECK(Pair::take(*pair.near, state) == "answer");
    CHECK(state == Transfer::State::would_block);
    pair.far.reset();
    (void)pair.world.run_until_idle();
    CHECK(Pair::take(*pair.near, state).empty());
    CHECK(state == Transfer::State::end);
}

TEST_CASE("a reset on close, and a close with unread bytes, are a failure at the other end") {
    for (const bool unread : {false, true}) {
        CAPTURE(unread);
        Pair pair(3);
        if (unread) {
            Pair::put_all(*pair.near, "never read");
            (void)pair.world.run_until_idle();
        } else {
            pair.far->reset_on_close();
        }
        pair.far.reset();
        (void)pair.world.run_until_idle();
        CHECK(pair.near->has_hung_up());
        Transfer::State state{};
        (void)Pair::take(*pair.near, state);
        CHECK(state == Transfer::State::failed);
        const std::string_view parts[] = {"x"};
        CHECK(pair.near->write(parts).state == Transfer::State::failed);
    }
}

TEST_CASE("bytes for a socket that was closed in order are answered by a reset") {
    Pair pair(4);
    pair.far.reset();
    (void)pair.world.run_until_idle();
    Transfer::State state{};
    CHECK(Pair::take(*pair.near, state).empty());
    CHECK(state == Transfer::State::end);
    Pair::put_all(*pair.near, "too late");
    (void)pair.world.run_until_idle();
    (void)Pair::take(*pair.near, state);
    CHECK(state == Transfer::State::failed);
    CHECK(pair.world.bytes_in_pipes() == 0);
}

TEST_CASE("a listener that dies resets what it had not accepted") {
    World world(1);
    ListenerPtr listener = std::move(*world.network().listen(server_address, {}));
    SocketPtr near = std::move(*world.network().connect(server_address));
    (void)world.run_until_idle();
    CHECK(world.open_sockets() == 2);
    listener.reset();
    (void)world.run_until_idle();
    CHECK(near->has_hung_up());
    CHECK(world.open_sockets() == 1);
}

TEST_CASE("a full backlog makes connections wait and not fail") {
    World world(1);
    const ListenOptions options{.shared = false, .backlog = 1};
    ListenerPtr listener = std::move(*world.network().listen(server_address, options));
    SocketPtr first = std::move(*world.network().connect(server_address));
    SocketPtr second = std::move(*world.network().connect(server_address));
    (void)world.run_for(5s);
    const bool one = first->is_connected().value() != second->is_connected().value();
    CHECK(one);
    const SocketPtr accepted = listener->accept();
    (void)world.run_for(5s);
    CHECK(first->is_connected().value());
    CHECK(second->is_connected().value());
}

TEST_CASE("an address is bound once, unless all its listeners share it") {
    World world(1);
    const ListenOptions shared{.shared = true};
    const auto first = world.network().listen(server_address, {});
    CHECK(!world.network().listen(server_address, {}));
    CHECK(!world.network().listen(server_address, shared));
    const auto any_port = world.network().listen(Address{"10.0.0.1", 0}, {});
    REQUIRE(any_port);
    CHECK((*any_port)->address().port != 0);
    const Address other{"10.0.0.1", 81};
    const auto left = world.network().listen(other, shared);
    const auto right = world.network().listen(other, shared);
    CHECK(left.has_value());
    CHECK(right.has_value());
    CHECK(world.open_listeners() == 4);
}

TEST_CASE("time jumps to the next deadline, and the wall clock may jump on its own") {
    World world(1);
    Waiter waiter(world.ready());
    Timer timer(world.timers(), waiter, timeout);
    const Instant begun = world.now();
    const WallTime begun_wall = world.wall_now();
    CHECK(rfc3339(begun_wall) == "2026-11-21T00:00:00.000Z");
    timer.arm(begun + 1h);
    CHECK(world.run_until(begun + 59min) == World::Ended::deadline);
    CHECK(world.now() == begun + 59min);
    CHECK(waiter.pending() == 0);
    CHECK(world.run_until_idle() == World::Ended::nothing_left);
    CHECK(world.now() == begun + 1h);
    CHECK(waiter.pending() == timeout);
    world.jump_wall_clock(-24h);
    CHECK(world.wall_now() == begun_wall + 1h - 24h);
    CHECK(world.now() == begun + 1h);
}

TEST_CASE("submitted work runs in order, stop ends the run, and what is left is told") {
    World world(1);
    std::vector<int> order;
    world.submit([&] {
        order.push_back(1);
        world.submit([&] { order.push_back(3); });
    });
    world.submit([&] { order.push_back(2); });
    CHECK(world.run_until_idle() == World::Ended::nothing_left);
    CHECK(order == std::vector<int>{1, 2, 3});
    world.after(1s, [&] { world.stop(); });
    world.after(2s, [&] { order.push_back(4); });
    CHECK(world.run_until_idle() == World::Ended::stopped);
    CHECK(order.size() == 3);
    world.after(10s, [&] { order.push_back(0); });
    const Instant begun = world.now();
    CHECK(world.run_until(begun + 1h, [&] { return order.back() == 4; }) == World::Ended::stopped);
    CHECK(world.now() == begun + 1s);
    CHECK(world.run_until_idle() == World::Ended::nothing_left);
    CHECK(order.back() == 0);
    int asked = 0;
    world.on_nothing_left([&] {
        if (++asked == 1) world.after(1s, [&] { order.push_back(5); });
    });
    CHECK(world.run_until_idle() == World::Ended::nothing_left);
    CHECK(order == std::vector<int>{1, 2, 3, 4, 0, 5});
    CHECK(asked == 2);
}

// Goal: no fault makes a socket leak, a byte change, or the world hang. Method: many clients, faults by chance, then
// everything that cannot end by itself is cut off.
TEST_CASE("under random faults every connection ends or hangs whole, and nothing leaks") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        World world(seed);
        Prng prng{seed};
        Faults faults;
        faults.refuse_chance = 0.1;
        faults.black_hole_chance = 0.05;
        faults.up.reset_chance = faults.down.reset_chance = 0.1;
        faults.up.stall_chance = faults.down.stall_chance = 0.1;
        faults.up.window_bytes = prng.below(2'000) + 1;
        world.set_faults(faults);
        std::list<Task<>> connections;
        Task<> server = echo_server(world, server_address, connections);
        server.start();
        std::list<Outcome> outcomes;
        std::vector<std::string> texts;
        std::list<Task<>> clients;
        for (int i = 0; i < 20; ++i) {
            texts.push_back(some_text(prng, prng.below(6'000) + 1));
            outcomes.emplace_back();
            clients.push_back(client(world, server_address, texts.back(), outcomes.back()));
            clients.back().start();
        }
        CHECK(world.run_for(1h) == World::Ended::nothing_left);
        std::size_t i = 0;
        for (const Outcome& outcome : outcomes) {
            REQUIRE(texts[i].starts_with(outcome.received));
            if (outcome.is_over && outcome.state == Transfer::State::end) REQUIRE(outcome.received == texts[i]);
            ++i;
        }
        clients.clear();
        connections.clear();
        (void)world.run_until_idle();
        CHECK(world.open_sockets() == 0);
    }
}
