#include "config/quantity.hpp"

#include <doctest/doctest.h>

using namespace gilmok::config;
using namespace std::chrono_literals;

TEST_CASE("durations and sizes read back from what is written") {
    for (const auto value : {0ms, 1ms, 999ms, 1'000ms, 1'500ms, 60'000ms, 3'600'000ms, 86'400'000ms, 90'000'000ms})
        CHECK(parse_duration(duration_text(value)) == value);
    for (const std::uint64_t value : {0ULL, 1ULL, 1'000ULL, 1'024ULL, 1'025ULL, 10ULL << 20, 3ULL << 30})
        CHECK(parse_size(size_text(value)) == value);
    CHECK(duration_text(60'000ms) == "1m");
    CHECK(size_text(32U << 20) == "32MiB");
}

TEST_CASE("sizes in powers of 1000 are not those in powers of 1024") {
    CHECK(parse_size("1GB") == 1'000'000'000);
    CHECK(parse_size("1GiB") == 1'073'741'824);
    CHECK(parse_size("2kB") == 2'000);
}

TEST_CASE("quantities without a known unit are nothing") {
    for (const char* text : {"", "1", "ms", "1 s", "1S", "1.5s", "-1s", "+1s", "0x1s", "1min", "18446744073709551616ms",
                             "9999999999999999d"})
        CHECK_FALSE(parse_duration(text));
    for (const char* text : {"", "1", "B", "1b", "1M", "1mib", "99999999999GiB"}) CHECK_FALSE(parse_size(text));
}

TEST_CASE("addresses are numeric, canonical and have a port") {
    CHECK(parse_address("127.0.0.1:80")->host == "127.0.0.1");
    CHECK(parse_address("[0:0::0]:80")->host == "::");
    for (const char* text : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.1:80", "::1:80", "[::1]", "[::1]80",
                             "[127.0.0.1]:80", "localhost:80", "1.2.3.4:65536", "1.2.3.4:+1", "256.0.0.1:1"})
        CHECK_FALSE(parse_address(text));
    CHECK(is_wildcard(*parse_address("[::0]:1")));
    CHECK(is_loopback(*parse_address("127.8.0.1:1")));
    CHECK_FALSE(parse_address(std::string_view("127.0.0.1\0x:80", 14)));
}

TEST_CASE("a URL is split into what a connection needs") {
    std::string_view failure;
    const auto url = parse_url("HTTPS://API.Example.com:8443/v1/openai//", failure);
    REQUIRE(url);
    CHECK(url->is_tls);
    CHECK(url->host == "api.example.com");
    CHECK(url->port == 8443);
    CHECK(url->authority == "api.example.com:8443");
    CHECK(url->base_path == "/v1/openai");
    CHECK(parse_url("http://h:80", failure)->authority == "h");
    CHECK(parse_url("http://[::1]:8000/v1", failure)->authority == "[::1]:8000");
    CHECK(parse_url("http://[::1]/", failure)->port == 80);
    for (const char* text : {"", "h/v1", "http:/h", "http://h\r\nX: y", "http://h/\x7f", "http://-h", "http://a..b",
                             "http://h:", "http://h:1x", "http://[h]", "http://한글"})
        CHECK_FALSE(parse_url(text, failure));
}

TEST_CASE("numbers keep their point and their value") {
    CHECK(real_text(1) == "1.0");
    CHECK(real_text(0.1) == "0.1");
    CHECK(std::stod(real_text(1.0 / 3)) == 1.0 / 3);
}
