#include "guard/number_checks.hpp"

#include <algorithm>
#include <array>

namespace gilmok::guard {

namespace {

unsigned digit(char c) { return static_cast<unsigned>(c - '0'); }
unsigned part(std::string_view digits, std::size_t at, std::size_t count) {
    return number_of(digits.substr(at, count));
}
bool is_one_digit_only(std::string_view digits) {
    return digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

}   // namespace

unsigned number_of(std::string_view digits) {
    unsigned number = 0;
    for (const char c : digits.substr(0, 9)) number = number * 10 + digit(c);
    return number;
}

unsigned weighted_sum(std::string_view digits, std::span<const unsigned char> weights) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < std::min(digits.size(), weights.size()); ++i) sum += digit(digits[i]) * weights[i];
    return sum;
}

bool is_date(unsigned year, unsigned month, unsigned day) {
    static constexpr unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1]) return false;
    if (month != 2 || day != 29 || year == 0) return true;
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool is_luhn(std::string_view digits) {
    unsigned sum = 0;
    bool is_doubled = false;
    for (std::size_t i = digits.size(); i-- > 0; is_doubled = !is_doubled) {
        const unsigned value = digit(digits[i]) << (is_doubled ? 1U : 0U);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

bool is_card_range(std::string_view digits) {
    const std::size_t size = digits.size();
    const unsigned two = part(digits, 0, 2), four = part(digits, 0, 4);
    if (is_one_digit_only(digits)) return false;
    if (digits[0] == '4') return size == 13 || size == 16 || size == 19;                 // Visa
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return size == 16;   // Mastercard
    if (two == 34 || two == 37) return size == 15;                                       // American Express
    if (four >= 3528 && four <= 3589) return size >= 16;                                 // JCB
    if (two == 36 || two == 38 || two == 39 || (four >= 3000 && four <= 3059))
        return size == 14 || size == 16;                                           // Diners
    if (four == 6011 || two == 64 || two == 65) return size == 16 || size == 19;   // Discover
    if (two == 62 || two == 81) return size >= 16;                                 // UnionPay
    if (two == 50 || (two >= 56 && two <= 58) || two == 60 || two == 63 || two == 67)
        return size >= 16;                   // Maestro, RuPay
    return digits[0] == '9' && size == 16;   // Korean domestic
}

bool is_us_ssn(std::string_view digits) {
    const unsigned area = part(digits, 0, 3);
    return area != 0 && area != 666 && area < 900 && part(digits, 3, 2) != 0 && part(digits, 5, 4) != 0;
}

bool is_us_itin(std::string_view digits) {
    const unsigned group = part(digits, 3, 2);
    return digits[0] == '9' && group >= 50 && group != 89 && group != 93 && !(group > 65 && group < 70);
}

bool is_us_ein(std::string_view digits) {
    // Prefixes that no campus and no internet assignment uses.
    static constexpr std::array<unsigned char, 17> unused{0,  7,  8,  9,  17, 18, 19, 28, 29,
                                                          49, 69, 70, 78, 79, 89, 96, 97};
    const unsigned prefix = part(digits, 0, 2);
    return std::find(unused.begin(), unused.end(), prefix) == unused.end() && !is_one_digit_only(digits.substr(2));
}

bool is_us_bank_routing(std::string_view digits) {
    static constexpr unsigned char weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};
    const unsigned district = part(digits, 0, 2);
    const bool is_known =
        district <= 12 || (district >= 21 && district <= 32) || (district >= 61 && district <= 72) || district == 80;
    return is_known && !is_one_digit_only(digits) && weighted_sum(digits, weights) % 10 == 0;
}

bool is_nanp(std::string_view digits) {
    const auto is_service = [](std::string_view code) {
        return code[1] == '1' && code[2] == '1';
    };   // 911 and its like
    return digits[0] >= '2' && digits[1] != '9' && digits[3] >= '2' && !is_service(digits.substr(0, 3)) &&
           !is_service(digits.substr(3, 3));
}

bool is_jp_my_number(std::string_view digits) {
    static constexpr unsigned char weights[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    const unsigned rest = weighted_sum(digits, weights) % 11;
    return digit(digits[11]) == (rest <= 1 ? 0 : 11 - rest) && !is_one_digit_only(digits);
}

bool is_jp_corporate_number(std::string_view digits) {
    static constexpr unsigned char weights[] = {2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};
    return digits[0] != '0' && digit(digits[0]) == 9 - weighted_sum(digits.substr(1), weights) % 9;
}

bool is_jp_driver_license(std::string_view digits) {
    static constexpr unsigned char weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    const unsigned commission = part(digits, 0, 2);
    const bool is_known = (commission >= 10 && commission <= 14) || (commission >= 20 && commission <= 25) ||
                          commission == 30 || (commission >= 40 && commission <= 55) ||
                          (commission >= 60 && commission <= 65) || (commission >= 70 && commission <= 74) ||
                          (commission >= 80 && commission <= 83) || (commission >= 90 && commission <= 97);
    return is_known && digit(digits[10]) == (11 - weighted_sum(digits, weights) % 11) % 10;
}

bool is_gb_nhs(std::string_view digits) {
    static constexpr unsigned char weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
    const unsigned check = 11 - weighted_sum(digits, weights) % 11;
    return check != 10 && digit(digits[9]) == check % 11 && !is_one_digit_only(digits);
}

bool is_nl_bsn(std::string_view digits) {
    static constexpr unsigned char weights[] = {9, 8, 7, 6, 5, 4, 3, 2};
    return part(digits, 0, 3) != 0 && !is_one_digit_only(digits) &&
           weighted_sum(digits, weights) % 11 == digit(digits[8]);
}

bool is_pl_pesel(std::string_view digits) {
    static constexpr unsigned char weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    // The century is in the month: + 80 for 18xx, + 20 for 20xx, + 40 and + 60 for later ones.
    return is_date(0, part(digits, 2, 2) % 20, part(digits, 4, 2)) && weighted_sum(digits, weights) % 10 == 0;
}

bool is_se_personnummer(std::string_view digits) {
    if (digits.size() == 12) {
        const unsigned century = part(digits, 0, 2);
        if (century < 18 || century > 20) return false;
        digits.remove_prefix(2);
    }
    const unsigned day = part(digits, 4, 2);
    return is_date(0, part(digits, 2, 2), day > 60 ? day - 60 : day) && part(digits, 6, 3) != 0 && is_luhn(digits);
}

char hetu_check(std::string_view nine_digits) {
    static constexpr std::string_view alphabet = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    return alphabet[number_of(nine_digits) % alphabet.size()];
}

bool is_fi_hetu_digits(std::string_view digits) {
    return is_date(0, part(digits, 2, 2), part(digits, 0, 2)) && part(digits, 6, 3) >= 2 &&
           hetu_check(digits.substr(0, 9)) == digits[9];
}

bool is_iso7064_mod11_10(std::string_view digits) {
    unsigned product = 10;
    for (const char c : digits.substr(0, digits.size() - 1)) {
        const unsigned sum = (digit(c) + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - product) % 10 == digit(digits.back());
}

bool is_de_tax_id(std::string_view digits) {
    if (digits[0] == '0') return false;
    // Of the first ten digits one stands twice or three times, all others at most once.
    std::array<unsigned char, 10> counts{};
    for (const char c : digits.substr(0, 10)) ++counts[digit(c)];
    const auto repeated = std::count_if(counts.begin(), counts.end(), [](unsigned char count) { return count > 1; });
    return repeated == 1 && *std::max_element(counts.begin(), counts.end()) <= 3 && is_iso7064_mod11_10(digits);
}

bool is_fr_nir_fields(std::string_view digits) {
    const unsigned month = part(digits, 3, 2), department = part(digits, 5, 2);
    const bool is_sex = digits[0] == '1' || digits[0] == '2' || digits[0] == '3' || digits[0] == '4' ||
                        digits[0] == '7' || digits[0] == '8';
    const bool is_month = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    return is_sex && is_month && department != 0 && part(digits, 10, 3) != 0;
}

bool is_fr_nir(std::string_view digits) {
    if (!is_fr_nir_fields(digits)) return false;
    unsigned long long number = 0;
    for (const char c : digits.substr(0, 13)) number = number * 10 + digit(c);
    return part(digits, 13, 2) == 97 - number % 97;
}

}   // namespace gilmok::guard
