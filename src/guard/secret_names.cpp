// Values assigned to a name that says that they are secret: "password = …", "api_key: …", "비밀번호는 … 입니다". The hard part is
// what is none: types, code, placeholders and prose, so a value in prose has to look like one.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "guard/secrets.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;

constexpr std::size_t name_rest_max = 24;   // "_hash" behind "password"
constexpr std::size_t value_bytes_max = 256;

// How a value is tied to its name: by a sign, between tags, or by a word of prose.
enum class Tie : std::uint8_t { none, sign, tag, prose };

struct Value {
    std::size_t begin = 0, end = 0;
    Tie tie = Tie::none;
    bool is_quoted = false;
};

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_filler(char c) { return c == ' ' || c == '\t' || c == '*' || c == '\\' || is_quote(c); }

constexpr std::string_view signs[] = {":=", "=>", "->", "==", ":", "=", ">", "："};
constexpr std::string_view words_of_prose[] = {"|", "is ", "was ", "는 ", "은 ", "가 ", "이 ", "는", "은", "は", "是"};
constexpr std::string_view name_ends[] = {" key", " Key", " KEY", " token", "키", " 키", " 값"};

// The sign between name and value; `at` moves behind it.
Tie read_tie(std::string_view text, std::size_t& at) {
    constexpr std::size_t fillers_max = 6;
    std::size_t place = at;
    for (std::size_t i = 0; i < fillers_max && is_filler(byte_at(text, place)); ++i) ++place;
    const std::string_view rest = text.substr(place);
    if (rest.empty()) return Tie::none;
    const char first = rest[0];
    for (const std::string_view sign : signs) {
        if (sign[0] != first || !rest.starts_with(sign)) continue;
        if (sign == "==") return Tie::none;   // compared, not assigned
        at = place + sign.size();
        return sign == ">" ? Tie::tag : Tie::sign;
    }
    for (const std::string_view word : words_of_prose) {
        if (word[0] != first || !rest.starts_with(word)) continue;
        at = place + word.size();
        return Tie::prose;
    }
    return Tie::none;
}

bool ends_value(char c) {
    constexpr std::string_view ends = " \t\r\n\"'`,;<>|";
    return static_cast<unsigned char>(c) >= 0x7F || ends.find(c) != std::string_view::npos;
}

Value read_value(std::string_view text, std::size_t at) {
    constexpr std::size_t fillers_max = 4;
    Value value;
    value.tie = read_tie(text, at);
    if (value.tie == Tie::none) return value;
    for (std::size_t i = 0; i < fillers_max && is_filler(byte_at(text, at)); ++i)
        value.is_quoted = is_quote(text[at++]);
    value.begin = at;
    const std::size_t to = std::min(text.size(), at + value_bytes_max);
    const char quote = value.is_quoted ? text[at - 1] : '\0';
    while (at < to &&
           (value.is_quoted ? text[at] != quote && text[at] != '\n' && text[at] != '\\' : !ends_value(text[at])))
        ++at;
    if (value.is_quoted && at < to && text[at] == '\n') value.is_quoted = false;
    value.end = at;
    if (value.tie == Tie::tag && byte_at(text, at) != '<') value.tie = Tie::none;
    while (!value.is_quoted && value.end > value.begin) {
        // Brackets and marks behind belong to the text around.
        const char last = text[value.end - 1];
        const bool is_mark = last == '.' || last == ')' || last == '}' || last == ']' || last == '*' || last == ':';
        if (!is_mark) break;
        --value.end;
    }
    return value;
}

// Types, literals and beginnings of code that stand where a value could.
bool is_code(std::string_view value) {
    static constexpr std::array<std::string_view, 30> words{
        "string",    "str",           "text",     "none",        "null",       "nil",    "true",  "false",
        "undefined", "required",      "optional", "password",    "passwd",     "secret", "token", "varchar",
        "char",      "bytes",         "bool",     "int",         "number",     "object", "any",   "input",
        "self",      "self.password", "request",  "process.env", "os.environ", "getpass"};
    for (const std::string_view word : words)
        if (equal_ignoring_case(word, value)) return true;
    // A call, an index, a member: "getpass()", "env['X']", "config.password".
    if (value.find_first_of("([{") != std::string_view::npos && !value.empty() &&
        (is_small(value[0]) || is_capital(value[0])) && value.find_first_of("!@#%^&*") == std::string_view::npos)
        return true;
    const std::size_t dot = value.find('.');
    return dot != std::string_view::npos && dot > 1 && dot + 2 < value.size() &&
           std::all_of(value.begin(), value.end(),
                       [](char c) { return is_small(c) || is_capital(c) || c == '.' || c == '_'; });
}

struct Looks {
    std::size_t digits = 0, letters = 0, marks = 0, capitals = 0;
};
Looks looks_of(std::string_view value) {
    Looks looks;
    for (const char c : value) {
        looks.digits += is_digit(c) ? 1U : 0U;
        looks.capitals += is_capital(c) ? 1U : 0U;
        looks.letters += is_small(c) || is_capital(c) ? 1U : 0U;
    }
    looks.marks = value.size() - looks.digits - looks.letters;
    return looks;
}

// 0: no password.
int password_score(std::string_view value, const Value& place, bool is_path_likely) {
    constexpr std::size_t least = 4, prose_least = 6;
    if (value.size() < least || is_placeholder(value)) return 0;
    if (!place.is_quoted && is_code(value)) return 0;
    if (is_path_likely && (value[0] == '/' || value[0] == '~' || value[0] == '.')) return 0;
    const Looks looks = looks_of(value);
    const bool is_mixed = looks.digits > 0 && (looks.letters > 0 || looks.marks > 0);
    const bool is_marked =
        looks.letters > 0 && looks.marks > 0 && value.find_first_of("!@#$%^&*?") != std::string_view::npos;
    if (is_mixed || is_marked) return place.tie == Tie::prose && value.size() < prose_least ? 0 : 90;
    if (place.tie == Tie::prose) return 0;
    if (looks.digits == value.size()) return 85;
    if (place.is_quoted && !is_code(value) && looks.marks == 0) return 85;
    return 50;   // a plain word: as likely prose
}

// The kind of a key by what its name says besides.
DataKind kind_of(std::string_view name) {
    std::string_view rest = name;
    for (; rest.size() >= 3; rest.remove_prefix(1)) {
        if (equal_ignoring_case(rest.substr(0, 3), "aws")) return DataKind::aws_secret_key;
        if (equal_ignoring_case(rest.substr(0, 3), "ncp") || equal_ignoring_case(rest.substr(0, 6), "ncloud"))
            return DataKind::cloud_key;
        if (equal_ignoring_case(rest.substr(0, 5), "azure") || equal_ignoring_case(rest.substr(0, 10), "AccountKey"))
            return DataKind::azure_key;
    }
    return DataKind::high_entropy;
}

bool is_key_byte(char c) {
    return is_identifier_byte(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '.' || c == '~';
}

// Random: more bits a byte than words have, of at least two sorts of characters.
bool is_random(std::string_view value) {
    constexpr std::size_t least = 20, digits_least = 2;
    constexpr double hex_entropy_least = 3, entropy_least = 3.5;
    if (value.size() < least || !std::all_of(value.begin(), value.end(), is_key_byte) || is_placeholder(value))
        return false;
    const Looks looks = looks_of(value);
    if (looks.digits < digits_least || looks.letters == 0) return false;
    const bool is_all_hex = std::all_of(value.begin(), value.end(), [](char c) { return is_hex(c) || c == '-'; });
    return entropy_of(value) >= (is_all_hex ? hex_entropy_least : entropy_least);
}

// What stands behind a name and a space alone ("api_key Xk29fQmz…") is mostly the next word. A key has digits and letters of both
// cases that take turns, while names of types have theirs in rows ("AmazonS3FullAccess2012").
constexpr std::size_t unmistakable_least = 16;
bool is_unmistakable(std::string_view value) {
    constexpr std::size_t most = 128, each_least = 2;
    if (value.size() < unmistakable_least || value.size() > most || is_placeholder(value)) return false;
    const Looks looks = looks_of(value);
    if (looks.marks > 0 || looks.digits < each_least || looks.capitals < each_least ||
        looks.letters - looks.capitals < each_least)
        return false;
    const auto sort_of = [](char c) { return is_digit(c) ? 0 : is_capital(c) ? 1 : 2; };
    std::size_t turns = 0;
    for (std::size_t i = 1; i < value.size(); ++i) turns += sort_of(value[i]) != sort_of(value[i - 1]) ? 1U : 0U;
    return turns * 20 >= value.size() * 9;
}
std::size_t end_of_value_behind_space(std::string_view text, std::size_t end) {
    // Most words of prose are shorter than any such value.
    if (byte_at(text, end) != ' ' || !is_identifier_byte(byte_at(text, end + 1)) ||
        !is_identifier_byte(byte_at(text, end + unmistakable_least)))
        return 0;
    std::size_t value_end = end + 1;
    while (value_end < text.size() && value_end - end <= value_bytes_max && is_identifier_byte(text[value_end]))
        ++value_end;
    constexpr std::string_view code = ".(/:-[@";   // of a name that goes on
    if (code.find(byte_at(text, value_end)) != std::string_view::npos &&
        is_identifier_byte(byte_at(text, value_end + 1)))
        return 0;
    return is_unmistakable(text.substr(end + 1, value_end - end - 1)) ? value_end : 0;
}

}   // namespace

void match_secret_name(std::string_view text, std::size_t at, const SecretForm& form, Sink& sink) {
    std::size_t end = at + form.text.size();
    while (text[end - 1] == '=' || text[end - 1] == ':' || text[end - 1] == ' ')
        --end;   // "_PASS=": the sign is read again
    const bool is_mark = form.what == SecretText::password_mark;
    if (is_mark && is_identifier_byte(byte_before(text, at))) return;
    const std::size_t name_max = end + name_rest_max;
    while (end < text.size() && end < name_max && (is_identifier_byte(text[end]) || text[end] == '-') &&
           text.substr(end, 2) != "->")
        ++end;
    for (const std::string_view word : name_ends)
        if (byte_at(text, end) == word[0] && text.substr(end).starts_with(word)) end += word.size();
    const Value place = read_value(text, end);
    const auto kind = [&] {
        constexpr std::size_t name_front = 24;
        const std::size_t front = std::min(at, name_front);
        return form.what == SecretText::key_name ? kind_of(text.substr(at - front, end - at + front))
                                                 : DataKind::password;
    };
    if (const std::size_t value_end = place.tie == Tie::none && !is_mark ? end_of_value_behind_space(text, end) : 0;
        value_end > 0)
        return sink.add(end + 1, value_end, kind(), 85);
    if (place.tie == Tie::none || place.end <= place.begin || (is_mark && place.tie != Tie::sign)) return;
    const std::string_view value = text.substr(place.begin, place.end - place.begin);
    if (form.what == SecretText::key_name) {
        if (is_random(value)) sink.add(place.begin, place.end, kind(), 85);
        return;
    }
    const bool is_path_likely = form.text.size() == 3;   // "pwd" is a directory as well
    const int score = password_score(value, place, is_path_likely);
    if (score > 0) sink.add(place.begin, place.end, DataKind::password, score);
}

}   // namespace gilmok::guard
