// The part of a question that says which attempts it is about, as conditions. Owner and thread: a Questions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ledger/name_book.hpp"
#include "ledger/rollup.hpp"
#include "ledger/table_database.hpp"

namespace gilmok::ledger {

// Collects what is bound to $1, $2, …
class Bound {
public:
    explicit Bound(std::vector<Parameter>& parameters) : parameters_(parameters) {}
    std::string operator()(Parameter value) {
        parameters_.push_back(value);
        return "$" + std::to_string(parameters_.size());
    }

private:
    std::vector<Parameter>& parameters_;
};

// What a filter leaves, as numbers of names.
struct Where {
    bool is_nothing = false;   // a text that no record has
    bool with_simulated = true;
    WallTime from{}, until{};
    std::vector<std::pair<Dimension, Numbers>> wanted;
    [[nodiscard]] const Numbers* find(Dimension dimension) const;
    [[nodiscard]] DimSet dims() const;
};
Where where_of(const Filter& filter, const NameBook& names);

// The span within which there are attempts, and the numbers of their records.
struct Extent {
    WallTime from{}, until{};
    std::int64_t first_index = 0, last_index = -1;
};
TablesResult<Extent> extent_of(Database& database, const Calendar& calendar, const Where& where);

// " AND tenant IN (…) AND …" for the attempts table; the values are appended to `parameters`.
std::string attempts_condition(Dialect dialect, const Where& where, const Extent& extent,
                               std::vector<Parameter>& parameters);

// Roll-ups are found by tenant, so a key without one first finds whose it is.
TablesResult<bool> narrow_to_tenants_of_key(Database& database, const Meta& meta, Where& where);

// The hours in which there may be such attempts, newest first: at most `most` of those before `until_hour`. Every hour that has one is
// among them.
struct Hour {
    std::int64_t number = 0, first_index = 0, last_index = 0;
};
TablesResult<std::vector<Hour>> hours_with(Database& database, const Meta& meta, const Where& where,
                                           std::int64_t until_hour, std::int64_t most);

}   // namespace gilmok::ledger
