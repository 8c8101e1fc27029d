// How much: what a tenant may use in one period, what is spent and what is set aside. Money and tokens side by side.
// Pure. Owner: an Account, under its organisation's lock.
#pragma once

#include <cstdint>
#include <vector>

#include "base/money.hpp"

namespace gilmok::admit {

struct Amount {
    Pico money = 0;
    Pico tokens = 0;   // 128 bits too, so that no lying upstream can make a sum overflow
    Amount& operator+=(const Amount& other) {
        money += other.money;
        tokens += other.tokens;
        return *this;
    }
    Amount& operator-=(const Amount& other) {
        money -= other.money;
        tokens -= other.tokens;
        return *this;
    }
    friend Amount operator+(Amount a, const Amount& b) { return a += b; }
    friend Amount operator-(Amount a, const Amount& b) { return a -= b; }
    bool operator==(const Amount&) const = default;
};

inline constexpr Pico no_limit = Pico{1} << 126;
inline constexpr Pico refuses_all =
    -1;   // a budget that cannot be understood lets nothing through, free things neither

// What costs nothing passes a used up budget: that is how local-only goes on.
inline bool fits(Pico used, Pico amount, Pico limit) { return limit >= 0 && (amount == 0 || used + amount <= limit); }

struct Tally {
    Amount used;   // spent and reserved
    Amount spent;
};

class Pot {
public:
    // `warn_ppm` rises. What has been warned of in this period is not warned of again, whatever the limit becomes.
    void set_limits(const Amount& limits, const std::vector<std::uint32_t>& warn_ppm);
    [[nodiscard]] const Amount& limits() const { return limits_; }
    [[nodiscard]] const Tally& tally() const { return tally_; }

    [[nodiscard]] bool has_room(const Amount& amount) const {
        return !has_limit_ || (fits(tally_.used.money, amount.money, limits_.money) &&
                               fits(tally_.used.tokens, amount.tokens, limits_.tokens));
    }
    void reserve(const Amount& amount) { tally_.used += amount; }
    void correct(const Amount& used, const Amount& spent) {
        tally_.used += used;
        tally_.spent += spent;
    }
    // A new period.
    void clear(const std::vector<std::uint32_t>& warn_ppm);
    // At least so much is spent, says the ledger; thresholds that it has passed were warned of then.
    void raise_spent(const Amount& spent, const std::vector<std::uint32_t>& warn_ppm);

    [[nodiscard]] bool is_warning_due() const {
        return tally_.spent.money >= warn_at_.money || tally_.spent.tokens >= warn_at_.tokens;
    }
    // The thresholds passed since the last call, one a call, lowest first; 0 = no more.
    std::uint32_t take_money_threshold(const std::vector<std::uint32_t>& warn_ppm);
    std::uint32_t take_tokens_threshold(const std::vector<std::uint32_t>& warn_ppm);
    // From now on thresholds that are above what is spent are warned of again; for rolling windows, which never begin anew.
    void forget_warnings_above(const std::vector<std::uint32_t>& warn_ppm);

private:
    void find_next_warning(const std::vector<std::uint32_t>& warn_ppm);

    Amount limits_{no_limit, no_limit};
    bool has_limit_ = false;
    Tally tally_;
    Amount warn_at_{no_limit, no_limit};                           // spent so much: the next warning
    std::uint32_t money_warned_ppm_ = 0, tokens_warned_ppm_ = 0;   // the highest threshold warned of in this period
};

}   // namespace gilmok::admit
