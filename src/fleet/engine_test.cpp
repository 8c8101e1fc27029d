// Goal: the scheduler serves in order, loses nothing and leaks nothing, and the same input gives the same run.
// Method: small hand-made runs, and seeded walks of submit, cancel and advance against Engine::check().
#include "fleet/engine.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::fleet;

namespace {

using namespace std::chrono_literals;

constexpr Instant start{};

Profile profile_of(std::string_view name) {
    const auto profile = find_profile(name);
    REQUIRE(profile);
    return *profile;
}

EngineConfig config_of(std::string_view name, std::uint32_t blocks = 0) {
    EngineConfig config;
    config.profile = profile_of(name);
    config.kv_blocks = blocks;
    return config;
}

std::vector<BlockHash> hashes_of(std::uint64_t prefix, std::uint32_t tokens) {
    std::vector<BlockHash> hashes;
    for (std::uint32_t index = 0; index < tokens / block_tokens; ++index) hashes.push_back(prefix * 1'000'003 + index);
    return hashes;
}

Submission request(std::uint64_t id, std::uint32_t prompt, std::uint32_t output, Instant arrived = start) {
    return {id, arrived, prompt, output, hashes_of(id, prompt)};
}

std::vector<Event> drain(Engine& engine) {
    std::vector<Event> events;
    while (engine.next_event() != far_future) engine.advance(engine.next_event(), events);
    return events;
}

Duration first_token_of(const std::vector<Event>& events, std::uint64_t id) {
    for (const Event& event : events)
        if (event.id == id && event.what == Event::What::token) return event.at - start;
    return Duration::max();
}

std::vector<std::string_view> names_of_shapes() {
    return {"h100/llama-3.1-8b", "rngd/llama-3.1-8b", "atom-max/llama-3.1-8b"};
}

}  // namespace

TEST_CASE("a sequence yields exactly its tokens, in order, and then ends") {
    for (const std::string_view name : names_of_shapes()) {
        CAPTURE(name);
        Engine engine(config_of(name));
        REQUIRE(engine.submit(request(1, 100, 5)) == Engine::Admission::accepted);
        const auto events = drain(engine);
        REQUIRE(events.size() == 7);
        CHECK(events.front().what == Event::What::started);
        for (std::uint32_t token = 0; token < 5; ++token) {
            CHECK(events[token + 1].what == Event::What::token);
            CHECK(events[token + 1].value == token);
            CHECK(events[token + 1].at > events[token].at);
        }
        CHECK(events.back().what == Event::What::finished);
        CHECK(engine.stats().blocks_held == 0);
        CHECK(engine.stats().running == 0);
        engine.check();
    }
}

TEST_CASE("a prefill without output ends without a token") {
    Engine engine(config_of("cpu/bge-m3"));
    REQUIRE(engine.submit(request(1, 100, 0)) == Engine::Admission::accepted);
    const auto events = drain(engine);
    REQUIRE(events.size() == 2);
    CHECK(events[1].what == Event::What::finished);
}

TEST_CASE("what can never fit is refused, and so is a full queue") {
    EngineConfig config = config_of("h100/llama-3.1-8b", 10);
    config.waiting_max = 2;
    Engine engine(config);
    CHECK(engine.tokens_max() == 160);
    CHECK(engine.submit(request(1, 150, 11)) == Engine::Admission::too_long);
    CHECK(engine.submit(request(1, 150, 10)) == Engine::Admission::accepted);
    CHECK(engine.submit(request(2, 10, 10)) == Engine::Admission::accepted);
    CHECK(engine.submit(request(3, 10, 10)) == Engine::Admission::queue_full);
    drain(engine);
    CHECK(engine.stats().finished == 2);
}

TEST_CASE("first come, first served: first tokens come in order of arrival") {
    for (const std::string_view name : names_of_shapes()) {
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            CAPTURE(name);
            CAPTURE(seed);
            Prng prng{seed};
            Engine engine(config_of(name, 400));
            for (std::uint64_t id = 1; id <= 60; ++id) {
                const auto prompt = static_cast<std::uint32_t>(prng.between(1, 2'000));
                REQUIRE(engine.submit(request(id, prompt, static_cast<std::uint32_t>(prng.between(1, 60)))) ==
                        Engine::Admission::accepted);
            }
            std::uint64_t last = 0;
            for (const Event& event : drain(engine)) {
                if (event.what != Event::What::token || event.value != 0) continue;
                CHECK(event.id > last);
                last = event.id;
            }
            CHECK(last == 60);
        }
    }
}

TEST_CASE("a known prefix brings the first token sooner") {
    for (const std::string_view name : names_of_shapes()) {
        CAPTURE(name);
        Engine cold(config_of(name)), warm(config_of(name));
        REQUIRE(warm.submit(request(1, 2'048, 4)) == Engine::Admission::accepted);
        const auto before = drain(warm);
        Submission again = request(2, 2'048, 4, before.back().at);
        again.hashes = hashes_of(1, 2'048);
        REQUIRE(warm.submit(again) == Engine::Admission::accepted);
        const auto events = drain(warm);
        CHECK(events.front().what == Event::What::started);
        CHECK(events.front().value >= 1'920);   // all but the last block, rounded to the engine's grain
        CHECK(events.front().value < 2'048);
        REQUIRE(cold.submit(request(2, 2'048, 4)) == Engine::Admission::accepted);
        const Duration waited_warm = first_token_of(events, 2) - (before.back().at - start);
        CHECK(waited_warm < first_token_of(drain(cold), 2) / 2);
        CHECK(warm.stats().tokens_hit == events.front().value);
        CHECK(warm.stats().tokens_queried == 4'096);
    }
}

TEST_CASE("a follow-up finds the answer of the turn before") {
    Engine engine(config_of("h100/llama-3.1-8b"));
    Submission first = request(1, 160, 160);
    first.hashes = hashes_of(1, 320);
    REQUIRE(engine.submit(first) == Engine::Admission::accepted);
    const auto before = drain(engine);
    Submission second = request(2, 400, 1, before.back().at);
    second.hashes = hashes_of(1, 320);
    REQUIRE(engine.submit(second) == Engine::Admission::accepted);
    CHECK(drain(engine).front().value == 304);   // the very last token was never computed
}

TEST_CASE("out of blocks, the last one in is put back and still yields every token once") {
    Engine engine(config_of("h100/llama-3.1-8b", 16));   // 256 tokens
    REQUIRE(engine.submit(request(1, 100, 100)) == Engine::Admission::accepted);
    REQUIRE(engine.submit(request(2, 100, 100)) == Engine::Admission::accepted);
    const auto events = drain(engine);
    std::map<std::uint64_t, std::uint32_t> tokens;
    for (const Event& event : events) {
        if (event.what == Event::What::preempted) CHECK(event.id == 2);
        if (event.what == Event::What::token) CHECK(event.value == tokens[event.id]++);
    }
    CHECK(engine.stats().preemptions > 0);
    CHECK(tokens[1] == 100);
    CHECK(tokens[2] == 100);
    CHECK(engine.stats().blocks_held == 0);
}

TEST_CASE("a cancelled sequence frees its blocks at once, also in the middle of a step") {
    Engine engine(config_of("h100/llama-3.1-8b"));
    REQUIRE(engine.submit(request(1, 500, 50)) == Engine::Admission::accepted);
    REQUIRE(engine.submit(request(2, 500, 3)) == Engine::Admission::accepted);
    std::vector<Event> events;
    engine.advance(start, events);   // the first step is under way
    CHECK(engine.stats().blocks_held > 0);
    CHECK(engine.cancel(1));
    CHECK_FALSE(engine.cancel(1));
    CHECK(engine.stats().blocks_held == 32);
    engine.check();
    for (const Event& event : drain(engine)) CHECK(event.id == 2);
    CHECK(engine.stats().cancelled == 1);
    CHECK(engine.stats().finished == 1);
}

TEST_CASE("engines that cannot mix let decodes wait for a prefill") {
    Engine engine(config_of("atom-max/llama-3.1-8b"));
    REQUIRE(engine.submit(request(1, 128, 50)) == Engine::Admission::accepted);
    std::vector<Event> events;
    engine.advance(engine.next_event(), events);
    engine.advance(engine.next_event(), events);
    const Instant arrived = events.back().at;
    REQUIRE(engine.submit(request(2, 2'000, 50, arrived)) == Engine::Admission::accepted);
    engine.advance(engine.next_event(), events);
    events.clear();
    engine.advance(engine.next_event(), events);
    for (const Event& event : events)
        if (event.what == Event::What::token) CHECK((event.id == 2 || event.at == arrived));
}

TEST_CASE("random submit, cancel and advance conserve blocks and tokens") {
    for (const std::string_view name : names_of_shapes()) {
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            CAPTURE(name);
            CAPTURE(seed);
            Prng prng{seed};
            EngineConfig config = config_of(name, static_cast<std::uint32_t>(prng.between(32, 200)));
            config.profile.shape.sequences_max = static_cast<std::uint32_t>(prng.between(1, 24));
            config.profile.shape.tokens_batched_max = static_cast<std::uint32_t>(prng.between(64, 1'024));
            if (seed % 4 == 0) config.fixed_pace = FixedPace{20ms, 5ms};
            Engine engine(config);
            std::map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> open;   // id → tokens seen, promised
            std::uint64_t next_id = 1;
            std::vector<Event> events;
            Instant now = start;
            const auto take = [&] {
                for (const Event& event : events) {
                    if (event.what == Event::What::token) REQUIRE(event.value == open.at(event.id).first++);
                    if (event.what != Event::What::finished) continue;
                    REQUIRE(open.at(event.id).first == open.at(event.id).second);
                    open.erase(event.id);
                }
                events.clear();
            };
            for (int step = 0; step < 400; ++step) {
                const std::uint64_t dice = prng.below(10);
                if (dice < 4) {
                    Submission submission = request(next_id, static_cast<std::uint32_t>(prng.between(1, 300)),
                                                    static_cast<std::uint32_t>(prng.between(1, 40)), now);
                    submission.hashes = hashes_of(prng.below(5), submission.tokens_prompt);
                    if (engine.submit(submission) == Engine::Admission::accepted)
                        open[next_id++] = {0, submission.tokens_output};
                } else if (dice < 5 && !open.empty()) {
                    const auto victim = std::next(open.begin(), static_cast<std::ptrdiff_t>(prng.below(open.size())));
                    REQUIRE(engine.cancel(victim->first));
                    open.erase(victim);
                } else {
                    now += Duration(prng.between(0, 30'000'000));
                    engine.advance(now, events);
                    take();
                }
                engine.check();
            }
            events = drain(engine);
            take();
            engine.check();
            CHECK(open.empty());
            CHECK(engine.stats().blocks_held == 0);
            CHECK(engine.stats().finished + engine.stats().cancelled == next_id - 1);
        }
    }
}

TEST_CASE("the same input gives the same run, however the time is cut") {
    const auto run = [](Duration slice) {
        Engine engine(config_of("h100/llama-3.1-8b", 300));
        for (std::uint64_t id = 1; id <= 40; ++id)
            REQUIRE(engine.submit(request(id, static_cast<std::uint32_t>(id * 13 % 700 + 1),
                                          static_cast<std::uint32_t>(id % 30 + 1))) == Engine::Admission::accepted);
        std::vector<Event> events;
        for (Instant now = start; engine.next_event() != far_future; now += slice) engine.advance(now, events);
        std::vector<std::tuple<Event::What, std::uint64_t, Instant, std::uint32_t>> seen;
        for (const Event& event : events) seen.emplace_back(event.what, event.id, event.at, event.value);
        return seen;
    };
    const auto fine = run(1ms);
    CHECK(fine == run(1ms));
    CHECK(fine == run(77ms));
    CHECK(fine == run(100s));
}

TEST_CASE("a fixed pace is kept to the nanosecond whatever the load") {
    EngineConfig config = config_of("h100/llama-3.1-8b");
    config.fixed_pace = FixedPace{100ms, 10ms};
    Engine engine(config);
    for (std::uint64_t id = 1; id <= 20; ++id)
        REQUIRE(engine.submit(request(id, 5'000, 3)) == Engine::Admission::accepted);
    for (const Event& event : drain(engine))
        if (event.what == Event::What::token) CHECK(event.at == start + 100ms + event.value * 10ms);
}

TEST_CASE("energy of a token falls as the batch grows") {
    const auto joules_per_token = [](std::uint64_t batch) {
        Engine engine(config_of("h100/llama-3.1-8b"));
        for (std::uint64_t id = 1; id <= batch; ++id)
            REQUIRE(engine.submit(request(id, 200, 200)) == Engine::Admission::accepted);
        drain(engine);
        return engine.stats().joules_busy / static_cast<double>(engine.stats().tokens_output);
    };
    CHECK(joules_per_token(8) > 3 * joules_per_token(128));
}
