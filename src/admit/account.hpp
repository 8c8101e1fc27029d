// The counters and limits of one tenant. Shared by the treasuries before and after a reload, so that neither a counter nor a
// limit exists twice. Owner: the treasuries that name the tenant; every call under the lock of its organisation. What each
// attempt passes stands here and not in the .cpp: inlined it is a third faster.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "admit/budget.hpp"
#include "admit/gcra.hpp"
#include "admit/period.hpp"
#include "admit/pot.hpp"
#include "admit/token_rate.hpp"
#include "admit/window.hpp"

namespace gilmok::admit {

struct AccountLimits {
    Amount day{no_limit, no_limit}, month{no_limit, no_limit}, window{no_limit, no_limit};
    Duration window_length{};   // 0 where nothing is limited by window
    std::int64_t tokens_per_minute = 0, requests_per_minute = 0;
    config::AtLimit at_limit = config::AtLimit::reject;
    std::vector<std::uint32_t> warn_ppm;   // rising
    [[nodiscard]] bool has_any() const;
    [[nodiscard]] bool has_money() const;
};

// What one attempt asks of every account on its way.
struct Need {
    Amount amount;
    std::int64_t tokens = 0;   // amount.tokens, for the rate
    std::int64_t requests = 0;
};

// What one attempt holds, and what it was at last.
struct Held {
    Amount bound, moved;   // reserved; of that already spent
    Booking booking;
    std::uint64_t place = 0;   // in the queue of tokens per minute
    bool has_place = false;    // kept for the nearest ancestors only; without it nothing goes back into the bucket
};

struct Denial {
    LimitKind kind{};
    Duration retry_after{};
    bool is_never = false;
};

class Account {
public:
    explicit Account(std::string path) : path_(std::move(path)) {}

    // From now on, for everybody.
    void set_limits(const AccountLimits& limits, const BudgetClock& clock);
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] config::AtLimit at_limit() const { return limits_.at_limit; }
    // Nothing was booked or restored since it was made: the ledger may know more.
    [[nodiscard]] bool is_fresh() const { return is_fresh_; }

    // Begins the periods that the clock has reached. Comes before everything below.
    void advance(const BudgetClock& clock) {
        if (day_index_ != clock.day().index || month_index_ != clock.month().index || window_ != nullptr) turn(clock);
        requests_.drain(clock.now());
        tokens_.drain(clock.now());
    }
    [[nodiscard]] bool has_room(const Need& need) const {
        return day_.has_room(need.amount) && month_.has_room(need.amount) && window_pot_.has_room(need.amount) &&
               requests_.fits(need.requests) && tokens_.fits(need.tokens);
    }
    // Why not: of all limits that refuse, the one that lasts longest.
    [[nodiscard]] std::optional<Denial> denial(const Need& need, const BudgetClock& clock) const;
    // Returns the place in the queue of tokens per minute.
    std::uint64_t reserve(const Need& need, const Booking& booking) {
        is_fresh_ = false;
        day_.reserve(need.amount);
        month_.reserve(need.amount);
        if (window_ != nullptr && window_->correct(booking.at, need.amount, {})) window_pot_.reserve(need.amount);
        reserved_ += need.amount;
        requests_.add(need.requests);
        return tokens_.add(need.tokens);
    }
    // From reserved to spent.
    void move(const Held& held, const Amount& moved) {
        const Amount more = moved - held.moved;
        correct(held, {}, more);
        reserved_ -= more;
    }
    void settle(const Held& held, const Amount& spent) {
        correct(held, spent - held.bound, spent - held.moved);
        reserved_ -= held.bound - held.moved;
        if (!tokens_.is_limit()) return;
        const auto over = static_cast<std::int64_t>(spent.tokens - held.bound.tokens);   // both within int64
        if (over > 0) tokens_.add(over);
        if (over < 0 && held.has_place) tokens_.give_back(-over, held.place);
    }
    void restore(const Spent& spent, std::span<const Treasury::Bucket> buckets, WallTime wall,
                 const BudgetClock& clock);

    [[nodiscard]] bool is_warning_due() const {
        return day_.is_warning_due() || month_.is_warning_due() || window_pot_.is_warning_due();
    }
    void take_warnings(const BudgetClock& clock, std::vector<Warning>& out);

    // Tightens `standing` by the limits of this account.
    void tell(Standing& standing, const BudgetClock& clock) const;
    [[nodiscard]] Spent spent() const;

private:
    void turn(const BudgetClock& clock);
    void correct(const Held& held, const Amount& used, const Amount& spent) {
        if (held.booking.day == day_index_) day_.correct(used, spent);
        if (held.booking.month == month_index_) month_.correct(used, spent);
        if (window_ != nullptr && held.booking.number > window_since_ && window_->correct(held.booking.at, used, spent))
            window_pot_.correct(used, spent);
    }

    std::string path_;
    AccountLimits limits_;
    std::int64_t day_index_ = INT64_MIN, month_index_ = INT64_MIN;
    Pot day_, month_, window_pot_;
    std::unique_ptr<Window> window_;
    std::uint64_t window_since_ = 0;    // the last booking that it did not see
    Instant window_warnings_until_{};   // a threshold of the window is warned of once in its length
    Gcra requests_;
    TokenRate tokens_;
    Amount reserved_;   // by all that is held now, of whatever period
    bool is_fresh_ = true;
};

// 128 bits into 64; a sum too large stays at the largest number.
std::int64_t narrow(Pico value);

}   // namespace gilmok::admit
