#include "upstream/state.hpp"

#include <algorithm>

namespace gilmok::upstream {

namespace {

std::string identity_of(const config::Upstream& upstream) {
    return (upstream.is_tls ? "https " : "http ") + upstream.host + " " + std::to_string(upstream.port) + " " +
           upstream.ca_file + " " + upstream.tls_name;
}

bool is_numeric(const std::string& host) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return is_v6 || std::all_of(host.begin(), host.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}   // namespace

States build_states(const config::Snapshot& snapshot, const States& before) {
    States states;
    for (const config::Upstream& upstream : snapshot.upstreams) {
        const std::string identity = identity_of(upstream);
        const auto known = std::find_if(before.begin(), before.end(), [&](const StatePtr& state) {
            return state->name == upstream.name && state->identity == identity;
        });
        if (known != before.end()) {
            states.push_back(*known);
            continue;
        }
        auto state = std::make_shared<State>();
        state->name = upstream.name;
        state->identity = identity;
        if (is_numeric(upstream.host)) {
            const std::vector<io::Address> addresses{io::Address{upstream.host, upstream.port}};
            state->addresses = std::make_shared<const std::vector<io::Address>>(addresses);
        }
        states.push_back(std::move(state));
    }
    return states;
}

Health::Settings health_settings(const config::Upstream& upstream) {
    return {.eject_after = upstream.eject_after, .eject_base = upstream.eject_base, .eject_max = upstream.eject_max};
}

}   // namespace gilmok::upstream
