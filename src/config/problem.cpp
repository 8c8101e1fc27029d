// How a problem looks on a terminal.
#include <algorithm>

#include "config/load.hpp"

namespace gilmok::config {
namespace {

// Code points from U+1100 that East Asian terminals draw two columns wide (Unicode annex 11, wide and full-width ranges,
// in blocks). Good enough for a caret under Korean comments.
bool is_wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xA960 && c <= 0xA97F) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
           (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
           (c >= 0x20000 && c <= 0x3FFFD);
}

// Columns that the code points [from, to) of the line take, each tab as a tab.
std::string blank(std::string_view line, std::uint32_t from, std::uint32_t to, char fill) {
    std::string out;
    std::uint32_t column = 0;
    for (std::size_t at = 0; at < line.size() && column < to;) {
        const auto first = static_cast<unsigned char>(line[at]);
        const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        char32_t point = first < 0xC0 ? first : first & (0x7FU >> length);
        for (std::size_t i = 1; i < length && at + i < line.size(); ++i)
            point = (point << 6U) | (static_cast<unsigned char>(line[at + i]) & 0x3FU);
        if (column >= from) {
            if (fill == ' ' && point == '\t')
                out += '\t';
            else
                out.append(is_wide(point) ? 2 : 1, fill);
        }
        at += length;
        ++column;
    }
    return out;
}

}   // namespace

std::string render(const Problem& problem, bool with_colour) {
    const std::string_view red = with_colour ? "\x1b[31m" : "";
    const std::string_view yellow = with_colour ? "\x1b[33m" : "";
    const std::string_view bold = with_colour ? "\x1b[1m" : "";
    const std::string_view off = with_colour ? "\x1b[0m" : "";
    const std::string_view hue = problem.is_warning ? yellow : red;
    std::string out;
    const auto add = [&out](auto... parts) { (out.append(parts), ...); };
    add(hue, std::string_view(problem.is_warning ? "warning" : "error"), std::string_view("["),
        std::string_view(problem.code), std::string_view("]"), off, std::string_view(" "), bold,
        std::string_view(problem.path));
    if (problem.line != 0) out += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    add(off, std::string_view(": "), std::string_view(problem.what));
    if (!problem.why.empty()) out += "; " + problem.why;
    out += '\n';
    if (problem.line == 0 || problem.source_line.empty()) {
        if (!problem.fix.empty()) out += "  " + problem.fix + "\n";
        return out;
    }
    const std::string number = std::to_string(problem.line);
    const std::uint32_t from = problem.column == 0 ? 0 : problem.column - 1;
    std::string carets = blank(problem.source_line, from, from + problem.caret_length, '^');
    if (carets.empty()) carets = "^";
    out += "   " + number + " | " + problem.source_line + "\n";
    out += "   " + std::string(number.size(), ' ') + " | " + blank(problem.source_line, 0, from, ' ');
    add(hue, std::string_view(carets), off);
    if (!problem.fix.empty()) out += " " + problem.fix;
    out += '\n';
    return out;
}

}   // namespace gilmok::config
