// What tests of the tables share.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ledger/test_tables_world.hpp"

namespace gilmok::ledger {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "gilmok-tables-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

template <class T>
T value_of(TablesResult<T> result) {
    if (!result) FAIL(result.error().message);
    return std::move(*result);
}

// What somebody else, or an older version, does to a file of tables.
inline void execute(const std::string& path, const char* sql) {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
    CHECK(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
}

inline void apply_in_batches(Tables& tables, const std::vector<IndexedEntry>& entries, Prng& prng) {
    for (std::size_t at = 0; at < entries.size();) {
        const std::size_t count = std::min<std::size_t>(entries.size() - at, 1 + prng.below(400));
        value_of(tables.add(std::span(entries).subspan(at, count)));
        if (prng.chance(1, 3)) value_of(tables.commit());
        at += count;
    }
    value_of(tables.commit());
}

inline std::vector<std::string> whats(Questions& questions) {
    std::vector<std::string> names;
    for (const AlarmRow& alarm : value_of(questions.alarms(100))) names.push_back(alarm.what);
    return names;
}

inline model::Terminal terminal_of(std::uint64_t number) {
    model::Terminal terminal;
    terminal.ref.exchange = model::make_request_id(1'793'145'600'000, 0, number);
    terminal.at = WallTime(std::chrono::seconds(world_begin_s));
    terminal.started = terminal.at;
    terminal.kind = model::TerminalKind::settled;
    terminal.charge.is_known = true;
    return terminal;
}

inline IndexedEntry indexed(std::uint64_t index, const Body& body) {
    IndexedEntry entry;
    entry.index = index;
    entry.entry.body = body;
    return entry;
}

inline Filter until(WallTime end) {
    Filter filter;
    filter.until = end;
    return filter;
}
inline const Filter everything = until(WallTime::max());

}   // namespace gilmok::ledger
