#include "config_text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gilmok::exchange {

namespace {

// Numbers, truth values, lists and what was quoted are TOML already; a bare word becomes a string.
std::string toml_value(const Word& word) {
    const bool is_plain = !word.is_quoted && (parse_u64(word.text) || word.text == "true" || word.text == "false" ||
                                              word.text.starts_with('['));
    return is_plain ? word.text : "\"" + word.text + "\"";
}

std::string toml_pairs(const Step& step, std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < step.words.size(); ++i)
        if (!step.words[i].name.empty()) out += step.words[i].name + " = " + toml_value(step.words[i]) + "\n";
    return out;
}

}   // namespace

const io::Address& door_address() {
    static const io::Address address{"10.1.0.1", 8080};
    return address;
}

void ConfigText::begin_again() {
    table_.clear();
    of_section_.clear();
    keys_.clear();
    environment_.clear();
    has_tenant_ = false;
    lines_ = 0;
}

std::optional<std::string> ConfigText::add(const Step& step) {
    ++lines_;
    const std::string& verb = step.words[0].text;
    if (verb == "server") of_section_["server"] += toml_pairs(step, 1);
    if (verb == "limits") of_section_["server.limits"] += toml_pairs(step, 1);
    if (verb == "retry") of_section_["retry"] += toml_pairs(step, 1);
    if (verb == "ledger") of_section_["ledger"] += toml_pairs(step, 1);
    if (verb == "guard") of_section_["guard"] += toml_pairs(step, 1);
    if (verb == "external") of_section_["guard.external"] += toml_pairs(step, 1);
    if (verb == "price" || verb == "fx") table_ += "[[" + verb + "]]\n" + toml_pairs(step, 1);
    if (verb == "rule") table_ += "[[guard.rule]]\n" + toml_pairs(step, 1);
    if (verb == "server" || verb == "limits" || verb == "retry" || verb == "ledger" || verb == "guard" ||
        verb == "external" || verb == "price" || verb == "fx" || verb == "rule")
        return std::nullopt;
    if (step.words.size() < 2) return "\"" + verb + "\" needs a name";
    const std::string& name = step.words[1].text;
    const std::string pairs = toml_pairs(step, 2);
    if (verb == "upstream") {
        const auto number = addresses_.size() + 1;
        const auto [at, is_new] = addresses_.try_emplace(name, io::Address{"10.0.0." + std::to_string(number), 8000});
        table_ += "[upstream." + name + "]\nurl = \"http://" + io::to_string(at->second) + "/v1\"\n";
        // The health check would be one more request in every script.
        if (pairs.find("scrape_interval") == std::string::npos) table_ += "scrape_interval = \"0ms\"\n";
        if (pairs.find("key = ") != std::string::npos) environment_["UPSTREAM_KEY"] = "sk-upstream-secret";
        table_ += pairs;
    } else if (verb == "model") {
        std::string candidates;
        for (std::size_t i = 2; i < step.words.size(); ++i) {
            const Word& word = step.words[i];
            if (!word.name.empty() || word.text == "=") continue;
            std::string candidate = word.text;
            std::erase(candidate, ',');
            if (!candidates.empty()) candidates += ", ";
            candidates += "\"" + candidate + "\"";
        }
        if (candidates.empty()) return "a model needs candidates, as in \"model m = a/served\"";
        table_ += "[model.\"" + name + "\"]\ntry = [" + candidates + "]\n" +
                  (pairs.find("pick") == std::string::npos ? "pick = \"first\"\n" : "") + pairs;
    } else if (verb == "tenant") {
        table_ += "[tenant.\"" + name + "\"]\n" + pairs;
        has_tenant_ = true;
    } else if (verb == "pool" || verb == "app") {
        table_ += "[" + verb + ".\"" + name + "\"]\n" + pairs;
    } else if (verb == "pattern") {
        table_ += "[guard.pattern.\"" + name + "\"]\n" + pairs;
    } else if (verb == "key") {
        const std::string variable = "KEY_" + std::to_string(environment_.size());
        std::string tenant = "team";
        for (const Word& word : step.words) {
            if (word.name == "secret") environment_[variable] = word.text;
            if (word.name == "tenant") tenant = word.text;
        }
        if (!environment_.contains(variable)) return "a key needs its secret=";
        keys_ += "[[key]]\nname = \"" + name + "\"\ntenant = \"" + tenant + "\"\nsecret = \"env:" + variable + "\"\n";
    }
    return std::nullopt;
}

GatewayConfig ConfigText::render() const {
    GatewayConfig config;
    config.environment = environment_;
    config.environment["DEFAULT_KEY"] = default_key;
    config.toml = "[server]\nlisten = \"" + io::to_string(door_address()) + "\"\nshards = 1\n";
    if (const auto server = of_section_.find("server"); server != of_section_.end()) config.toml += server->second;
    for (const auto& [section, text] : of_section_)
        if (section != "server") config.toml += "[" + section + "]\n" + text;
    config.toml += "[log]\naccess = \"off\"\n" + table_;
    if (!has_tenant_) config.toml += "[tenant.team]\n";
    if (keys_.empty()) config.toml += "[[key]]\nname = \"script\"\ntenant = \"team\"\nsecret = \"env:DEFAULT_KEY\"\n";
    config.toml += keys_;
    return config;
}

}   // namespace gilmok::exchange
