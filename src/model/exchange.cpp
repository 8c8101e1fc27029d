#include "model/exchange.hpp"

namespace gilmok::model {

std::string_view name_of(Endpoint endpoint) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Endpoint::count_)> names{
        "chat",
        "completions",
        "embeddings",
        "rerank",
        "models",
        "audio_speech",
        "audio_transcriptions",
        "audio_translations",
        "images_generations",
        "images_edits",
        "images_variations",
        "none"};
    return names[static_cast<std::size_t>(endpoint)];
}

std::string_view path_of(Endpoint endpoint) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Endpoint::count_)> paths{
        "/chat/completions",
        "/completions",
        "/embeddings",
        "/rerank",
        "/models",
        "/audio/speech",
        "/audio/transcriptions",
        "/audio/translations",
        "/images/generations",
        "/images/edits",
        "/images/variations",
        ""};
    return paths[static_cast<std::size_t>(endpoint)];
}

std::string_view gen_ai_operation_of(Endpoint endpoint) {
    switch (endpoint) {
        case Endpoint::chat: return "chat";
        case Endpoint::completions: return "text_completion";
        case Endpoint::embeddings: return "embeddings";
        case Endpoint::rerank:
        case Endpoint::models:
        case Endpoint::audio_speech:
        case Endpoint::audio_transcriptions:
        case Endpoint::audio_translations:
        case Endpoint::images_generations:
        case Endpoint::images_edits:
        case Endpoint::images_variations:
        case Endpoint::none:
        case Endpoint::count_: return name_of(endpoint);
    }
    return "none";
}

std::string_view name_of(Outcome outcome) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Outcome::count_)> names{
        "answered", "refused", "upstream_refused", "failed", "cut_off", "client_gone"};
    return names[static_cast<std::size_t>(outcome)];
}

}   // namespace gilmok::model
