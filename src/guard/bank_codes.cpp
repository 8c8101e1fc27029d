// IBAN and BIC: ISO 13616-1 with the lengths of SWIFT's IBAN registry, and ISO 9362.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

struct Country {
    char name[3];
    unsigned char length;
    unsigned char digits;   // so many of the first behind the check digits are: ids of machines have letters there
};
constexpr Country countries[] = {
    {"AD", 24, 8},  {"AE", 23, 19}, {"AL", 28, 8},  {"AT", 20, 16}, {"AZ", 28, 0},  {"BA", 20, 16}, {"BE", 16, 12},
    {"BG", 22, 0},  {"BH", 22, 0},  {"BI", 27, 23}, {"BR", 29, 23},  {"BY", 28, 0},  {"CH", 21, 5},  {"CR", 22, 18},
    {"CY", 28, 8},  {"CZ", 24, 20}, {"DE", 22, 18}, {"DJ", 27, 23}, {"DK", 18, 14}, {"DO", 28, 0},  {"EE", 20, 16},
    {"EG", 29, 25}, {"ES", 24, 20}, {"FI", 18, 14}, {"FK", 18, 0},  {"FO", 18, 14}, {"FR", 27, 10}, {"GB", 22, 0},
    {"GE", 22, 0},  {"GI", 23, 0},  {"GL", 18, 14}, {"GR", 27, 7},  {"GT", 28, 0},  {"HN", 28, 0},  {"HR", 21, 17},
    {"HU", 28, 24}, {"IE", 22, 0},  {"IL", 23, 19}, {"IQ", 23, 0},  {"IS", 26, 22}, {"IT", 27, 0},  {"JO", 30, 0},
    {"KW", 30, 0},  {"KZ", 20, 3},  {"LB", 28, 4},  {"LC", 32, 0},  {"LI", 21, 5},  {"LT", 20, 16}, {"LU", 20, 3},
    {"LV", 21, 0},  {"LY", 25, 21}, {"MC", 27, 10}, {"MD", 24, 0},  {"ME", 22, 18}, {"MK", 19, 3},  {"MN", 20, 16},
    {"MR", 27, 23}, {"MT", 31, 0},  {"MU", 30, 0},  {"NI", 28, 0},  {"NL", 18, 0},  {"NO", 15, 11}, {"OM", 23, 3},
    {"PK", 24, 0},  {"PL", 28, 24}, {"PS", 29, 0},  {"PT", 25, 21}, {"QA", 29, 0},  {"RO", 24, 0},  {"RS", 22, 18},
    {"RU", 33, 14}, {"SA", 24, 2},  {"SC", 31, 0},  {"SD", 18, 14}, {"SE", 24, 20}, {"SI", 19, 15}, {"SK", 24, 20},
    {"SM", 27, 0},  {"SO", 23, 19}, {"ST", 25, 21}, {"SV", 28, 0},  {"TL", 23, 19}, {"TN", 24, 20}, {"TR", 26, 6},
    {"UA", 29, 6},  {"VA", 22, 18}, {"VG", 24, 0},  {"XK", 20, 16}, {"YE", 30, 0}};

// ISO 3166-1, one behind the other.
constexpr std::string_view iso_countries =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ"
    "DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJM"
    "JOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONP"
    "NRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO"
    "TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

bool is_country(std::string_view two) {
    for (std::size_t i = 0; i < iso_countries.size(); i += 2)
        if (iso_countries.substr(i, 2) == two) return true;
    return false;
}

const Country* country_of(std::string_view country) {
    const auto* found = std::lower_bound(
        std::begin(countries), std::end(countries), country,
        [](const Country& left, std::string_view right) { return std::string_view(left.name, 2) < right; });
    return found != std::end(countries) && std::string_view(found->name, 2) == country ? found : nullptr;
}

// ISO 7064 MOD 97-10, the first four moved behind the rest.
bool is_mod97(std::string_view code) {
    unsigned rest = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[(i + 4) % code.size()];
        rest = is_digit(c) ? (rest * 10 + static_cast<unsigned>(c - '0')) % 97
                           : (rest * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
    }
    return rest == 1;
}

}   // namespace

void match_iban(std::string_view text, std::size_t at, Sink& sink) {
    if (!is_digit(byte_at(text, at + 2)) || !is_digit(byte_at(text, at + 3)))
        return;                                    // as in most words of two capitals
    const bool is_in_small = is_small(text[at]);   // letters of one case: "de89 3704…" is typed as often
    const auto capital_of = [is_in_small](char c) {
        const bool is_other_case = is_in_small ? is_capital(c) : is_small(c);
        return is_other_case ? '\0' : is_in_small ? ascii_upper(c) : c;
    };
    const std::array<char, 2> letters{capital_of(text[at]), capital_of(text[at + 1])};
    const Country* const country = country_of({letters.data(), letters.size()});
    if (country == nullptr || !is_free_left(text, at)) return;
    const std::size_t length = country->length, digits_end = 4U + country->digits;
    std::array<char, 34> code{};
    std::size_t count = 0, end = at;
    for (; count < length && end < text.size(); ++end) {
        const char c = capital_of(text[end]);
        const bool is_gap = (c == ' ' || c == '-') && count >= 4 && text[end - 1] != c;
        if (is_gap) continue;
        const bool fits = count < 2 ? is_capital(c) : is_digit(c) || (count >= digits_end && is_capital(c));
        if (!fits) return;
        code[count++] = c;
    }
    if (count < length || is_identifier_byte(byte_at(text, end))) return;
    if (is_mod97({code.data(), length})) sink.add(at, end, DataKind::iban, 95);
}

bool is_bic(std::string_view code) {
    if (code.size() != 8 && code.size() != 11) return false;
    for (std::size_t i = 0; i < code.size(); ++i)
        if (!is_capital(code[i]) && !(i >= 6 && is_digit(code[i]))) return false;
    return is_country(code.substr(4, 2));
}

}   // namespace gilmok::guard
