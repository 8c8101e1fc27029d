// The gateway as the script runner sees it: started inside a World from a configuration, looked at only through its
// door, its records and a few counts.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "io/sim/world.hpp"

namespace gilmok::exchange {

// One finished exchange, as text by name: outcome, code, fault, status, endpoint, stream, tenant, model, upstream, served,
// attempts, events, bytes_in, bytes_out, input, output, cached, simulated, and for the n-th attempt attemptN_upstream,
// attemptN_end, attemptN_code, attemptN_status, attemptN_hedge. What is not known is absent.
using SeenRecord = std::map<std::string, std::string>;

struct GatewayConfig {
    std::string toml;
    std::map<std::string, std::string> environment;   // what `env:NAME` finds
};

class GatewayUnderTest {
public:
    virtual ~GatewayUnderTest() = default;
    // Records in the order in which exchanges ended; the runner takes them from the front.
    [[nodiscard]] virtual std::deque<SeenRecord>& records() = 0;
    // "" or what is wrong with the configuration; then nothing has changed.
    virtual std::string reload(const GatewayConfig& config) = 0;
    // As SIGTERM does: no new connections, running exchanges may finish for so long.
    virtual void drain(Duration patience) = 0;
    [[nodiscard]] virtual bool is_drained() const = 0;
    [[nodiscard]] virtual std::uint32_t exchanges_running() const = 0;
    [[nodiscard]] virtual std::uint32_t upstream_connections_busy() const = 0;
    // What is still set aside for requests, in words; "" when nothing is. At rest it must be nothing.
    [[nodiscard]] virtual std::string left_reserved() const { return {}; }
};

struct Started {
    std::unique_ptr<GatewayUnderTest> gateway;   // null when there is a problem
    std::string problem;
};
using StartGateway = std::function<Started(io::sim::World&, const GatewayConfig&)>;

// One shard of the real gateway on the world's loop.
Started start_gateway(io::sim::World& world, const GatewayConfig& config);

}   // namespace gilmok::exchange
