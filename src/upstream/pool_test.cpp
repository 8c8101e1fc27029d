#include "upstream/pool.hpp"

#include <doctest/doctest.h>

#include "io/sim/files.hpp"
#include "io/sim/world.hpp"
#include "io/test_certificates.hpp"
#include "io/tls.hpp"
#include "upstream/attempt.hpp"

namespace gilmok::upstream {

using namespace std::chrono_literals;

namespace {

const io::Address engine{"10.0.0.1", 8000};
constexpr io::Events readable = 1, writable = 2;

struct Scene {
    io::sim::World world{3};
    io::ListenerPtr listener = std::move(*world.network().listen(engine, {}));
    StatePtr state = std::make_shared<State>();
    config::Upstream upstream;
    Pool pool{world, state};
    Scene() {
        const std::vector<io::Address> addresses{engine};
        state->addresses = std::make_shared<const std::vector<io::Address>>(addresses);
    }
    Connection open() {
        auto taken = pool.take(upstream, false);
        REQUIRE(taken);
        world.run_for(1s);
        // What the kernel would have told by now.
        char byte = 0;
        static_cast<void>(taken->socket().read({&byte, 1}));
        return std::move(*taken);
    }
};

}   // namespace

TEST_CASE("a connection that was given back is used again, the warmest first") {
    Scene scene;
    Connection first = scene.open(), second = scene.open();
    CHECK(scene.pool.busy() == 2);
    io::Socket* const warmest = &second.socket();
    first.give_back(scene.world.now());
    second.give_back(scene.world.now());
    CHECK(scene.pool.busy() == 0);
    CHECK(scene.pool.idle() == 2);
    auto again = scene.pool.take(scene.upstream, false);
    REQUIRE(again);
    CHECK(again->is_reused());
    CHECK(&again->socket() == warmest);
    CHECK(scene.pool.connects() == 2);
    auto fresh = scene.pool.take(scene.upstream, true);
    REQUIRE(fresh);
    CHECK(!fresh->is_reused());
}

TEST_CASE("a connection that the other side closed, or spoke on unasked, is not used again") {
    for (const bool speaks : {true, false}) {
        CAPTURE(speaks);
        Scene scene;
        Connection connection = scene.open();
        io::SocketPtr far = scene.listener->accept();
        REQUIRE(far != nullptr);
        connection.give_back(scene.world.now());
        const std::string_view unasked = "x";
        if (speaks)
            static_cast<void>(far->write({&unasked, 1}));
        else
            far.reset();
        scene.world.run_for(1s);
        auto next = scene.pool.take(scene.upstream, false);
        REQUIRE(next);
        CHECK(!next->is_reused());
        CHECK(scene.pool.idle() == 0);
    }
}

// A TLS 1.3 server sends session tickets behind the handshake: bytes that nobody asked for, and yet no reason to throw the
// connection away. Before, every request to a TLS upstream made a new connection.
TEST_CASE("a TLS connection with session tickets under way is used again") {
    Scene scene;
    const io::TestAuthority authority;
    const io::TestIdentity identity = authority.issue({});
    io::sim::SimFiles files;
    files.put("ca.pem", authority.pem());
    files.put("cert.pem", identity.certificate_pem);
    files.put("key.pem", identity.key_pem);
    const auto trusted = io::read_tls_client(files, "ca.pem", "");
    const auto served = io::read_tls_server(files, "cert.pem", "key.pem", "");
    REQUIRE((trusted && served));
    scene.state->tls = trusted->context;
    scene.upstream.host = "gate.test";

    auto taken = scene.pool.take(scene.upstream, false);
    REQUIRE(taken);
    scene.world.run_for(1s);
    io::SocketPtr accepted = scene.listener->accept();
    REQUIRE(accepted != nullptr);
    io::SocketPtr far = io::tls_server(std::move(accepted), *served->context);
    char block[64];
    const auto pass = [&](io::Socket& from, io::Socket& to, std::string_view text) {
        std::string got;
        bool is_sent = false;
        for (int turn = 0; turn < 50 && got != text; ++turn) {
            if (!text.empty() && got.empty() && from.is_writable()) {
                std::string_view left = text;
                if (!is_sent) is_sent = from.write({&left, 1}).is_done();
            }
            scene.world.run_for(10ms);
            const io::Transfer read = to.read(block);
            if (read.is_done()) got.append(block, read.bytes);
        }
        return got;
    };
    CHECK(pass(taken->socket(), *far, "question") == "question");
    CHECK(pass(*far, taken->socket(), "answer") == "answer");
    scene.world.run_for(1s);   // the tickets have arrived
    taken->give_back(scene.world.now());
    CHECK(scene.pool.idle() == 1);
    auto again = scene.pool.take(scene.upstream, false);
    REQUIRE(again);
    CHECK(again->is_reused());
    CHECK(scene.pool.connects() == 1);
}

TEST_CASE("connections_max counts busy and idle, and an idle one makes room for a fresh one") {
    Scene scene;
    scene.pool.set_limits({.connections_max = 2, .idle_max = 8, .idle_timeout = 60s});
    Connection first = scene.open(), second = scene.open();
    const auto refused = scene.pool.take(scene.upstream, false);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::overloaded);
    CHECK(refused.error().retry == Retry::other_upstream);
    second.give_back(scene.world.now());
    const auto fresh = scene.pool.take(scene.upstream, true);
    CHECK(fresh.has_value());
    CHECK(scene.pool.idle() == 0);
    CHECK(scene.pool.busy() == 2);
}

TEST_CASE("idle connections are few and do not grow old") {
    Scene scene;
    scene.pool.set_limits({.connections_max = 8, .idle_max = 1, .idle_timeout = 10s});
    Connection first = scene.open(), second = scene.open();
    first.give_back(scene.world.now());
    second.give_back(scene.world.now());
    CHECK(scene.pool.idle() == 1);
    scene.pool.reap(scene.world.now() + 9s);
    CHECK(scene.pool.idle() == 1);
    scene.pool.reap(scene.world.now() + 10s);
    CHECK(scene.pool.idle() == 0);
}

TEST_CASE("an upstream without an address is a failed connect, and takes no place") {
    Scene scene;
    scene.state->addresses.store(nullptr);
    const auto refused = scene.pool.take(scene.upstream, false);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::connect_failed);
    CHECK(scene.pool.busy() == 0);
}

TEST_CASE("an attempt that begins again keeps nothing of the one before") {
    Scene scene;
    io::Waiter waiter(scene.world.ready());
    Attempt attempt;
    attempt.begin(scene.pool, scene.upstream, false, waiter, readable, writable, scene.world.now());
    CHECK(attempt.state() == Attempt::State::connecting);
    CHECK(attempt.deadline(scene.upstream) == scene.world.now() + scene.upstream.connect_timeout);
    attempt.time_out();
    CHECK(attempt.error().code == Code::connect_timeout);
    CHECK(scene.state->address_next.load() == 1);
    attempt.begin(scene.pool, scene.upstream, true, waiter, readable, writable, scene.world.now());
    scene.world.run_for(1s);
    std::array<char, 4096> scratch{};
    wire::http1::ResponseHead head;
    std::string_view rest;
    REQUIRE(attempt.on_ready(scratch, head, rest) == Attempt::State::ready_to_send);
    const std::string_view request = "GET / HTTP/1.1\r\n\r\n";
    attempt.send({&request, 1});
    scene.world.run_for(1s);
    io::SocketPtr far;
    while (io::SocketPtr next = scene.listener->accept())
        far = std::move(next);   // the one that timed out may be first
    REQUIRE(far != nullptr);
    std::string_view answer = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    while (!answer.empty()) {
        const io::Transfer put = far->write({&answer, 1});
        REQUIRE(put.is_done());
        answer.remove_prefix(put.bytes);
    }
    scene.world.run_for(1s);
    REQUIRE(attempt.on_ready(scratch, head, rest) == Attempt::State::answering);
    CHECK(head.status == 200);
    CHECK(std::string_view("ok").starts_with(rest));
    attempt.cancel();
    CHECK(scene.pool.busy() == 0);
}

}   // namespace gilmok::upstream
