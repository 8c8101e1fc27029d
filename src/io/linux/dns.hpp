// The real resolver: c-ares on a thread of its own, because one lookup in /etc/hosts or one slow name server must not
// hold up a shard. Honours resolv.conf, nsswitch.conf and /etc/hosts as read at the start.
// Thread: resolve() from any; answers come on the resolver's own.
#pragma once

#include <memory>

#include "io/dns.hpp"

namespace gilmok::io::linux_ {

struct ResolverOptions {
    std::string servers;                          // "10.0.0.53,10.0.0.54:5353"; "" = what resolv.conf says
    Duration timeout = std::chrono::seconds(5);   // the whole lookup; then connect_timeout
    std::size_t lookups_max = 1024;               // running at a time; then connect_failed
};

class Resolver final : public Dns {
public:
    Resolver();
    explicit Resolver(const ResolverOptions& options);
    // Lookups that still run are answered with a failure before this returns.
    ~Resolver() override;
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    void resolve(std::string name, std::uint16_t port, Done done) override;

private:
    class Worker;
    std::unique_ptr<Worker> worker_;
};

}   // namespace gilmok::io::linux_
