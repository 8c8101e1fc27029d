#include "cli/embedded_fleet.hpp"

#include <array>
#include <csignal>

#include "base/assert.hpp"
#include "fleet/server.hpp"
#include "io/linux/loop.hpp"

namespace gilmok::cli {

namespace {

// Two chips that differ, so that routing has something to decide.
struct Member {
    std::string_view name;
    std::string_view profile;
};
constexpr std::array members{Member{"sim-a", "h100/llama-3.1-8b"}, Member{"sim-b", "rngd/llama-3.1-8b"}};
const std::vector<std::string> simulated_models{"simulated-chat", "simulated-embedding"};

}   // namespace

EmbeddedFleet::EmbeddedFleet() : loop_(io::linux_::make_loop()) {}

EmbeddedFleet::~EmbeddedFleet() {
    if (thread_.joinable()) {
        loop_->stop();
        thread_.join();
    }
    servers_.clear();
}

std::string EmbeddedFleet::start() {
    std::uint64_t seed = 1;
    for (const Member& member : members) {
        const auto profile = fleet::find_profile(member.profile);
        GILMOK_ASSERT(profile.has_value());
        fleet::SimConfig config;
        config.engine.profile = *profile;
        config.models = simulated_models;
        config.seed = seed++;
        auto server = std::make_unique<fleet::SimServer>(*loop_, std::move(config));
        const io::Address any{"127.0.0.1", 0};
        const auto bound = server->listen(any);
        if (!bound) return "no port for a simulated engine on 127.0.0.1: " + std::string(bound.error().detail);
        engines_.push_back({std::string(member.name), *bound, simulated_models});
        servers_.push_back(std::move(server));
    }
    // Signals belong to the gateway's own thread; one that arrived here would end the process without a drain.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([&loop = *loop_] { loop.run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return {};
}

}   // namespace gilmok::cli
