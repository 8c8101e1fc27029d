// VAT numbers of the European Union: forms of the Commission's VIES, check digits where the member state publishes them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "guard/nearby.hpp"
#include "guard/number_checks.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

unsigned last_of(std::string_view digits) { return static_cast<unsigned>(digits.back() - '0'); }

template <std::size_t count>
bool is_zero_sum(std::string_view digits, const unsigned char (&weights)[count], unsigned modulus) {
    return weighted_sum(digits, weights) % modulus == 0;
}

bool is_at(std::string_view code) {
    unsigned sum = 4;
    for (std::size_t i = 1; i < 8; ++i) {
        const unsigned value = static_cast<unsigned>(code[i] - '0') << (i % 2 == 0 ? 1U : 0U);
        sum += value > 9 ? value - 9 : value;
    }
    return last_of(code) == (10 - sum % 10) % 10;
}
bool is_be(std::string_view d) { return d[0] <= '1' && 97 - number_of(d.substr(0, 8)) % 97 == number_of(d.substr(8)); }
bool is_dk(std::string_view d) { return d[0] != '0' && is_zero_sum(d, {2, 7, 6, 5, 4, 3, 2, 1}, 11); }
bool is_ee(std::string_view d) { return is_zero_sum(d, {3, 7, 1, 3, 7, 1, 3, 7, 1}, 10); }
bool is_el(std::string_view d) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < 8; ++i) sum += static_cast<unsigned>(d[i] - '0') << (8 - i);
    return sum != 0 && sum % 11 % 10 == last_of(d);
}
bool is_fi(std::string_view d) { return is_zero_sum(d, {7, 9, 10, 5, 8, 4, 2, 1}, 11); }
bool is_fr(std::string_view d) {
    if (!is_luhn(d.substr(2))) return false;
    return !is_digit(d[0]) || !is_digit(d[1]) ||
           (12 + 3 * (number_of(d.substr(2)) % 97)) % 97 == number_of(d.substr(0, 2));
}
bool is_hu(std::string_view d) { return is_zero_sum(d, {9, 7, 3, 1, 9, 7, 3, 1}, 10); }
bool is_lu(std::string_view d) { return number_of(d.substr(0, 6)) % 89 == number_of(d.substr(6)); }
bool is_mt(std::string_view d) { return d[0] != '0' && is_zero_sum(d, {3, 4, 6, 7, 8, 9, 10, 1}, 37); }
// Of companies: the BSN's test. Of persons, since 2020: ISO 7064 over "NL" and all of it.
bool is_nl(std::string_view d) {
    if (is_nl_bsn(d.substr(0, 9))) return true;
    unsigned long long rest = 2321;   // N, L
    for (const char c : d) rest = (c == 'B' ? rest * 100 + 11 : rest * 10 + static_cast<unsigned>(c - '0')) % 97;
    return rest == 1;
}
bool is_pl(std::string_view d) {
    static constexpr unsigned char weights[] = {6, 5, 7, 2, 3, 4, 5, 6, 7};
    return weighted_sum(d, weights) % 11 == last_of(d);
}
bool is_pt(std::string_view d) {
    static constexpr unsigned char weights[] = {9, 8, 7, 6, 5, 4, 3, 2};
    return d[0] != '0' && (11 - weighted_sum(d, weights) % 11) % 11 % 10 == last_of(d);
}
bool is_se(std::string_view d) { return is_luhn(d.substr(0, 10)) && d.substr(10) != "00"; }
bool is_si(std::string_view d) {
    static constexpr unsigned char weights[] = {8, 7, 6, 5, 4, 3, 2};
    return d[0] != '0' && (11 - weighted_sum(d, weights) % 11) % 10 == last_of(d);
}
bool is_sk(std::string_view d) {
    unsigned rest = 0;
    for (const char c : d) rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 11;
    return rest == 0 && d[0] != '0';
}

// In a form 9 is a digit, A a letter, X either, any other itself.
struct Form {
    std::string_view country, form;
    bool (*check)(std::string_view code);   // null: none is published, or it is not worth its lines
};
constexpr Form forms[] = {
    {"AT", "U99999999", is_at},     {"BE", "9999999999", is_be},    {"BG", "999999999", nullptr},
    {"BG", "9999999999", nullptr},  {"CY", "99999999A", nullptr},   {"CZ", "99999999", nullptr},
    {"CZ", "999999999", nullptr},   {"CZ", "9999999999", nullptr},  {"DE", "999999999", is_iso7064_mod11_10},
    {"DK", "99999999", is_dk},      {"EE", "999999999", is_ee},     {"EL", "999999999", is_el},
    {"ES", "A9999999X", nullptr},   {"ES", "99999999A", nullptr},   {"FI", "99999999", is_fi},
    {"FR", "XX999999999", is_fr},   {"GB", "999999999", nullptr},   {"HR", "99999999999", is_iso7064_mod11_10},
    {"HU", "99999999", is_hu},      {"IE", "9999999A", nullptr},    {"IE", "9999999AA", nullptr},
    {"IT", "99999999999", is_luhn}, {"LT", "999999999", nullptr},   {"LT", "999999999999", nullptr},
    {"LU", "99999999", is_lu},      {"LV", "99999999999", nullptr}, {"MT", "99999999", is_mt},
    {"NL", "999999999B99", is_nl},  {"PL", "9999999999", is_pl},    {"PT", "999999999", is_pt},
    {"RO", "99999999", nullptr},    {"SE", "999999999999", is_se},  {"SI", "99999999", is_si},
    {"SK", "9999999999", is_sk},    {"XI", "999999999", nullptr},
};

// Where the forms of a country begin, by its two letters; past all of them where it has none.
constexpr std::size_t letters = 26;
constexpr std::size_t country_index(char first, char second) {
    return static_cast<std::size_t>(first - 'A') * letters + static_cast<std::size_t>(second - 'A');
}
constexpr auto first_forms = [] {
    std::array<std::uint8_t, letters * letters> first{};
    first.fill(static_cast<std::uint8_t>(std::size(forms)));
    for (std::size_t i = std::size(forms); i-- > 0;)
        first[country_index(forms[i].country[0], forms[i].country[1])] = static_cast<std::uint8_t>(i);
    return first;
}();
static_assert(std::is_sorted(std::begin(forms), std::end(forms),
                             [](const Form& left, const Form& right) { return left.country < right.country; }));

constexpr std::size_t code_max = 12;

struct Code {
    std::size_t count = 0;
    // As many as there are.
    std::array<char, code_max + 1> bytes;
    std::array<std::size_t, code_max + 1> ends;   // of each, in the text
};

// What stands behind the country, without the single separators between.
Code read_code(std::string_view text, std::size_t at) {
    Code code;
    while (code.count < code.bytes.size()) {
        char c = byte_at(text, at);
        if ((c == ' ' || c == '.' || c == '-') && code.count < code_max) c = byte_at(text, ++at);
        if (!is_digit(c) && !is_capital(c)) break;
        code.bytes[code.count] = c;
        code.ends[code.count++] = ++at;
    }
    return code;
}

bool fits(std::string_view form, const Code& code) {
    if (code.count < form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const char c = code.bytes[i];
        const bool is_same = form[i] == '9'   ? is_digit(c)
                             : form[i] == 'A' ? is_capital(c)
                             : form[i] == 'X' ? is_digit(c) || is_capital(c)
                                              : form[i] == c;
        if (!is_same) return false;
    }
    return true;
}

}   // namespace

void match_eu_vat(std::string_view text, std::size_t at, Sink& sink) {
    if (at + 2 > text.size() || !is_capital(text[at]) || !is_capital(text[at + 1])) return;
    const std::string_view country = text.substr(at, 2);
    std::size_t i = first_forms[country_index(country[0], country[1])];
    if (i == std::size(forms) || !is_free_left(text, at)) return;
    const Code code = read_code(text, at + 2);
    for (; i < std::size(forms) && forms[i].country == country; ++i) {
        const Form& form = forms[i];
        if (!fits(form.form, code)) continue;
        const std::size_t end = code.ends[form.form.size() - 1];
        if (!is_free_right(text, end)) continue;
        if (form.check != nullptr && !form.check({code.bytes.data(), form.form.size()})) continue;
        const bool is_named = Nearby::look(sink.around(), text, at, end, context_characters).has(Topic::eu_vat);
        if (form.check == nullptr && !is_named) continue;
        const int score = form.check == nullptr ? 85 : is_named ? 95 : 70;
        sink.add(at, end, DataKind::eu_vat, score);
    }
}

}   // namespace gilmok::guard
