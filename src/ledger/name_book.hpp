// The ledger's names in memory, for questions: number → text and back. A text may have two numbers (a name that a crash took from
// the tables' memory is given anew), so a text means all of them.
// Owner and thread: a Questions.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/table_database.hpp"

namespace gilmok::ledger {

class NameBook {
public:
    // Reads what came since; everything anew when the tables hold fewer records than before.
    TablesResult<bool> refresh(Database& database, std::uint64_t records);
    // "" for NameId::none, "#17" for a number whose name has not come yet.
    [[nodiscard]] std::string text_of(std::uint32_t id) const;
    [[nodiscard]] Numbers ids_of(NameKind kind, std::string_view text) const;
    // The node itself and all below it: "acme", "acme/finance".
    [[nodiscard]] Numbers tenants_at(std::string_view node) const;
    [[nodiscard]] std::size_t tenants() const { return tenants_; }

private:
    struct Known {
        NameKind kind{};
        std::string text;
    };
    std::unordered_map<std::uint32_t, Known> names_;
    std::int64_t last_index_ = -1;
    std::uint64_t records_ = 0;
    std::size_t tenants_ = 0;
};

}   // namespace gilmok::ledger
