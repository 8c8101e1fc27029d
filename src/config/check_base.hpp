// What every check of a snapshot has at hand: what was read, where it was written, and where to tell what is wrong.
// Owner and thread: the load that checks.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "config/places.hpp"
#include "config/problems.hpp"
#include "config/snapshot.hpp"

namespace gilmok::config {

struct CheckBase {
    const Snapshot& snapshot;
    const Places& places;
    Problems& problems;

    // `path`: of the table or key, as Places knows it.
    void add(const std::string& path, std::string_view code, std::string what, std::string why = {},
             std::string fix = {}) const {
        problems.add(places.of(path), {code, std::move(what), std::move(why), std::move(fix)});
    }
};

}   // namespace gilmok::config
