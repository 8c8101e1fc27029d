#include "gateway/idempotency.hpp"

#include <doctest/doctest.h>

#include "io/sim/files.hpp"

namespace {

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

const WallTime noon{std::chrono::hours(12)};

Code code_of(const Result<Idempotency::Begun>& begun) { return begun ? Code::none : begun.error().code; }
IdempotencyScope scope(std::string_view key) { return scope_of("acme/search", "key_1", key); }

TEST_CASE("a request is done once, and its answer is given again") {
    Idempotency memory;
    REQUIRE(memory.begin(scope("a"), 1, noon));
    CHECK(code_of(memory.begin(scope("a"), 1, noon)) == Code::idempotency_running);
    CHECK(code_of(memory.begin(scope("a"), 2, noon)) == Code::idempotency_mismatch);
    memory.keep(scope("a"), {200, "application/json", "{}"}, noon);
    const auto again = memory.begin(scope("a"), 1, noon + 23h);
    REQUIRE(again);
    REQUIRE(again->kept != nullptr);
    CHECK(again->kept->body == "{}");
    CHECK(code_of(memory.begin(scope("a"), 2, noon)) == Code::idempotency_mismatch);
}

TEST_CASE("what failed before anything was answered may be tried again") {
    Idempotency memory;
    REQUIRE(memory.begin(scope("a"), 1, noon));
    memory.release(scope("a"));
    const auto again = memory.begin(scope("a"), 2, noon);
    REQUIRE(again);
    CHECK(again->kept == nullptr);
    CHECK(memory.size() == 1);
}

TEST_CASE("an answer that is not kept is not made up") {
    Idempotency memory;
    REQUIRE(memory.begin(scope("a"), 1, noon));
    memory.forget_answer(scope("a"), noon);
    CHECK(code_of(memory.begin(scope("a"), 1, noon)) == Code::idempotency_answered);
}

TEST_CASE("a process that is killed does not forget which keys were used") {
    io::sim::SimFiles files;
    const auto open = [&](Idempotency& memory, WallTime now) {
        auto file = files.exists("/i") ? files.open_mapped("/i") : files.create_mapped("/i", Idempotency::file_bytes, 0600);
        REQUIRE(file);
        memory.keep_in(std::move(*file), now);
    };
    {
        Idempotency before;
        open(before, noon);
        REQUIRE(before.begin(scope("running"), 1, noon));
        REQUIRE(before.begin(scope("answered"), 2, noon + 1h));
        before.keep(scope("answered"), {200, "t", "x"}, noon + 1h);
        REQUIRE(before.begin(scope("released"), 3, noon));
        before.release(scope("released"));
    }
    files.crash_process();
    Idempotency after;
    open(after, noon + 2h);
    CHECK(after.size() == 2);
    CHECK(code_of(after.begin(scope("running"), 1, noon + 2h)) == Code::idempotency_answered);
    CHECK(code_of(after.begin(scope("answered"), 2, noon + 2h)) == Code::idempotency_answered);
    CHECK(code_of(after.begin(scope("answered"), 9, noon + 2h)) == Code::idempotency_mismatch);
    CHECK(code_of(after.begin(scope("released"), 3, noon + 2h)) == Code::none);
    CHECK(code_of(after.begin(scope("running"), 4, noon + 25h)) == Code::none);   // its time is over
}

TEST_CASE("a key is forgotten after its time, but never while its request runs") {
    Idempotency memory;
    memory.set_limits(24h, 1 << 20);
    REQUIRE(memory.begin(scope("a"), 1, noon));
    CHECK(code_of(memory.begin(scope("a"), 1, noon + 48h)) == Code::idempotency_running);
    memory.keep(scope("a"), {200, "t", "x"}, noon);
    const auto later = memory.begin(scope("a"), 2, noon + 24h);
    REQUIRE(later);
    CHECK(later->kept == nullptr);
    CHECK(memory.bytes_kept() == 0);
}

TEST_CASE("answers are dropped oldest first at the limit of bytes, and one larger than all of it is not kept") {
    Idempotency memory;
    memory.set_limits(24h, 100);
    for (const char* key : {"a", "b", "c"}) {
        REQUIRE(memory.begin(scope(key), 1, noon));
        memory.keep(scope(key), {200, "t", std::string(40, 'x')}, noon);
    }
    CHECK(memory.bytes_kept() == 80);
    CHECK(code_of(memory.begin(scope("a"), 1, noon)) == Code::idempotency_answered);
    CHECK(memory.begin(scope("b"), 1, noon)->kept != nullptr);
    REQUIRE(memory.begin(scope("d"), 1, noon));
    memory.keep(scope("d"), {200, "t", std::string(101, 'x')}, noon);
    CHECK(code_of(memory.begin(scope("d"), 1, noon)) == Code::idempotency_answered);
    CHECK(memory.bytes_kept() == 80);
}

TEST_CASE("scopes of different tenants, keys and texts are different, however they are cut") {
    CHECK_FALSE(scope_of("a", "bc", "d") == scope_of("ab", "c", "d"));
    CHECK_FALSE(scope_of("a", "b", "cd") == scope_of("a", "bc", "d"));
    CHECK(scope_of("a", "b", "c") == scope_of("a", "b", "c"));
    CHECK(request_hash_of("/v1/a", "b") != request_hash_of("/v1/ab", ""));
}

}   // namespace
