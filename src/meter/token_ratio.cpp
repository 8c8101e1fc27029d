#include "meter/token_ratio.hpp"

#include "base/money.hpp"

namespace gilmok::meter {

namespace {
constexpr std::uint64_t bytes_per_token = 4;
// Above it the sums are halved: what was learned long ago counts less and less.
constexpr std::uint64_t memory_units = 1 << 22;
// A report of more is not to be learned from.
constexpr std::uint64_t believable = 1ULL << 31;
}   // namespace

void TokenRatio::Sum::add(std::uint64_t more_tokens, std::uint64_t more_units) {
    if (more_tokens == 0 || more_units == 0 || more_tokens > believable || more_units > believable) return;
    tokens += more_tokens;
    units += more_units;
    if (units > memory_units) {
        tokens = (tokens + 1) / 2;
        units = (units + 1) / 2;
    }
}

std::int64_t TokenRatio::Sum::of(std::uint64_t units_given, std::uint64_t units_per_token_default) const {
    if (units_given == 0) return 0;
    const std::uint64_t t = units == 0 ? 1 : tokens;
    const std::uint64_t u = units == 0 ? units_per_token_default : units;
    // Rounded up: something that was delivered is never nothing.
    return static_cast<std::int64_t>((static_cast<Pico>(units_given) * static_cast<Pico>(t) + static_cast<Pico>(u) - 1) /
                                     static_cast<Pico>(u));
}

void TokenRatio::learn(const Seen& whole) {
    if (whole.input_tokens > 0) input_.add(static_cast<std::uint64_t>(whole.input_tokens), whole.input_bytes);
    if (whole.output_tokens <= 0) return;
    const auto tokens = static_cast<std::uint64_t>(whole.output_tokens);
    if (whole.output_events > 0)
        events_.add(tokens, whole.output_events);
    else
        bytes_.add(tokens, whole.output_bytes);
}

std::int64_t TokenRatio::input_tokens(std::uint64_t bytes) const { return input_.of(bytes, bytes_per_token); }

std::int64_t TokenRatio::output_tokens(std::uint64_t events, std::uint64_t bytes) const {
    return events > 0 ? events_.of(events, 1) : bytes_.of(bytes, bytes_per_token);
}

}   // namespace gilmok::meter
