// What tests of the tables share.
#pragma once

#include <doctest/doctest.h>
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

inline void apply_in_batches(Tables& tables, const std::vector<IndexedEntry>& entries, Prng& prng) {
    for (std::size_t at = 0; at < entries.size();) {
        const std::size_t count = std::min<std::size_t>(entries.size() - at, 1 + prng.below(400));
        value_of(tables.apply(std::span(entries).subspan(at, count)));
        at += count;
    }
}

inline Filter until(WallTime end) {
    Filter filter;
    filter.until = end;
    return filter;
}
inline const Filter everything = until(WallTime::max());

}   // namespace gilmok::ledger
