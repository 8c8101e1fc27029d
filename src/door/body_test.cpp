#include "door/body.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "base/prng.hpp"

namespace gilmok::door {

using wire::http1::Framing;

namespace {

constexpr std::uint64_t body_bytes_max = 300'000;

wire::http1::RequestHead head_of(Framing framing, std::uint64_t length = 0) {
    wire::http1::RequestHead head;
    head.framing = framing;
    head.content_length = length;
    return head;
}

std::string chunked(std::string_view body, std::size_t chunk_bytes) {
    std::string out;
    for (std::size_t at = 0; at < body.size(); at += chunk_bytes) {
        const std::string_view part = body.substr(at, chunk_bytes);
        wire::http1::append_chunk_size(out, part.size());
        out += std::string(part) + "\r\n";
    }
    return out + std::string(wire::http1::last_chunk);
}

std::string some_text(std::size_t bytes, std::uint64_t seed = 1) {
    Prng prng(seed);
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>('a' + prng.below(26));
    return text;
}

struct Feeder {
    BodyBudget budget{1 << 20};
    wire::http1::Limits limits;
    BodyCollector body{limits, body_bytes_max, budget};
    Block block = Block::take();
    std::string_view left;   // of the wire, not yet read
    Error error{};

    // A head of `head_bytes`, then `wire`; the first read brings the head and `at_once` bytes more.
    Result<bool> begin(const wire::http1::RequestHead& head, std::size_t head_bytes, std::string_view wire,
                       std::size_t at_once) {
        std::memset(block.data(), 'H', head_bytes);
        at_once = std::min({at_once, wire.size(), Block::bytes - head_bytes});
        std::memcpy(block.data() + head_bytes, wire.data(), at_once);
        left = wire.substr(at_once);
        return body.begin(head, block, head_bytes, head_bytes + at_once);
    }
    Result<bool> more(std::size_t bytes) {
        const std::span<char> space = body.space();
        REQUIRE(!space.empty());
        bytes = std::min({bytes, space.size(), left.size()});
        std::memcpy(space.data(), left.data(), bytes);
        left.remove_prefix(bytes);
        return body.received(bytes);
    }
    [[nodiscard]] std::string surplus() const {
        return std::string(block.view(body.surplus_begin(), body.surplus_end())) + std::string(left);
    }
};

}   // namespace

TEST_CASE("a small body stays in the block, however it was cut, and the next request waits behind it") {
    const std::string wire = "{\"model\":\"m\"}GET / HTTP/1.1\r\n";
    const std::size_t length = 13;
    for (std::size_t at_once = 0; at_once <= wire.size(); ++at_once) {
        CAPTURE(at_once);
        Feeder feeder;
        auto whole = feeder.begin(head_of(Framing::length, length), 100, wire, at_once);
        REQUIRE(whole);
        CHECK(*whole == (at_once >= length));
        while (!*whole) {
            whole = feeder.more(3);
            REQUIRE(whole);
        }
        CHECK(feeder.body.body() == wire.substr(0, length));
        CHECK(feeder.body.is_in_block());
        CHECK(feeder.body.bytes_received() == length);
        CHECK(feeder.surplus() == wire.substr(length));
        CHECK(feeder.budget.bytes_held() == 0);
        CHECK(feeder.block.view(0, 100) == std::string(100, 'H'));   // the head stays: it is parsed again
    }
}

TEST_CASE("a body that does not fit into the block gets its own memory, charged and given back") {
    for (const std::size_t at_once : {std::size_t{0}, std::size_t{1}, std::size_t{1'000}, Block::bytes}) {
        CAPTURE(at_once);
        const std::string text = some_text(200'000);
        const std::string wire = text + "next";
        Feeder feeder;
        auto whole = feeder.begin(head_of(Framing::length, text.size()), 200, wire, at_once);
        REQUIRE(whole);
        CHECK(feeder.budget.bytes_held() == text.size());
        while (!*whole) {
            whole = feeder.more(7'001);
            REQUIRE(whole);
        }
        CHECK(feeder.body.body() == text);
        CHECK(!feeder.body.is_in_block());
        CHECK(feeder.surplus() == "next");
        feeder.body.release();
        CHECK(feeder.budget.bytes_held() == 0);
    }
}

TEST_CASE("a body that ends with the block's last byte stays in it") {
    const std::string text = some_text(Block::bytes - 500);
    Feeder feeder;
    auto whole = feeder.begin(head_of(Framing::length, text.size()), 500, text, Block::bytes);
    REQUIRE(whole);
    CHECK(*whole);
    CHECK(feeder.body.is_in_block());
    CHECK(feeder.body.body() == text);
    CHECK(feeder.body.surplus_begin() == feeder.body.surplus_end());
}

TEST_CASE("a chunked body is the same however the network cut it") {
    const std::string text = some_text(700);
    const std::string wire = chunked(text, 97) + "GET /next";
    for (std::size_t at_once = 0; at_once <= wire.size(); at_once += 7)
        for (const std::size_t step : {std::size_t{1}, std::size_t{13}, std::size_t{100'000}}) {
            CAPTURE(at_once);
            CAPTURE(step);
            Feeder feeder;
            auto whole = feeder.begin(head_of(Framing::chunked), 64, wire, at_once);
            REQUIRE(whole);
            while (!*whole) {
                whole = feeder.more(step);
                REQUIRE(whole);
            }
            REQUIRE(feeder.body.body() == text);
            CHECK(feeder.body.bytes_received() == text.size());
            CHECK(feeder.surplus() == "GET /next");
            CHECK(feeder.budget.bytes_held() >= text.size() / 2);
            feeder.body.release();
            CHECK(feeder.budget.bytes_held() == 0);
        }
}

TEST_CASE("each body on a connection is counted from zero") {
    Feeder feeder;
    const std::string first = chunked("0123456789", 4);
    REQUIRE(feeder.begin(head_of(Framing::chunked), 10, first, first.size()));
    CHECK(feeder.body.bytes_received() == 10);
    feeder.body.release();
    const std::string second = chunked("abc", 4);
    REQUIRE(feeder.begin(head_of(Framing::chunked), 10, second, 0));
    CHECK(feeder.body.bytes_received() == 0);
    REQUIRE(feeder.more(1'000));
    CHECK(feeder.body.bytes_received() == 3);
    feeder.body.release();
    const auto none = feeder.begin(head_of(Framing::none), 10, "", 0);
    REQUIRE(none);
    CHECK(*none);
    CHECK(feeder.body.body().empty());
    CHECK(feeder.body.bytes_received() == 0);
}

TEST_CASE("an announced length above the limit is refused before a byte is taken") {
    Feeder feeder;
    const auto refused = feeder.begin(head_of(Framing::length, body_bytes_max + 1), 10, "", 0);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::body_too_large);
    CHECK(feeder.budget.bytes_held() == 0);
}

TEST_CASE("a chunked body is refused when it grows above the limit") {
    const std::string wire = chunked(some_text(body_bytes_max + 1), 10'000);
    Feeder feeder;
    auto whole = feeder.begin(head_of(Framing::chunked), 10, wire, 0);
    while (whole && !*whole) whole = feeder.more(5'000);
    REQUIRE(!whole);
    CHECK(whole.error().code == Code::body_too_large);
    feeder.body.release();
    CHECK(feeder.budget.bytes_held() == 0);
}

TEST_CASE("broken chunks are refused") {
    Feeder feeder;
    const auto refused = feeder.begin(head_of(Framing::chunked), 10, "zz\r\n", 4);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::bad_framing);
}

TEST_CASE("the budget of all bodies is kept, and what was refused holds nothing") {
    BodyBudget budget(150'000);
    const wire::http1::Limits limits;
    const Block block = Block::take();
    BodyCollector first(limits, body_bytes_max, budget), second(limits, body_bytes_max, budget);
    REQUIRE(first.begin(head_of(Framing::length, 100'000), block, 10, 10));
    const auto refused = second.begin(head_of(Framing::length, 100'000), block, 10, 10);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::overloaded);
    CHECK(budget.bytes_held() == 100'000);
    first.release();
    REQUIRE(second.begin(head_of(Framing::length, 100'000), block, 10, 10));
    budget.set_max(1'000);   // a lower limit after a reload: what is held stays, nothing more comes
    CHECK(!budget.take(1));
    second.release();
    CHECK(budget.bytes_held() == 0);
}

TEST_CASE("a decoded body takes the place of the compressed one, also when it is empty") {
    Feeder feeder;
    REQUIRE(feeder.begin(head_of(Framing::length, 4), 10, "zzzz", 4));
    REQUIRE(feeder.body.replace(std::string(1'000, 'x')));
    CHECK(feeder.body.body() == std::string(1'000, 'x'));
    CHECK(feeder.budget.bytes_held() >= 1'000);
    feeder.body.release();
    CHECK(feeder.budget.bytes_held() == 0);
    REQUIRE(feeder.begin(head_of(Framing::length, 4), 10, "zzzz", 4));
    REQUIRE(feeder.body.replace({}));
    CHECK(feeder.body.body().empty());
}

}   // namespace gilmok::door
