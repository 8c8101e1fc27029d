#include "route/least_wait.hpp"

#include <algorithm>

namespace gilmok::route {

namespace {
// What a first byte costs on an engine nobody has measured: enough that a measured fast one is preferred, little enough
// that an unmeasured one is tried as soon as the others queue.
constexpr double first_byte_unknown_us = 50'000;
// Differences below this are noise; the configured order decides.
constexpr double wait_equal_us = 1'000;
constexpr double wait_max_us = 1e12;
// An engine whose cache is full preempts running requests to admit ours.
constexpr double kv_usage_full = 0.95;
}   // namespace

double predict_wait_us(const CandidateState& state) {
    const double idle_us = state.first_byte_idle_us > 0 ? state.first_byte_idle_us : first_byte_unknown_us;
    if (state.waiting >= 0) {
        double wait_us = idle_us * (1 + state.waiting);
        // Without a queue, running requests still slow each other down; what was measured lately shows by how much.
        if (state.waiting < 1 && state.running > 0)
            wait_us = std::max(wait_us, std::min(state.first_byte_us, 4 * idle_us));
        if (state.kv_usage >= kv_usage_full) wait_us *= 2;
        return wait_us;
    }
    // The engine tells nothing: our own requests are the only queue we know of.
    return idle_us * (1 + static_cast<double>(state.in_flight));
}

Plan plan(config::Model::Pick pick, std::span<const CandidateState> states) {
    Plan plan;
    plan.count = std::min(states.size(), candidates_max);
    bool is_any_in = false;
    for (std::size_t i = 0; i < plan.count; ++i) {
        // An engine may claim an endless queue; what is longer than any timeout is all the same.
        plan.order[i] = {static_cast<std::uint8_t>(i), std::min(predict_wait_us(states[i]), wait_max_us)};
        is_any_in |= !states[i].is_out;
    }
    plan.is_desperate = !is_any_in;
    if (plan.count < 2) return plan;
    const auto comes_first = [&](const Choice& left, const Choice& right) {
        const bool left_out = states[left.candidate].is_out, right_out = states[right.candidate].is_out;
        if (left_out != right_out) return right_out;
        if (pick == config::Model::Pick::first) return left.candidate < right.candidate;
        // Buckets instead of a tolerance: "nearly equal" is not transitive, and a sort needs an order.
        const auto left_bucket = static_cast<std::int64_t>(left.wait_us / wait_equal_us);
        const auto right_bucket = static_cast<std::int64_t>(right.wait_us / wait_equal_us);
        return left_bucket != right_bucket ? left_bucket < right_bucket : left.candidate < right.candidate;
    };
    std::sort(plan.order.begin(), plan.order.begin() + static_cast<std::ptrdiff_t>(plan.count), comes_first);
    return plan;
}

}   // namespace gilmok::route
