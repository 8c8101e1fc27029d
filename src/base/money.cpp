#include "base/money.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace gilmok {
namespace {

__extension__ using UnsignedPico = unsigned __int128;

constexpr UnsignedPico magnitude(Pico amount) {
    // Negated as unsigned, so that the smallest number has a magnitude too.
    return amount < 0 ? UnsignedPico{0} - static_cast<UnsignedPico>(amount) : static_cast<UnsignedPico>(amount);
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Half to even: what a remainder adds to the last digit kept.
constexpr bool rounds_up(UnsignedPico remainder, UnsignedPico divisor, bool is_odd) {
    const UnsignedPico rest = divisor - remainder;
    return remainder > rest || (remainder == rest && is_odd);
}

constexpr std::uint64_t largest_u64 = ~std::uint64_t{0};

std::string whole_text(UnsignedPico number) {
    std::array<char, 40> digits{};   // 2^128 has 39
    std::size_t at = digits.size();
    for (; number > largest_u64; number /= 10) digits[--at] = static_cast<char>('0' + static_cast<int>(number % 10));
    // Division by a constant is cheap in 64 bits and a call in 128.
    auto rest = static_cast<std::uint64_t>(number);
    do {
        digits[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    } while (rest != 0);
    return {digits.data() + at, digits.size() - at};
}

std::string padded(UnsignedPico number, std::size_t width) {
    const std::string digits = whole_text(number);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}

UnsignedPico power_of_ten(int exponent) {
    UnsignedPico power = 1;
    while (exponent-- > 0) power *= 10;
    return power;
}

// mantissa × 10^exponent.
struct Scaled {
    Pico mantissa = 0;
    int exponent = 0;
};

// 36 digits are less than 2^120; those behind say nothing about a pico of what is below pico_max.
constexpr int digits_max = 36;

// The digits before an exponent. Nothing when they are no decimal.
std::optional<Scaled> parse_mantissa(std::string_view text) {
    Scaled number;
    int digits = 0;
    const std::size_t point = text.find('.');
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == point) continue;
        if (!is_digit(text[i])) return std::nullopt;
        const bool is_kept = digits < digits_max;
        if (is_kept) number.mantissa = number.mantissa * 10 + (text[i] - '0');
        if (number.mantissa != 0) ++digits;
        number.exponent += (i > point ? -1 : 0) + (is_kept ? 0 : 1);
    }
    const bool has_digits = !text.empty() && is_digit(text.front()) && is_digit(text.back());
    return has_digits ? std::optional(number) : std::nullopt;
}

std::optional<int> parse_exponent(std::string_view text) {
    constexpr int exponent_max = 1'000;
    if (text.starts_with('+')) text.remove_prefix(1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (exponent > exponent_max || exponent < -exponent_max) return std::nullopt;
    return exponent;
}

struct Product {
    UnsignedPico high, low;
};

Product multiply(UnsignedPico a, UnsignedPico b) {
    constexpr UnsignedPico half_mask = ~std::uint64_t{0};
    const UnsignedPico low = (a & half_mask) * (b & half_mask);
    const UnsignedPico middle = (a >> 64) * (b & half_mask) + (low >> 64);
    const UnsignedPico other = (a & half_mask) * (b >> 64) + (middle & half_mask);
    return {(a >> 64) * (b >> 64) + (middle >> 64) + (other >> 64), (other << 64) | (low & half_mask)};
}

struct Division {
    UnsignedPico quotient, remainder;
};

// Needs high < divisor < 2^127, so that the quotient fits and a doubled remainder does.
Division divide(Product product, UnsignedPico divisor) {
    if (product.high == 0) {
        // What a request costs always comes here. A division of 128 bits is a call: one, not two.
        const UnsignedPico quotient = product.low / divisor;
        return {quotient, product.low - quotient * divisor};
    }
    UnsignedPico quotient = 0;
    UnsignedPico remainder = product.high;
    for (int bit = 127; bit >= 0; --bit) {
        remainder = (remainder << 1) | ((product.low >> bit) & 1);
        quotient <<= 1;
        if (remainder < divisor) continue;
        remainder -= divisor;
        quotient |= 1;
    }
    return {quotient, remainder};
}

}   // namespace

std::optional<Currency> parse_currency(std::string_view text) {
    if (text.size() != 3) return std::nullopt;
    Currency currency;
    for (std::size_t i = 0; i < 3; ++i) {
        if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
        currency.code[i] = text[i];
    }
    return currency;
}

std::optional<Pico> parse_decimal(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const std::string_view whole = text.substr(0, text.find('.'));
    const bool has_point = whole.size() != text.size();
    const std::string_view fraction = has_point ? text.substr(whole.size() + 1) : std::string_view{};
    // 16 digits hold pico_max, and 28 digits can not overflow below.
    if (whole.empty() || whole.size() > 16 || fraction.size() > std::size_t{pico_digits}) return std::nullopt;
    if (has_point == fraction.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;

    Pico amount = 0;
    for (const std::string_view part : {whole, fraction})
        for (const char c : part) {
            if (!is_digit(c)) return std::nullopt;
            amount = amount * 10 + (c - '0');
        }
    for (std::size_t i = fraction.size(); i < std::size_t{pico_digits}; ++i) amount *= 10;
    if (amount > pico_max) return std::nullopt;
    return is_negative ? -amount : amount;
}

std::optional<Money> parse_money(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto amount = parse_decimal(text.substr(0, space));
    const auto currency = parse_currency(text.substr(space + 1));
    if (!amount || !currency) return std::nullopt;
    return Money{.pico = *amount, .currency = *currency};
}

std::optional<Pico> parse_number(std::string_view number, int shift) {
    const bool is_negative = number.starts_with('-');
    if (is_negative) number.remove_prefix(1);
    const std::size_t e = number.find_first_of("eE");
    const auto scaled = parse_mantissa(number.substr(0, e));
    const auto exponent = e == std::string_view::npos ? std::optional(0) : parse_exponent(number.substr(e + 1));
    if (!scaled || !exponent) return std::nullopt;
    if (scaled->mantissa == 0) return Pico{0};
    if (is_negative) return std::nullopt;
    // Far out, the number is too much above and nothing below.
    const int scale = scaled->exponent + *exponent + shift + pico_digits;
    if (scale > 2 * pico_digits + 15) return std::nullopt;
    if (scale < -digits_max) return Pico{0};
    const auto ten = static_cast<Pico>(power_of_ten(scale < 0 ? -scale : scale));
    const auto amount =
        scale < 0 ? multiply_divide(scaled->mantissa, 1, ten) : multiply_divide(scaled->mantissa, ten, 1);
    return amount && *amount <= pico_max ? amount : std::nullopt;
}

std::string decimal(Pico amount) {
    // The access log and the headers of every answer have one: written backwards into one buffer.
    std::array<char, 56> text{};   // sign, 27 digits, a point, 12 digits
    std::size_t at = text.size();
    const UnsignedPico size = magnitude(amount);
    constexpr auto unit = static_cast<UnsignedPico>(pico_per_unit);
    UnsignedPico whole = size / unit;
    auto fraction = static_cast<std::uint64_t>(size - whole * unit);
    if (fraction != 0) {
        int digits = pico_digits;
        for (; fraction % 10 == 0; fraction /= 10) --digits;
        for (; digits > 0; --digits, fraction /= 10) text[--at] = static_cast<char>('0' + fraction % 10);
        text[--at] = '.';
    }
    for (; whole > largest_u64; whole /= 10) text[--at] = static_cast<char>('0' + static_cast<int>(whole % 10));
    auto rest = static_cast<std::uint64_t>(whole);
    do {
        text[--at] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (amount < 0) text[--at] = '-';
    return {text.data() + at, text.size() - at};
}

std::string rounded(Pico amount, int digits) {
    digits = std::clamp(digits, 0, pico_digits);
    const UnsignedPico step = power_of_ten(pico_digits - digits);
    const UnsignedPico size = magnitude(amount);
    UnsignedPico steps = size / step;
    if (rounds_up(size % step, step, (steps & 1) != 0)) ++steps;

    const UnsignedPico steps_per_unit = power_of_ten(digits);
    std::string text = whole_text(steps / steps_per_unit);
    for (std::size_t from_end = 3; from_end < text.size(); from_end += 4) text.insert(text.size() - from_end, 1, ',');
    if (digits > 0) text += '.' + padded(steps % steps_per_unit, static_cast<std::size_t>(digits));
    return amount < 0 && steps != 0 ? '-' + text : text;
}

int minor_digits(Currency currency) {
    constexpr std::string_view none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    constexpr std::string_view three = "BHD IQD JOD KWD LYD OMR TND";
    if (currency.is_none()) return 2;
    if (none.find(currency.view()) != std::string_view::npos) return 0;
    return three.find(currency.view()) != std::string_view::npos ? 3 : 2;
}

std::optional<Pico> multiply_divide(Pico a, Pico b, Pico c) {
    if (c <= 0) return std::nullopt;
    const Product product = multiply(magnitude(a), magnitude(b));
    const UnsignedPico divisor = magnitude(c);
    if (product.high >= divisor) return std::nullopt;
    auto [quotient, remainder] = divide(product, divisor);
    constexpr UnsignedPico quotient_max = UnsignedPico{1} << 126;
    if (quotient > quotient_max) return std::nullopt;
    if (rounds_up(remainder, divisor, (quotient & 1) != 0)) ++quotient;
    if (quotient > quotient_max) return std::nullopt;
    const Pico size = static_cast<Pico>(quotient);
    return (a < 0) != (b < 0) ? -size : size;
}

}   // namespace gilmok
