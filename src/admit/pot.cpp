#include "admit/pot.hpp"

#include <algorithm>

namespace gilmok::admit {

namespace {

constexpr Pico whole_ppm = 1'000'000;

// Rounded up: 80 % is passed when no less than 80 % is spent.
Pico share(Pico limit, std::uint32_t ppm) { return (limit * ppm + whole_ppm - 1) / whole_ppm; }

Pico next_warning(Pico limit, std::uint32_t warned_ppm, const std::vector<std::uint32_t>& warn_ppm) {
    if (limit == no_limit || limit < 0) return no_limit;
    const auto next = std::upper_bound(warn_ppm.begin(), warn_ppm.end(), warned_ppm);
    return next == warn_ppm.end() ? no_limit : share(limit, *next);
}

std::uint32_t highest_passed(Pico limit, Pico spent, const std::vector<std::uint32_t>& warn_ppm) {
    if (limit == no_limit || limit < 0) return 0;
    std::uint32_t highest = 0;
    for (const std::uint32_t ppm : warn_ppm)
        if (spent >= share(limit, ppm)) highest = ppm;
    return highest;
}

}   // namespace

void Pot::set_limits(const Amount& limits, const std::vector<std::uint32_t>& warn_ppm) {
    limits_ = limits;
    has_limit_ = limits != Amount{no_limit, no_limit};
    find_next_warning(warn_ppm);
}

void Pot::clear(const std::vector<std::uint32_t>& warn_ppm) {
    tally_ = {};
    money_warned_ppm_ = tokens_warned_ppm_ = 0;
    find_next_warning(warn_ppm);
}

void Pot::raise_spent(const Amount& spent, const std::vector<std::uint32_t>& warn_ppm) {
    const Amount more{std::max<Pico>(spent.money - tally_.spent.money, 0),
                      std::max<Pico>(spent.tokens - tally_.spent.tokens, 0)};
    correct(more, more);
    money_warned_ppm_ = std::max(money_warned_ppm_, highest_passed(limits_.money, tally_.spent.money, warn_ppm));
    tokens_warned_ppm_ = std::max(tokens_warned_ppm_, highest_passed(limits_.tokens, tally_.spent.tokens, warn_ppm));
    find_next_warning(warn_ppm);
}

std::uint32_t Pot::take_money_threshold(const std::vector<std::uint32_t>& warn_ppm) {
    if (tally_.spent.money < warn_at_.money) return 0;
    money_warned_ppm_ = *std::upper_bound(warn_ppm.begin(), warn_ppm.end(), money_warned_ppm_);
    find_next_warning(warn_ppm);
    return money_warned_ppm_;
}

std::uint32_t Pot::take_tokens_threshold(const std::vector<std::uint32_t>& warn_ppm) {
    if (tally_.spent.tokens < warn_at_.tokens) return 0;
    tokens_warned_ppm_ = *std::upper_bound(warn_ppm.begin(), warn_ppm.end(), tokens_warned_ppm_);
    find_next_warning(warn_ppm);
    return tokens_warned_ppm_;
}

void Pot::forget_warnings_above(const std::vector<std::uint32_t>& warn_ppm) {
    money_warned_ppm_ = std::min(money_warned_ppm_, highest_passed(limits_.money, tally_.spent.money, warn_ppm));
    tokens_warned_ppm_ = std::min(tokens_warned_ppm_, highest_passed(limits_.tokens, tally_.spent.tokens, warn_ppm));
    find_next_warning(warn_ppm);
}

void Pot::find_next_warning(const std::vector<std::uint32_t>& warn_ppm) {
    warn_at_.money = next_warning(limits_.money, money_warned_ppm_, warn_ppm);
    warn_at_.tokens = next_warning(limits_.tokens, tokens_warned_ppm_, warn_ppm);
}

}   // namespace gilmok::admit
