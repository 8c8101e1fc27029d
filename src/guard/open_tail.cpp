#include "guard/open_tail.hpp"

#include <algorithm>
#include <bit>

#include "guard/detector.hpp"
#include "guard/hangul_anchors.hpp"
#include "guard/view_forms.hpp"

namespace gilmok::guard {

namespace {

using forms::is_digit;

bool is_alnum(char c) { return is_digit(c) || is_capital(c) || (c >= 'a' && c <= 'z'); }
bool is_separator(char c) {
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' || c == '_' || c == '~';
}
bool is_local_part(char c) { return is_alnum(c) || c == '.' || c == '_' || c == '+' || c == '-' || c == '%'; }

// The bytes of a last character that has not come whole; 0 when it has.
std::size_t partial_bytes(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto c = static_cast<unsigned char>(text[text.size() - back]);
        if ((c & 0xC0U) == 0x80U) continue;
        const std::size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
        return whole > back ? back : 0;
    }
    return 0;
}

// A character before `end`, as the view would read it.
struct Character {
    std::size_t begin = 0;
    char ascii = 0;            // 0: none
    bool is_numeral = false;   // a syllable that spells a digit
    bool is_removed = false;
};
Character before(std::string_view text, std::size_t end) {
    if (static_cast<unsigned char>(text[end - 1]) < 0x80) return {end - 1, text[end - 1], false, false};
    std::size_t begin = end - 1;
    while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) --begin;
    if (static_cast<unsigned char>(text[begin]) < 0x80) return {begin, text[begin], false, false};
    if (forms::spelled_digit(text, begin) >= 0) return {begin, 0, true, false};
    if (is_hangul_at(text, begin))
        return {begin, 0, false, false};   // nothing else in disguise, as forms::fold() would say
    const forms::Decoded decoded = forms::decode(text, begin);
    const forms::Folded folded = decoded.bytes == 0 ? forms::Folded{} : forms::fold(decoded.code);
    return {begin, folded.to, false, folded.what == forms::Fold::removed};
}

// Separators that may stand between two groups of digits; `reversed` is as a walk to the left meets them.
bool joins_digits(std::string_view reversed) {
    return reversed.size() <= 1 || reversed == " )" || reversed == "-)" || reversed == "( " || reversed == "- " ||
           reversed == " -" || reversed == " - ";
}

// Syllables that spell digits at the text's end, each behind at most one separator. One or two are a word's last.
bool ends_in_numerals(std::string_view text, std::size_t least) {
    constexpr int numerals_least = 3;
    int numerals = 0;
    bool is_separated = false;
    for (std::size_t at = text.size(); at > least && numerals < numerals_least;) {
        const Character c = before(text, at);
        if (!c.is_numeral && !c.is_removed && (!is_separator(c.ascii) || is_separated)) break;
        is_separated = !c.is_numeral && (is_separated || !c.is_removed);
        numerals += c.is_numeral ? 1 : 0;
        at = c.begin;
    }
    return numerals == numerals_least;
}

// Whether what stands in [begin, end) is of a number because of the digits at its side: "공1공", and its first half.
bool is_among_digits(std::string_view text, std::size_t begin, std::size_t end) {
    if (forms::digit_in_disguise(text, begin) < 0) return false;
    return (end < text.size() && is_digit(text[end])) || (begin >= 2 && forms::has_digit_between(text, begin - 2));
}

// Where the number that ends at `end`, or may go on there behind a separator, begins; `end` where there is none.
std::size_t number_begin(std::string_view text, std::size_t least, std::size_t end) {
    bool spells = false;
    std::size_t begin = end, separators = 0;
    char between[3] = {};
    for (std::size_t at = end; at > least;) {
        const Character c = before(text, at);
        spells = spells || (c.is_numeral && ends_in_numerals(text.substr(0, at), least));
        if (is_digit(c.ascii) || (c.is_numeral && spells) || is_among_digits(text, c.begin, at)) {
            if (!joins_digits({between, separators})) break;
            begin = c.begin;
            separators = 0;
        } else if (is_separator(c.ascii) && separators < std::size(between)) {
            between[separators++] = c.ascii;
            if (c.ascii == '(' && separators == 1 && begin < end) begin = c.begin;   // the first group's
        } else if (!c.is_removed) {
            if (c.ascii == '+' && begin < end && separators <= 1) begin = c.begin;
            break;
        }
        at = c.begin;
    }
    return begin;
}

// The same for a plate, whose first digits are closed by a letter.
std::size_t plate_begin(std::string_view text, std::size_t least) {
    std::size_t end = text.size();
    if (end > least && text[end - 1] == ' ') --end;
    if (end < least + 3 || !is_hangul_at(text, end - 3) || !plate_letter_set.has(syllable_at(text, end - 3)))
        return text.size();
    end -= 3;
    if (end > least && text[end - 1] == ' ') --end;
    std::size_t begin = end;
    while (begin > least && is_digit(text[begin - 1]) && end - begin < 4) --begin;
    return end - begin == 2 || end - begin == 3 ? begin : text.size();
}

// Whether what follows a secret's first text may still belong to it: no space, or a name, ':' or '=', and a value. An armoured key
// has spaces and lines of its own: by its first letters it is found, and from then on held as what was found.
bool goes_on(std::string_view first, std::string_view rest) {
    if (first == "-----BEGIN ") return true;
    bool has_sign = false;   // the last character but spaces was ':' or '='
    std::size_t words = 0;
    for (std::size_t at = 0; at < rest.size();) {
        if (rest[at] == ' ') {
            while (at < rest.size() && rest[at] == ' ') ++at;
            if (at == rest.size()) return words == 0 || has_sign;
            if (!has_sign && rest[at] != ':' && rest[at] != '=') return false;
            if (++words > 2) return false;
            continue;
        }
        if (rest[at] == '\n') return false;
        has_sign = rest[at] == ':' || rest[at] == '=';
        ++at;
    }
    return true;
}

}   // namespace

OpenTail::OpenTail(std::span<const std::string_view> secrets)
    : texts_(secrets), secrets_(secrets.begin(), secrets.end()), literals_(secrets) {
    std::sort(secrets_.begin(), secrets_.end());
    for (const std::string_view secret : secrets_) {
        firsts_[static_cast<unsigned char>(secret.front())] = true;
        for (std::size_t bytes = prefix_least; bytes <= std::min(secret.size(), prefix_max); ++bytes)
            prefixes_[pair_at(secret, bytes - 2)] |= std::uint32_t{1} << bytes;
    }
}

std::size_t OpenTail::pair_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[at + i])); };
    return (byte(0) << 4U ^ byte(1)) % pairs;
}

// Where a secret has begun that may go on, or what may become the text that one begins with; the text's end for none.
std::size_t OpenTail::secret_begin(std::string_view text, std::size_t least) const {
    std::vector<Literals::Hit> hits;
    literals_.find(text, least, text.size(), hits);
    // The first in the text: hits come in no order that all forms of the search would share.
    std::size_t begin = text.size();
    for (const Literals::Hit& hit : hits)
        if (hit.begin < begin && goes_on(texts_[hit.index], text.substr(hit.begin + texts_[hit.index].size())))
            begin = hit.begin;
    if (begin < text.size()) return begin;
    constexpr std::size_t letters_least = 3;
    const std::size_t most = std::min(text.size() - least, prefix_max);
    if (most < prefix_least) return text.size();
    // The longest first.
    for (std::uint32_t lengths = prefixes_[pair_at(text, text.size() - 2)] & ((std::uint32_t{2} << most) - 1);
         lengths != 0; lengths -= std::bit_floor(lengths)) {
        const std::size_t at = text.size() - (static_cast<std::size_t>(std::bit_width(lengths)) - 1);
        if (at > 0 && is_alnum(text[at - 1]) && is_alnum(text[at])) continue;
        const std::string_view rest = text.substr(at);
        const auto found = std::lower_bound(secrets_.begin(), secrets_.end(), rest);
        if (found == secrets_.end() || !found->starts_with(rest)) continue;
        const bool is_word = std::all_of(rest.begin(), rest.end(), [](char c) { return is_alnum(c); });
        if (rest.size() >= (is_word ? letters_least : prefix_least)) return at;
    }
    return text.size();
}

// Where the last Latin word begins if it may be a code of capitals and digits, or an address's first part.
std::size_t OpenTail::word_begin(std::string_view text, std::size_t least, bool has_email) {
    std::size_t token = text.size();
    while (token > least && is_graphic(text[token - 1])) --token;
    if (token == text.size()) return token;
    if (has_email) {
        if (text.find('@', token) != std::string_view::npos) return token;
        std::size_t local = text.size();
        while (local > token && is_local_part(text[local - 1])) --local;
        if (local < text.size()) return local;
    }
    constexpr std::size_t code_letters_max = 2;   // "M" of a passport, "GB" of an account
    std::size_t word = text.size();
    bool has_capital = false, has_digit = false;
    while (word > token && is_alnum(text[word - 1])) {
        --word;
        has_capital = has_capital || is_capital(text[word]);
        has_digit = has_digit || is_digit(text[word]);
    }
    const bool is_short = text.size() - word <= code_letters_max && is_capital(text.back());
    return has_capital && (has_digit || is_short) ? word : text.size();
}

// Too little to hold a word for, and still the first byte of a secret, perhaps.
bool OpenTail::may_begin_with_last(std::string_view text) const {
    if (text.empty() || !firsts_[static_cast<unsigned char>(text.back())]) return false;
    return text.size() == 1 || !is_alnum(text.back()) || !is_alnum(text[text.size() - 2]);
}

OpenTail::Tail OpenTail::look(std::string_view text, std::size_t passed, const model::KindSet& kinds) const {
    const std::size_t partial = partial_bytes(text.substr(passed));
    const std::string_view whole = text.substr(0, text.size() - partial);
    const auto character_at = [&](std::size_t at) {
        while (at < whole.size() && (static_cast<unsigned char>(whole[at]) & 0xC0U) == 0x80U) ++at;
        return at;
    };
    const std::size_t least = whole.size() - std::min(whole.size(), Detector::hold_bytes_max - partial);
    const std::size_t own = character_at(std::max(least, passed));
    std::size_t token = least;
    const std::size_t token_least = whole.size() - std::min(whole.size(), Detector::secret_hold_bytes_max - partial);
    while (token > token_least && is_graphic(whole[token - 1])) --token;
    const std::size_t secret = secret_begin(whole, character_at(token));
    const bool is_of_secret = secret < whole.size() || may_begin_with_last(whole);
    if (own == whole.size()) return {partial, is_of_secret};
    const std::size_t begin =
        std::min({word_begin(whole, own, kinds.has(model::DataKind::email)), std::max(secret, passed),
                  number_begin(whole, own, whole.size()), plate_begin(whole, own)});
    return {text.size() - begin, is_of_secret};
}

}   // namespace gilmok::guard
