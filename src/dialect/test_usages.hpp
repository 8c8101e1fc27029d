// For tests: usage objects in the form each provider sends (docs/usage.md), with counts of our own.
#pragma once

#include <string_view>

namespace gilmok::dialect::usages {

inline constexpr std::string_view openai_chat =
    R"({"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920,)"
    R"("audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":128,"audio_tokens":0,)"
    R"("accepted_prediction_tokens":10,"rejected_prediction_tokens":5}})";
inline constexpr std::string_view openai_responses =
    R"({"input_tokens":328,"input_tokens_details":{"cached_tokens":128,"cache_write_tokens":100},"output_tokens":52,)"
    R"("output_tokens_details":{"reasoning_tokens":32},"total_tokens":380})";
inline constexpr std::string_view openai_audio =
    R"({"prompt_tokens":119,"completion_tokens":300,"total_tokens":419,"prompt_tokens_details":{"cached_tokens":64,)"
    R"("audio_tokens":50,"image_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":220}})";
inline constexpr std::string_view openai_realtime =
    R"({"total_tokens":253,"input_tokens":132,"output_tokens":121,"input_token_details":{"text_tokens":60,)"
    R"("audio_tokens":72,"cached_tokens":64,"cached_tokens_details":{"text_tokens":24,"audio_tokens":40}},)"
    R"("output_token_details":{"text_tokens":30,"audio_tokens":91}})";
inline constexpr std::string_view openai_image =
    R"({"total_tokens":4260,"input_tokens":100,"output_tokens":4160,"input_tokens_details":{"text_tokens":20,)"
    R"("image_tokens":80},"output_tokens_details":{"text_tokens":0,"image_tokens":4160}})";
inline constexpr std::string_view embeddings = R"({"prompt_tokens":8,"total_tokens":8})";
inline constexpr std::string_view anthropic =
    R"({"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":500,"cache_creation":)"
    R"({"ephemeral_5m_input_tokens":304,"ephemeral_1h_input_tokens":12000},"output_tokens":550,)"
    R"("service_tier":"priority"})";
inline constexpr std::string_view gemini =
    R"({"promptTokenCount":262960,"cachedContentTokenCount":257955,"candidatesTokenCount":1244,"totalTokenCount":264704,)"
    R"("thoughtsTokenCount":500,"promptTokensDetails":[{"modality":"TEXT","tokenCount":262960}]})";
inline constexpr std::string_view gemini_modal =
    R"({"promptTokenCount":1000,"cachedContentTokenCount":300,"candidatesTokenCount":90,"toolUsePromptTokenCount":40,)"
    R"("totalTokenCount":1130,"promptTokensDetails":[{"modality":"TEXT","tokenCount":342},)"
    R"({"modality":"IMAGE","tokenCount":258},{"modality":"AUDIO","tokenCount":400}],)"
    R"("cacheTokensDetails":[{"modality":"AUDIO","tokenCount":200},{"modality":"TEXT","tokenCount":100}],)"
    R"("candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":80},{"modality":"TEXT","tokenCount":10}]})";
inline constexpr std::string_view gemini_compatible =
    R"({"prompt_tokens":9,"completion_tokens":12,"total_tokens":421})";
inline constexpr std::string_view xai =
    R"({"prompt_tokens":119,"completion_tokens":9,"total_tokens":226,"prompt_tokens_details":{"text_tokens":119,)"
    R"("audio_tokens":0,"image_tokens":0,"cached_tokens":112},"completion_tokens_details":{"reasoning_tokens":98},)"
    R"("num_sources_used":0,"cost_in_usd_ticks":37756000})";
inline constexpr std::string_view vllm =
    R"({"prompt_tokens":31,"total_tokens":131,"completion_tokens":100,"prompt_tokens_details":null})";
inline constexpr std::string_view deepseek =
    R"({"prompt_tokens":1200,"completion_tokens":40,"total_tokens":1240,"prompt_cache_hit_tokens":1024,)"
    R"("prompt_cache_miss_tokens":176,"completion_tokens_details":{"reasoning_tokens":30}})";
inline constexpr std::string_view openrouter =
    R"({"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":0},"cost":0.00014999999999999998,)"
    R"("cost_details":{"upstream_inference_cost":19},"prompt_tokens":194,"prompt_tokens_details":{"cached_tokens":0,)"
    R"("cache_write_tokens":100,"audio_tokens":0},"total_tokens":196})";
inline constexpr std::string_view cohere_rerank =
    R"({"api_version":{"version":"2"},"billed_units":{"search_units":2},"tokens":{"input_tokens":900}})";
inline constexpr std::string_view cohere_chat =
    R"({"billed_units":{"input_tokens":5,"output_tokens":418},"tokens":{"input_tokens":71,"output_tokens":418}})";
inline constexpr std::string_view jina_rerank = R"({"total_tokens":815})";

}   // namespace gilmok::dialect::usages
