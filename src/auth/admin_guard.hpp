// Who may speak to the admin listener. It listens on loopback by default, which a web page can reach from the operator's
// browser (DNS rebinding, requests forged from another site); so besides the token, Host must be the listener's own name
// and Origin, when a browser sends one, the same host. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "io/socket.hpp"
#include "wire/http1.hpp"

namespace gilmok::auth {

enum class AdminVerdict : std::uint8_t { allowed, host_refused, origin_refused, token_missing, token_wrong };
std::string_view explain(AdminVerdict verdict);

struct AdminPolicy {
    const io::Address& address;           // of the listener, with the port really bound
    std::span<const std::string> hosts;   // Host values allowed besides: server.admin_hosts; "name" or "name:port"
    std::string_view token;               // empty refuses every request that needs one
};
// `needs_token` is false for the console's static files, which hold nothing secret. Host and Origin are checked always.
[[nodiscard]] AdminVerdict check_admin(const wire::http1::Headers& headers, const AdminPolicy& policy,
                                       bool needs_token);
// Host alone, for tests and for the door.
[[nodiscard]] bool is_admin_host(std::string_view host, const AdminPolicy& policy);

}   // namespace gilmok::auth
