// The head of the request as the upstream gets it: re-serialised from what was understood, the client's credentials and
// everything of his connection left out, the upstream's put in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/snapshot.hpp"
#include "model/exchange.hpp"
#include "wire/http1.hpp"

namespace gilmok::upstream {

struct Forwarded {
    model::Endpoint endpoint = model::Endpoint::none;
    std::uint64_t body_bytes = 0;
    bool is_json = false;   // the body was read as JSON in UTF-8, and is said to be that, whatever the client called it
    bool is_decoded = false;   // Content-Encoding was taken off
    bool wants_plain = false;  // the answer will be read and changed: it must not come compressed
    std::string_view request_id{};
    std::string_view traceparent{};   // ours, a child of the client's
};

// True for client headers that never reach an upstream: of the connection, credentials, cookies, addresses (a client
// could lie about them), identities of other accounts, and ours.
bool is_withheld(const wire::http1::Header& header, std::string_view connection);
void append_request_head(std::string& out, const config::Upstream& upstream, const wire::http1::RequestHead& head,
                         const Forwarded& forwarded);

}   // namespace gilmok::upstream
