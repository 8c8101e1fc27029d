#include "io/sim/dns.hpp"

#include <doctest/doctest.h>

namespace gilmok::io::sim {

TEST_CASE("sim dns: the table answers at once, numeric addresses need no line in it") {
    DnsTable table;
    table.set("engine.sim", {"10.0.0.1", "fd00::1"}, std::chrono::seconds(5));
    Resolved last;
    std::string_view failure;
    const auto keep = [&](const Result<Resolved>& result) {
        if (result)
            last = *result;
        else
            failure = result.error().detail;
    };
    table.resolve("engine.sim", 80, keep);
    CHECK(last.addresses == std::vector<Address>{{"10.0.0.1", 80}, {"fd00::1", 80}});
    CHECK(last.ttl == std::chrono::seconds(5));
    table.resolve("10.9.9.9", 81, keep);
    CHECK(last.addresses == std::vector<Address>{{"10.9.9.9", 81}});
    CHECK(failure.empty());
    table.forget("engine.sim");
    table.resolve("engine.sim", 80, keep);
    CHECK(failure == "the name has no address");
    CHECK(table.asked() == std::vector<std::string>{"engine.sim", "10.9.9.9", "engine.sim"});
}

}   // namespace gilmok::io::sim
