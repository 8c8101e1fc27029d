#include <array>

#include "dialect/openai.hpp"

namespace gilmok::dialect::openai {

using model::Endpoint;
using wire::http1::Method;

namespace {

constexpr std::string_view base_path = "/v1";

constexpr std::array posted{
    Endpoint::chat,         Endpoint::completions,          Endpoint::embeddings,         Endpoint::rerank,
    Endpoint::audio_speech, Endpoint::audio_transcriptions, Endpoint::audio_translations, Endpoint::images_generations,
    Endpoint::images_edits, Endpoint::images_variations};

// Names of models hold slashes ("meta-llama/Llama-3.1-8B") and clients send them plain. What a server behind a proxy
// may read as another path is refused: dot segments, empty segments, and escapes of dots and slashes.
bool is_plain_name(std::string_view name) {
    if (name.empty()) return false;
    while (true) {
        const std::size_t length = std::min(name.find('/'), name.size());
        const std::string_view segment = name.substr(0, length);
        if (segment.empty() || segment == "." || segment == "..") return false;
        if (length == name.size()) break;
        name.remove_prefix(length + 1);
        if (name.empty()) return false;
    }
    return true;
}

bool hides_a_separator(std::string_view path) {
    for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
        const std::string_view escape = path.substr(at, 3);
        for (const std::string_view refused : {"%2f", "%2F", "%2e", "%2E", "%5c", "%5C", "%00", "%25"})
            if (escape == refused) return true;
    }
    return path.find('\\') != std::string_view::npos;
}

}  // namespace

Endpoint endpoint_of(std::string_view path) {
    if (!path.starts_with(base_path)) return Endpoint::none;
    path.remove_prefix(base_path.size());
    for (const Endpoint endpoint : posted)
        if (path == model::path_of(endpoint)) return endpoint;
    const std::string_view models = model::path_of(Endpoint::models);
    if (path == models) return Endpoint::models;
    if (!path.starts_with(models) || path[models.size()] != '/' || hides_a_separator(path)) return Endpoint::none;
    return is_plain_name(path.substr(models.size() + 1)) ? Endpoint::models : Endpoint::none;
}

bool allows(Endpoint endpoint, Method method) {
    if (endpoint == Endpoint::none || endpoint == Endpoint::count_) return false;
    if (endpoint == Endpoint::models) return method == Method::get || method == Method::head;
    return method == Method::post;
}

bool has_json_body(Endpoint endpoint) {
    switch (endpoint) {
        case Endpoint::chat:
        case Endpoint::completions:
        case Endpoint::embeddings:
        case Endpoint::rerank:
        case Endpoint::audio_speech:
        case Endpoint::images_generations: return true;
        case Endpoint::models:
        case Endpoint::audio_transcriptions:
        case Endpoint::audio_translations:
        case Endpoint::images_edits:
        case Endpoint::images_variations:
        case Endpoint::none:
        case Endpoint::count_: return false;
    }
    return false;
}

}  // namespace gilmok::dialect::openai
