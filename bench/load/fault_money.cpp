#include "fault_money.hpp"

#include <array>

namespace load {
namespace {

constexpr std::array<std::string_view, priced_models + 1> models{"fault-model", "rec-large", "rec-small", "rec-reason"};

// Independent of each other and of the draws that made the plan.
std::uint64_t draw(const Plan& plan, std::uint64_t what, std::uint64_t below) {
    return mix(plan.nonce ^ (what * 0x9e3779b97f4a7c15ULL)) % below;
}

std::string number(std::int64_t value) { return std::to_string(value); }

std::string report(std::string_view prompt, std::string_view completion, std::string_view total,
                   std::string_view more = {}) {
    return R"({"prompt_tokens":)" + std::string(prompt) + R"(,"completion_tokens":)" + std::string(completion) +
           R"(,"total_tokens":)" + std::string(total) + std::string(more) + "}";
}

std::string details(std::int64_t cached, std::int64_t reasoning) {
    std::string text;
    if (cached >= 0) text += R"(,"prompt_tokens_details":{"cached_tokens":)" + number(cached) + "}";
    if (reasoning >= 0) text += R"(,"completion_tokens_details":{"reasoning_tokens":)" + number(reasoning) + "}";
    return text;
}

}   // namespace

Used used_of(const Plan& plan) {
    Used used;
    const auto some = [&](std::uint64_t what, std::uint64_t below) {
        return static_cast<std::int64_t>(draw(plan, what, below));
    };
    // One in twenty has a prompt so long that other prices hold.
    used.prompt = draw(plan, 1, 20) == 0 ? 40'000 + some(2, 260'000) : 1 + some(2, 6'000);
    used.completion = plan.pieces * (1 + some(3, 9)) + some(4, 5);
    if (draw(plan, 5, 3) != 0)
        used.cached = draw(plan, 6, 3) == 0 ? 0 : some(7, static_cast<std::uint64_t>(used.prompt) + 1);
    if (draw(plan, 8, 3) != 0)
        used.reasoning = draw(plan, 9, 3) == 0 ? 0 : some(10, static_cast<std::uint64_t>(used.completion) + 1);
    return used;
}

Lie fitting_lie(Lie lie, const Plan& plan) {
    // What is no JSON, or stands twice, cannot be taken out of a stream for a client who did not ask for it.
    if (lie == Lie::not_a_number && plan.is_stream && !plan.asks_usage) return Lie::text;
    if (lie == Lie::usage_twice && plan.is_stream) return Lie::twice;
    return lie;
}

std::string_view asked_model(const Plan& plan) { return models[plan.model]; }

std::string answer_model(const Plan& plan) {
    const std::string name(asked_model(plan));
    if (plan.model == 0) return name;
    switch (draw(plan, 11, 8)) {
        case 0: return name + "-2026-05-05";
        case 1: return "unheard-of/" + name;
        case 2: return {};
        default: return name;
    }
}

std::string_view answer_tier(const Plan& plan) {
    if (plan.model == 0) return {};
    switch (draw(plan, 12, 16)) {
        case 0: return "flex";
        case 1: return "priority";
        case 2:
        case 3: return "default";
        case 4: return "scale";
        default: return {};
    }
}

bool names_model_late(const Plan& plan) { return plan.model != 0 && draw(plan, 13, 4) == 0; }
bool names_tier_late(const Plan& plan) { return draw(plan, 14, 2) == 0; }
bool has_null_usage(const Plan& plan) { return plan.model != 0 && draw(plan, 15, 3) == 0; }

std::string final_usage(const Plan& plan) {
    const Used used = used_of(plan);
    const std::string prompt = number(used.prompt);
    const std::string completion = number(used.completion);
    const std::string total = number(used.prompt + used.completion);
    switch (static_cast<Lie>(plan.lie)) {
        case Lie::zero: return report("0", "0", "0");
        case Lie::negative: return report("-5", "-" + completion, "-6");
        case Lie::huge: return report(prompt, "1e308", total);
        case Lie::text: return report("\"" + prompt + "\"", "\"" + completion + "\"", total);
        case Lie::missing: return "{}";
        case Lie::twice: return report(prompt + R"(,"prompt_tokens":1)", completion, total);
        case Lie::parts: return report(prompt, completion, total, details(used.prompt + 7, used.completion + 1));
        case Lie::not_a_number: return report("NaN", completion, total);
        case Lie::null: return plan.is_stream ? "" : "null";
        case Lie::total: return report(prompt, completion, number(used.prompt), details(used.cached, used.reasoning));
        case Lie::beyond: return report(prompt, "9007199254740993", total);
        case Lie::fraction: return report(prompt + ".5", completion, total);
        case Lie::none:
        case Lie::usage_twice:
        case Lie::count_: break;
    }
    return report(prompt, completion, total, details(used.cached, used.reasoning));
}

std::string usage_so_far(const Plan& plan, std::uint32_t piece) {
    const Used used = used_of(plan);
    const std::int64_t completion = used.completion * (piece + 1) / plan.pieces;
    return report(number(used.prompt), number(completion), number(used.prompt + completion));
}

}   // namespace load
