// The admin listener: metrics, health, the admin API. On its own address, loopback by default, with its own credentials;
// Host and Origin are checked on every request, because a browser on this machine can reach loopback too.
// Owner and thread: the control loop's. Requests are small and rare: one at a time for each connection, bodies at most
// body_bytes_max, no keep-alive games.
#pragma once

#include <memory>
#include <vector>

#include "base/secret.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/control.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"

namespace gilmok::gateway {

class AdminServer {
public:
    static constexpr std::size_t body_bytes_max = 64 * 1024;   // then 413
    static constexpr std::size_t connections_max = 64;         // then they wait
    AdminServer(Control& control, Secret token);
    ~AdminServer();
    Result<io::Address> listen(const io::Address& address);

private:
    struct Session;
    io::Task<> accept();
    io::Task<> serve(Session& session);
    [[nodiscard]] AdminResponse respond(const wire::http1::RequestHead& head, std::string_view body);
    Control& control_;
    Secret token_;
    io::ListenerPtr listener_;
    io::Address address_;
    std::unique_ptr<io::Waiter> waiter_;
    std::vector<std::unique_ptr<Session>> sessions_;
    io::Task<> task_;
};

}   // namespace gilmok::gateway
