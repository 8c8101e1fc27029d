#include "message.hpp"

#include <doctest/doctest.h>

using namespace gilmok::exchange;

namespace {
Message read(Message::Kind kind, std::string_view bytes, bool answers_head = false) {
    Message message(kind, answers_head);
    for (const char c : bytes) (void)message.feed({&c, 1});
    return message;
}
}   // namespace

TEST_CASE("a message is the same in one piece and byte by byte, and leaves what follows it") {
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhelloHTTP/1.1";
    Message whole(Message::Kind::response, false);
    CHECK(whole.feed(bytes) == bytes.size() - 8);
    CHECK(whole.state() == Message::State::done);
    CHECK(whole.status() == 200);
    CHECK(whole.body() == "hello");
    CHECK(whole.values("x-a") == std::vector<std::string>{"b"});
    const Message cut = read(Message::Kind::response, bytes);
    CHECK(cut.body() == "hello");
    CHECK(cut.state() == Message::State::done);
}

TEST_CASE("chunks are taken off, and what is no chunk is told") {
    const Message good =
        read(Message::Kind::response,
             "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n");
    CHECK(good.state() == Message::State::done);
    CHECK(good.body() == "abc0123456789");
    const Message bad = read(Message::Kind::response, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n");
    CHECK(bad.state() == Message::State::broken);
    const Message both =
        read(Message::Kind::response, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n");
    CHECK(both.state() == Message::State::broken);
}

TEST_CASE("an answer to HEAD, a 204 and a 1xx have no body whatever they say") {
    CHECK(read(Message::Kind::response, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", true).state() ==
          Message::State::done);
    CHECK(read(Message::Kind::response, "HTTP/1.1 204 No\r\n\r\n").state() == Message::State::done);
    CHECK(read(Message::Kind::response, "HTTP/1.1 100 Continue\r\n\r\n").state() == Message::State::done);
}

TEST_CASE("a close ends a body without a length and cuts one that has it") {
    Message until_close = read(Message::Kind::response, "HTTP/1.1 200 OK\r\n\r\nabc");
    until_close.close();
    CHECK(until_close.state() == Message::State::done);
    Message cut = read(Message::Kind::response, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
    cut.close();
    CHECK(cut.state() == Message::State::broken);
    CHECK(cut.complaint() == "closed in the middle");
}

TEST_CASE("requests are read too") {
    const Message request =
        read(Message::Kind::request, "POST /v1/x HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{}");
    CHECK(request.state() == Message::State::done);
    CHECK(request.method() == "POST");
    CHECK(request.target() == "/v1/x");
    CHECK(request.body() == "{}");
    CHECK(read(Message::Kind::request, "GET / HTTP/1.1\r\nhost: h\r\n\r\n").state() == Message::State::done);
}

TEST_CASE("events come whole, with names, joined data and comments told apart") {
    const std::string body = ": hi\n\nevent: error\ndata: a\ndata: b\n\ndata: half";
    std::size_t at = 0;
    EventBlock block;
    REQUIRE(next_event(body, at, block));
    CHECK(block.is_comment);
    REQUIRE(next_event(body, at, block));
    CHECK(block.name == "error");
    CHECK(block.data == "a\nb");
    CHECK(!next_event(body, at, block));
}

TEST_CASE("a JSON path finds the exact text") {
    const std::string json = R"({"a":{"b":[1,{"c":"x"}]},"d":null})";
    CHECK(json_at(json, "a.b.1.c") == "\"x\"");
    CHECK(json_at(json, "a.b.0") == "1");
    CHECK(json_at(json, "d") == "null");
    CHECK(json_at(json, "a.x").empty());
    CHECK(json_at(json, "a.b.7").empty());
    CHECK(json_at("not json", "a").empty());
}
