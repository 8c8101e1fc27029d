// Goal: a script that is true passes, one that is false fails at its line. Method: a stand-in that passes bytes between
// the client and upstream "a" unchanged, so that what is seen is known.
#include "runner.hpp"

#include <doctest/doctest.h>

#include <list>

using namespace gilmok;
using namespace gilmok::exchange;

namespace {

constexpr io::Events near_ready = 3;
constexpr io::Events far_ready = 12;

class PassThrough final : public GatewayUnderTest {
public:
    explicit PassThrough(io::sim::World& world) : world_(world), waiter_(world.ready()) {
        listener_ = std::move(*world.network().listen(door_address(), {}));
        listener_->watch(&waiter_, 1);
        task_ = accept();
        task_.start();
    }
    std::deque<SeenRecord>& records() override { return records_; }
    std::string reload(const GatewayConfig&) override { return {}; }
    void drain(Duration) override { listener_.reset(); }
    bool is_drained() const override { return listener_ == nullptr; }
    std::uint32_t exchanges_running() const override { return running_; }
    std::uint32_t upstream_connections_busy() const override { return 0; }

private:
    static bool copy(io::Socket& from, std::string& held, io::Socket& to, bool& is_over) {
        bool progress = false;
        char block[700];
        if (held.empty()) {
            const io::Transfer got = from.read(block);
            if (got.is_done()) held.assign(block, got.bytes), progress = true;
            is_over = is_over || got.is_over();
        }
        if (held.empty()) return progress;
        const std::string_view parts[] = {held};
        const io::Transfer put = to.write(parts);
        if (put.is_done()) held.erase(0, put.bytes), progress = true;
        is_over = is_over || put.is_over();
        return progress;
    }
    io::Task<> pass(io::SocketPtr accepted) {
        const io::SocketPtr near = std::move(accepted);
        const io::Address upstream{"10.0.0.1", 8000};
        const io::SocketPtr far = std::move(*world_.network().connect(upstream));
        io::Waiter waiter(world_.ready());
        near->watch(&waiter, 1, 2);
        far->watch(&waiter, 4, 8);
        ++running_;
        std::string up, down;
        bool is_over = false;
        while (!is_over) {
            const bool did_up = copy(*near, up, *far, is_over);
            const bool did_down = copy(*far, down, *near, is_over);
            if (!did_up && !did_down && !is_over) co_await waiter.wait(near_ready | far_ready);
        }
        --running_;
        records_.push_back({{"outcome", "passed"}});
    }
    io::Task<> accept() {
        for (;;) {
            while (io::SocketPtr socket = listener_->accept()) {
                passing_.push_back(pass(std::move(socket)));
                passing_.back().start();
            }
            co_await waiter_.wait(1);
        }
    }

    io::sim::World& world_;
    io::ListenerPtr listener_;
    io::Waiter waiter_;
    std::deque<SeenRecord> records_;
    std::uint32_t running_ = 0;
    std::list<io::Task<>> passing_;
    io::Task<> task_;
};

std::optional<Failure> run(const std::string& steps, std::uint64_t seed = 1) {
    const std::string text = "# A claim.\nconfig\n    upstream a\n    model m = a/served\n" + steps;
    const Script script = parse_script(text);
    for (const Problem& problem : script.problems) FAIL(problem.what);
    const StartGateway start = [](io::sim::World& world, const GatewayConfig& config) {
        CHECK(config.toml.find("[upstream.a]") != std::string::npos);
        return Started{std::make_unique<PassThrough>(world), {}};
    };
    Runner runner(script, seed, start);
    return runner.run();
}

const std::string whole_story =
    "client c\n    send chat model=m stream\n"
    "upstream a\n    expect POST /v1/chat/completions\n    expect json model is \"m\"\n    expect header authorization "
    "contains Bearer\n    expect no header cookie\n"
    "    reply 200 sse\n    event {\"n\":1}\n"
    "client c\n    expect status 200\n    expect header content-type text/event-stream\n    expect event json n is 1\n "
    "   expect no event\n"
    "upstream a\n    comment still here\n    done\n"
    "client c\n    expect event done\n    expect end\n    expect open\n    close\n"
    "upstream a\n    expect cancelled within 100ms\n";

}   // namespace

TEST_CASE("a true script passes with every seed") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        const auto failure = run(whole_story + "record outcome=passed\n", seed);
        if (failure) FAIL_CHECK(failure->line, ": ", failure->what);
    }
}

TEST_CASE("what is not so fails at its line") {
    const auto line_of = [](const std::string& steps) {
        const auto failure = run(steps);
        return failure ? static_cast<int>(failure->line) : -1;
    };
    const std::string asked = "client c\n    send chat\nupstream a\n    expect POST /v1/chat/completions\n";
    CHECK(line_of("client c\n    send chat\nupstream a\n    expect POST /v1/completions\n") == 8);
    CHECK(line_of(asked + "    expect json model is \"other\"\n") == 9);
    CHECK(line_of(asked + "    expect no request\n    expect header cookie\n") == 10);
    CHECK(line_of(asked + "    answer\nclient c\n    expect status 500\n") == 11);
    CHECK(line_of(
              asked +
              "    answer\nclient c\n    expect status 200\n    expect json choices.0.message.content is \"bye\"\n") ==
          12);
    CHECK(line_of(asked + "client c\n    expect status 200 within 10ms\n") == 10);
    CHECK(line_of(asked +
                  "    reply 200 json={} length=5\n    close\nclient c\n    expect status 200\n    expect end\n") ==
          13);
    CHECK(line_of(whole_story) == 0);   // a record nobody mentions
    CHECK(line_of(whole_story + "record outcome=other\n") == 29);
    CHECK(line_of("client c\n    send chat\nrecord outcome=passed\n") == 7);
}

TEST_CASE("a cut, a reset, a pause and a split are seen as such") {
    const std::string asked = "client c\n    send chat pieces=7\nupstream a\n    expect POST /v1/chat/completions\n";
    const auto passes = [](const std::string& steps) {
        const auto failure = run(steps + "record outcome=passed\n");
        if (failure) FAIL_CHECK(failure->line, ": ", failure->what);
    };
    passes(asked +
           "    reply 200 json={\"a\":1} length=100\n    close\nclient c\n    expect status 200\n    expect cut\n    "
           "expect body is {\"a\":1}\n    expect closed\n");
    passes(asked +
           "    reply 200 chunked\n    chunk \"abc\" x 3\n    end\nclient c\n    expect status 200\n    expect body is "
           "\"abcabcabc\"\n    close\n");
    passes(asked +
           "    raw \"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok\" pieces=1\nclient c\n    expect status "
           "200\n    expect body is ok\n    shutdown\nupstream a\n    expect cancelled\n");
    passes("network\n    upstream a refuse\nclient c\n    send chat\n    expect reset\n");
}
