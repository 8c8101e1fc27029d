// Goal: writes that wait for the end of the turn lose nothing, keep their order, and go out before a close or a reset.
// Method: two real sockets on one loop over loopback; the far end counts and checks what it hears.
#include "io/linux/outbox.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "io/linux/loop.hpp"
#include "io/task.hpp"

namespace gilmok::io::linux_ {
namespace {

constexpr Events readable = 1;
constexpr Events writable = 2;
constexpr Events timer_event = 4;

struct Pair {
    std::unique_ptr<Loop> loop = make_loop();
    SocketPtr near, far;
    std::string heard;
    Transfer::State ended = Transfer::State::done;

    Task<> connect() {
        Waiter waiter(loop->ready());
        const Address any{"127.0.0.1", 0};
        const ListenOptions options;
        auto listener = loop->network().listen(any, options);
        REQUIRE(listener.has_value());
        (*listener)->watch(&waiter, readable);
        auto socket = loop->network().connect((*listener)->address());
        REQUIRE(socket.has_value());
        near = std::move(*socket);
        while ((far = (*listener)->accept()) == nullptr) co_await waiter.wait(readable);
        (*listener)->watch(nullptr, 0);
        near->watch(&waiter, readable, writable);
        while (!near->is_connected().value_or(false)) co_await waiter.wait(readable | writable);
        near->watch(nullptr, 0, 0);
    }
    // Hears until the other side ends.
    Task<> hear(Duration pause) {
        Waiter waiter(loop->ready());
        Timer timer(loop->timers(), waiter, timer_event);
        timer.arm(loop->now() + pause);
        if (pause != Duration{}) co_await waiter.wait(timer_event);
        far->watch(&waiter, readable, writable);
        std::string buffer(64 * 1024, '\0');
        for (;;) {
            const Transfer got = far->read(buffer);
            if (got.is_done()) heard.append(buffer, 0, got.bytes);
            if (got.is_over()) {
                ended = got.state;
                co_return;
            }
            if (got.would_block()) co_await waiter.wait(readable);
        }
    }
    Task<> run_story(std::function<Task<>(Pair&)> say, Duration pause) {
        co_await connect();
        Task<> saying = say(*this);
        saying.start();
        co_await hear(pause);
        loop->stop();
    }
    void run(std::function<Task<>(Pair&)> say, Duration pause = {}) {
        Task<> story = run_story(std::move(say), pause);
        story.start();
        loop->run();
    }
};

bool write(Socket& socket, std::string_view text) {
    const Transfer sent = socket.write({&text, 1});
    return sent.is_done() && sent.bytes == text.size();
}

Task<> small_large_small(Pair& pair) {
    CHECK(write(*pair.near, "one "));
    CHECK(write(*pair.near, "two "));
    CHECK(write(*pair.near, std::string(60'000, 'x')));   // goes out at once, behind what waits
    CHECK(write(*pair.near, " three"));
    pair.near->shutdown_write();
    co_return;
}

Task<> write_and_reset(Pair& pair) {
    CHECK(write(*pair.near, "it has begun"));
    pair.near->reset_on_close();
    pair.near.reset();
    co_return;
}

Task<> write_and_close(Pair& pair) {
    CHECK(write(*pair.near, "all of it"));
    pair.near.reset();
    co_return;
}

// More than the kernel takes while nobody reads: what it does not take is kept, and closing waits for it.
Task<> fill_and_drain(Pair& pair, std::string& said) {
    Waiter waiter(pair.loop->ready());
    pair.near->watch(&waiter, readable, writable);
    const std::string piece(8'000, 'k');
    const std::string_view part = piece;
    bool was_full = false;
    while (said.size() < 12'000'000) {
        const Transfer sent = pair.near->write({&part, 1});
        if (sent.is_done()) {
            said.append(piece, 0, sent.bytes);
            continue;
        }
        REQUIRE(sent.would_block());
        was_full = true;
        co_await waiter.wait(writable);
    }
    CHECK(was_full);
    while (!pair.near->is_drained()) co_await waiter.wait(writable);
    pair.near.reset();
}

}   // namespace

TEST_CASE("writes of a turn keep their order, small and large") {
    Pair pair;
    pair.run(small_large_small);
    CHECK(pair.heard == "one two " + std::string(60'000, 'x') + " three");
    CHECK(pair.ended == Transfer::State::end);
}

TEST_CASE("what was written is heard before a reset") {
    Pair pair;
    pair.run(write_and_reset);
    CHECK(pair.heard == "it has begun");
    CHECK(pair.ended == Transfer::State::failed);
}

TEST_CASE("what was written is heard before a close") {
    Pair pair;
    pair.run(write_and_close);
    CHECK(pair.heard == "all of it");
    CHECK(pair.ended == Transfer::State::end);
}

TEST_CASE("what the kernel does not take is kept until it does") {
    Pair pair;
    std::string said;
    pair.run([&said](Pair& world) { return fill_and_drain(world, said); }, std::chrono::milliseconds(50));
    CHECK(pair.heard.size() == said.size());
    CHECK(pair.heard == said);
    CHECK(pair.ended == Transfer::State::end);
}

TEST_CASE("an outbox without room takes nothing") {
    struct Quiet final : Sender {
        void send_gathered(std::string_view bytes) override { sent += bytes; }
        std::string sent;
    };
    Outbox outbox;
    Quiet first, second;
    const std::string half(Outbox::bytes_max / 2 + 1, 'h');
    const std::string_view part = half;
    const Outbox::Place place = outbox.add(first, Outbox::nowhere, {&part, 1}, part.size());
    REQUIRE(place != Outbox::nowhere);
    CHECK(outbox.add(second, Outbox::nowhere, {&part, 1}, part.size()) == Outbox::nowhere);
    outbox.flush();
    CHECK(first.sent == half);
    CHECK(second.sent.empty());
    CHECK(outbox.add(second, Outbox::nowhere, {&part, 1}, part.size()) != Outbox::nowhere);
}

}   // namespace gilmok::io::linux_
