// Goal: a body ends where RFC 9112 says, and how the network cut it never matters.
// Method: every case is fed whole, in two at every point and byte by byte; payload, end and error must agree.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "wire/http1.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;

namespace {

std::string feed(BodyReader reader, const std::vector<std::string>& pieces) {
    std::string payload;
    std::size_t consumed = 0;
    for (std::string_view bytes : pieces) {
        for (;;) {
            const auto step = reader.feed(bytes);
            if (!step)
                return payload + "|refused " + std::string(name_of(step.error().code)) + ": " +
                       std::string(step.error().detail);
            payload += step->payload;
            consumed += step->consumed;
            bytes.remove_prefix(step->consumed);
            if (step->is_done) return payload + "|done at " + std::to_string(consumed);
            if (bytes.empty()) break;
        }
    }
    return payload + "|needs more";
}

std::string feed_every_way(const BodyReader& reader, const std::string& bytes) {
    const std::string whole = feed(reader, {bytes});
    std::vector<std::string> single;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        single.push_back(bytes.substr(cut, 1));
        if (bytes.size() > 3000) continue;
        const std::string in_two = feed(reader, {bytes.substr(0, cut), bytes.substr(cut)});
        if (in_two != whole) return "cut at " + std::to_string(cut) + ": " + in_two + " but whole: " + whole;
    }
    const std::string in_bytes = feed(reader, single);
    return in_bytes == whole ? whole : "byte by byte: " + in_bytes + " but whole: " + whole;
}

std::string chunked(const std::string& bytes, const Limits& limits = {}) {
    return feed_every_way(BodyReader(Framing::chunked, 0, limits), bytes);
}

}  // namespace

TEST_CASE("chunks are joined and what follows the body is left alone") {
    CHECK(chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET") == "hello world|done at 26");
    CHECK(chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n") == "hello|done at 25");
}

TEST_CASE("a body by length ends after its bytes, one by close never") {
    CHECK(feed_every_way(BodyReader(Framing::length, 5, {}), "hello, world") == "hello|done at 5");
    CHECK(feed_every_way(BodyReader(Framing::length, 5, {}), "hell") == "hell|needs more");
    CHECK(feed_every_way(BodyReader(Framing::close, 0, {}), "hello") == "hello|needs more");
    CHECK(feed_every_way(BodyReader(Framing::none, 0, {}), "hello") == "|done at 0");
    CHECK(feed_every_way(BodyReader(Framing::length, 0, {}), "hello") == "|done at 0");
}

namespace {

bool refused(const std::string& outcome, std::string_view payload = "") {
    const bool is_refused = outcome.starts_with(std::string(payload) + "|refused bad_framing: ");
    if (!is_refused) MESSAGE(outcome);
    return is_refused;
}

}  // namespace

TEST_CASE("a chunk size is 1 to 16 hex digits and nothing else") {
    CHECK(chunked("0000000000000005\r\nhello\r\n000\r\n\r\n") == "hello|done at 32");
    CHECK(chunked("fFfFfFfFfFfFfFfF\r\nhello") == "hello|needs more");
    for (const char* bad : {"00000000000000005\r\n", "10000000000000000\r\n", "+5\r\n", "-5\r\n", " 5\r\n", "5 \r\n",
                            "5\t\r\n", "0x5\r\n", "5h\r\n", "\r\n", ";a\r\n", "5\n", "5\r5", "5_0\r\n", "5.\r\n",
                            "g\r\n", "\xef\xbc\x95\r\n", "5\r\r\n", "\n5\r\n"}) {
        CAPTURE(bad);
        CHECK(refused(chunked(std::string(bad) + "hello\r\n0\r\n\r\n")));
    }
    CHECK(refused(chunked(std::string("5\0\r\nhello", 9))));
}

TEST_CASE("the data of a chunk is followed by CRLF, and its payload is handed out before the error") {
    CHECK(refused(chunked("5\r\nhelloX"), "hello"));
    CHECK(refused(chunked("5\r\nhello\n0\r\n\r\n"), "hello"));
    CHECK(refused(chunked("5\r\nhello\rX"), "hello"));
    CHECK(refused(chunked("5\r\nhello0\r\n\r\n"), "hello"));
    CHECK(refused(chunked("5\r\nhello!\r\n0\r\n\r\n"), "hello"));
    CHECK(refused(chunked("5\r\nhello\r\n\r\n"), "hello"));
    CHECK(refused(chunked("0\r\n\n"), ""));
    CHECK(refused(chunked("0\r\n\rX"), ""));
}

TEST_CASE("chunk extensions are dropped when they follow RFC 9112 without white space, else refused") {
    CHECK(chunked("5;a=b;c;d=\"x \\\" \\\r;\\\\\"\r\nhello\r\n0;z\r\n\r\n")
              .ends_with("|refused bad_framing: a control byte in a chunk extension"));
    CHECK(chunked("5;a=b;c;d=\"x \\\" ;\t\\\\\"\r\nhello\r\n0;z\r\n\r\n") == "hello|done at 37");
    for (const char* bad : {";", ";;", ";=a", ";a=", ";a=;", " ;a", "; a", ";a =b", ";a= b", ";a b", ";a=\"b",
                            ";a=\"b\"c", ";a=\"b\n\"", ";a\n", ";a\r", ";a=b=c", ";a,b", ";\x80"}) {
        CAPTURE(bad);
        CHECK(refused(chunked("5" + std::string(bad) + "\r\nhello\r\n0\r\n\r\n")));
    }
    CHECK(refused(chunked(std::string("5;a=\"\0\"\r\nhello", 15))));
}

TEST_CASE("chunk lines and all extensions of a body are bounded") {
    const Limits limits{.chunk_line_bytes_max = 20};
    CHECK(chunked("1;" + std::string(17, 'a') + "\r\nx\r\n0\r\n\r\n", limits).starts_with("x|done"));
    CHECK(refused(chunked("1;" + std::string(20, 'a') + "\r\nx\r\n0\r\n\r\n", limits)));
    std::string funky;
    for (int chunk = 0; chunk < 200; ++chunk) funky += "1;" + std::string(200, 'a') + "\r\nx\r\n";
    CHECK(refused(chunked(funky), std::string(81, 'x')));
}

TEST_CASE("trailers are checked and dropped") {
    CHECK(chunked("0\r\nServer-Timing: a\r\nX-Empty:\r\n\r\nGET") == "|done at 33");
    for (const char* bad : {" X: a\r\n",
                            "X : a\r\n",
                            "X\r\n",
                            ": a\r\n",
                            "X: a\n",
                            "X: a\x01\r\n",
                            "X: a\r\n b\r\n",
                            "X: a\rb\r\n",
                            "\n",
                            "X\x80: a\r\n",
                            "Content-Length: 1\r\n",
                            "Transfer-Encoding: chunked\r\n",
                            "HOST: a\r\n",
                            "authorization: x\r\n",
                            "X-Api-Key: x\r\n",
                            "Cookie: x\r\n",
                            "Set-Cookie: x\r\n",
                            "Content-Type: x\r\n",
                            "Content-Encoding: gzip\r\n",
                            "Content-Range: x\r\n",
                            "Connection: close\r\n",
                            "TE: a\r\n",
                            "Trailer: x\r\n",
                            "Upgrade: x\r\n",
                            "Expect: 100-continue\r\n",
                            "X-Forwarded-For: 1.2.3.4\r\n",
                            "Proxy-Authorization: x\r\n"}) {
        CAPTURE(bad);
        CHECK(refused(chunked("0\r\n" + std::string(bad) + "\r\n")));
    }
    CHECK(chunked("0\r\nContent-Length-And-Much-More-Than-Thirty-Two-Bytes: 1\r\n\r\n").starts_with("|done"));
}

TEST_CASE("trailers are bounded") {
    const Limits limits{.trailer_bytes_max = 20};
    CHECK(chunked("0\r\nX: 1234567890123\r\n\r\n", limits).starts_with("|done"));
    CHECK(refused(chunked("0\r\nX: 12345678901234\r\n\r\n", limits)));
}

TEST_CASE("after an error the reader stays failed, after the end it takes nothing") {
    BodyReader failed(Framing::chunked, 0, {});
    CHECK_FALSE(failed.feed("x"));
    CHECK_FALSE(failed.feed("0\r\n\r\n"));
    CHECK_FALSE(failed.is_done());
    BodyReader done(Framing::chunked, 0, {});
    REQUIRE(done.feed("0\r\n\r\n"));
    const auto step = done.feed("0\r\n\r\n");
    REQUIRE(step);
    CHECK(step->consumed == 0);
    CHECK(step->is_done);
}

TEST_CASE("a close ends a body by close, and no other before its end") {
    CHECK(BodyReader(Framing::close, 0, {}).close_is_end());
    CHECK(BodyReader(Framing::none, 0, {}).close_is_end());
    CHECK_FALSE(BodyReader(Framing::length, 1, {}).close_is_end());
    CHECK_FALSE(BodyReader(Framing::chunked, 0, {}).close_is_end());
}
