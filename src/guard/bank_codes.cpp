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
};
constexpr Country countries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
    {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28},
    {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22},
    {"MK", 19}, {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23},
    {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25}, {"SV", 28},
    {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30}};

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

std::size_t length_of(std::string_view country) {
    const auto* found = std::lower_bound(
        std::begin(countries), std::end(countries), country,
        [](const Country& left, std::string_view right) { return std::string_view(left.name, 2) < right; });
    return found != std::end(countries) && std::string_view(found->name, 2) == country ? found->length : 0;
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
        return;   // as in most words of two capitals
    const bool is_in_small = is_small(text[at]);   // letters of one case: "de89 3704…" is typed as often
    const auto capital_of = [is_in_small](char c) {
        const bool is_other_case = is_in_small ? is_capital(c) : is_small(c);
        return is_other_case ? '\0' : is_in_small ? ascii_upper(c) : c;
    };
    const std::array<char, 2> country{capital_of(text[at]), capital_of(text[at + 1])};
    const std::size_t length = length_of({country.data(), country.size()});
    if (length == 0 || !is_free_left(text, at)) return;
    std::array<char, 34> code{};
    std::size_t count = 0, end = at;
    for (; count < length && end < text.size(); ++end) {
        const char c = capital_of(text[end]);
        const bool is_gap = (c == ' ' || c == '-') && count >= 4 && text[end - 1] != c;
        if (is_gap) continue;
        const bool fits = count < 2 ? is_capital(c) : count < 4 ? is_digit(c) : is_digit(c) || is_capital(c);
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
