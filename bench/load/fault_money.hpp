// What the answers of `prove reconcile` say that they used: by which name of the model, at which tier, how many tokens of each
// kind, and how that report lies. All of it follows from the plan's nonce, so that driver and upstream need no other channel.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fault_plan.hpp"

namespace load {

enum class Lie : std::uint8_t {
    none,
    zero,
    negative,
    huge,           // 1e308
    text,           // numbers in quotes
    missing,        // an empty object
    twice,          // a count that stands twice
    parts,          // cached above the prompt, reasoning above the completion
    not_a_number,   // NaN, which is no JSON
    null,           // null, or no usage event at all
    total,          // a total that is not the sum
    beyond,         // above 2^53
    fraction,
    usage_twice,   // two usage objects in one answer
    count_,
};

constexpr std::uint8_t priced_models = 3;

struct Used {
    std::int64_t prompt = 0, completion = 0;
    std::int64_t cached = -1, reasoning = -1;   // parts of the two; -1 = not told
};
Used used_of(const Plan& plan);
// A lie that this kind of answer can tell.
Lie fitting_lie(Lie lie, const Plan& plan);

std::string_view asked_model(const Plan& plan);
std::string answer_model(const Plan& plan);       // "" = the answer names none
std::string_view answer_tier(const Plan& plan);   // "" = the answer names none
bool names_model_late(const Plan& plan);          // behind the choices
bool names_tier_late(const Plan& plan);           // behind the usage
bool has_null_usage(const Plan& plan);            // every delta of a stream carries "usage":null

// The last report; "" = none is made.
std::string final_usage(const Plan& plan);
// What an engine that reports in every event says with this one.
std::string usage_so_far(const Plan& plan, std::uint32_t piece);

}   // namespace load
