// TCP sockets and listeners on epoll. Internal to io/linux.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "io/linux/inbox.hpp"
#include "io/linux/outbox.hpp"
#include "io/loop.hpp"

namespace gilmok::io::linux_ {

// What epoll's data pointer points to.
class Descriptor {
public:
    virtual void on_events(std::uint32_t events) = 0;

protected:
    ~Descriptor() = default;
};

class LinuxNetwork final : public Network {
public:
    LinuxNetwork(int epoll, Outbox& outbox, Inbox& inbox) : epoll_(epoll), outbox_(outbox), inbox_(inbox) {}
    Result<ListenerPtr> listen(const Address& address, const ListenOptions& options) override;
    Result<SocketPtr> connect(const Address& address) override;

private:
    int epoll_;
    Outbox& outbox_;   // both the loop's; they outlive every socket
    Inbox& inbox_;
};

}   // namespace gilmok::io::linux_
