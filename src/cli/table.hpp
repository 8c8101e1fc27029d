// Rows of an answer, for a terminal or as CSV. Columns are as wide as their widest cell; Korean and other East Asian letters
// take two columns. Control bytes of names are shown, not obeyed. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gilmok::cli {

class Table {
public:
    // A title that begins with '>' is of a column of numbers: it is aligned to the right, without that sign.
    explicit Table(std::vector<std::string> titles);
    void add(std::vector<std::string> cells);   // as many as there are titles
    [[nodiscard]] bool is_empty() const { return rows_.empty(); }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    // Two spaces between columns, upper-case titles above; an empty cell is shown as "-".
    [[nodiscard]] std::string text() const;
    // RFC 4180, titles in lower case with '_' for spaces; a cell that a spreadsheet would take for a formula gets a quote in front.
    [[nodiscard]] std::string csv() const;

private:
    std::vector<std::string> titles_;
    std::vector<bool> is_right_;
    std::vector<std::vector<std::string>> rows_;
};

std::size_t columns_of(std::string_view text);

}   // namespace gilmok::cli
