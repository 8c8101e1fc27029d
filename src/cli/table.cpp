#include "cli/table.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "report/answer.hpp"

namespace gilmok::cli {
namespace {

std::string printable(std::string_view text) {
    if (text.empty()) return "-";
    std::string out;
    append_json_escaped(out, text);
    return out;
}

std::string csv_title(std::string_view title) {
    std::string name = lowercase(title);
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
}

}   // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        // From U+1100 on, where Korean begins; the arrows and marks in between are of one column.
        if ((byte & 0xC0U) != 0x80U) columns += byte >= 0xE1 && byte != 0xE2 ? 2 : 1;
    }
    return columns;
}

Table::Table(std::vector<std::string> titles) : titles_(std::move(titles)) {
    for (std::string& title : titles_) {
        is_right_.push_back(title.starts_with('>'));
        if (is_right_.back()) title.erase(0, 1);
    }
}

void Table::add(std::vector<std::string> cells) {
    GILMOK_ASSERT(cells.size() == titles_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::vector<std::string>> lines{titles_};
    for (const auto& row : rows_) {
        auto& line = lines.emplace_back();
        for (const std::string& cell : row) line.push_back(printable(cell));
    }
    std::vector<std::size_t> widths(titles_.size());
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
    std::string out;
    for (const auto& line : lines) {
        std::string text;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const std::string padding(widths[i] - columns_of(line[i]), ' ');
            text += i == 0 ? "" : "  ";
            text += is_right_[i] ? padding + line[i] : line[i] + padding;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out += text + '\n';
    }
    return out;
}

std::string Table::csv() const {
    std::string out;
    for (std::size_t i = 0; i < titles_.size(); ++i) report::append_csv(out, csv_title(titles_[i]), i == 0);
    out += "\r\n";
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (is_right_[i])
                report::append_csv(out, row[i], i == 0);
            else
                report::append_csv_text(out, row[i], i == 0);
        }
        out += "\r\n";
    }
    return out;
}

}   // namespace gilmok::cli
