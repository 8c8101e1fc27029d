// A small configuration and a finished exchange, for tests and benches of this folder.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "config/snapshot.hpp"
#include "model/exchange.hpp"

namespace gilmok::meter::sample {

inline std::shared_ptr<config::Snapshot> snapshot(std::uint64_t version = 1) {
    auto made = std::make_shared<config::Snapshot>();
    made->version = version;
    for (const char* name : {"rngd-0", "h100-0"}) {
        config::Upstream& upstream = made->upstreams.emplace_back();
        upstream.name = name;
        upstream.kind = config::Kind::vllm;
        upstream.host = "127.0.0.1";
        upstream.port = 8000;
    }
    made->upstreams[0].kind = config::Kind::furiosa_llm;
    for (const char* name : {"exaone-32b", "bge-m3"}) made->models.emplace_back().name = name;
    made->tenants.resize(2);
    made->tenants[0].path = "acme";
    made->tenants[1].path = "acme/search";
    made->tenants[1].parent = model::TenantId{0};
    return made;
}

// A stream that was answered at the second attempt.
inline model::Record record() {
    using namespace std::chrono_literals;
    model::Record made;
    made.id = model::make_request_id(1'795'233'845'678, 1, 2);
    made.started_wall = WallTime(std::chrono::milliseconds(1'795'233'845'678));
    made.started = Instant(5s);
    made.total = 1'234'567us;
    made.time_to_first_token = 87'654us;
    made.endpoint = model::Endpoint::chat;
    made.outcome = model::Outcome::answered;
    made.status = 200;
    made.is_stream = true;
    made.tenant = model::TenantId{1};
    made.key = model::KeyId{0};
    made.model = model::ModelId{0};
    made.upstream = model::UpstreamId{1};
    made.served_name = "LGAI-EXAONE/EXAONE-4.0-32B";
    made.bytes_in = 2'345;
    made.bytes_out = 45'678;
    made.events_out = 257;
    made.usage.input = 512;
    made.usage.input_cached = 384;
    made.usage.output = 256;
    made.usage.total = 768;
    std::string_view("4bf92f3577b34da6a3ce929d0e0e4736").copy(made.trace_id.data(), made.trace_id.size());
    std::string_view("00f067aa0ba902b7").copy(made.span_id.data(), made.span_id.size());
    made.attempts_count = 2;
    made.attempts[0] = {model::UpstreamId{0},
                        model::AttemptEnd::failed,
                        Code::connect_failed,
                        0,
                        made.started + 40us,
                        800us,
                        {},
                        false};
    made.attempts[1] = {
        model::UpstreamId{1}, model::AttemptEnd::answered, Code::none, 200, made.started + 900us, {}, 80'000us, false};
    return made;
}

}   // namespace gilmok::meter::sample
