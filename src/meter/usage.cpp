#include "meter/usage.hpp"

#include <algorithm>

namespace gilmok::meter {

namespace {

using model::Usage;

constexpr std::int64_t count_max = std::int64_t{1} << 53;   // beyond it JSON numbers are not exact

bool is_known(std::int64_t count) { return count != Usage::missing; }

// A part cannot be more than its whole.
bool exceeds(std::int64_t part, std::int64_t whole) { return is_known(part) && is_known(whole) && part > whole; }

bool contradicts_itself(const Usage& usage) {
    if (exceeds(usage.input_cached, usage.input) || exceeds(usage.input_audio, usage.input)) return true;
    if (exceeds(usage.output_reasoning, usage.output) || exceeds(usage.output_audio, usage.output)) return true;
    if (!is_known(usage.total)) return false;
    if (is_known(usage.input) && is_known(usage.output)) return usage.total != usage.input + usage.output;
    return exceeds(usage.input, usage.total) || exceeds(usage.output, usage.total);
}

}   // namespace

void UsageMerge::add(const Usage& report) {
    const auto take = [this](std::int64_t& kept, std::int64_t reported) {
        if (!is_known(reported)) return;
        if (reported < 0 || reported > count_max) {
            is_suspect_ = true;
            return;
        }
        // Counts of one exchange only grow; a smaller one later means that one of the two is wrong.
        if (is_known(kept) && reported < kept) is_suspect_ = true;
        kept = reported;
    };
    take(usage_.input, report.input);
    take(usage_.input_cached, report.input_cached);
    take(usage_.input_audio, report.input_audio);
    take(usage_.output, report.output);
    take(usage_.output_reasoning, report.output_reasoning);
    take(usage_.output_audio, report.output_audio);
    take(usage_.total, report.total);
    if (contradicts_itself(usage_)) is_suspect_ = true;
}

DisjointUsage disjoint(const Usage& usage) {
    DisjointUsage parts;
    const auto split = [](std::int64_t whole, std::int64_t part, std::int64_t& rest, std::int64_t& inside) {
        if (is_known(part)) inside = is_known(whole) ? std::min(part, whole) : part;
        if (is_known(whole)) rest = whole - std::max<std::int64_t>(inside, 0);
    };
    split(usage.input, usage.input_cached, parts.input_fresh, parts.input_cached);
    split(usage.output, usage.output_reasoning, parts.output_text, parts.output_reasoning);
    return parts;
}

}   // namespace gilmok::meter
