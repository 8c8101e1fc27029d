// Goal: bytes received before their owner asks come to him whole, in order and once, whenever he asks, and never after he
// is gone. Method: two real sockets on one loop over loopback.
#include "io/linux/inbox.hpp"

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
constexpr Events far_event = 8;

struct Story {
    std::unique_ptr<Loop> loop = make_loop();
    Waiter waiter{loop->ready()};
    Waiter far_waiter{loop->ready()};
    Timer timer{loop->timers(), waiter, timer_event};
    SocketPtr near, far;

    Task<> connect() {
        const Address any{"127.0.0.1", 0};
        const ListenOptions options;
        auto listener = loop->network().listen(any, options);
        REQUIRE(listener.has_value());
        (*listener)->watch(&far_waiter, far_event);
        auto socket = loop->network().connect((*listener)->address());
        REQUIRE(socket.has_value());
        near = std::move(*socket);
        while ((far = (*listener)->accept()) == nullptr) co_await far_waiter.wait(far_event);
        (*listener)->watch(nullptr, 0);
        near->watch(&waiter, readable, writable);
        while (!near->is_connected().value_or(false)) co_await waiter.wait(readable | writable);
        far->watch(&far_waiter, far_event, 0);
    }
    void say(std::string_view text) {
        const Transfer sent = far->write({&text, 1});
        CHECK(sent.is_done());
        CHECK(sent.bytes == text.size());
        CHECK(far->is_drained());
    }
    // Reads by pieces of `step` bytes until nothing is there.
    std::string read_all(std::size_t step) {
        std::string heard, buffer(step, '\0');
        for (;;) {
            const Transfer got = near->read(buffer);
            if (!got.is_done()) return heard;
            heard.append(buffer, 0, got.bytes);
        }
    }
    Task<> pause() {
        timer.arm(loop->now() + std::chrono::milliseconds(5));
        co_await waiter.wait(timer_event);
    }
    // Awaited as an owner would who is woken by bytes and does not read them.
    Task<> wake() { co_await waiter.wait(readable); }

    void run(std::function<Task<>(Story&)> tell) {
        Task<> whole = run_whole(std::move(tell));
        whole.start();
        loop->run();
    }
    Task<> run_whole(std::function<Task<>(Story&)> tell) {
        co_await connect();
        co_await tell(*this);
        loop->stop();
    }
};

Task<> read_by_pieces(Story& story) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
        story.say("a request of some bytes");
        co_await story.wake();
        CHECK(story.near->is_readable());
        CHECK(story.read_all(step) == "a request of some bytes");
        CHECK_FALSE(story.near->is_readable());
    }
}

Task<> read_late(Story& story) {
    story.say("first ");
    co_await story.wake();
    co_await story.pause();   // turns go by, and with them the inbox
    story.say("second ");
    co_await story.pause();
    story.say("third");
    co_await story.pause();
    CHECK(story.near->is_readable());
    CHECK(story.read_all(4) == "first second third");
    story.say("and on");
    std::string heard;
    while (heard.size() < 6) {   // the bits of what was read above are still set
        co_await story.wake();
        heard += story.read_all(64);
    }
    CHECK(heard == "and on");
}

Task<> read_much(Story& story) {
    for (const std::size_t bytes : {Inbox::read_bytes_max - 1, Inbox::read_bytes_max, Inbox::read_bytes_max + 1,
                                    3 * Inbox::read_bytes_max, std::size_t{20}, std::size_t{20}}) {
        std::string text(bytes, 'x');
        for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 23);
        story.say(text);
        std::string heard;
        while (heard.size() < bytes) {
            co_await story.wake();
            heard += story.read_all(64 * 1024);
        }
        CHECK(heard == text);
    }
}

Task<> read_then_end(Story& story) {
    story.say("last words");
    co_await story.wake();
    story.far.reset();
    co_await story.pause();
    std::string buffer(100, '\0');
    const Transfer words = story.near->read(buffer);
    CHECK(words.is_done());
    CHECK(buffer.substr(0, words.bytes) == "last words");
    CHECK(story.near->read(buffer).state == Transfer::State::end);
}

Task<> die_in_the_turn(Story& story, bool reads) {
    story.say("nobody hears this");
    co_await story.wake();
    if (reads) CHECK(!story.read_all(64).empty());
    story.near.reset();
}

}   // namespace

TEST_CASE("what was received early is read in any pieces, and then the socket is not readable") {
    Story().run(read_by_pieces);
}

TEST_CASE("what nobody reads in its turn is kept, and what comes later follows it") { Story().run(read_late); }

TEST_CASE("more than the inbox takes of one socket comes whole") { Story().run(read_much); }

TEST_CASE("the end comes behind what was received before it") { Story().run(read_then_end); }

TEST_CASE("a socket may die in the turn that received for it") {
    for (const bool reads : {true, false}) Story().run([reads](Story& story) { return die_in_the_turn(story, reads); });
}

}   // namespace gilmok::io::linux_
