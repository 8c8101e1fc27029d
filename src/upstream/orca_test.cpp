#include "upstream/orca.hpp"

#include <doctest/doctest.h>

namespace gilmok::upstream {

TEST_CASE("the text form is read, with and without the prefix") {
    const LoadReport report = read_load_report(
        "TEXT named_metrics.kv_cache_usage_perc=0.4, named_metrics.num_requests_waiting=3,num_requests_running=7");
    CHECK(report.kv_usage == doctest::Approx(0.4));
    CHECK(report.waiting == doctest::Approx(3));
    CHECK(report.running == doctest::Approx(7));
    CHECK(report.is_told());
}

TEST_CASE("the JSON form is read") {
    const LoadReport report =
        read_load_report(R"(JSON {"named_metrics": {"kv_cache_usage_perc": 0.25, "num_requests_waiting": 0}})");
    CHECK(report.kv_usage == doctest::Approx(0.25));
    CHECK(report.waiting == 0);
    CHECK(report.running < 0);
    const LoadReport named = read_load_report(R"(JSON {"named_metrics.num_requests_running":2})");
    CHECK(named.running == doctest::Approx(2));
}

TEST_CASE("what is absurd, unknown or in another form is skipped") {
    for (const char* header : {"",
                               "TEXT",
                               "TEXT ",
                               "text num_requests_waiting=1",
                               "BIN abc",
                               "num_requests_waiting=1",
                               "TEXT num_requests_waiting=-1",
                               "TEXT num_requests_waiting=nan",
                               "TEXT num_requests_waiting=inf",
                               "TEXT num_requests_waiting=1e300",
                               "TEXT num_requests_waiting=1x",
                               "TEXT num_requests_waiting=",
                               "TEXT =1",
                               "TEXT kv_cache_usage_perc=1.5",
                               "TEXT cpu_utilization=0.5",
                               "TEXT ,,,",
                               "JSON {}",
                               "JSON {\"",
                               "JSON {\"num_requests_waiting\":\"3\"}",
                               "TEXT num_requests_waiting=0x10"}) {
        CAPTURE(header);
        CHECK(!read_load_report(header).is_told());
    }
    const LoadReport mixed = read_load_report("TEXT num_requests_waiting=nan, num_requests_running=2");
    CHECK(mixed.waiting < 0);
    CHECK(mixed.running == doctest::Approx(2));
}

}   // namespace gilmok::upstream
