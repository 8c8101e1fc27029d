// Finds the places that the first stage finds, slowly and by their definition, so that matchers are tested with texts.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "guard/digit_run.hpp"
#include "guard/matcher.hpp"
#include "guard/world.hpp"

namespace gilmok::guard::test {

using model::DataKind;
using model::Finding;

inline void look_at_numbers(std::string_view text, Sink& sink) {
    std::size_t next = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at]) || is_digit(byte_before(text, at)) || at < next) continue;
        const DigitRun run = read_digit_run(text, at, next);
        if (run.groups_count > 0) match_world_numbers(text, run, sink);
    }
}

inline void look_at_letters(std::string_view text, Sink& sink) {
    const auto is_alnum = [](char c) { return is_identifier_byte(c) && c != '_'; };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_alnum(text[at]) || is_alnum(byte_before(text, at))) continue;
        std::size_t end = at, digits = 0, capitals = 0;
        for (; end < text.size() && is_alnum(text[end]); ++end) {
            digits += is_digit(text[end]) ? 1U : 0U;
            capitals += is_capital(text[end]) ? 1U : 0U;
        }
        const bool is_lone = capitals == 1 && end - at == 1;
        const bool is_hex_group =
            end - at <= 4 && is_hex(text[at]) && (byte_at(text, end) == ':' || byte_at(text, end) == '-');
        if ((digits > 0 && capitals > 0) || capitals >= 8 || is_lone || is_hex_group)
            match_world_letters(text, at, sink);
    }
}

inline void look_at_secrets(std::string_view text, Sink& sink) {
    const auto literals = secret_literals();
    for (std::size_t at = 0; at < text.size(); ++at)
        for (std::size_t i = 0; i < literals.size(); ++i)
            if (text.substr(at).starts_with(literals[i])) match_secret(text, at, i, sink);
}

inline void look_at_signs(std::string_view text, Sink& sink) {
    for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1))
        match_at_sign(text, at, sink);
}

inline std::vector<Finding> look_at_all(std::string_view text) {
    std::vector<Finding> found;
    Sink sink(found);
    look_at_numbers(text, sink);
    look_at_letters(text, sink);
    look_at_secrets(text, sink);
    look_at_signs(text, sink);
    return found;
}

// The surest, then the longest of what overlaps; from 60 on.
inline std::vector<Finding> kept(std::vector<Finding> found, int score_min = 60) {
    std::sort(found.begin(), found.end(), [](const Finding& left, const Finding& right) {
        if (left.score != right.score) return left.score > right.score;
        if (left.end - left.begin != right.end - right.begin) return left.end - left.begin > right.end - right.begin;
        return left.begin < right.begin;
    });
    std::vector<Finding> kept;
    for (const Finding& finding : found) {
        const auto overlaps = [&finding](const Finding& other) {
            return finding.begin < other.end && other.begin < finding.end;
        };
        if (finding.score >= score_min && std::none_of(kept.begin(), kept.end(), overlaps)) kept.push_back(finding);
    }
    std::sort(kept.begin(), kept.end(),
              [](const Finding& left, const Finding& right) { return left.begin < right.begin; });
    return kept;
}

// "kind:text" of each finding, with ", " between.
inline std::string told(std::string_view text) {
    std::string line;
    for (const Finding& finding : kept(look_at_all(text))) {
        if (!line.empty()) line += ", ";
        line += name_of(finding.kind);
        line += ':';
        line += text.substr(finding.begin, finding.end - finding.begin);
    }
    return line;
}

}   // namespace gilmok::guard::test
