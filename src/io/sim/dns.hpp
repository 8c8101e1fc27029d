// The simulated world's names: a table that the test writes. Answers at once.
// Owner and thread: the world's.
#pragma once

#include <algorithm>
#include <map>

#include "io/dns.hpp"

namespace gilmok::io::sim {

class DnsTable final : public Dns {
public:
    // `hosts` are numeric addresses, best first; none means that the name is known to have no address.
    void set(const std::string& name, std::vector<std::string> hosts, Duration ttl = std::chrono::seconds(60)) {
        names_[name] = {std::move(hosts), ttl};
    }
    void forget(const std::string& name) { names_.erase(name); }
    // What was asked for, in order: for tests of caching.
    [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

    void resolve(std::string name, std::uint16_t port, Done done) override {
        asked_.push_back(name);
        if (is_numeric(name)) return done(Resolved{{{std::move(name), port}}, std::chrono::hours(1)});
        const auto found = names_.find(name);
        if (found == names_.end() || found->second.hosts.empty())
            return done(fail(Code::connect_failed, Fault::upstream, Retry::other_upstream, "the name has no address"));
        Resolved resolved{{}, found->second.ttl};
        for (const std::string& host : found->second.hosts) resolved.addresses.push_back({host, port});
        done(std::move(resolved));
    }

private:
    struct Entry {
        std::vector<std::string> hosts;
        Duration ttl;
    };
    static bool is_numeric(const std::string& name) {
        const bool is_v4 = !name.empty() && std::all_of(name.begin(), name.end(),
                                                        [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
        return is_v4 || name.find(':') != std::string::npos;
    }
    std::map<std::string, Entry> names_;
    std::vector<std::string> asked_;
};

}   // namespace gilmok::io::sim
