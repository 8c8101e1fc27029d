#include "ledger/name_book.hpp"

#include "ledger/table_rows.hpp"

namespace gilmok::ledger {

TablesResult<bool> NameBook::refresh(Database& database, std::uint64_t records) {
    if (records < records_) *this = NameBook();
    records_ = records;
    const std::array<Parameter, 1> since{last_index_};
    return database.run(
        "SELECT idx, id, kind, text FROM names WHERE idx > $1 ORDER BY idx", since,
        [&](const RowView& row) {
            last_index_ = static_cast<std::int64_t>(row.integer(0));
            const auto kind = static_cast<NameKind>(row.integer(2));
            tenants_ += kind == NameKind::tenant;
            names_.insert_or_assign(id_of(row.integer(1)), Known{kind, std::string(row.bytes(3))});
        },
        "reading the names");
}

std::string NameBook::text_of(std::uint32_t id) const {
    if (id == 0) return "";
    const auto found = names_.find(id);
    return found == names_.end() ? "#" + std::to_string(id) : found->second.text;
}

Numbers NameBook::ids_of(NameKind kind, std::string_view text) const {
    Numbers ids;
    for (const auto& [id, known] : names_)
        if (known.kind == kind && known.text == text) ids.push_back(column_of_id(id));
    return ids;
}

Numbers NameBook::tenants_at(std::string_view node) const {
    Numbers ids;
    for (const auto& [id, known] : names_) {
        const std::string_view text = known.text;
        if (known.kind != NameKind::tenant || !text.starts_with(node)) continue;
        if (text.size() == node.size() || text[node.size()] == '/') ids.push_back(column_of_id(id));
    }
    return ids;
}

}   // namespace gilmok::ledger
