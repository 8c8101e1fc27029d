// Reads exchange scripts. The language is told in ../README.md; this file knows its shape, the steps know its meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gilmok::exchange {

// `text`, "quoted text", name=text or a JSON value that is one word although it holds spaces.
struct Word {
    std::string name;   // before '=', or empty
    std::string text;   // escapes resolved
    bool is_quoted = false;
};

// Who acts or is looked at.
enum class Actor : std::uint8_t { config, client, upstream, gateway, network, clock, record };

struct Step {
    Actor actor = Actor::config;
    std::string name;   // of the client or upstream; "" for the others
    std::vector<Word> words;
    std::uint32_t line = 0;
    std::string source;   // as written, for messages
};

struct Problem {
    std::uint32_t line = 0;
    std::string what;
};

struct Script {
    std::string claim;   // the comment lines at the top
    std::vector<Step> steps;
    std::vector<Problem> problems;
};

Script parse_script(std::string_view text);

// "61s", "250ms", "2m". Milliseconds, or -1.
std::int64_t parse_duration_ms(std::string_view text);

}   // namespace gilmok::exchange
