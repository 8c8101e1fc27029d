// The access log: one JSON line for each exchange. Never a prompt, an answer or a secret. What is not known is absent, not
// zero. Names are escaped once for each snapshot, because escaping them for every line would cost more than the rest.
// Pure. Owner: one shard.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "model/exchange.hpp"

namespace gilmok::meter {

// What a line tells besides the Record. Views live until append() returns.
struct LineContext {
    std::string_view key_id{};           // "key_0123456789ab"; "" = no key was accepted
    std::string_view client{};           // address of the peer, without port
    std::string_view parent_span_id{};   // 16 hex digits when the caller sent a traceparent
};

class AccessLog {
public:
    // At the start and at each reload.
    void use(const config::Snapshot& snapshot);
    // Appends the line with its end of line. `snapshot` is the one the exchange began with.
    void append_line(std::string& out, const model::Record& record, const config::Snapshot& snapshot,
                     const LineContext& context);

private:
    std::string_view escaped(const std::vector<std::string>& cached, bool is_in_use, std::uint32_t id,
                             std::string_view name, std::string& scratch) const;
    std::vector<std::string> models_, upstreams_, tenants_;   // escaped, by id, of the snapshot in use
    const config::Snapshot* in_use_ = nullptr;                // compared, never read
    std::uint64_t in_use_version_ = 0;
    std::int64_t second_ = -1;   // the second that time_ spells
    char time_[19] = {};         // "2026-11-21T04:05:06"
    std::array<std::string, model::Record::attempts_max + 4> scratch_;
    std::string line_;   // as long as the longest line yet: names of the configuration and what is fixed bound it
};

}   // namespace gilmok::meter
