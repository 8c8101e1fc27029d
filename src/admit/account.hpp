// The counters and limits of one tenant. Shared by the treasuries before and after a reload, so that neither a counter nor a
// limit exists twice. Owner: the treasuries that name the tenant; every call under the lock of its organisation.
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
    void advance(const BudgetClock& clock);
    [[nodiscard]] bool has_room(const Need& need) const;
    // Why not: of all limits that refuse, the one that lasts longest.
    [[nodiscard]] std::optional<Denial> denial(const Need& need, const BudgetClock& clock) const;
    // Returns the place in the queue of tokens per minute.
    std::uint64_t reserve(const Need& need, const Booking& booking);
    // From reserved to spent.
    void move(const Held& held, const Amount& moved);
    void settle(const Held& held, const Amount& spent);
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
    void correct(const Held& held, const Amount& used, const Amount& spent);

    std::string path_;
    AccountLimits limits_;
    std::int64_t day_index_ = INT64_MIN, month_index_ = INT64_MIN;
    Pot day_, month_, window_pot_;
    std::unique_ptr<Window> window_;
    std::uint64_t window_since_ = 0;    // the last booking that it did not see
    Instant window_warnings_until_{};   // a threshold of the window is warned of once in its length
    Gcra requests_, tokens_;
    Amount reserved_;   // by all that is held now, of whatever period
    bool is_fresh_ = true;
};

// 128 bits into 64; a sum too large stays at the largest number.
std::int64_t narrow(Pico value);

}   // namespace gilmok::admit
