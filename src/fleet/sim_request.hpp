// A request to the simulated engine, read out of its JSON: the OpenAI chat, completions and embeddings bodies and the
// rerank body that Cohere, Jina and vLLM share. Everything is copied out, so it outlives the body. Sans-IO.
// Source: platform.openai.com/docs/api-reference and vLLM's extra parameters (ignore_eos, min_tokens, cache_salt).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace gilmok::fleet {

// What the API answers when it says no; goes into {"error": …}.
struct ApiError {
    std::uint16_t status = 400;
    std::string_view type = "invalid_request_error";
    std::string message;
    std::string_view param{};
    std::string_view code{};
};

template <class T>
using ApiResult = tl::expected<T, ApiError>;

enum class SimKind : std::uint8_t { chat, completions, embeddings, rerank };

struct SimTool {
    std::string name;
    std::string schema;   // JSON text of its parameters; "" when it takes none
};

struct SimRequest {
    static constexpr std::int64_t choices_max = 16;
    static constexpr std::size_t stops_max = 16;
    static constexpr std::size_t tools_max = 256;
    static constexpr std::size_t inputs_max = 2048;

    SimKind kind = SimKind::chat;
    std::string model;
    bool is_stream = false;
    bool wants_usage = false;           // stream_options.include_usage
    bool wants_running_usage = false;   // stream_options.continuous_usage_stats (vLLM)
    std::int64_t tokens_max = -1;       // -1: not given
    std::int64_t tokens_min = 0;
    bool ignores_end = false;   // answer with exactly tokens_max tokens
    std::int64_t choices = 1;
    std::uint64_t seed = 0;
    std::uint64_t cache_salt = 0;
    std::vector<std::string> stops;
    std::vector<SimTool> tools;
    enum class ToolChoice : std::uint8_t { none, automatic, required, named } tool_choice = ToolChoice::automatic;
    std::string tool_named;
    bool may_call_several = true;
    enum class Format : std::uint8_t { text, json_object, json_schema } format = Format::text;
    std::string schema;     // of Format::json_schema
    bool reasons = false;   // reasoning_effort asks for it
    bool wants_logprobs = false;
    std::int64_t logprobs_top = 0;
    bool echoes = false;   // completions: the prompt comes first
    // The rendered prompt of a chat; the prompts of completions; the inputs of embeddings; the documents of rerank.
    std::vector<std::string> prompts;
    std::string last_user;          // what the user said last; triggers are looked for here only
    bool has_tool_result = false;   // the last message is a tool's
    std::string query;              // rerank
    std::int64_t top_n = -1;        // rerank
    std::int64_t dimensions = -1;   // embeddings
    bool wants_base64 = false;      // embeddings
};

ApiResult<SimRequest> read_sim_request(SimKind kind, std::string_view body);

}  // namespace gilmok::fleet
