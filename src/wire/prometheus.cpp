// The text format 0.0.4 (prometheus.io, "Exposition formats") and what OpenMetrics adds that can be read past: a line is
// `name{labels} value [timestamp] [# exemplar]`. Each line stands alone, so a bad one costs itself only.
#include "wire/prometheus.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace gilmok::wire::prometheus {

namespace {

// Enough for any double that a program prints; longer ones are not numbers but work for us.
constexpr std::size_t number_bytes_max = 64;

bool is_name_first(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_first(c) || (c >= '0' && c <= '9'); }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

void skip_blanks(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

std::string_view take(std::string_view& text, std::size_t bytes) {
    const std::string_view taken = text.substr(0, bytes);
    text.remove_prefix(bytes);
    return taken;
}

// Takes a name off the front; "" when there is none. Colons stand in metric names only.
std::string_view take_name(std::string_view& text, bool has_colons) {
    std::size_t size = 0;
    const auto is_part = [&](char c) {
        return (size == 0 ? is_name_first(c) : is_name(c)) || (has_colons && c == ':');
    };
    while (size < text.size() && is_part(text[size])) ++size;
    return take(text, size);
}

std::string_view take_word(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && !is_blank(text[size])) ++size;
    return take(text, size);
}

struct Label {
    std::string_view name;
    std::string_view value;  // escapes as sent
};

// Takes `name="value"` and the comma after it, if there is one.
std::optional<Label> take_label(std::string_view& text) {
    Label label;
    label.name = take_name(text, false);
    skip_blanks(text);
    if (label.name.empty() || !text.starts_with('=')) return std::nullopt;
    text.remove_prefix(1);
    skip_blanks(text);
    if (!text.starts_with('"')) return std::nullopt;
    text.remove_prefix(1);
    std::size_t size = 0;
    while (size < text.size() && text[size] != '"') size += text[size] == '\\' ? 2U : 1U;
    if (size >= text.size()) return std::nullopt;
    label.value = take(text, size);
    text.remove_prefix(1);
    skip_blanks(text);
    if (text.starts_with(','))
        text.remove_prefix(1);
    else if (!text.empty() && text.front() != '}')
        return std::nullopt;
    skip_blanks(text);
    return label;
}

// Takes `{…}` and gives the inside.
std::optional<std::string_view> take_labels(std::string_view& text) {
    text.remove_prefix(1);
    const std::string_view inside = text;
    skip_blanks(text);
    while (!text.empty() && text.front() != '}')
        if (!take_label(text)) return std::nullopt;
    if (text.empty()) return std::nullopt;
    const std::string_view labels = inside.substr(0, inside.size() - text.size());
    text.remove_prefix(1);
    return labels;
}

std::optional<double> parse_number(std::string_view word) {
    if (word.starts_with('+')) {
        word.remove_prefix(1);
        if (word.starts_with('-')) return std::nullopt;
    }
    if (word.empty() || word.size() > number_bytes_max) return std::nullopt;
    double value = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (failure != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return value;
}

std::optional<Sample> parse_line(std::string_view line) {
    Sample sample;
    sample.name = take_name(line, true);
    if (sample.name.empty()) return std::nullopt;
    skip_blanks(line);
    if (line.starts_with('{')) {
        const auto labels = take_labels(line);
        if (!labels) return std::nullopt;
        sample.labels = *labels;
        skip_blanks(line);
    }
    const auto value = parse_number(take_word(line));
    if (!value) return std::nullopt;
    sample.value = *value;
    skip_blanks(line);
    if (line.empty() || line.front() == '#') return sample;
    if (!parse_number(take_word(line))) return std::nullopt;  // a timestamp, of no use to us
    skip_blanks(line);
    if (!line.empty() && line.front() != '#') return std::nullopt;
    return sample;
}

}  // namespace

std::size_t read(std::string_view text, Samples& samples, std::size_t* lines_bad) {
    std::size_t count = 0;
    std::size_t bad = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        skip_blanks(line);
        if (line.empty() || line.front() == '#') continue;
        const auto sample = parse_line(line);
        if (!sample) {
            ++bad;
            continue;
        }
        if (!std::isfinite(sample->value)) continue;
        samples.sample(*sample);
        ++count;
    }
    if (lines_bad != nullptr) *lines_bad = bad;
    return count;
}

std::string_view label(std::string_view labels, std::string_view name) {
    skip_blanks(labels);
    while (!labels.empty()) {
        const auto found = take_label(labels);
        if (!found) return {};
        if (found->name == name) return found->value;
    }
    return {};
}

}  // namespace gilmok::wire::prometheus
