// For tests: multiply_divide again, slowly and in another way — schoolbook arithmetic on arrays of bytes — so that a
// mistake in the quick one shows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/money.hpp"

namespace gilmok {

namespace oracle {

using Digits = std::vector<unsigned>;   // base 256, least first, no zeros on top

inline void trim(Digits& number) {
    while (!number.empty() && number.back() == 0) number.pop_back();
}

inline Digits digits_of(Pico number) {
    Digits digits;
    for (; number != 0; number /= 256) {
        const int digit = static_cast<int>(number % 256);
        digits.push_back(static_cast<unsigned>(digit < 0 ? -digit : digit));
    }
    return digits;
}

inline Digits product(const Digits& a, const Digits& b) {
    Digits sum(a.size() + b.size() + 1, 0);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) sum[i + j] += a[i] * b[j];
    for (std::size_t i = 0; i + 1 < sum.size(); ++i) {
        sum[i + 1] += sum[i] / 256;
        sum[i] %= 256;
    }
    trim(sum);
    return sum;
}

inline bool is_less(const Digits& a, const Digits& b) {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

// a -= b, where a is not less.
inline void subtract(Digits& a, const Digits& b) {
    unsigned borrow = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const unsigned taken = borrow + (i < b.size() ? b[i] : 0);
        borrow = a[i] < taken ? 1 : 0;
        a[i] += borrow * 256 - taken;
    }
    trim(a);
}

inline void add_one(Digits& number) {
    for (unsigned& digit : number) {
        if (++digit < 256) return;
        digit = 0;
    }
    number.push_back(1);
}

}   // namespace oracle

inline std::optional<Pico> oracle_multiply_divide(Pico a, Pico b, Pico c) {
    using namespace oracle;
    const Digits divisor = digits_of(c);
    const Digits dividend = product(digits_of(a), digits_of(b));
    Digits quotient(dividend.size(), 0);
    Digits remainder;
    for (std::size_t i = dividend.size(); i-- > 0;) {
        remainder.insert(remainder.begin(), dividend[i]);
        trim(remainder);
        for (; !is_less(remainder, divisor); ++quotient[i]) subtract(remainder, divisor);
    }
    trim(quotient);
    const Digits doubled = product(remainder, {2});
    const bool is_odd = !quotient.empty() && quotient.front() % 2 == 1;
    if (is_less(divisor, doubled) || (doubled == divisor && is_odd)) add_one(quotient);

    const Pico size_max = Pico{1} << 126;
    if (is_less(digits_of(size_max), quotient)) return std::nullopt;
    Pico result = 0;
    for (std::size_t i = quotient.size(); i-- > 0;) result = result * 256 + static_cast<Pico>(quotient[i]);
    return (a < 0) != (b < 0) ? -result : result;
}

}   // namespace gilmok
