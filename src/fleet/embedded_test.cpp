// Goal: engines embedded in a process serve real sockets from their own thread and go away cleanly.
#include "fleet/embedded.hpp"

#include <doctest/doctest.h>

#include <string>

#include "io/linux/loop.hpp"

using namespace gilmok;
using namespace gilmok::fleet;

namespace {

constexpr io::Events readable = 1, writable = 2;

// Sends one request that asks for a close, reads to the end, and stops the loop.
io::Task<> ask(io::Loop& loop, io::Address address, std::string request, std::string& answer) {
    io::Waiter waiter(loop.ready());
    auto connected = loop.network().connect(address);
    REQUIRE(connected);
    const io::SocketPtr socket = std::move(*connected);
    socket->watch(&waiter, readable, writable);
    char block[4096];
    while (true) {
        if (!request.empty()) {
            const std::string_view parts[] = {request};
            const io::Transfer put = socket->write(parts);
            if (put.is_done()) request.erase(0, put.bytes);
        }
        const io::Transfer got = socket->read(block);
        if (got.is_done()) answer.append(block, got.bytes);
        if (got.is_over()) break;
        if (got.would_block()) co_await waiter.wait(readable | writable);
    }
    loop.stop();
}

SimConfig config_of(std::string_view model) {
    SimConfig config;
    config.engine.profile = *find_profile("rngd/llama-3.1-8b");
    config.models = {std::string(model)};
    config.time_scale = 0;
    return config;
}

}  // namespace

TEST_CASE("embedded engines answer on their own ports until they are stopped") {
    io::linux_::ignore_sigpipe();
    EmbeddedFleet fleet(io::linux_::make_loop);
    const io::Address any{"127.0.0.1", 0};
    const auto addresses = fleet.start({config_of("first"), config_of("second")}, any);
    REQUIRE(addresses);
    REQUIRE(addresses->size() == 2);
    CHECK((*addresses)[0].port != (*addresses)[1].port);
    for (const auto& [address, model] : {std::pair{(*addresses)[0], "first"}, std::pair{(*addresses)[1], "second"}}) {
        const auto loop = io::linux_::make_loop();
        const std::string body = std::string("{\"model\":\"") + model +
                                 R"(","messages":[{"role":"user","content":"echo: it works"}],"stream":true})";
        const std::string request =
            "POST /v1/chat/completions HTTP/1.1\r\nhost: s\r\nconnection: close\r\ncontent-length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        std::string answer;
        io::Task<> task = ask(*loop, address, request, answer);
        task.start();
        loop->run();
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(answer.find("data: [DONE]") != std::string::npos);
    }
    fleet.stop();
    fleet.stop();
}

TEST_CASE("a port that is taken stops the start, and nothing is left running") {
    EmbeddedFleet first(io::linux_::make_loop), second(io::linux_::make_loop);
    const io::Address any{"127.0.0.1", 0};
    const auto addresses = first.start({config_of("a")}, any);
    REQUIRE(addresses);
    CHECK_FALSE(second.start({config_of("b")}, addresses->front()));
    CHECK(second.start({config_of("b")}, any));
}
