// A small GET of gilmok's own to an upstream: health, metrics, list of models. Not on the path of an exchange.
// Thread: the control loop's. Limits: one deadline for all of it, bytes_max for the answer's body.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "config/snapshot.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"
#include "upstream/state.hpp"

namespace gilmok::upstream {

struct Fetched {
    std::uint16_t status = 0;
    std::string body;
};

struct FetchWhat {
    std::string method = "GET";
    std::string path;   // from the root: "/metrics"
    std::string body;   // sent as application/json when not empty
    std::string header_lines{};   // besides our own, each ended by CRLF
    std::size_t bytes_max = 4 << 20;
    Duration timeout = std::chrono::seconds(2);
};

// Sends the upstream's key when it has one. Errors (fault upstream): connect_*, first_byte_timeout, upstream_closed,
// upstream_protocol, upstream_too_large.
io::Task<Result<Fetched>> fetch(io::Loop& loop, const config::Upstream& upstream, StatePtr state, FetchWhat what);

}   // namespace gilmok::upstream
