#include "plan/fan_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace gilmok::plan {
namespace {
constexpr std::size_t dots_across = 2, dots_down = 4;   // of a braille character

// A picture of dots; row 0 is at the bottom.
class Canvas {
public:
    Canvas(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows), cells_(columns * rows, 0) {}
    [[nodiscard]] std::size_t width() const { return columns_ * dots_across; }
    [[nodiscard]] std::size_t height() const { return rows_ * dots_down; }
    void set(std::size_t x, std::size_t y) { cells_[cell(x, y)] |= bit(x, y); }

    // One row of characters, the highest first; UTF-8 of U+2800 and what is set.
    [[nodiscard]] std::string text(std::size_t row) const {
        std::string line;
        for (std::size_t column = 0; column < columns_; ++column) {
            const std::uint8_t dots = cells_[row * columns_ + column];
            if (dots == 0) {
                line += ' ';
                continue;
            }
            line += '\xE2';
            line += static_cast<char>(0xA0 | (dots >> 6));
            line += static_cast<char>(0x80 | (dots & 0x3F));
        }
        line.erase(line.find_last_not_of(' ') + 1);
        return line;
    }

private:
    [[nodiscard]] std::size_t cell(std::size_t x, std::size_t y) const {
        return (rows_ - 1 - y / dots_down) * columns_ + x / dots_across;
    }
    // Unicode 10.0 chapter 21.1: dots 1 2 3 7 go down the left, 4 5 6 8 down the right.
    static std::uint8_t bit(std::size_t x, std::size_t y) {
        constexpr std::array<std::array<std::uint8_t, dots_down>, dots_across> bits{
            {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};
        return bits[x % dots_across][dots_down - 1 - y % dots_down];
    }

    std::size_t columns_, rows_;
    std::vector<std::uint8_t> cells_;
};

// Five columns at most: 999, 1.23k, 45.6M.
std::string label(double value) {
    constexpr std::string_view units = " kMGTPE";
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    const int digits = value >= 99.95 || value == 0 ? 0 : value >= 9.995 ? 1 : 2;
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    std::string out = text.data();
    if (unit > 0) out += units[unit];
    return out;
}

constexpr std::size_t label_columns = 7;

std::string in_label_column(const std::string& text) {
    return std::string(label_columns - 1 - std::min(label_columns - 1, text.size()), ' ') + text + ' ';
}

bool is_drawable(double value) { return value >= 0 && value <= 1e24; }

class Picture {
public:
    Picture(const FanChart& chart, double top, std::size_t columns, std::size_t rows)
        : chart_(chart), top_(top), canvas_(columns, rows), steps_(chart.actual.size() + chart.ahead.size()) {
        if (chart.budget) draw_budget(*chart.budget);
        draw_band();
        draw_line();
    }
    [[nodiscard]] std::string text(std::size_t row) const { return canvas_.text(row); }
    // Row of characters, from the top, in which a value lies.
    [[nodiscard]] std::size_t row_of(double value) const { return (canvas_.height() - 1 - y_of(value)) / dots_down; }
    [[nodiscard]] std::size_t column_of_now() const {
        return chart_.actual.empty() ? 0 : x_of(static_cast<double>(chart_.actual.size() - 1)) / dots_across;
    }

private:
    [[nodiscard]] std::size_t y_of(double value) const {
        return static_cast<std::size_t>(std::lround(value / top_ * static_cast<double>(canvas_.height() - 1)));
    }
    [[nodiscard]] std::size_t x_of(double step) const {
        if (steps_ < 2) return 0;
        return static_cast<std::size_t>(
            std::lround(step / static_cast<double>(steps_ - 1) * static_cast<double>(canvas_.width() - 1)));
    }
    // The quantiles at a place between steps; the past is certain.
    [[nodiscard]] Quantiles at(std::size_t step) const {
        if (step < chart_.actual.size()) return {chart_.actual[step], chart_.actual[step], chart_.actual[step]};
        return chart_.ahead[step - chart_.actual.size()];
    }
    [[nodiscard]] Quantiles between(std::size_t x) const {
        const double place =
            canvas_.width() < 2 || steps_ < 2
                ? 0
                : static_cast<double>(x) * static_cast<double>(steps_ - 1) / static_cast<double>(canvas_.width() - 1);
        const auto before = std::min(static_cast<std::size_t>(place), steps_ - 1);
        const Quantiles a = at(before), b = at(std::min(before + 1, steps_ - 1));
        const double share = place - static_cast<double>(before);
        return {a.p10 + share * (b.p10 - a.p10), a.p50 + share * (b.p50 - a.p50), a.p90 + share * (b.p90 - a.p90)};
    }

    void draw_budget(double budget) {
        for (std::size_t x = 0; x < canvas_.width(); ++x)
            if (x % 4 < 2) canvas_.set(x, y_of(budget));
    }
    // One dot in four: dense enough to be an area, thin enough to leave the median to be seen.
    void draw_band() {
        for (std::size_t x = 0; x < canvas_.width(); ++x) {
            const Quantiles here = between(x);
            const std::size_t low = y_of(here.p10), high = y_of(here.p90);
            for (std::size_t y = low; low < high && y <= high; ++y)
                if (x % 2 == 0 && (y + x / 2) % 2 == 0) canvas_.set(x, y);
        }
    }
    void draw_line() {
        std::size_t last = y_of(between(0).p50);
        for (std::size_t x = 0; x < canvas_.width(); ++x) {
            const std::size_t now = y_of(between(x).p50);
            for (std::size_t y = std::min(now, last); y <= std::max(now, last); ++y) canvas_.set(x, y);
            last = now;
        }
    }

    const FanChart& chart_;
    double top_;
    Canvas canvas_;
    std::size_t steps_;
};

// The largest value to be drawn; nothing when one cannot be.
std::optional<double> top_of(const FanChart& chart) {
    double top = chart.budget.value_or(0);
    bool is_sound = is_drawable(top);
    for (const double value : chart.actual) {
        is_sound = is_sound && is_drawable(value);
        top = std::max(top, value);
    }
    for (const Quantiles& step : chart.ahead) {
        is_sound = is_sound && is_drawable(step.p10) && is_drawable(step.p50) && is_drawable(step.p90) &&
                   step.p10 <= step.p50 && step.p50 <= step.p90;
        top = std::max(top, step.p90);
    }
    if (!is_sound) return std::nullopt;
    return top > 0 ? top : 1;
}
}   // namespace

std::string fan_chart(const FanChart& chart) {
    if (chart.actual.empty() && chart.ahead.empty()) return {};
    const auto top = top_of(chart);
    if (!top) return {};
    const std::size_t columns = std::clamp(chart.columns, fan_columns_min, fan_columns_max) - label_columns;
    const std::size_t rows = std::clamp(chart.rows, fan_rows_min, fan_rows_max);
    const Picture picture(chart, *top, columns, rows);
    std::vector<std::string> labels(rows);
    labels.front() = label(*top);
    labels.back() = "0";
    if (chart.budget) labels[picture.row_of(*chart.budget)] = label(*chart.budget);
    std::string out;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string line = in_label_column(labels[row]) + picture.text(row);
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out + std::string(label_columns + picture.column_of_now(), ' ') + "^\n";
}

}   // namespace gilmok::plan
