#include "admit/account.hpp"

#include <algorithm>

namespace gilmok::admit {

namespace {

bool is_limited(const Amount& limits) { return limits.money != no_limit || limits.tokens != no_limit; }

}   // namespace

std::int64_t narrow(Pico value) { return static_cast<std::int64_t>(std::clamp<Pico>(value, INT64_MIN, INT64_MAX)); }

bool AccountLimits::has_any() const {
    return is_limited(day) || is_limited(month) || is_limited(window) || tokens_per_minute > 0 ||
           requests_per_minute > 0;
}

bool AccountLimits::has_money() const {
    return day.money != no_limit || month.money != no_limit || window.money != no_limit;
}

void Account::set_limits(const AccountLimits& limits, const BudgetClock& clock) {
    limits_ = limits;
    day_.set_limits(limits.day, limits.warn_ppm);
    month_.set_limits(limits.month, limits.warn_ppm);
    window_pot_.set_limits(limits.window, limits.warn_ppm);
    requests_.drain(clock.now());   // at the old rate up to now
    requests_.set_rate(limits.requests_per_minute);
    tokens_.drain(clock.now());
    tokens_.set_rate(limits.tokens_per_minute);
    if (limits.window_length == Duration{0}) {
        window_.reset();
        window_pot_.clear(limits.warn_ppm);
    } else if (window_ == nullptr) {
        window_ = std::make_unique<Window>(limits.window_length);
        window_since_ = clock.bookings();
    } else if (window_->length() != limits.window_length) {
        if (clock.has_now()) window_->advance(clock.now(), window_pot_);
        window_ = std::make_unique<Window>(*window_, limits.window_length, clock.now());
    }
}

void Account::turn(const BudgetClock& clock) {
    if (day_index_ != clock.day().index) {
        day_index_ = clock.day().index;
        day_.clear(limits_.warn_ppm);
    }
    if (month_index_ != clock.month().index) {
        month_index_ = clock.month().index;
        month_.clear(limits_.warn_ppm);
    }
    if (window_ != nullptr && clock.has_now()) {
        window_->advance(clock.now(), window_pot_);
        if (window_warnings_until_ != Instant{} && clock.now() >= window_warnings_until_) {
            window_pot_.forget_warnings_above(limits_.warn_ppm);
            window_warnings_until_ = Instant{};
        }
    }
}

std::optional<Denial> Account::denial(const Need& need, const BudgetClock& clock) const {
    std::optional<Denial> longest;
    const auto consider = [&](const Denial& denial) {
        if (!longest || denial.is_never > longest->is_never ||
            (denial.is_never == longest->is_never && denial.retry_after > longest->retry_after))
            longest = denial;
    };
    const auto consider_pot = [&](const Pot& pot, LimitKind money, LimitKind tokens, auto&& wait_for) {
        const Amount& limits = pot.limits();
        const Amount& used = pot.tally().used;
        if (!fits(used.money, need.amount.money, limits.money)) {
            const bool is_never = need.amount.money > limits.money;
            consider({money, is_never ? Duration{} : wait_for({used.money + need.amount.money - limits.money, 0}),
                      is_never});
        }
        if (!fits(used.tokens, need.amount.tokens, limits.tokens)) {
            const bool is_never = need.amount.tokens > limits.tokens;
            consider({tokens, is_never ? Duration{} : wait_for({0, used.tokens + need.amount.tokens - limits.tokens}),
                      is_never});
        }
    };
    const auto until = [&](WallTime end) { return [&clock, end](const Amount&) { return end - clock.wall(); }; };
    consider_pot(day_, LimitKind::money_day, LimitKind::tokens_day, until(clock.day().end));
    consider_pot(month_, LimitKind::money_month, LimitKind::tokens_month, until(clock.month().end));
    consider_pot(window_pot_, LimitKind::money_window, LimitKind::tokens_window, [&](const Amount& freed) {
        return window_ == nullptr ? Duration{} : window_->until_freed(freed, clock.now());
    });
    const auto consider_rate = [&](const Gcra& rate, LimitKind kind, std::int64_t amount) {
        if (rate.fits(amount)) return;
        const bool is_never = amount > rate.per_minute();
        consider({kind, is_never ? Duration{} : rate.until_room(amount), is_never});
    };
    consider_rate(tokens_.rate(), LimitKind::tokens_per_minute, need.tokens);
    consider_rate(requests_, LimitKind::requests_per_minute, need.requests);
    return longest;
}

void Account::restore(const Spent& spent, std::span<const Treasury::Bucket> buckets, WallTime wall,
                      const BudgetClock& clock) {
    advance(clock);
    day_.raise_spent({spent.money_day, spent.tokens_day}, limits_.warn_ppm);
    month_.raise_spent({spent.money_month, spent.tokens_month}, limits_.warn_ppm);
    if (window_ != nullptr && is_fresh_)
        for (const Treasury::Bucket& bucket : buckets) {
            const Amount amount{bucket.money, bucket.tokens};
            // Nobody knows when in the hour: its end is the safe answer.
            const Duration age = wall - (bucket.begin + std::chrono::hours{1});
            if (window_->restore(age, amount))
                window_pot_.raise_spent(window_pot_.tally().spent + amount, limits_.warn_ppm);
        }
    is_fresh_ = false;
}

void Account::take_warnings(const BudgetClock& clock, std::vector<Warning>& out) {
    const auto drain = [&](Pot& pot, LimitKind money, LimitKind tokens, WallTime period_begin) {
        Warning warning;
        warning.tenant = path_;
        warning.at = clock.wall();
        warning.period_begin = period_begin;
        const std::size_t before = out.size();
        warning.kind = money;
        warning.used_pico = pot.tally().spent.money;
        warning.limit_pico = pot.limits().money;
        while ((warning.threshold_ppm = pot.take_money_threshold(limits_.warn_ppm)) != 0) out.push_back(warning);
        warning.kind = tokens;
        warning.used_pico = warning.limit_pico = 0;
        warning.used_tokens = narrow(pot.tally().spent.tokens);
        warning.limit_tokens = narrow(pot.limits().tokens);
        while ((warning.threshold_ppm = pot.take_tokens_threshold(limits_.warn_ppm)) != 0) out.push_back(warning);
        return out.size() > before;
    };
    drain(day_, LimitKind::money_day, LimitKind::tokens_day, clock.day().begin);
    drain(month_, LimitKind::money_month, LimitKind::tokens_month, clock.month().begin);
    if (drain(window_pot_, LimitKind::money_window, LimitKind::tokens_window, clock.wall() - limits_.window_length))
        window_warnings_until_ = clock.now() + limits_.window_length;
}

void Account::tell(Standing& standing, const BudgetClock& clock) const {
    const auto tell_tokens = [&](std::int64_t limit, std::int64_t remaining, Duration reset) {
        if (standing.limit_tokens >= 0 && remaining >= standing.remaining_tokens) return;
        standing.limit_tokens = limit;
        standing.remaining_tokens = remaining;
        standing.reset_tokens = reset;
    };
    const auto tell_pot = [&](const Pot& pot, Duration reset) {
        const Amount room = pot.limits() - pot.tally().used;
        if (pot.limits().money != no_limit) {
            const Pico remaining = pot.limits().money < 0 ? 0 : room.money;
            if (!standing.has_budget || remaining < standing.budget_remaining) standing.budget_remaining = remaining;
            standing.has_budget = true;
        }
        if (pot.limits().tokens != no_limit)
            tell_tokens(narrow(pot.limits().tokens), std::max<std::int64_t>(narrow(room.tokens), 0), reset);
    };
    if (tokens_.is_limit())
        tell_tokens(tokens_.rate().per_minute(), tokens_.rate().room(), tokens_.rate().until_empty());
    tell_pot(day_, clock.day().end - clock.wall());
    tell_pot(month_, clock.month().end - clock.wall());
    if (window_ != nullptr) tell_pot(window_pot_, window_->until_freed(window_pot_.tally().used, clock.now()));
    if (requests_.is_limit() && (standing.limit_requests < 0 || requests_.room() < standing.remaining_requests)) {
        standing.limit_requests = requests_.per_minute();
        standing.remaining_requests = requests_.room();
        standing.reset_requests = requests_.until_empty();
    }
}

Spent Account::spent() const {
    Spent out;
    out.money_day = day_.tally().spent.money;
    out.money_month = month_.tally().spent.money;
    out.money_reserved = reserved_.money;
    out.tokens_day = narrow(day_.tally().spent.tokens);
    out.tokens_month = narrow(month_.tally().spent.tokens);
    out.tokens_reserved = narrow(reserved_.tokens);
    return out;
}

}   // namespace gilmok::admit
