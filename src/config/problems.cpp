#include "config/problems.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "config/amount.hpp"
#include "config/quantity.hpp"
#include "config/schema.hpp"

namespace gilmok::config {
namespace {

constexpr std::size_t line_bytes_max =
    400;   // a line longer than this is a data file, not something to point a caret at

bool is_reference(std::string_view value) {
    return value.starts_with("env:") || value.starts_with("file:") || value.starts_with("cmd:");
}

// Values that are plainly no secret may be shown even in a suspect line.
bool is_harmless(std::string_view value) {
    const bool is_plain_word =
        value.size() <= 5 && value.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
    return is_plain_word || is_reference(value) || parse_duration(value) || parse_size(value) || parse_address(value) ||
           parse_u64(value) || parse_money(value) || parse_percent(value) || parse_date(value) ||
           ((value.starts_with("http://") || value.starts_with("https://")) &&
            value.find_first_of("@?#") == std::string_view::npos);
}

// A key of ours that only takes numbers, such as tokens_day: nobody writes a secret there, and hiding it hides the mistake.
bool takes_numbers(std::string_view name) {
    bool is_found = false;
    for (const Section& section : sections())
        for (const Field& field : section.fields) {
            if (field.name != name) continue;
            if (field.shape != Shape::count && field.shape != Shape::count64) return false;
            is_found = true;
        }
    return is_found;
}

bool names_secret(std::string_view name) {
    static constexpr std::array<std::string_view, 7> words{"key",    "secret",     "token", "password",
                                                           "passwd", "credential", "auth"};
    const std::string lower = lowercase(name);
    return !takes_numbers(name) && std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return lower.find(word) != std::string::npos;
    });
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// One star for each code point, so that columns stay where they were.
void hide(std::string& out, std::string_view value) {
    for (const char c : value)
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) out += '*';
}

// The name before the `=` that ends at `equals`.
std::string_view name_before(std::string_view line, std::size_t equals) {
    std::size_t end = equals;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t' || line[end - 1] == '"' || line[end - 1] == '\''))
        --end;
    std::size_t begin = end;
    while (begin > 0 && is_word(line[begin - 1])) --begin;
    return line.substr(begin, end - begin);
}

// Length of the value at the start of `rest`: up to its closing quote, or to what ends a bare value.
std::size_t value_length(std::string_view rest) {
    const char quote = rest.front();
    if (quote != '"' && quote != '\'') return std::min(rest.find_first_of(" \t,}]#="), rest.size());
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != quote) end += quote == '"' && rest[end] == '\\' ? 2U : 1U;
    return std::min(end + 1, rest.size());
}

void append_value(std::string& out, std::string_view value, bool must_hide) {
    const bool is_quoted = value.front() == '"' || value.front() == '\'';
    const bool is_closed = is_quoted && value.size() > 1 && value.back() == value.front();
    std::string_view inside = value;
    if (is_quoted) inside.remove_prefix(1);
    if (is_closed) inside.remove_suffix(1);
    if (is_quoted) out += value.front();
    // A user and password in a URL are hidden wherever they stand.
    const bool has_user = inside.find("://") != std::string_view::npos && inside.find('@') != std::string_view::npos;
    if (has_user || (must_hide && !is_reference(inside)))
        hide(out, inside);
    else
        out += inside;
    if (is_closed) out += value.back();
}

std::string without_controls(std::string line) {
    for (char& c : line)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = '?';
    return line;
}

}   // namespace

std::string masked_line(std::string_view line, bool is_suspect) {
    std::string out;
    bool is_name_secret = false;   // of the last name before an `=`; rules until the next
    for (std::size_t at = 0; at < line.size();) {
        const char c = line[at];
        if (c == '=') {
            is_name_secret = names_secret(name_before(line, at));
            out += c;
            ++at;
            continue;
        }
        if (c == ' ' || c == '\t' || c == '[' || c == ']' || c == '{' || c == '}' || c == ',') {
            out += c;
            ++at;
            continue;
        }
        if (c == '#') {
            out += is_suspect || is_name_secret ? std::string_view("# …") : line.substr(at);
            break;
        }
        const std::string_view value = line.substr(at, value_length(line.substr(at)));
        // A bare word before `=` is a name; in broken TOML it may be the end of a secret.
        const std::string_view after = trim(line.substr(at + value.size()));
        const bool is_name = after.starts_with('=') || after.starts_with('.') || line.front() == '[';
        std::string_view inside = value;
        if (inside.size() > 1 && (inside.front() == '"' || inside.front() == '\''))
            inside = inside.substr(1, inside.size() - (inside.back() == inside.front() ? 2 : 1));
        append_value(out, value, !is_name && (is_name_secret || (is_suspect && !is_harmless(inside))));
        at += value.size();
    }
    return without_controls(std::move(out));
}

std::uint32_t Problems::add_file(std::string path, std::string text) {
    files_.push_back({std::move(path), std::move(text)});
    return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string Problems::words_of(const wire::TextPlace& place) const {
    return files_[place.file].path + ":" + std::to_string(place.line);
}

std::string Problems::line_of(const wire::TextPlace& place) const {
    std::string_view rest = files_[place.file].text;
    for (std::uint32_t line = 1; line < place.line; ++line) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    std::string_view line = rest.substr(0, rest.find('\n'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line.size() > line_bytes_max ? std::string{} : std::string(line);
}

void Problems::add(const wire::TextPlace& place, Words words) {
    const bool is_warning = words.code.starts_with('W');
    has_errors_ = has_errors_ || !is_warning;
    if (is_full_) return;
    is_full_ = found_.size() + 1 >= problems_max;
    if (is_full_) words = {"E0003", "more than " + std::to_string(problems_max) + " problems; the rest is not shown"};
    Problem problem;
    problem.code = std::string(words.code);
    problem.path = files_[place.file].path;
    problem.line = place.line;
    problem.column = place.column;
    problem.what = std::move(words.what);
    problem.why = std::move(words.why);
    problem.fix = std::move(words.fix);
    problem.is_warning = is_warning && !is_full_;
    problem.caret_length = std::max(place.length, 1U);
    if (place.line != 0) problem.source_line = masked_line(line_of(place), words.is_suspect);
    has_errors_ = has_errors_ || is_full_;
    found_.push_back({place, found_.size(), std::move(problem)});
}

std::vector<Problem> Problems::take() {
    // libstdc++ 12's stable_sort does not compile without warnings under clang 19; the number makes any sort stable.
    std::sort(found_.begin(), found_.end(), [](const Found& left, const Found& right) {
        return std::tie(left.place.file, left.place.line, left.place.column, left.number) <
               std::tie(right.place.file, right.place.line, right.place.column, right.number);
    });
    std::vector<Problem> problems;
    for (Found& found : found_) problems.push_back(std::move(found.problem));
    found_.clear();
    return problems;
}

}   // namespace gilmok::config
