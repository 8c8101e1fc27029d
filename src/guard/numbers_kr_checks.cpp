#include "guard/numbers_kr.hpp"

#include <array>

namespace gilmok::guard {

namespace {

int digit(std::string_view digits, std::size_t at) { return digits[at] - '0'; }
int two(std::string_view digits, std::size_t at) { return digit(digits, at) * 10 + digit(digits, at + 1); }

int days_of(int year, int month) {
    constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap ? 1 : 0);
}

int resident_sum(std::string_view digits) {
    constexpr std::array<int, 12> weights = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += digit(digits, i) * weights[i];
    return sum;
}

}   // namespace

BirthInNumber birth_in(std::string_view digits) {
    // Nobody is born after the number was written, and hardly anybody alive was born before 1920.
    constexpr int year_last = 2035, year_likely = 1920;
    const int sex = digit(digits, 6), month = two(digits, 2), day = two(digits, 4);
    const int century = sex == 0 || sex == 9 ? 1800 : sex == 3 || sex == 4 || sex == 7 || sex == 8 ? 2000 : 1900;
    const int year = century + two(digits, 0);
    if (month < 1 || month > 12 || day < 1 || day > days_of(year, month) || year > year_last) return {};
    return {true, year >= year_likely, sex >= 5 && sex <= 8};
}

bool has_resident_check(std::string_view digits) { return (11 - resident_sum(digits) % 11) % 10 == digit(digits, 12); }
bool has_foreigner_check(std::string_view digits) { return (13 - resident_sum(digits) % 11) % 10 == digit(digits, 12); }

bool has_corporate_check(std::string_view digits) {
    int sum = 0;
    for (std::size_t i = 0; i < 12; ++i) sum += digit(digits, i) * (i % 2 == 0 ? 1 : 2);   // products as they are
    return (10 - sum % 10) % 10 == digit(digits, 12);
}

bool has_business_check(std::string_view digits) {
    constexpr std::array<int, 9> weights = {1, 3, 7, 1, 3, 7, 1, 3, 5};
    int sum = digit(digits, 8) * 5 / 10;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += digit(digits, i) * weights[i];
    return (10 - sum % 10) % 10 == digit(digits, 9);
}

}   // namespace gilmok::guard
