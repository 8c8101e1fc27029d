// Tokens that begin as their issuer lets them begin.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/text.hpp"
#include "guard/secrets.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr bool belongs(SecretBytes bytes, char c) {
    const bool is_alnum = is_digit(c) || is_capital(c) || is_small(c);
    switch (bytes) {
        case SecretBytes::alnum: return is_alnum;
        case SecretBytes::word: return is_alnum || c == '_';
        case SecretBytes::url64: return is_alnum || c == '_' || c == '-';
        case SecretBytes::base64: return is_alnum || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
        case SecretBytes::upper: return is_digit(c) || is_capital(c);
        case SecretBytes::hex: return is_hex(c);
        case SecretBytes::dotted: return is_alnum || c == '_' || c == '-' || c == '.';
    }
    return false;
}
// For each byte a bit for each sort that it belongs to: tokens are long.
constexpr auto sorts_of_bytes = [] {
    std::array<std::uint8_t, 256> sorts{};
    for (std::size_t c = 0; c < sorts.size(); ++c)
        for (unsigned sort = 0; sort <= static_cast<unsigned>(SecretBytes::dotted); ++sort)
            if (belongs(static_cast<SecretBytes>(sort), static_cast<char>(c)))
                sorts[c] = static_cast<std::uint8_t>(sorts[c] | 1U << sort);
    return sorts;
}();
bool is_in(SecretBytes bytes, char c) {
    return (static_cast<unsigned>(sorts_of_bytes[static_cast<unsigned char>(c)]) >> static_cast<unsigned>(bytes) &
            1U) != 0;
}

// Below this a value repeats itself: "xxxxxxxx", "1234512345".
constexpr double token_entropy_least = 2.5;
// Beginnings so short that words have them too ("up_to_date…", "sk-loading…") need digits behind, or so many letters of both
// cases as no name has: some issuers' tokens are of letters alone.
constexpr std::size_t short_text_bytes = 4;
constexpr std::ptrdiff_t short_digits_least = 3;
constexpr std::size_t random_bytes_least = 30;
constexpr std::ptrdiff_t random_capitals_least = 6;

// The secret half of a pair stands near the half that is found: 40 characters of base64.
void match_aws_secret_behind(std::string_view text, std::size_t at, Sink& sink) {
    constexpr std::size_t look_bytes = 160, secret_bytes = 40;
    const std::size_t to = std::min(text.size(), at + look_bytes);
    while (at < to) {
        std::size_t end = at;
        while (end < text.size() && end - at <= secret_bytes &&
               (is_in(SecretBytes::alnum, text[end]) || text[end] == '/' || text[end] == '+'))
            ++end;
        if (end - at == secret_bytes && entropy_of(text.substr(at, secret_bytes)) >= 4)
            return sink.add(at, end, DataKind::aws_secret_key, 90);
        at = std::max(end, at + 1);
    }
}

}   // namespace

double entropy_of(std::string_view value) {
    if (value.empty()) return 0;
    std::array<unsigned, 256> counts{};
    std::array<std::uint64_t, 4> seen{};
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        ++counts[byte];
        seen[byte / 64] |= std::uint64_t{1} << (byte % 64);
    }
    double bits = 0;
    const auto size = static_cast<double>(value.size());
    std::array<double, 8>
        terms{};   // of the small counts, which most bytes have; never zero but where all bytes are one
    for (std::size_t word = 0; word < seen.size(); ++word)
        for (std::uint64_t left = seen[word]; left != 0; left &= left - 1) {
            const unsigned count = counts[word * 64 + static_cast<std::size_t>(std::countr_zero(left))];
            double& known = terms[std::min<std::size_t>(count, terms.size()) - 1];
            if (known == 0 || count >= terms.size()) known = count / size * std::log2(count / size);
            bits -= known;
        }
    return bits;
}

bool is_placeholder(std::string_view value) {
    if (value.empty()) return true;
    const std::string_view first = value.substr(0, 1);
    if (first == "<" || first == "$" || first == "{" || first == "%" || first == "[") return true;
    if (value.find("${") != std::string_view::npos || value.find("{{") != std::string_view::npos) return true;
    constexpr std::string_view fillers = "*.xX_-#?\xE2\x80\xA2\xA6";   // and bullets
    if (value.find_first_not_of(fillers) == std::string_view::npos) return true;
    static constexpr std::array<std::string_view, 8> stand_ins{"your",   "example", "placeholder", "redacted",
                                                               "insert", "replace", "dummy",       "sample"};
    char before = '-';   // the value's begin is a word's as well
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char c = value[at];
        const bool begins_word = before == '-' || before == '_';
        const bool may_repeat = c == '*' || c == '.' || c == 'x' || c == 'X';
        before = c;
        if (!begins_word && !may_repeat) continue;
        const std::string_view rest = value.substr(at);
        if (may_repeat &&
            (rest.starts_with("****") || equal_ignoring_case(rest.substr(0, 4), "xxxx") || rest.starts_with("....")))
            return true;
        if (!begins_word) continue;
        for (const std::string_view word : stand_ins)
            if (word[0] == ascii_lower(c) && equal_ignoring_case(rest.substr(0, word.size()), word)) return true;
    }
    return false;
}

void match_secret_token(std::string_view text, std::size_t at, const SecretForm& form, Sink& sink) {
    const char before = byte_before(text, at);
    if (is_identifier_byte(before)) return;
    const bool is_short = form.text.size() <= short_text_bytes;
    if (is_short && (before == '-' || before == '.')) return;
    const std::size_t rest = at + form.text.size();
    std::size_t end = rest;
    while (end < text.size() && end - rest <= form.most && is_in(form.bytes, text[end])) ++end;
    if (form.bytes == SecretBytes::dotted && end > rest && text[end - 1] == '.') --end;   // of the sentence
    if (end - rest < form.least || end - rest > form.most || is_identifier_byte(byte_at(text, end))) return;
    const std::string_view value = text.substr(rest, end - rest);
    if (is_placeholder(value) || entropy_of(value) < token_entropy_least) return;
    const bool is_random = value.size() >= random_bytes_least &&
                           std::count_if(value.begin(), value.end(), is_capital) >= random_capitals_least &&
                           std::count_if(value.begin(), value.end(), is_small) >= random_capitals_least;
    if (is_short && !is_random && form.bytes != SecretBytes::upper &&
        std::count_if(value.begin(), value.end(), is_digit) < short_digits_least)
        return;
    sink.add(at, end, form.kind, 95);
    if (form.kind == DataKind::aws_access_key) match_aws_secret_behind(text, end, sink);
}

}   // namespace gilmok::guard
