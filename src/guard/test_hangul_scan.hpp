// For tests of names, addresses and plates: a first stage that tries every place, without any cleverness.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "guard/hangul.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {

inline std::vector<model::Finding> scan_hangul(std::string_view text) {
    std::vector<model::Finding> all;
    Sink sink{all};
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_digit(text[at]) && (at == 0 || !is_digit(text[at - 1]))) {
            std::size_t end = at;
            while (end < text.size() && is_digit(text[end])) ++end;
            if (end - at <= 3 && is_plate_anchor(text, end)) match_plate(text, at, sink);
            if (const auto head = address_anchor(text, at)) match_address(text, *head, sink);
            if (stands_at(text, at, "01")) match_name(text, at, sink);
        }
        const auto begins = [&](auto literal) { return stands_at(text, at, literal); };
        if (text[at] == '@' || std::any_of(name_labels.begin(), name_labels.end(), begins) ||
            std::any_of(name_titles.begin(), name_titles.end(), begins) ||
            std::any_of(person_anchors.begin(), person_anchors.end(), begins))
            match_name(text, at, sink);
    }
    match_names_again(text, std::vector<model::Finding>(all), sink);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        if (a.score != b.score) return a.score > b.score;
        const auto of_a = a.end - a.begin, of_b = b.end - b.begin;
        return of_a != of_b ? of_a > of_b : a.begin < b.begin;
    });
    std::vector<model::Finding> kept;
    for (const auto& finding : all) {
        const auto touches = [&](const auto& other) { return finding.begin < other.end && other.begin < finding.end; };
        if (std::none_of(kept.begin(), kept.end(), touches)) kept.push_back(finding);
    }
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    return kept;
}

// What is found with at least `score_min`, as "kind:text" with " | " between.
inline std::string found(std::string_view text, int score_min = 60) {
    std::string out;
    for (const auto& finding : scan_hangul(text)) {
        if (finding.score < score_min) continue;
        if (!out.empty()) out += " | ";
        out += finding.kind == model::DataKind::kr_name       ? "name:"
               : finding.kind == model::DataKind::person_name ? "person:"
               : finding.kind == model::DataKind::kr_address  ? "address:"
               : finding.kind == model::DataKind::kr_plate    ? "plate:"
                                                              : "?:";
        out += text.substr(finding.begin, finding.end - finding.begin);
    }
    return out;
}

}   // namespace gilmok::guard
