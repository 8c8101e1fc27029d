// One table of a catalog file while it is read. Remembers what was missing or never read: catalogs are ours, so a key that
// nobody reads is a mistake. Faults are collected, never thrown: check_catalog() tells them, and a test asks it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/money.hpp"
#include "base/time.hpp"
#include "catalog/catalog.hpp"
#include "wire/toml.hpp"

namespace gilmok::catalog {

class Row {
public:
    Row(std::string where, const wire::TomlNode& table, std::vector<std::string>& faults)
        : where_(std::move(where)), table_(table), faults_(faults) {}
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;
    ~Row();

    [[nodiscard]] bool has(std::string_view name) const { return table_.find(name) != nullptr; }
    std::string text(std::string_view name, bool is_required = true);
    // Several texts at once, each into its place.
    void texts(std::initializer_list<std::pair<std::string_view, std::string&>> places);
    double number(std::string_view name, double fallback);
    std::int64_t integer(std::string_view name, std::int64_t fallback);
    bool flag(std::string_view name);
    std::vector<std::string> list(std::string_view name);
    const std::vector<wire::TomlNode>& tables(std::string_view name);
    // "1.25 USD"; no currency where there is none.
    Money money(std::string_view name);
    Pico decimal(std::string_view name);
    Currency currency(std::string_view name);
    // "2026-11-01", midnight UTC; `fallback` when it is not there.
    WallTime day(std::string_view name, WallTime fallback);
    Provenance provenance();
    void fault(std::string_view name, std::string_view what);

private:
    const wire::TomlNode* find(std::string_view name, bool is_required);

    std::string where_;
    const wire::TomlNode& table_;
    std::vector<std::string>& faults_;
    std::vector<std::string> read_;
};

// Calls `read` with a Row for each [[name]] of a file.
template <class Read>
void each_row(const wire::TomlNode& root, std::string_view name, std::vector<std::string>& faults, Read read) {
    const wire::TomlNode* list = root.find(name);
    if (list == nullptr || list->elements.empty()) {
        faults.push_back("there is no [[" + std::string(name) + "]]");
        return;
    }
    for (std::size_t i = 0; i < list->elements.size(); ++i) {
        Row row("[[" + std::string(name) + "]] " + std::to_string(i + 1), list->elements[i], faults);
        read(row);
    }
}

}   // namespace gilmok::catalog
