#include "cli/key.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/key_store.hpp"
#include "base/node_path.hpp"
#include "base/text.hpp"
#include "cli/grammar.hpp"
#include "cli/lenient_secrets.hpp"
#include "cli/table.hpp"
#include "config/load.hpp"

namespace gilmok::cli {

namespace {

using auth::StoredKey;
using auth::StoredKeys;

constexpr std::string_view key_verb = "gilmok key";

struct KeyOptions {
    std::string config_path = "gilmok.toml";
    std::string output = "table";
    std::string tenant;
    std::string name;
    std::vector<std::string> models;
    std::string expires;
    std::string grace = "0s";
    std::string key;
    [[nodiscard]] bool is_json() const { return output == "json"; }
};

// "90s", "15m", "12h", "30d", "2w"; at most a hundred years.
std::optional<Duration> read_span(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t unit_s = 0;
    switch (text.back()) {
        case 's': unit_s = 1; break;
        case 'm': unit_s = 60; break;
        case 'h': unit_s = 3'600; break;
        case 'd': unit_s = 86'400; break;
        case 'w': unit_s = 7 * 86'400; break;
        default: return std::nullopt;
    }
    constexpr std::uint64_t seconds_max = 100ULL * 366 * 86'400;
    const auto count = parse_u64(text.substr(0, text.size() - 1));
    if (!count || *count > seconds_max / unit_s) return std::nullopt;
    return std::chrono::seconds(*count * unit_s);
}

// Control bytes of a name are shown, not obeyed.
std::string escaped(std::string_view text) {
    std::string out;
    append_json_escaped(out, text);
    return out;
}

std::string json_string(std::string_view text) { return '"' + escaped(text) + '"'; }

std::string model_list(const std::vector<std::string>& list) {
    std::string out;
    for (const auto& entry : list) ((out += out.empty() ? "" : ",") += entry);
    return out;
}

std::string_view state_of(const StoredKey& key, WallTime now) {
    if (key.revoked) return "revoked";
    return key.expires && *key.expires <= now ? "expired" : "live";
}

// One key as JSON, without its digest. `shown` is the key itself, "" except at its creation.
std::string json_of(const StoredKey& key, std::string_view shown, WallTime now) {
    std::string out = "{\"id\":" + json_string(key.id);
    if (!shown.empty()) out += ",\"key\":" + json_string(shown);
    out += ",\"tenant\":" + json_string(key.tenant) + ",\"name\":" + json_string(key.name) + ",\"models\":[";
    for (std::size_t i = 0; i < key.models.size(); ++i) out += (i == 0 ? "" : ",") + json_string(key.models[i]);
    out += "],\"created\":" + json_string(rfc3339(key.created));
    if (key.expires) out += ",\"expires\":" + json_string(rfc3339(*key.expires));
    if (key.revoked) out += ",\"revoked\":" + json_string(rfc3339(*key.revoked));
    out += ",\"state\":" + json_string(state_of(key, now)) + '}';
    return out;
}

std::vector<std::string> row_of(const StoredKey& key, WallTime now) {
    return {key.id,
            key.tenant,
            key.name,
            std::string(state_of(key, now)),
            rfc3339(key.created).substr(0, 10),
            key.expires ? rfc3339(*key.expires).substr(0, 10) : std::string(),
            key.models.empty() ? "*" : model_list(key.models)};
}

// The configuration and the store, opened for one command.
struct OpenedKeys {
    config::SnapshotPtr snapshot;
    auth::KeyStore store;
    StoredKeys keys;
};

std::optional<OpenedKeys> open_store(const KeyOptions& options, const KeyWorld& world, Outcome& result) {
    LenientSecrets secrets;
    const config::Loaded loaded = config::load(options.config_path, world.files, secrets, 1);
    if (loaded.snapshot == nullptr) {
        result.exit_code = exit_config;
        for (const auto& problem : loaded.problems) result.err += config::render(problem, false);
        return std::nullopt;
    }
    const std::string& state_dir = loaded.snapshot->server.state_dir;
    if (state_dir.empty()) {
        result = failed(exit_config, key_verb,
                        options.config_path + " names no state_dir under [server], so there is no place for keys");
        return std::nullopt;
    }
    auth::KeyStore store(world.files, auth::key_store_path(state_dir));
    auto keys = store.read();
    if (!keys) {
        result = failed(exit_config, key_verb, keys.error().message);
        return std::nullopt;
    }
    return OpenedKeys{loaded.snapshot, std::move(store), std::move(*keys)};
}

std::string nearest_tenant(const config::Snapshot& snapshot, std::string_view asked) {
    std::string_view best;
    std::size_t best_distance = 4;   // farther ones are no typing errors
    for (const auto& tenant : snapshot.tenants) {
        const std::size_t distance = edit_distance(asked, tenant.path);
        if (distance < best_distance) best = tenant.path, best_distance = distance;
    }
    return best.empty() ? "" : "; did you mean \"" + std::string(best) + "\"?";
}

// Writes the store and tells of the key that is new.
Outcome finish_with_key(OpenedKeys& opened, const auth::CreatedKey& made, const KeyOptions& options,
                        const KeyWorld& world) {
    const std::string& state_dir = opened.snapshot->server.state_dir;
    if (const auto is_there = world.files.make_directory(state_dir, 0700); !is_there)
        return failed(exit_config, key_verb, is_there.error().message);
    if (const auto written = opened.store.write(opened.keys); !written)
        return failed(exit_config, key_verb, written.error().message);
    const StoredKey& key = *auth::find_key(opened.keys, made.id);
    if (options.is_json()) return {0, json_of(key, made.key.reveal(), world.now) + '\n', {}};
    Outcome result;
    result.out = "id      " + key.id + "\ntenant  " + escaped(key.tenant) + '\n';
    if (!key.name.empty()) result.out += "name    " + escaped(key.name) + '\n';
    if (key.expires) result.out += "expires " + rfc3339(*key.expires) + '\n';
    result.out += "key     " + std::string(made.key.reveal()) + '\n';
    result.err = "The key is shown this once; only its digest is kept.\n";
    return result;
}

Outcome create(const KeyOptions& options, const KeyWorld& world) {
    auth::NewKey wanted{options.tenant, options.name, options.models, {}};
    if (wanted.name.size() > auth::key_name_bytes_max)
        return failed(exit_usage, key_verb, "--name is longer than 128 bytes");
    if (wanted.models.size() > auth::key_models_max)
        return failed(exit_usage, key_verb, "--models names more than 256 models");
    if (!options.expires.empty()) {
        const auto span = read_span(options.expires);
        if (!span || *span == Duration::zero())
            return failed(exit_usage, key_verb, "--expires wants a span of time such as 12h, 30d or 2w");
        wanted.expires = world.now + *span;
    }
    Outcome result;
    auto opened = open_store(options, world, result);
    if (!opened) return result;
    const config::Snapshot& snapshot = *opened->snapshot;
    if (!snapshot.tenants_by_path.contains(options.tenant))
        return failed(exit_usage, key_verb,
                      "unknown tenant " + json_string(options.tenant) + nearest_tenant(snapshot, options.tenant));
    for (const auto& model : wanted.models)
        if (model != "*" && !snapshot.models_by_name.contains(model))
            return failed(exit_usage, key_verb, "unknown model " + json_string(model));
    std::array<char, auth::key_random_bytes> random;
    world.random_bytes(random);
    return finish_with_key(*opened, auth::create_key(opened->keys, wanted, random, world.now), options, world);
}

Outcome list(const KeyOptions& options, const KeyWorld& world) {
    Outcome result;
    const auto opened = open_store(options, world, result);
    if (!opened) return result;
    Table table({"ID", "TENANT", "NAME", "STATE", "CREATED", "EXPIRES", "MODELS"});
    std::string json;
    for (const StoredKey& key : opened->keys) {
        // A tenant's keys and those of all below it.
        if (!options.tenant.empty() && !is_at_or_below(key.tenant, options.tenant)) continue;
        table.add(row_of(key, world.now));
        (json += json.empty() ? "" : ",\n ") += json_of(key, {}, world.now);
        if (!opened->snapshot->tenants_by_path.contains(key.tenant) && !key.revoked)
            result.err += "warning: " + key.id + " belongs to the unknown tenant " + json_string(key.tenant) +
                          " and opens nothing\n";
    }
    result.out = options.is_json() ? '[' + json + "]\n" : table.text();
    return result;
}

Outcome not_found(const KeyOptions& options) {
    return failed(
        exit_usage, key_verb,
        "no key, or more than one, is called " + json_string(options.key) + "; `gilmok key list` shows the ids");
}

Outcome revoke(const KeyOptions& options, const KeyWorld& world) {
    Outcome result;
    auto opened = open_store(options, world, result);
    if (!opened) return result;
    StoredKey* key = auth::find_key(opened->keys, options.key);
    if (key == nullptr) return not_found(options);
    auth::revoke_key(*key, world.now);
    if (const auto written = opened->store.write(opened->keys); !written)
        return failed(exit_config, key_verb, written.error().message);
    result.out = options.is_json() ? json_of(*key, {}, world.now) + '\n' : "revoked " + key->id + '\n';
    return result;
}

Outcome rotate(const KeyOptions& options, const KeyWorld& world) {
    const auto grace = read_span(options.grace);
    if (!grace) return failed(exit_usage, key_verb, "--grace wants a span of time such as 15m, 12h or 7d");
    Outcome result;
    auto opened = open_store(options, world, result);
    if (!opened) return result;
    const StoredKey* old = auth::find_key(opened->keys, options.key);
    if (old == nullptr) return not_found(options);
    std::array<char, auth::key_random_bytes> random;
    world.random_bytes(random);
    const auto made = auth::rotate_key(opened->keys, std::string(old->id), *grace, random, world.now);
    if (!made)
        return failed(exit_usage, key_verb,
                      "key " + json_string(options.key) + " is revoked; create a new one instead");
    return finish_with_key(*opened, *made, options, world);
}

}   // namespace

Outcome key_command(const std::vector<std::string>& arguments, const KeyWorld& world) {
    KeyOptions options;
    const Grammar grammar("Make, list, revoke and rotate API keys in the key store of the state directory", key_verb);
    const Command top = grammar.top();
    top.wants_verb();
    const auto add = [&](const char* name, const char* help) {
        const Command command = top.verb(name, help);
        command.config(options.config_path);
        command.output(options.output, {"table", "json"});
        return command;
    };
    const Command create_app = add("create", "Make a key and print it, once");
    create_app.option("--tenant", options.tenant, "Path of the tenant, e.g. org/team").required();
    create_app.option("--name", options.name, "What people call it");
    create_app.option("--models", options.models, "Only these models, separated by commas").by_commas();
    create_app.option("--expires", options.expires, "Lives for so long: 12h, 30d, 2w");
    const Command list_app = add("list", "Show the keys, never the keys themselves");
    list_app.option("--tenant", options.tenant, "Only of this tenant and those below it");
    const Command revoke_app = add("revoke", "Close a key for good; its open streams end within a second");
    revoke_app.option("key", options.key, "Id, or name when only one live key bears it").required();
    const Command rotate_app = add("rotate", "Make a new key with the same rights and close the old one");
    rotate_app.option("key", options.key, "Id, or name when only one live key bears it").required();
    rotate_app.option("--grace", options.grace, "The old key works for so long yet").shows_default();
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    if (create_app.is_parsed()) return create(options, world);
    if (list_app.is_parsed()) return list(options, world);
    return revoke_app.is_parsed() ? revoke(options, world) : rotate(options, world);
}

}   // namespace gilmok::cli
