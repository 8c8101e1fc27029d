#include "wire/sse.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace sse = gilmok::wire::sse;

namespace {

struct Seen {
    std::string name, data;
    bool operator==(const Seen&) const = default;
};

struct Run {
    std::vector<Seen> events;   // comments left out
    std::string raw;            // of all
    std::size_t held = 0;
    bool has_failed = false;
};

// Feeds `stream` in the pieces that end at `cuts`; every piece in its own memory, so that stale views are seen.
Run run(std::string_view stream, const std::vector<std::size_t>& cuts, std::uint32_t event_bytes_max = 1 << 20) {
    Run result;
    sse::Framer framer(event_bytes_max);
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= cuts.size(); ++i) {
        const std::size_t stop = i < cuts.size() ? cuts[i] : stream.size();
        const std::string chunk(stream.substr(begin, stop - begin));
        begin = stop;
        framer.feed(chunk);
        std::vector<sse::Event> events;
        while (true) {
            sse::Event event;
            const auto got = framer.next(event);
            if (!got) {
                CHECK(got.error().code == gilmok::Code::upstream_too_large);
                result.has_failed = true;
                return result;
            }
            if (!*got) break;
            events.push_back(event);
        }
        // Read only now: views live until the next feed().
        for (const auto& event : events) {
            result.raw += event.raw;
            if (!event.is_comment) result.events.push_back({std::string(event.name), std::string(event.data)});
        }
    }
    result.held = framer.bytes_held();
    return result;
}

using Events = std::vector<Seen>;

Events events_of(std::string_view stream) { return run(stream, {}).events; }

}  // namespace

TEST_CASE("events are split at blank lines of every kind of line end") {
    const Events expected{{"", "a"}, {"", "b"}};
    CHECK(events_of("data: a\n\ndata: b\n\n") == expected);
    CHECK(events_of("data: a\r\n\r\ndata: b\r\n\r\n") == expected);
    CHECK(events_of("data: a\r\rdata: b\r\r") == expected);
    CHECK(events_of("data: a\n\rdata: b\r\n\n") == expected);
    CHECK(events_of("data: a\r\n\ndata: b\r\n\r") == expected);
}

TEST_CASE("fields are read as the standard reads them") {
    CHECK(events_of("data\n\n") == Events{{"", ""}});
    CHECK(events_of("data:\n\n") == Events{{"", ""}});
    CHECK(events_of("data:a\n\n") == Events{{"", "a"}});
    CHECK(events_of("data:  a \n\n") == Events{{"", " a "}});
    CHECK(events_of("data: a\ndata: b\n\n") == Events{{"", "a\nb"}});
    CHECK(events_of("data\ndata\n\n") == Events{{"", "\n"}});
    CHECK(events_of("data: a\ndata\ndata:c\n\n") == Events{{"", "a\n\nc"}});
    CHECK(events_of("event: x\ndata: a\nid: 4\nretry: 10\nother: z\n: comment\n\n") == Events{{"x", "a"}});
    CHECK(events_of("event: x\nevent: y\ndata: a\n\n") == Events{{"y", "a"}});
    CHECK(events_of("data: a:b: c\n\n") == Events{{"", "a:b: c"}});
    CHECK(events_of("Data: a\n\n").empty());
    CHECK(events_of(" data: a\n\n").empty());
    CHECK(events_of("data : a\n\n").empty());
}

TEST_CASE("comments, ignored fields and stray blank lines are comments with their exact bytes") {
    for (const char* stream : {": keep-alive\n\n", "\n", "\n\n\n", "\r\n", "id: 1\n\n", "event: x\n\n", ":\r\n\r\n"}) {
        const Run result = run(stream, {});
        CHECK(result.events.empty());
        CHECK(result.raw == stream);
    }
}

TEST_CASE("a byte order mark is dropped at the very start only") {
    CHECK(events_of("\xEF\xBB\xBF"
                    "data: a\n\n") == Events{{"", "a"}});
    CHECK(run("\xEF\xBB\xBF"
              "data: a\n\n",
              {1, 2})
              .events == Events{{"", "a"}});
    CHECK(run("\xEF\xBB\xBF"
              "data: a\n\n",
              {1, 2})
              .raw == "data: a\n\n");
    CHECK(events_of("data: a\n\n\xEF\xBB\xBF"
                    "data: b\n\n") == Events{{"", "a"}});
    CHECK(events_of("\xEF\xBB"
                    "data: a\n\n")
              .empty());
    CHECK(run("\xEF\xBB", {1}).held == 2);
    CHECK(run("\xEF\xBB\n\n", {1}).raw == "\xEF\xBB\n\n");
}

TEST_CASE("every cut in two and every cut in three gives the same events and the same bytes") {
    const std::string streams[] = {
        "data: {\"a\":1}\n\n: hi\n\nevent: x\ndata: one\ndata: two\n\ndata: [DONE]\n\n",
        "data: a\r\n\r\ndata: b\r\n\r\n:c\r\n\r\ndata: d\r\ndata: e\r\n\r\n",
        "data: a\r\rdata: b\n\r\n\r\ndata: c\r\n\rdata: d\n\n",
        "\xEF\xBB\xBF"
        "data: a\n\ndata: \xea\xb8\xb8\n\n",
        "\r\n\r\n\n\r\r\ndata: a\n\n",
        "data: a\r\n\ndata: b\r\n\n\ndata: c\r\n\r\n",
    };
    for (const std::string& stream : streams) {
        const Run whole = run(stream, {});
        const std::string bytes = stream.starts_with("\xEF") ? stream.substr(3) : stream;
        CHECK(whole.raw == bytes);
        CHECK(whole.held == 0);
        for (std::size_t first = 0; first <= stream.size(); ++first) {
            for (std::size_t second = first; second <= stream.size(); ++second) {
                const Run cut = run(stream, {first, second});
                REQUIRE(cut.events == whole.events);
                REQUIRE(cut.raw == bytes);
                REQUIRE(cut.held == 0);
            }
        }
        std::vector<std::size_t> each;
        for (std::size_t i = 1; i < stream.size(); ++i) each.push_back(i);
        CHECK(run(stream, each).events == whole.events);
        CHECK(run(stream, each).raw == bytes);
    }
}

TEST_CASE("an unfinished event is held, told, and is no event") {
    const Run result = run("data: a\n\ndata: b\n", {});
    CHECK(result.events == Events{{"", "a"}});
    CHECK(result.held == 8);
    CHECK(run("data: a\r\n\r", {}).held == 0);
    CHECK(run("data: a\r\n\r\n", {10}).held == 0);
}

TEST_CASE("an event larger than the limit fails, finished or not, in one chunk or in many") {
    const std::string event = "data: " + std::string(100, 'x') + "\n\n";
    const auto size = static_cast<std::uint32_t>(event.size());
    std::vector<std::size_t> each;
    for (std::size_t i = 1; i < event.size(); ++i) each.push_back(i);
    CHECK_FALSE(run(event, {}, size).has_failed);
    CHECK_FALSE(run(event, each, size).has_failed);
    CHECK(run(event, {}, size - 1).has_failed);
    CHECK(run(event, each, size - 1).has_failed);
    CHECK(run(std::string(200, 'x'), {}, 150).has_failed);
    // The limit is for one event, not for what comes in one chunk.
    CHECK_FALSE(run(event + event + event, {}, size).has_failed);
}

TEST_CASE("whole events are handed out without a copy, and nothing is kept after them") {
    sse::Framer framer(1000);
    const std::string chunk = "data: a\n\ndata: b\n\n";
    framer.feed(chunk);
    sse::Event event;
    REQUIRE(*framer.next(event));
    CHECK(event.raw.data() == chunk.data());
    CHECK(event.data.data() == chunk.data() + 6);
    REQUIRE(*framer.next(event));
    CHECK_FALSE(*framer.next(event));
    CHECK(framer.bytes_held() == 0);
}

TEST_CASE("giving memory back loses nothing that is held") {
    sse::Framer framer(1000);
    sse::Event event;
    framer.feed("data: a\n\ndata: ");
    while (*framer.next(event)) {}
    framer.shrink();
    CHECK(framer.bytes_held() == 6);
    framer.feed("b\n\ndata");
    REQUIRE(*framer.next(event));
    CHECK(event.data == "b");
    CHECK_FALSE(*framer.next(event));
    framer.shrink();
    CHECK(framer.bytes_held() == 4);
    framer.feed(": c\n\n");
    REQUIRE(*framer.next(event));
    CHECK(event.data == "c");
    CHECK_FALSE(*framer.next(event));
    framer.shrink();
    CHECK(framer.bytes_held() == 0);
}

TEST_CASE("an event of ours is read back as it was written") {
    std::string out;
    sse::append_event(out, "error", "{\"a\":1}");
    sse::append_event(out, "", "[DONE]");
    CHECK(out == "event: error\ndata: {\"a\":1}\n\ndata: [DONE]\n\n");
    CHECK(events_of(out) == Events{{"error", "{\"a\":1}"}, {"", "[DONE]"}});
}
