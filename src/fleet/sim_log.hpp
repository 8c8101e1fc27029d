// The simulated engine's own books: one entry for every request that reached it, written when the request is over. Tests
// hold a gateway's ledger against them, so they say what was really delivered, whatever the answer claimed.
// Owner: one SimServer. Holds at most `entries_max`; older entries are dropped and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace gilmok::fleet {

// answered: all was written to the connection. refused: an error status, ours or ordered. faulted: cut off on order.
enum class SimOutcome : std::uint8_t { answered, refused, faulted, client_gone, shut_down, count_ };
std::string_view name_of(SimOutcome outcome);

struct SimEntry {
    std::uint64_t number = 0;
    std::string request_id;   // the client's x-request-id
    std::string path;
    std::string model;
    std::uint16_t status = 0;
    SimOutcome outcome = SimOutcome::answered;
    bool is_stream = false;
    std::string fault;   // names of the ordered faults, joined by commas
    std::uint64_t tokens_prompt = 0;
    std::uint64_t tokens_cached = 0;
    std::uint64_t tokens_made = 0;        // what the engine generated for it
    std::uint64_t tokens_delivered = 0;   // of those, what was written to the connection
    Duration to_first_token{};
    Duration total{};
};

class SimLog {
public:
    explicit SimLog(std::size_t entries_max) : entries_max_(entries_max) {}
    void open() { ++open_; }
    void close(SimEntry entry);

    [[nodiscard]] std::uint64_t requests() const { return requests_; }
    [[nodiscard]] std::uint64_t open_requests() const { return open_; }
    [[nodiscard]] std::uint64_t count(SimOutcome outcome) const { return outcomes_[static_cast<std::size_t>(outcome)]; }
    [[nodiscard]] std::uint64_t tokens_delivered() const { return tokens_delivered_; }
    [[nodiscard]] const std::deque<SimEntry>& entries() const { return entries_; }
    // One JSON object a line, entries whose number is above `after`.
    void append_lines(std::string& out, std::uint64_t after) const;
    // The members of /sim/stats, without braces.
    void append_totals(std::string& out) const;

private:
    std::size_t entries_max_;
    std::deque<SimEntry> entries_;
    std::uint64_t outcomes_[static_cast<std::size_t>(SimOutcome::count_)]{};
    std::uint64_t requests_ = 0;
    std::uint64_t open_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t tokens_prompt_ = 0;
    std::uint64_t tokens_cached_ = 0;
    std::uint64_t tokens_made_ = 0;
    std::uint64_t tokens_delivered_ = 0;
};

}  // namespace gilmok::fleet
