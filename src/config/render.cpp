// Snapshot → gilmok.toml.
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"
#include "wire/toml.hpp"

namespace gilmok::config {
namespace {

struct Renderer {
    const Snapshot& snapshot;
    bool with_defaults;
    std::string out{};

    // The keys of one table. Members are only read; the accessors of the table are not const.
    std::string fields(const Section& section, const void* object) const {
        std::string lines;
        void* const from = const_cast<void*>(object);
        for (const Field& field : section.fields) {
            const std::string text = value_text(field, field.member(from), snapshot);
            if (text.empty()) continue;
            const bool is_default = text == value_text(field, field.member(section.defaults()), snapshot);
            if (is_default && !field.is_required && !with_defaults) continue;
            lines += std::string(field.name) + " = " + text + "\n";
        }
        return lines;
    }

    void single(std::string_view path, const void* object) {
        const std::string lines = fields(section(path), object);
        if (!lines.empty()) out += "\n[" + std::string(path) + "]\n" + lines;
    }

    void named(std::string_view path, std::string_view name, const void* object) {
        out += "\n[" + std::string(path) + ".";
        wire::append_toml_key(out, name);
        out += "]\n" + fields(section(path), object);
    }

    template <class Object>
    void list(std::string_view path, const std::vector<Object>& objects) {
        for (const Object& each : objects) out += "\n[[" + std::string(path) + "]]\n" + fields(section(path), &each);
    }

    void guard() {
        const Guard& guard = snapshot.guard;
        single("guard", &guard);
        std::vector<GuardRule> own;
        for (const GuardRule& rule : guard.rules)
            if (!is_of_pack(rule)) own.push_back(rule);
        list("guard.rule", own);
        for (const GuardPattern& each : guard.patterns) named("guard.pattern", each.name, &each);
        for (const GuardDictionary& each : guard.dictionaries) named("guard.dictionary", each.name, &each);
        single("guard.external", &guard.external);
    }

    std::string render() {
        out = "schema = " + std::to_string(schema_version) + "\n";
        single("server", &snapshot.server);
        single("server.tls", &snapshot.server);
        single("server.limits", &snapshot.server);
        for (const Pool& pool : snapshot.pools) named("pool", pool.name, &pool);
        for (const Upstream& upstream : snapshot.upstreams) named("upstream", upstream.name, &upstream);
        for (const Model& model : snapshot.models) named("model", model.name, &model);
        for (const Tenant& tenant : snapshot.tenants) named("tenant", tenant.path, &tenant);
        list("key", snapshot.keys);
        list("price", snapshot.prices);
        list("fx", snapshot.fx);
        single("ledger", &snapshot.ledger);
        single("webhook", &snapshot.webhook);
        guard();
        for (const Application& app : snapshot.applications) named("app", app.name, &app);
        single("archive", &snapshot.archive);
        single("retry", &snapshot.retry);
        single("log", &snapshot.log);
        single("telemetry", &snapshot.telemetry);
        return out;
    }
};

}   // namespace

std::string render_toml(const Snapshot& snapshot) { return Renderer{snapshot, false}.render(); }
std::string render_everything(const Snapshot& snapshot) { return Renderer{snapshot, true}.render(); }

}   // namespace gilmok::config
