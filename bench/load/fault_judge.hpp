// What a client saw of one request, and whether that was allowed. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fault_plan.hpp"

namespace load {

// How the bytes ended.
enum class Ending : std::uint8_t { framed, closed, reset, timed_out, left };

struct Seen {
    Ending ending = Ending::timed_out;
    bool is_whole = false;      // the message was whole by its own framing
    bool is_bad = false;        // its framing was broken
    bool has_surplus = false;   // bytes came behind it
    int status = 0;             // 0 = no head came
    std::string content_type;
    std::string retry_after;
    std::string body;
};

// Exactly one for each request. Shed: refused for overload, with Retry-After; allowed to every request, and counted, for a
// busy machine is no fault of the gateway.
enum class Outcome : std::uint8_t { answered, error_status, error_event, cut_off, left, shed, count_ };
std::string_view name_of(Outcome outcome);

struct Verdict {
    Outcome outcome = Outcome::cut_off;
    std::string violation;   // empty = as promised
};
Verdict judge(const Plan& plan, const Seen& seen);

bool is_json(std::string_view text);

}   // namespace load
