#include "fleet/embedded.hpp"

#include <future>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::fleet {

Result<std::vector<io::Address>> EmbeddedFleet::start(std::vector<SimConfig> configs, const io::Address& first) {
    GILMOK_ASSERT(!thread_.joinable());
    std::promise<Result<std::vector<io::Address>>> ready;
    auto result = ready.get_future();
    thread_ = std::thread([this, ready = std::move(ready), configs = std::move(configs), first]() mutable {
        loop_ = make_loop_();
        std::vector<std::unique_ptr<SimServer>> servers;
        std::vector<io::Address> addresses;
        io::Address next = first;
        for (SimConfig& config : configs) {
            servers.push_back(std::make_unique<SimServer>(*loop_, std::move(config)));
            auto bound = servers.back()->listen(next);
            if (!bound) {
                ready.set_value(fail(bound.error()));
                return;
            }
            addresses.push_back(*bound);
            if (next.port != 0) ++next.port;
        }
        ready.set_value(std::move(addresses));
        loop_->run();
    });
    auto addresses = result.get();
    if (!addresses) stop();
    return addresses;
}

void EmbeddedFleet::stop() {
    if (!thread_.joinable()) return;
    loop_->stop();
    thread_.join();
    loop_.reset();
}

}  // namespace gilmok::fleet
