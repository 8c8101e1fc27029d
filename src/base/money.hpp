// Money as integers: 10^-12 of a currency ("pico") in 128 bits, so that a price per token and the sum of a year are both
// exact. Decimal text in, decimal text out, no floating point between. Standard library only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gilmok {

__extension__ using Pico = __int128;
inline constexpr Pico pico_per_unit = 1'000'000'000'000;   // one won, one dollar
inline constexpr int pico_digits = 12;
// Largest amount that is taken from a file or a request: 10^15 units. Sums of 10^11 of them still fit.
inline constexpr Pico pico_max = pico_per_unit * 1'000'000'000'000'000;

// ISO 4217, three upper-case letters. The default is none.
struct Currency {
    std::array<char, 3> code{};
    [[nodiscard]] std::string_view view() const {
        return code[0] == 0 ? std::string_view{} : std::string_view(code.data(), 3);
    }
    [[nodiscard]] bool is_none() const { return code[0] == 0; }
    bool operator==(const Currency&) const = default;
};
// Nothing for what is not three upper-case letters. Whether the currency exists is not asked.
std::optional<Currency> parse_currency(std::string_view text);

struct Money {
    Pico pico = 0;
    Currency currency{};
    bool operator==(const Money&) const = default;
};

// "12.5", "0.000000000001", "-3": at most 12 digits behind the point, within ±pico_max, no exponent, no separators, no
// plus sign, a digit on both sides of a point, no needless leading zero. Nothing for anything else.
std::optional<Pico> parse_decimal(std::string_view text);
// "5000000 KRW", "0.15 USD": a decimal, one space, a currency.
std::optional<Money> parse_money(std::string_view text);

// A JSON number as others write amounts, with exponent or not ("1.2e-05"), times 10^shift, rounded half to even to one pico.
// Nothing for what is no such number, is negative, or is above pico_max. `shift` is 0 to 12.
std::optional<Pico> parse_number(std::string_view number, int shift = 0);

// The shortest decimal that is exact: "12.5", "-0.000000000001", "0". parse_decimal(decimal(x)) == x.
std::string decimal(Pico amount);
// For people: rounded half to even at `digits` (0 to 12) behind the point, thousands separated by commas.
std::string rounded(Pico amount, int digits);
// Digits that people expect of a currency: ISO 4217's minor unit. 0 for KRW and JPY, 2 for most.
int minor_digits(Currency currency);

// a × b ÷ c, rounded half to even, without overflow between (the product may need 256 bits). c > 0. Nothing when the
// quotient does not fit in ±2^126.
std::optional<Pico> multiply_divide(Pico a, Pico b, Pico c);

}   // namespace gilmok
