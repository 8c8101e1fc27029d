// What each request of the fault proof is made of: which way its upstream misbehaves, whether the client leaves early, and
// what the right answer is, to the byte. Driver and upstream derive all of it from the seed and the number of the request;
// the request carries its own plan as text, so the upstream needs no other channel.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace load {

enum class Fault : std::uint8_t {
    none,
    // The answer is right all the same.
    delay,           // nothing for a while, less than any timeout
    drip,            // one byte at a time
    interim_few,     // three 103 heads before the answer
    lying_usage,     // counts that are negative, huge, text or missing
    second_answer,   // a whole second answer behind the first: poison for whoever reads it
    close_after,     // the connection ends right behind the answer, unannounced
    until_close,     // no length, no chunks: the end of the connection ends the answer
    // Before the first byte.
    stall_head,
    reset_head,
    garbage_head,    // not HTTP
    interim_flood,   // hundreds of 103 heads
    status_400,
    status_500,
    status_503,
    // In the middle.
    stall_body,
    reset_body,
    half_close,         // FIN inside a body that promised more
    length_long,        // Content-Length says more than comes
    length_short,       // Content-Length says less: the rest is surplus on the connection
    garbage_chunk,      // a chunk size that is no number
    error_event,        // 200, some events, then an error among them
    truncated_stream,   // the chunks end properly, the stream of events does not
    count_,
};
std::string_view name_of(Fault fault);

enum class Leaving : std::uint8_t { stays, before_head, in_stream };

struct Plan {
    std::uint64_t nonce = 0;
    Fault fault = Fault::none;
    Leaving leaving = Leaving::stays;
    bool is_stream = false;
    bool asks_usage = false;    // the client asked for the usage event
    bool only_once = false;     // a second attempt finds the upstream well
    std::uint32_t pieces = 1;   // of content; events of a stream
    std::uint32_t cut = 0;      // where a fault strikes, in bytes of the body, always before its last piece
    std::uint8_t model = 0;     // 0: "fault-model"; above: one that is priced (fault_money.hpp)
    std::uint8_t lie = 0;       // of its usage (fault_money.hpp)
};

struct Rates {
    double fault = 0.05;
    double leave = 0.01;
    double lie = 0;           // of priced answers
    bool is_priced = false;   // ask for the models that have a price
};
Plan plan_of(std::uint64_t seed, std::uint64_t number, const Rates& rates);

// Both directions of the text in the request's "user" member.
std::string text_of(const Plan& plan);
std::optional<Plan> read_plan(std::string_view text);

std::string request_body(const Plan& plan);
// The right answers.
std::string json_answer(const Plan& plan);
std::string event_data(const Plan& plan, std::uint32_t piece);   // pieces 0 … pieces-1
std::string finish_data(const Plan& plan);                       // the event with finish_reason
std::string usage_data(const Plan& plan);
// All events of the stream as bytes, "[DONE]" included. `is_continuous`: usage in every event.
std::string event_stream(const Plan& plan, bool with_usage, bool is_continuous = false);
// The event of a piece as the upstream sends it, with what it says of usage.
std::string sent_data(const Plan& plan, std::uint32_t piece, bool is_continuous);

constexpr std::uint64_t mix(std::uint64_t x) {   // splitmix64: neighbours become strangers
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}   // namespace load
