#include "cli/up_config.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/toml.hpp"

namespace gilmok::cli {

namespace {

// Public names in the order in which they were found, each with what serves it.
struct PublicModel {
    std::string name;
    std::vector<std::string> candidates;   // "vllm/Qwen/Qwen3-32B"
};

PublicModel& model_of(std::vector<PublicModel>& models, const std::string& name) {
    for (PublicModel& model : models)
        if (model.name == name) return model;
    return models.emplace_back(PublicModel{name, {}});
}

std::vector<PublicModel> public_models(const UpConfig& config) {
    std::vector<PublicModel> models;
    for (const FoundEngine& engine : config.found->engines)
        for (const std::string& id : engine.models) model_of(models, id).candidates.push_back(engine.name + '/' + id);
    for (const EmbeddedFleet::Engine& engine : config.embedded)
        for (const std::string& id : engine.models) model_of(models, id).candidates.push_back(engine.name + '/' + id);
    // What somebody asks of his own engine must not go abroad because a hosted API has a model of that name.
    for (const FoundProvider& found : config.found->providers)
        for (const std::string& id : found.provider->models) {
            const bool is_taken =
                std::any_of(models.begin(), models.end(), [&](const PublicModel& model) { return model.name == id; });
            const std::string name = is_taken ? found.provider->name + '/' + id : id;
            model_of(models, name).candidates.push_back(found.provider->name + '/' + id);
        }
    return models;
}

void add_text(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(key).append(" = ");
    wire::append_toml_string(out, value);
    out += '\n';
}

void add_table(std::string& out, std::string_view section, std::string_view name) {
    out.append("\n[").append(section).append(".");
    wire::append_toml_key(out, name);
    out += "]\n";
}

void add_engine(std::string& out, const FoundEngine& engine) {
    add_table(out, "upstream", engine.name);
    if (engine.kind != "openai") add_text(out, "kind", engine.kind);
    add_text(out, "url", "http://" + io::to_string(engine.address) + engine.base_path);
    add_text(out, "place", "local");   // this machine: what the packs call it
}

void add_embedded(std::string& out, const EmbeddedFleet::Engine& engine) {
    add_table(out, "upstream", engine.name);
    add_text(out, "kind", "vllm");
    add_text(out, "url", "http://" + io::to_string(engine.address) + "/v1");
    add_text(out, "place", "local");
    add_text(out, "operator", "gilmok (simulated)");
}

void add_provider(std::string& out, const catalog::Provider& provider) {
    add_table(out, "upstream", provider.name);
    if (provider.kind != "openai") add_text(out, "kind", provider.kind);
    add_text(out, "url", provider.url);
    add_text(out, "key", "env:" + provider.env);
    add_text(out, "place", provider.place);
    add_text(out, "operator", provider.operator_);
}

bool can_chat(std::string_view name) {
    constexpr std::array<std::string_view, 9> others{"embed", "bge",   "rerank", "e5-",    "whisper",
                                                     "tts",   "guard", "clip",   "colbert"};
    const std::string lower = lowercase(name);
    return std::none_of(others.begin(), others.end(),
                        [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

}   // namespace

std::string up_config_text(const UpConfig& config) {
    std::string out =
        "# Written by `gilmok up`. Every key: docs/config.md. Check a change with `gilmok check`, then `gilmok "
        "reload`.\n"
        "schema = 1\n\n[server]\n";
    add_text(out, "listen", io::to_string(config.door));
    add_text(out, "admin", io::to_string(config.admin));
    add_text(out, "state_dir", config.state_dir);
    add_text(out, "admin_token", config.token_reference);
    for (const FoundEngine& engine : config.found->engines) add_engine(out, engine);
    for (const EmbeddedFleet::Engine& engine : config.embedded) add_embedded(out, engine);
    for (const FoundProvider& found : config.found->providers) add_provider(out, *found.provider);
    if (!config.found->has_upstreams() && config.embedded.empty())
        out +=
            "\n# Nothing was found to put behind the door. An engine and the model that it serves look like this:\n"
            "# [upstream.gpu]\n# kind = \"vllm\"\n# url = \"http://10.0.3.11:8000/v1\"\n# place = \"kr-onprem\"\n#\n"
            "# [model.chat]\n# try = [\"gpu/Qwen/Qwen3-32B\"]\n";
    for (const PublicModel& model : public_models(config)) {
        add_table(out, "model", model.name);
        out += "try = [";
        for (const std::string& candidate : model.candidates) {
            if (out.back() != '[') out += ", ";
            wire::append_toml_string(out, candidate);
        }
        out += "]\n";
    }
    add_table(out, "tenant", up_tenant);
    if (!config.key_reference.empty()) {
        out += "\n[[key]]\nname = \"up\"\n";
        add_text(out, "tenant", up_tenant);
        add_text(out, "secret", config.key_reference);
    }
    return out;
}

std::string model_to_try(const UpConfig& config) {
    const std::vector<PublicModel> models = public_models(config);
    for (const PublicModel& model : models)
        if (can_chat(model.name)) return model.name;
    return models.empty() ? "" : models.front().name;
}

}   // namespace gilmok::cli
