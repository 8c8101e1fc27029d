// Goal: the instruments tell right from wrong. Method: made-up answers, whole and spoilt in one way at a time.
#include <doctest/doctest.h>

#include "chat_body.hpp"
#include "fault_judge.hpp"
#include "fault_plan.hpp"
#include "http.hpp"
#include "net.hpp"

using namespace load;

namespace {

Plan stream_plan(Fault fault) {
    return {.nonce = 0x1234,
            .fault = fault,
            .leaving = Leaving::stays,
            .is_stream = true,
            .asks_usage = false,
            .only_once = false,
            .pieces = 3,
            .cut = 100};
}

Seen seen_stream(std::string body) {
    return {.ending = Ending::framed,
            .is_whole = true,
            .is_bad = false,
            .has_surplus = false,
            .status = 200,
            .content_type = "text/event-stream",
            .retry_after = {},
            .body = std::move(body)};
}

Seen seen_json(std::string body) {
    Seen seen = seen_stream(std::move(body));
    seen.content_type = "application/json";
    return seen;
}

const std::string error_event_text = "data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\"}}\n\n";

}   // namespace

TEST_CASE("a plan survives its text") {
    for (std::uint64_t number = 0; number < 2'000; ++number) {
        const Plan plan = plan_of(7, number, {.fault = 0.5, .leave = 0.1});
        const auto again = read_plan(text_of(plan));
        REQUIRE(again.has_value());
        CHECK(text_of(*again) == text_of(plan));
    }
    CHECK(!read_plan("no plan").has_value());
    CHECK(!read_plan("0000000000001234.99.0.1.0.0.3.100").has_value());
}

TEST_CASE("five in a hundred requests are faulty, and each kind of fault occurs") {
    std::array<int, static_cast<std::size_t>(Fault::count_)> counts{};
    for (std::uint64_t number = 0; number < 100'000; ++number)
        ++counts[static_cast<std::size_t>(plan_of(1, number, {}).fault)];
    const int faulty = 100'000 - counts[0];
    CHECK(faulty > 4'700);
    CHECK(faulty < 5'200);
    for (const int count : counts) CHECK(count > 20);
}

TEST_CASE("a cut lies before the last piece, so that a cut answer is never whole") {
    for (std::uint64_t number = 0; number < 20'000; ++number) {
        const Plan plan = plan_of(3, number, {.fault = 1, .leave = 0});
        CHECK(plan.cut < (plan.is_stream ? event_stream(plan, false).size() - finish_data(plan).size() - 14
                                         : json_answer(plan).size()));
    }
}

TEST_CASE("a right answer is right, whole or streamed") {
    const Plan stream = stream_plan(Fault::none);
    CHECK(judge(stream, seen_stream(event_stream(stream, false))).violation.empty());
    CHECK(judge(stream, seen_stream(": keep-alive\n\n" + event_stream(stream, false))).violation.empty());
    Plan whole = stream;
    whole.is_stream = false;
    const Verdict verdict = judge(whole, seen_json(json_answer(whole)));
    CHECK(verdict.violation.empty());
    CHECK(verdict.outcome == Outcome::answered);
}

TEST_CASE("[DONE] behind a truncated stream is a violation, an error event is not") {
    const Plan plan = stream_plan(Fault::half_close);
    const std::string start = "data: " + event_data(plan, 0) + "\n\n";
    CHECK(!judge(plan, seen_stream(start + "data: [DONE]\n\n")).violation.empty());
    CHECK(!judge(plan, seen_stream(start)).violation.empty());
    const Verdict verdict = judge(plan, seen_stream(start + error_event_text));
    CHECK(verdict.violation.empty());
    CHECK(verdict.outcome == Outcome::error_event);
    CHECK(!judge(plan, seen_stream(start + error_event_text + start)).violation.empty());
}

TEST_CASE("usage that was not asked for, and usage that is missing, are violations") {
    Plan plan = stream_plan(Fault::none);
    CHECK(!judge(plan, seen_stream(event_stream(plan, true))).violation.empty());
    plan.asks_usage = true;
    CHECK(judge(plan, seen_stream(event_stream(plan, true))).violation.empty());
    CHECK(!judge(plan, seen_stream(event_stream(plan, false))).violation.empty());
}

TEST_CASE("bytes of another request are a violation, whole or in part") {
    Plan mine = stream_plan(Fault::stall_body);
    mine.is_stream = false;
    Plan other = mine;
    other.nonce = 0x9999;
    CHECK(!judge(mine, seen_json(json_answer(other))).violation.empty());
    Seen cut = seen_json(json_answer(mine).substr(0, 100));
    cut.is_whole = false;
    cut.ending = Ending::closed;
    CHECK(judge(mine, cut).violation.empty());
    cut.body.back() = '~';
    CHECK(!judge(mine, cut).violation.empty());
    Seen surplus = seen_json(json_answer(mine));
    surplus.has_surplus = true;
    CHECK(!judge(mine, surplus).violation.empty());
}

TEST_CASE("an undisturbed request must be answered") {
    const Plan plan = stream_plan(Fault::none);
    Seen seen = seen_json("{\"error\":{\"message\":\"busy\",\"type\":\"server_error\"}}");
    seen.status = 503;
    CHECK(!judge(plan, seen).violation.empty());
    CHECK(judge(stream_plan(Fault::stall_head), seen).violation.empty());
    seen.body = "{\"error\":{\"message\":\"busy\",\"type\":\"server_error\",\"code\":\"overloaded\"}}";
    CHECK(!judge(plan, seen).violation.empty());
    seen.retry_after = "1";
    CHECK(judge(plan, seen).outcome == Outcome::shed);
    CHECK(judge(plan, seen).violation.empty());
    seen.body = "<html>";
    CHECK(!judge(stream_plan(Fault::stall_head), seen).violation.empty());
    seen.ending = Ending::timed_out;
    CHECK(!judge(stream_plan(Fault::stall_head), seen).violation.empty());
}

TEST_CASE("where the network cuts a message does not change it") {
    const std::string message =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, "
        "world\r\n0\r\nt: v\r\n\r\nrest";
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
        MessageReader reader(false);
        std::string body;
        const auto on_body = [&body](std::string_view bytes) { body += bytes; };
        const std::size_t first = reader.feed(std::string_view(message).substr(0, cut), on_body);
        const std::size_t second = reader.is_done() ? 0 : reader.feed(std::string_view(message).substr(cut), on_body);
        CHECK(reader.is_done());
        CHECK(first + second == message.size() - 4);
        CHECK(body == "hello, world");
        CHECK(reader.status() == 200);
    }
}

TEST_CASE("framing that is broken is told") {
    const auto is_bad = [](std::string_view message) {
        MessageReader reader(false);
        reader.feed(message, [](std::string_view) {});
        return reader.is_bad();
    };
    CHECK(is_bad("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n"));
    CHECK(is_bad("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"));
    CHECK(is_bad("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n"));
    CHECK(is_bad("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"));
}

TEST_CASE("a body has the size that was asked for") {
    for (const std::size_t bytes : {1024U, 4096U, 30720U})
        CHECK(is_json(chat_body(bytes, "bench-model", "\"stream\":true,")));
    CHECK(chat_body(4096, "m", "").size() == 4096);
    CHECK(!is_json("{\"a\":1,}"));
    CHECK(!is_json("{} {}"));
}

TEST_CASE("quantiles are right to two in a hundred") {
    Histogram histogram;
    for (int us = 1; us <= 100'000; ++us) histogram.add(us * 1000LL);
    CHECK(histogram.quantile_us(0.5) == doctest::Approx(50'000).epsilon(0.02));
    CHECK(histogram.quantile_us(0.99) == doctest::Approx(99'000).epsilon(0.02));
}
