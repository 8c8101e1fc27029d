// Parses header lines for tests: what the guards see is what the door's parser makes of bytes.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "wire/http1.hpp"

namespace gilmok::auth {

struct ParsedHead {
    std::string bytes;
    wire::http1::RequestHead head;
};
// `lines` is "Name: value\n…"; a Host is needed in HTTP/1.1 but the parser leaves its meaning to us.
inline std::unique_ptr<ParsedHead> head_of(const std::string& lines) {
    auto parsed = std::make_unique<ParsedHead>();
    parsed->bytes = "GET / HTTP/1.1\r\n";
    for (const char c : lines) parsed->bytes += c == '\n' ? std::string("\r\n") : std::string(1, c);
    parsed->bytes += "\r\n";
    wire::http1::HeadParser parser{wire::http1::Limits{}};
    const auto state = parser.parse_request(parsed->bytes, parsed->head);
    REQUIRE_MESSAGE(state.has_value(), (state ? "" : std::string(state.error().detail)));
    REQUIRE(*state == wire::http1::HeadParser::State::done);
    return parsed;
}

}   // namespace gilmok::auth
