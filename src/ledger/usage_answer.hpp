// One question about usage: which roll-ups answer it, what is read of them, and the rows of the answer.
// docs/ledger-tables.md says which questions are cheap. Owner and thread: a Questions, inside one read transaction.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ledger/name_book.hpp"
#include "ledger/question_where.hpp"
#include "ledger/rollup.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {

class UsageAnswer {
public:
    UsageAnswer(Database& database, const NameBook& names, const Meta& meta, const Calendar& asked,
                std::span<const Dimension> by, std::size_t rows_most);
    TablesResult<std::vector<UsageRow>> answer(Where where);

private:
    const Cube& choose_cube(const Where& where) const;
    TablesResult<bool> read(const Cube& cube, const Piece& piece, const Where& where);
    // Only those that roll-ups do not hold yet, where `is_waiting`.
    TablesResult<bool> read_attempts(const Piece& piece, const Where& where, bool is_waiting);
    TablesResult<bool> read_waiting(std::span<const Piece> pieces, const Where& where);
    void add(std::int64_t unix_s, const Dims& dims, const Measures& measures);
    std::vector<UsageRow> rows() const;

    Database& database_;
    const NameBook& names_;
    const Meta& meta_;
    Calendar tables_;
    const Calendar& asked_;
    std::vector<Dimension> by_;
    std::vector<Dimension> dims_;   // of by_, those that are not times; each once
    DimSet grouped_ = 0;            // the same as a set
    bool has_time_ = false;
    Grain finest_ = Grain::month;   // of the times in by_
    std::size_t rows_most_;
    RollBatch groups_;
    bool is_too_many_ = false;
};

}   // namespace gilmok::ledger
