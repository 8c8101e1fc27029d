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

// One file of the catalogue, embedded in the program. A table at its top that nobody reads is a fault, as a key of a Row is.
class CatalogFile {
public:
    CatalogFile(std::string name, std::vector<std::string>& faults);
    CatalogFile(const CatalogFile&) = delete;
    CatalogFile& operator=(const CatalogFile&) = delete;
    ~CatalogFile();

    // Calls `read` with a Row and its line for each [[name]]; there may be none.
    template <class Read>
    void each_if_any(std::string_view name, Read read) {
        if (const wire::TomlNode* list = find(name))
            for (const wire::TomlNode& table : list->elements) {
                Row row(name_ + ':' + std::to_string(table.place.line) + " [[" + std::string(name) + "]]", table,
                        faults_);
                read(row, table.place.line);
            }
    }
    // The same; none is a fault.
    template <class Read>
    void each(std::string_view name, Read read) {
        bool is_there = false;
        each_if_any(name, [&](Row& row, std::uint32_t) { read(row), is_there = true; });
        if (!is_there) faults_.push_back(name_ + ": there is no [[" + std::string(name) + "]]");
    }
    // [name], which must be there.
    template <class Read>
    void one(std::string_view name, Read read) {
        const wire::TomlNode* table = find(name);
        if (table == nullptr) return faults_.push_back(name_ + ": there is no [" + std::string(name) + ']');
        Row row(name_ + " [" + std::string(name) + ']', *table, faults_);
        read(row);
    }

private:
    const wire::TomlNode* find(std::string_view name);

    std::string name_;
    wire::TomlNode root_;
    std::vector<std::string>& faults_;
    std::vector<std::string_view> asked_;
};

}   // namespace gilmok::catalog
