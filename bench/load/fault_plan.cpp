#include "fault_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "fault_money.hpp"

namespace load {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Fault::count_)> names{
    "none",        "delay",        "drip",          "interim_few", "lying_usage",     "second_answer",
    "close_after", "until_close",  "stall_head",    "reset_head",  "garbage_head",    "interim_flood",
    "status_400",  "status_500",   "status_503",    "stall_body",  "reset_body",      "half_close",
    "length_long", "length_short", "garbage_chunk", "error_event", "truncated_stream"};

constexpr std::array<std::string_view, 6> lies{
    R"({"prompt_tokens":-5,"completion_tokens":-1,"total_tokens":-6})",
    R"({"prompt_tokens":9223372036854775808,"completion_tokens":1e308,"total_tokens":0})",
    R"({"prompt_tokens":"12","completion_tokens":null,"total_tokens":true})",
    R"({"prompt_tokens":1.5,"completion_tokens":[7],"total_tokens":{}})",
    R"({})",
    R"({"prompt_tokens":1,"prompt_tokens":2,"completion_tokens":3,"total_tokens":1})"};

std::string hex_of(std::uint64_t nonce) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(nonce));
    return text.data();
}

// The nonce stands in every piece, so that a single byte range of somebody else's answer gives itself away.
std::string piece_text(const Plan& plan, std::uint32_t piece) {
    return hex_of(plan.nonce) + "/" + std::to_string(piece) + " ";
}

std::string usage_text(const Plan& plan) {
    if (plan.model != 0) return final_usage(plan);
    if (plan.fault == Fault::lying_usage) return std::string(lies[plan.nonce % lies.size()]);
    return R"({"prompt_tokens":21,"completion_tokens":)" + std::to_string(plan.pieces) + R"(,"total_tokens":)" +
           std::to_string(21 + plan.pieces) + "}";
}

// "name":"value", or nothing where there is no value.
std::string member(std::string_view name, std::string_view value) {
    return value.empty() ? std::string() : "\"" + std::string(name) + "\":\"" + std::string(value) + "\",";
}

std::string chunk_start(const Plan& plan) {
    return R"({"id":"chatcmpl-)" + hex_of(plan.nonce) + R"(","object":"chat.completion.chunk","created":1741570283,)" +
           member("model", answer_model(plan)) + member("service_tier", answer_tier(plan));
}

// A fault that only one kind of answer can have turns into its nearest relative in the other.
Fault fitting(Fault fault, bool is_stream) {
    if (is_stream) return fault == Fault::length_long || fault == Fault::length_short ? Fault::half_close : fault;
    switch (fault) {
        case Fault::error_event: return Fault::status_500;
        case Fault::truncated_stream: return Fault::length_long;
        case Fault::none:
        case Fault::delay:
        case Fault::drip:
        case Fault::interim_few:
        case Fault::lying_usage:
        case Fault::second_answer:
        case Fault::close_after:
        case Fault::until_close:
        case Fault::stall_head:
        case Fault::reset_head:
        case Fault::garbage_head:
        case Fault::interim_flood:
        case Fault::status_400:
        case Fault::status_500:
        case Fault::status_503:
        case Fault::stall_body:
        case Fault::reset_body:
        case Fault::half_close:
        case Fault::length_long:
        case Fault::length_short:
        case Fault::garbage_chunk:
        case Fault::count_: return fault;
    }
    return fault;
}

}   // namespace

std::string_view name_of(Fault fault) { return names[static_cast<std::size_t>(fault)]; }

Plan plan_of(std::uint64_t seed, std::uint64_t number, const Rates& rates) {
    std::uint64_t state = mix(seed) ^ number;
    const auto draw = [&state](std::uint64_t below) { return (state = mix(state)) % below; };
    const auto chance = [&draw](double p) { return static_cast<double>(draw(1'000'000)) < p * 1e6; };
    Plan plan;
    plan.nonce = mix(mix(seed) + number);
    plan.is_stream = draw(2) == 0;
    plan.asks_usage = plan.is_stream && draw(2) == 0;
    plan.pieces = static_cast<std::uint32_t>(1 + draw(20));
    if (rates.is_priced) {
        plan.model = static_cast<std::uint8_t>(1 + draw(priced_models));
        if (chance(rates.lie))
            plan.lie = static_cast<std::uint8_t>(1 + draw(static_cast<std::uint64_t>(Lie::count_) - 1));
        plan.lie = static_cast<std::uint8_t>(fitting_lie(static_cast<Lie>(plan.lie), plan));
    }
    if (chance(rates.leave)) {
        plan.leaving = plan.is_stream && draw(2) == 0 ? Leaving::in_stream : Leaving::before_head;
        return plan;
    }
    if (!chance(rates.fault)) return plan;
    plan.fault = fitting(static_cast<Fault>(1 + draw(static_cast<std::uint64_t>(Fault::count_) - 1)), plan.is_stream);
    if (rates.is_priced && plan.fault == Fault::lying_usage) plan.fault = Fault::none;   // these have lies of their own
    plan.only_once = draw(2) == 0;
    const std::size_t size = plan.is_stream ? plan.pieces * event_data(plan, 0).size() : json_answer(plan).size() - 2;
    plan.cut = static_cast<std::uint32_t>(draw(size));
    return plan;
}

std::string text_of(const Plan& plan) {
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%016llx.%u.%u.%d.%d.%d.%u.%u.%u.%u",
                  static_cast<unsigned long long>(plan.nonce), static_cast<unsigned>(plan.fault),
                  static_cast<unsigned>(plan.leaving), plan.is_stream ? 1 : 0, plan.asks_usage ? 1 : 0,
                  plan.only_once ? 1 : 0, plan.pieces, plan.cut, static_cast<unsigned>(plan.model),
                  static_cast<unsigned>(plan.lie));
    return text.data();
}

std::optional<Plan> read_plan(std::string_view text) {
    unsigned long long nonce = 0;
    unsigned fault = 0;
    unsigned leaving = 0;
    unsigned pieces = 0;
    unsigned cut = 0;
    unsigned model = 0;
    unsigned lie = 0;
    int is_stream = 0;
    int asks_usage = 0;
    int only_once = 0;
    const std::string copy(text.substr(0, 95));
    if (std::sscanf(copy.c_str(), "%16llx.%u.%u.%d.%d.%d.%u.%u.%u.%u", &nonce, &fault, &leaving, &is_stream,
                    &asks_usage, &only_once, &pieces, &cut, &model, &lie) != 10 ||
        fault >= static_cast<unsigned>(Fault::count_) || leaving > 2 || model > priced_models ||
        lie >= static_cast<unsigned>(Lie::count_))
        return std::nullopt;
    return Plan{.nonce = nonce,
                .fault = static_cast<Fault>(fault),
                .leaving = static_cast<Leaving>(leaving),
                .is_stream = is_stream != 0,
                .asks_usage = asks_usage != 0,
                .only_once = only_once != 0,
                .pieces = pieces,
                .cut = cut,
                .model = static_cast<std::uint8_t>(model),
                .lie = static_cast<std::uint8_t>(lie)};
}

std::string request_body(const Plan& plan) {
    std::string body = R"({"model":")" + std::string(asked_model(plan)) + R"(","user":")" + text_of(plan) + R"(",)";
    if (plan.is_stream) body += R"("stream":true,)";
    if (plan.asks_usage) body += R"("stream_options":{"include_usage":true},)";
    // One in sixteen is long enough to need several reads.
    const std::size_t filler = plan.nonce % 16 == 0 ? 40'000 : 60;
    return body + R"("messages":[{"role":"user","content":"echo )" + std::string(filler, 'x') + R"("}]})";
}

std::string json_answer(const Plan& plan) {
    const std::string model = member("model", answer_model(plan));
    const std::string tier = member("service_tier", answer_tier(plan));
    std::string body = R"({"id":"chatcmpl-)" + hex_of(plan.nonce) +
                       R"(","object":"chat.completion","created":1741569952,)" +
                       (names_model_late(plan) ? std::string() : model) +
                       R"("choices":[{"index":0,"message":{"role":"assistant","content":")";
    for (std::uint32_t piece = 0; piece < plan.pieces * 8; ++piece) body += piece_text(plan, piece);
    body += R"("},"finish_reason":"stop"}],)";
    if (names_model_late(plan)) body += model;
    if (!names_tier_late(plan)) body += tier;
    if (plan.lie == static_cast<std::uint8_t>(Lie::usage_twice)) body += R"("usage":)" + usage_text(plan) + ",";
    body += R"("usage":)" + usage_text(plan);
    if (names_tier_late(plan) && !tier.empty()) body += "," + tier.substr(0, tier.size() - 1);
    return body + "}";
}

std::string event_data(const Plan& plan, std::uint32_t piece) {
    return chunk_start(plan) + R"("choices":[{"index":0,"delta":{"content":")" + piece_text(plan, piece) +
           R"("},"finish_reason":null}]})";
}

std::string finish_data(const Plan& plan) {
    return chunk_start(plan) + R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
}

std::string usage_data(const Plan& plan) {
    return chunk_start(plan) + R"("choices":[],"usage":)" + usage_text(plan) + "}";
}

std::string sent_data(const Plan& plan, std::uint32_t piece, bool is_continuous) {
    std::string data = piece < plan.pieces ? event_data(plan, piece) : finish_data(plan);
    if (!is_continuous && !has_null_usage(plan)) return data;
    data.pop_back();
    data += R"(,"usage":)";
    data += is_continuous ? usage_so_far(plan, std::min(piece, plan.pieces - 1)) : "null";
    return data + "}";
}

std::string event_stream(const Plan& plan, bool with_usage, bool is_continuous) {
    std::string bytes;
    for (std::uint32_t piece = 0; piece <= plan.pieces; ++piece)
        bytes += "data: " + sent_data(plan, piece, is_continuous) + "\n\n";
    if (with_usage && !usage_text(plan).empty()) bytes += "data: " + usage_data(plan) + "\n\n";
    return bytes + "data: [DONE]\n\n";
}

}   // namespace load
