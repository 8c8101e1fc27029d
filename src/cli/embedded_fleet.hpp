// The engines of `gilmok up` where there are none: two simulated ones in this process, on loopback ports that the system
// picks, on a thread of their own. Everything they are called says that they are simulated.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/loop.hpp"

namespace gilmok::fleet {
class SimServer;
}

namespace gilmok::cli {

class EmbeddedFleet {
public:
    struct Engine {
        std::string name;   // of the upstream: "sim-a"
        io::Address address;
        std::vector<std::string> models;
    };
    EmbeddedFleet();
    // Stops the engines; answers that still run are cut.
    ~EmbeddedFleet();
    EmbeddedFleet(const EmbeddedFleet&) = delete;
    EmbeddedFleet& operator=(const EmbeddedFleet&) = delete;

    // Opens the ports and begins to serve. What prevented it, in people's words; "" when nothing did.
    std::string start();
    [[nodiscard]] const std::vector<Engine>& engines() const { return engines_; }

private:
    std::unique_ptr<io::Loop> loop_;
    std::vector<std::unique_ptr<fleet::SimServer>> servers_;
    std::vector<Engine> engines_;
    std::thread thread_;
};

}   // namespace gilmok::cli
