// One upstream as all shards see it: where it is now, how busy, whether it may be asked. Survives reloads for as long as
// name and url stay the same, so that a reload forgets neither an ejection nor a measured speed.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "config/snapshot.hpp"
#include "io/socket.hpp"
#include "upstream/health.hpp"
#include "upstream/load.hpp"
#include "upstream/power.hpp"

namespace gilmok::io {
class TlsContext;
}

namespace gilmok::upstream {

struct State {
    std::string name;
    std::string identity;   // scheme, host, port and TLS settings: what must stay for the state to stay
    Load load;
    Health health;
    Power power;   // of what runs on a pool with power_metric
    std::shared_ptr<const io::TlsContext> tls;   // null for plain http; set before the state is shared
    // Numeric addresses; the control thread replaces them when DNS says something new. Null = never resolved.
    std::atomic<std::shared_ptr<const std::vector<io::Address>>> addresses;
    std::atomic<std::uint32_t> address_next{0};   // after a failed connect the next address is tried
};
using StatePtr = std::shared_ptr<State>;

// The states of a snapshot's upstreams, by UpstreamId.
using States = std::vector<StatePtr>;

// Keeps what `before` knows of upstreams that are the same. Numeric hosts get their address at once.
States build_states(const config::Snapshot& snapshot, const States& before);

Health::Settings health_settings(const config::Upstream& upstream);

}   // namespace gilmok::upstream
