// Names to addresses. io/linux asks name servers and /etc/hosts, io/sim has a table.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/socket.hpp"

namespace gilmok::io {

struct Resolved {
    static constexpr std::size_t addresses_max = 16;   // further ones are dropped

    std::vector<Address> addresses;   // best first (RFC 6724), both families; never empty
    Duration ttl{};                   // how long this may be kept: at least 1 s, at most 1 h
};

class Dns {
public:
    using Done = std::function<void(Result<Resolved>)>;

    virtual ~Dns() = default;
    // Calls `done` exactly once: for a numeric address before it returns, else at any time on any thread. So `done`
    // should do nothing but submit the answer to its Loop.
    virtual void resolve(std::string name, std::uint16_t port, Done done) = 0;
};

}   // namespace gilmok::io
