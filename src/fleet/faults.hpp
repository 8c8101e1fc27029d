// What a simulated engine does wrong, on order. One request is ordered with the header x-sim-fault, a share of all
// requests with a mix; both by name, so that a test reads like what it tests.
//
//   stall@3       after 3 tokens nothing more comes, the connection stays      reset@2    connection reset after 2 tokens
//   half-close@1  its writing side ends in the middle of the body              early-close@2   orderly close, too early
//   truncate@2    the body ends properly, the answer does not                  error-event@2   an error inside a 200 stream
//   garbage       bytes that are not HTTP instead of an answer                 garbage-chunk@1 broken chunked framing
//   garbage-event@1  an event that is not JSON, then all goes on               big-event@1     an event of 2 MiB, then all goes on
//   status=503    that status at once                                          wrong-length    fewer bytes than announced
//   1xx=50        so many informational heads first                            slow=50ms       before every token
//   lie           wrong usage: lie=zero, negative, huge, missing, twice, nan, fraction, double; by seed when not said
// "@0" means before the head of the answer, without "@" it is 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/prng.hpp"
#include "base/time.hpp"

namespace gilmok::fleet {

struct Fault {
    enum class What : std::uint8_t {
        none,
        stall,
        reset,
        half_close,
        early_close,
        truncate,
        error_event,
        garbage,
        garbage_chunk,
        garbage_event,
        big_event,
        status,
        wrong_length,
        informational,
        slow,
        lie,
    };
    enum class Lie : std::uint8_t { none, zero, negative, huge, missing, twice, nan, fraction, double_ };
    What what = What::none;
    std::uint32_t at = 1;      // tokens delivered before it happens
    std::uint32_t count = 0;   // of informational heads; the status
    Duration delay{};
    Lie lie = Lie::none;
};
std::string_view name_of(Fault::What what);

inline constexpr std::size_t faults_per_request_max = 4;
inline constexpr std::uint32_t informational_max = 10'000;

// "stall@3" or "slow=5ms,reset@2". None: not understood.
std::optional<std::vector<Fault>> parse_faults(std::string_view text);

// Faults by chance: "stall=0.01,status429=0.05,slow=0.1".
class FaultMix {
public:
    FaultMix() = default;
    // None: not understood, or the chances are more than 1 together.
    static std::optional<FaultMix> parse(std::string_view text);
    // At most one fault, where and how drawn as well.
    [[nodiscard]] std::vector<Fault> draw(Prng& prng) const;
    [[nodiscard]] bool is_empty() const { return shares_.empty(); }

private:
    struct Share {
        Fault fault;
        double chance;
    };
    std::vector<Share> shares_;
};

}  // namespace gilmok::fleet
