// Simulated engines inside another process, on a thread and a loop of their own: what `gilmok up` and end-to-end tests
// stand in front of. The loop is made by the caller's maker, because fleet/ does not know the real world.
// Owner: the caller's thread; start() and stop() from there only.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "fleet/server.hpp"

namespace gilmok::fleet {

class EmbeddedFleet {
public:
    using LoopMaker = std::unique_ptr<io::Loop> (*)();
    explicit EmbeddedFleet(LoopMaker make_loop) : make_loop_(make_loop) {}
    EmbeddedFleet(const EmbeddedFleet&) = delete;
    EmbeddedFleet& operator=(const EmbeddedFleet&) = delete;
    ~EmbeddedFleet() { stop(); }

    // One engine for each configuration, at consecutive ports from `first`; port 0 lets the system choose each. Returns
    // when all are listening. On an error nothing runs.
    Result<std::vector<io::Address>> start(std::vector<SimConfig> configs, const io::Address& first);
    // Closes everything and joins the thread. Harmless when nothing runs.
    void stop();

private:
    LoopMaker make_loop_;
    std::unique_ptr<io::Loop> loop_;   // made on the thread, gone after it was joined
    std::thread thread_;
};

}  // namespace gilmok::fleet
