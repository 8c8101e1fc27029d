#include "guard/places.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gilmok::guard {

bool matches_place(std::string_view pattern, std::string_view place) {
    if (pattern.empty() || place.empty()) return pattern.empty() && place.empty();
    // Greedy with one point to go back to: linear in the length of the place for each star.
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < place.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == place[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

namespace {

// As the names of Amazon Bedrock's models begin.
bool is_provider(std::string_view word) {
    constexpr std::array<std::string_view, 17> providers{
        "ai21",    "amazon",   "anthropic", "cohere", "deepseek", "google",    "luma",       "meta",  "minimax",
        "mistral", "moonshot", "nvidia",    "openai", "qwen",     "stability", "twelvelabs", "writer"};
    return std::find(providers.begin(), providers.end(), word) != providers.end();
}

}   // namespace

std::string_view place_of(const config::Upstream& upstream, std::string_view served_name) {
    constexpr std::pair<std::string_view, std::string_view> profiles[] = {
        {"us", "us-profile"},     {"us-gov", "us-profile"}, {"eu", "eu-profile"},
        {"apac", "apac-profile"}, {"jp", "jp-profile"},     {"au", "au-profile"},
        {"ca", "ca-profile"},     {"sg", "sg-profile"},     {"global", "global-profile"},
    };
    if (upstream.place.empty()) return {};
    // Also at the end of an ARN, "…:inference-profile/us.anthropic.claude…".
    const std::string_view name = served_name.substr(served_name.rfind('/') + 1);
    const auto dot = name.find('.');
    if (dot == std::string_view::npos || name.find('.', dot + 1) == std::string_view::npos) return upstream.place;
    const std::string_view first = name.substr(0, dot);
    for (const auto& [prefix, place] : profiles)
        if (first == prefix) return place;
    // A profile of countries that this gilmok has not heard of: "xx.anthropic.claude…".
    const std::string_view rest = name.substr(dot + 1);
    const bool is_profile = is_provider(rest.substr(0, rest.find('.'))) && !is_provider(first);
    return is_profile ? std::string_view{} : std::string_view(upstream.place);
}

}   // namespace gilmok::guard
