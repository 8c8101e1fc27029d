// VAT numbers of the European Union and Northern Ireland: forms of the Commission's VIES, check digits by the rules that its member
// states gave each other (Austria's ministry of finance publishes them: "UID-Konstruktionsregeln", state of November 2020).
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>

#include "guard/nearby.hpp"
#include "guard/number_checks.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr unsigned char weights_up[] = {1, 2, 3, 4, 5, 6, 7, 8}, weights_up_by_two[] = {3, 4, 5, 6, 7, 8, 9, 10},
                        weights_down[] = {8, 7, 6, 5, 4, 3, 2};

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

// Of firms (EIK): where the first remainder is 10 the weights grow by two.
bool is_bg_firm(std::string_view d) {
    const unsigned rest = weighted_sum(d, weights_up) % 11;
    return (rest < 10 ? rest : weighted_sum(d, weights_up_by_two) % 11 % 10) == last_of(d);
}
// Of a citizen (EGN), of a foreigner, of others: nearly three in ten invented numbers are one of them.
bool is_bg_person(std::string_view d) {
    static constexpr unsigned char citizen[] = {2, 4, 8, 5, 10, 9, 7, 3, 6},
                                   foreigner[] = {21, 19, 17, 13, 11, 9, 7, 3, 1},
                                   other[] = {4, 3, 2, 7, 6, 5, 4, 3, 2};
    return weighted_sum(d, citizen) % 11 % 10 == last_of(d) || weighted_sum(d, foreigner) % 10 == last_of(d) ||
           (11 - weighted_sum(d, other) % 11) % 11 == last_of(d);
}
bool is_cy(std::string_view code) {
    static constexpr unsigned char odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    unsigned sum = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        const auto value = static_cast<unsigned>(code[i] - '0');
        sum += i % 2 == 0 ? odd[value] : value;
    }
    return code[8] == static_cast<char>('A' + sum % 26);
}
bool is_cz_firm(std::string_view d) {
    const unsigned rest = weighted_sum(d, weights_down) % 11;
    return d[0] != '9' && (rest == 0 ? 1 : (11 - rest) % 10) == last_of(d);
}
// Women's months are 50 higher, and both 20 more where a day's numbers ran out.
bool is_cz_birth(std::string_view d) {
    const unsigned month = number_of(d.substr(2, 2)) % 50;
    return is_date(0, month > 20 ? month - 20 : month, number_of(d.substr(4, 2)));
}
// Nine digits: a birth before 1954, which has no check, or a number that begins with 6.
bool is_cz_nine(std::string_view d) {
    if (d[0] != '6') return d[0] < '6' && is_cz_birth(d);
    return (18 - (21 - weighted_sum(d.substr(1, 7), weights_down) % 11) % 11) % 10 == last_of(d);
}
bool is_cz_ten(std::string_view d) {
    const unsigned rest = number_of(d.substr(0, 9)) % 11;
    return is_cz_birth(d) && rest % 10 == last_of(d);
}
// A person's letter as on the identity card, the first of a foreigner's standing for a digit; else a firm's, whose check is a digit
// or a letter by the sort of firm.
bool is_es(std::string_view code) {
    std::array<char, 8> digits{'0'};
    std::copy_n(code.begin() + 1, 7, digits.begin() + 1);
    const char first = code[0];
    if (first >= 'X') digits[0] = static_cast<char>('0' + (first - 'X'));
    if (first >= 'X' || (first >= 'K' && first <= 'M')) return es_dni_letter({digits.data(), digits.size()}) == code[8];
    constexpr std::string_view firms = "ABCDEFGHJNPQRSUVW", letters_of_firms = "JABCDEFGHI";
    if (firms.find(first) == std::string_view::npos) return false;
    unsigned sum = 0;
    for (std::size_t i = 1; i < 8; ++i) {
        const unsigned value = static_cast<unsigned>(code[i] - '0') << (i % 2);
        sum += value > 9 ? value - 9 : value;
    }
    const unsigned check = (10 - sum % 10) % 10;
    return code[8] == static_cast<char>('0' + check) || code[8] == letters_of_firms[check];
}
bool is_es_citizen(std::string_view code) { return es_dni_letter(code.substr(0, 8)) == code[8]; }
// Numbers since 2010 are 55 off.
bool is_gb(std::string_view d) {
    const unsigned sum = weighted_sum(d.substr(0, 7), weights_down) + number_of(d.substr(7));
    return sum % 97 == 0 || (sum + 55) % 97 == 0;
}
// Seven digits, their letter and since 2013 another, which counts nine times.
bool is_ie_of(std::string_view digits, char check, char further) {
    constexpr std::string_view alphabet = "WABCDEFGHIJKLMNOPQRSTUV";
    const std::size_t more = further == '\0' ? 0 : alphabet.find(further);
    if (more == std::string_view::npos) return false;
    return alphabet[(weighted_sum(digits, weights_down) + 9 * more) % 23] == check;
}
bool is_ie(std::string_view code) { return is_ie_of(code.substr(0, 7), code[7], code.size() > 8 ? code[8] : '\0'); }
// Of old: a letter second, the first digit counts last.
bool is_ie_old(std::string_view code) {
    std::array<char, 7> digits{'0'};
    std::copy_n(code.begin() + 2, 5, digits.begin() + 1);
    digits[6] = code[0];
    return is_ie_of({digits.data(), digits.size()}, code[7], '\0');
}
// Weights 1 to 9 round and round; where the remainder is 10 they begin at 3. The last but one is always 1.
bool is_lt(std::string_view d) {
    unsigned sum = 0, again = 0;
    for (std::size_t i = 0; i + 1 < d.size(); ++i) {
        const auto value = static_cast<unsigned>(d[i] - '0'), place = static_cast<unsigned>(i);
        sum += value * (1 + place % 9);
        again += value * (1 + (place + 2) % 9);
    }
    return d[d.size() - 2] == '1' && (sum % 11 < 10 ? sum % 11 : again % 11 % 10) == last_of(d);
}
// Firms begin with 4 to 9.
bool is_lv(std::string_view d) {
    static constexpr unsigned char firm[] = {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1},
                                   person[] = {10, 5, 8, 4, 2, 1, 6, 3, 7, 9};
    if (d[0] > '3') return weighted_sum(d, firm) % 11 == 3;
    return (1 + weighted_sum(d, person)) % 11 % 10 == last_of(d);
}
// Two to ten digits; shorter than six is no number to tell from others.
bool is_ro(std::string_view d) {
    static constexpr unsigned char weights[] = {7, 5, 3, 2, 1, 7, 5, 3, 2};
    const std::span<const unsigned char> last(weights + std::size(weights) - (d.size() - 1), d.size() - 1);
    return d[0] != '0' && weighted_sum(d, last) * 10 % 11 % 10 == last_of(d);
}

// In a form 9 is a digit, A a letter, X either, any other itself.
struct Form {
    std::string_view country, form;
    bool (*check)(std::string_view code);
    int alone = 70;   // score without its word: 50 where too many invented numbers would pass
};
constexpr Form forms[] = {
    {"AT", "U99999999", is_at},
    {"BE", "9999999999", is_be},
    {"BG", "999999999", is_bg_firm},
    {"BG", "9999999999", is_bg_person, 50},
    {"CY", "99999999A", is_cy},
    {"CZ", "99999999", is_cz_firm},
    {"CZ", "999999999", is_cz_nine, 50},
    {"CZ", "9999999999", is_cz_ten},
    {"DE", "999999999", is_iso7064_mod11_10},
    {"DK", "99999999", is_dk},
    {"EE", "999999999", is_ee},
    {"EL", "999999999", is_el},
    {"ES", "A9999999X", is_es},
    {"ES", "99999999A", is_es_citizen},
    {"FI", "99999999", is_fi},
    {"FR", "XX999999999", is_fr},
    {"GB", "999999999", is_gb},
    {"HR", "99999999999", is_iso7064_mod11_10},
    {"HU", "99999999", is_hu},
    {"IE", "9999999A", is_ie},
    {"IE", "9999999AA", is_ie},
    {"IE", "9A99999A", is_ie_old},
    {"IT", "99999999999", is_luhn},
    {"LT", "999999999", is_lt},
    {"LT", "999999999999", is_lt},
    {"LU", "99999999", is_lu},
    {"LV", "99999999999", is_lv},
    {"MT", "99999999", is_mt},
    {"NL", "999999999B99", is_nl},
    {"PL", "9999999999", is_pl},
    {"PT", "999999999", is_pt},
    {"RO", "999999", is_ro, 50},
    {"RO", "9999999", is_ro},
    {"RO", "99999999", is_ro},
    {"RO", "999999999", is_ro},
    {"RO", "9999999999", is_ro},
    {"SE", "999999999999", is_se},
    {"SI", "99999999", is_si},
    {"SK", "9999999999", is_sk},
    {"XI", "999999999", is_gb},
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
        if (!form.check({code.bytes.data(), form.form.size()})) continue;
        const bool is_named = Nearby::look(sink.around(), text, at, end, context_characters).has(Topic::eu_vat);
        sink.add(at, end, DataKind::eu_vat, is_named ? 95 : form.alone);
    }
}

}   // namespace gilmok::guard
