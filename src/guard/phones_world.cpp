// Phones in the international form, "+44 20 7946 0958" and "+44 (0)20 7946-0958": ITU-T E.123 and E.164. Read from the text
// itself, because "(0)" and the trunk zero are written only here.
#include <algorithm>
#include <array>

#include "guard/number_checks.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr std::size_t digits_max = 15;   // E.164
constexpr std::size_t groups_max = 7;

// Digits of the country code: ITU, list of assigned country codes. 0 = not assigned.
std::size_t country_code_digits(std::string_view digits) {
    if (digits.size() < 3) return 0;
    if (digits[0] == '1' || digits[0] == '7') return 1;
    static constexpr std::array<unsigned char, 45> of_two{20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46,
                                                          47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
                                                          64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98, 0};
    const unsigned two = number_of(digits.substr(0, 2));
    if (two == 0 || digits[0] == '0') return 0;
    if (std::find(of_two.begin(), of_two.end(), two) != of_two.end()) return 2;
    const bool is_of_three = digits[0] == '2' || two == 35 || two == 37 || two == 38 || two == 42 || two == 50 ||
                             two == 59 || two == 67 || two == 68 || two == 69 || two == 80 || two == 85 || two == 87 ||
                             two == 88 || two == 96 || two == 97 || two == 99;
    return is_of_three ? 3 : 0;
}

// The most digits, country code included, so that a number behind the phone is not taken for its end.
std::size_t digits_most(std::string_view code) {
    if (code == "1" || code == "7" || code == "33" || code == "34" || code == "48" || code == "61") return 11;
    if (code == "65") return 10;
    if (code == "44" || code == "81" || code == "91" || code == "84") return 12;
    return 13;
}

struct Phone {
    std::array<char, digits_max> digits{};
    std::size_t count = 0, groups = 0, end = 0;
    [[nodiscard]] std::string_view all() const { return {digits.data(), count}; }
};

bool is_separator(char c) { return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/'; }

// Whole groups, as many as still make a phone.
Phone read_phone(std::string_view text, std::size_t at) {
    Phone phone;
    std::size_t most = digits_max;
    while (phone.groups < groups_max) {
        if (phone.groups > 0 && text.substr(at, 3) == "(0)") at += 3;
        std::size_t count = 0;
        while (is_digit(byte_at(text, at + count)) && count <= digits_max) ++count;
        if (count == 0 || phone.count + count > most) break;
        std::copy_n(text.data() + at, count, phone.digits.data() + phone.count);
        phone.count += count;
        phone.end = at + count;
        ++phone.groups;
        if (const std::size_t code = country_code_digits(phone.all()); code > 0)
            most = digits_most(phone.all().substr(0, code));
        at = phone.end;
        for (std::size_t i = 0; i < 2 && is_separator(byte_at(text, at)) && text.substr(at, 3) != "(0)"; ++i) ++at;
    }
    return phone;
}

DataKind kind_of(std::string_view digits, std::size_t code) {
    const std::string_view national = digits.substr(code);
    if (digits[0] == '1') return national.size() == 10 && is_nanp(national) ? DataKind::us_phone : DataKind::phone;
    if (digits.starts_with("81")) return DataKind::jp_phone;
    if (digits.starts_with("65")) return DataKind::sg_phone;
    return DataKind::phone;
}

}   // namespace

std::size_t match_plus_phone(std::string_view text, const DigitRun& run, Sink& sink) {
    const std::size_t first = run.groups[0].begin;
    if (byte_before(text, first) != '+') return 0;
    std::size_t begin = first - 1;
    if (begin > 0 && (is_identifier_byte(text[begin - 1]) || text[begin - 1] == '+')) return 0;
    const Phone phone = read_phone(text, first);
    const std::size_t code = country_code_digits(phone.all());
    // +82 is told by the Korean matcher, which knows its areas.
    if (code == 0 || phone.all().starts_with("82") ||
        (byte_at(text, phone.end) != ',' && !is_free_right(text, phone.end)))
        return 0;
    const bool is_singapore = phone.all().starts_with("65");
    if (phone.count < (phone.groups > 1 ? 9U : is_singapore ? 10U : 11U)) return 0;
    if (digits_most(phone.all().substr(0, code)) < phone.count) return 0;
    if (is_singapore && phone.count != 10) return 0;
    if (phone.all().starts_with("1") && (phone.count != 11 || !is_nanp(phone.all().substr(1)))) return 0;
    if (phone.all().substr(code).find_first_not_of(phone.all()[code]) == std::string_view::npos) return 0;
    sink.add(begin, phone.end, kind_of(phone.all(), code), 95);
    return phone.end;
}

}   // namespace gilmok::guard
