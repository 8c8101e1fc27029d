#include "cli/key.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <optional>

#include "auth/key_store.hpp"
#include "base/text.hpp"
#include "config/load.hpp"

namespace gilmok::cli {

namespace {

using auth::StoredKey;
using auth::StoredKeys;

constexpr int exit_usage = 2;
constexpr int exit_config = 3;

struct Options {
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

CommandResult failed(int exit_code, std::string why) { return {exit_code, {}, "gilmok key: " + std::move(why) + '\n'}; }

// Nothing here needs a secret, and a command must not be run for one. Each stands for itself: two keys with one secret
// are an error of the configuration.
class UnresolvedSecrets final : public config::Secrets {
public:
    std::optional<std::string> environment(const std::string& name) override { return "unresolved-by-gilmok-key-" + name; }
    std::optional<std::string> command(const std::string& line, std::string&) override { return "unresolved-by-gilmok-key-" + line; }
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

std::string json_string(std::string_view text) {
    std::string out = "\"";
    append_json_escaped(out, text);
    return out + '"';
}

std::string joined(const std::vector<std::string>& list) {
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

// Columns that a terminal needs: Korean and other East Asian letters take two. Approximate beyond those.
std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) columns += byte >= 0xE1 ? 2 : 1;
    }
    return columns;
}

constexpr std::size_t table_columns = 7;
using Row = std::array<std::string, table_columns>;

std::string table_of(const std::vector<Row>& rows) {
    std::array<std::size_t, table_columns> widths{};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
    std::string out;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] - columns_of(row[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

// Control bytes of a name are shown, not obeyed.
std::string printable(std::string_view text) {
    std::string out;
    append_json_escaped(out, text);
    return out;
}

Row row_of(const StoredKey& key, WallTime now) {
    return {key.id,
            printable(key.tenant),
            key.name.empty() ? "-" : printable(key.name),
            std::string(state_of(key, now)),
            rfc3339(key.created).substr(0, 10),
            key.expires ? rfc3339(*key.expires).substr(0, 10) : "-",
            key.models.empty() ? "*" : printable(joined(key.models))};
}

// The configuration and the store, opened for one command.
struct Opened {
    config::SnapshotPtr snapshot;
    auth::KeyStore store;
    StoredKeys keys;
};

std::optional<Opened> open_store(const Options& options, const KeyWorld& world, CommandResult& result) {
    UnresolvedSecrets secrets;
    const config::Loaded loaded = config::load(options.config_path, world.files, secrets, 1);
    if (loaded.snapshot == nullptr) {
        result.exit_code = exit_config;
        for (const auto& problem : loaded.problems) result.err += config::render(problem, false);
        return std::nullopt;
    }
    const std::string& state_dir = loaded.snapshot->server.state_dir;
    if (state_dir.empty()) {
        result = failed(exit_config,
                        options.config_path + " names no state_dir under [server], so there is no place for keys");
        return std::nullopt;
    }
    auth::KeyStore store(world.files, auth::key_store_path(state_dir));
    auto keys = store.read();
    if (!keys) {
        result = failed(exit_config, keys.error().message);
        return std::nullopt;
    }
    return Opened{loaded.snapshot, std::move(store), std::move(*keys)};
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
CommandResult finish_with_key(Opened& opened, const auth::CreatedKey& made, const Options& options,
                              const KeyWorld& world) {
    const std::string& state_dir = opened.snapshot->server.state_dir;
    if (const auto is_there = world.files.make_directory(state_dir, 0700); !is_there)
        return failed(exit_config, is_there.error().message);
    if (const auto written = opened.store.write(opened.keys); !written)
        return failed(exit_config, written.error().message);
    const StoredKey& key = *auth::find_key(opened.keys, made.id);
    if (options.is_json()) return {0, json_of(key, made.key.reveal(), world.now) + '\n', {}};
    CommandResult result;
    result.out = "id      " + key.id + "\ntenant  " + printable(key.tenant) + '\n';
    if (!key.name.empty()) result.out += "name    " + printable(key.name) + '\n';
    if (key.expires) result.out += "expires " + rfc3339(*key.expires) + '\n';
    result.out += "key     " + std::string(made.key.reveal()) + '\n';
    result.err = "The key is shown this once; only its digest is kept.\n";
    return result;
}

CommandResult create(const Options& options, const KeyWorld& world) {
    auth::NewKey wanted{options.tenant, options.name, options.models, {}};
    if (wanted.name.size() > auth::key_name_bytes_max) return failed(exit_usage, "--name is longer than 128 bytes");
    if (wanted.models.size() > auth::key_models_max) return failed(exit_usage, "--models names more than 256 models");
    if (!options.expires.empty()) {
        const auto span = read_span(options.expires);
        if (!span || *span == Duration::zero())
            return failed(exit_usage, "--expires wants a span of time such as 12h, 30d or 2w");
        wanted.expires = world.now + *span;
    }
    CommandResult result;
    auto opened = open_store(options, world, result);
    if (!opened) return result;
    const config::Snapshot& snapshot = *opened->snapshot;
    if (!snapshot.tenants_by_path.contains(options.tenant))
        return failed(exit_usage,
                      "unknown tenant " + json_string(options.tenant) + nearest_tenant(snapshot, options.tenant));
    for (const auto& model : wanted.models)
        if (model != "*" && !snapshot.models_by_name.contains(model))
            return failed(exit_usage, "unknown model " + json_string(model));
    std::array<char, auth::key_random_bytes> random;
    world.random_bytes(random);
    return finish_with_key(*opened, auth::create_key(opened->keys, wanted, random, world.now), options, world);
}

CommandResult list(const Options& options, const KeyWorld& world) {
    CommandResult result;
    const auto opened = open_store(options, world, result);
    if (!opened) return result;
    std::vector<Row> rows{{"ID", "TENANT", "NAME", "STATE", "CREATED", "EXPIRES", "MODELS"}};
    std::string json;
    for (const StoredKey& key : opened->keys) {
        // A tenant's keys and those of all below it.
        const bool is_below =
            key.tenant.starts_with(options.tenant) && key.tenant.substr(options.tenant.size()).starts_with('/');
        if (!options.tenant.empty() && key.tenant != options.tenant && !is_below) continue;
        rows.push_back(row_of(key, world.now));
        (json += json.empty() ? "" : ",\n ") += json_of(key, {}, world.now);
        if (!opened->snapshot->tenants_by_path.contains(key.tenant) && !key.revoked)
            result.err += "warning: " + key.id + " belongs to the unknown tenant " + json_string(key.tenant) +
                          " and opens nothing\n";
    }
    result.out = options.is_json() ? '[' + json + "]\n" : table_of(rows);
    return result;
}

CommandResult not_found(const Options& options) {
    return failed(exit_usage, "no key, or more than one, is called " + json_string(options.key) +
                                  "; `gilmok key list` shows the ids");
}

CommandResult revoke(const Options& options, const KeyWorld& world) {
    CommandResult result;
    auto opened = open_store(options, world, result);
    if (!opened) return result;
    StoredKey* key = auth::find_key(opened->keys, options.key);
    if (key == nullptr) return not_found(options);
    auth::revoke_key(*key, world.now);
    if (const auto written = opened->store.write(opened->keys); !written)
        return failed(exit_config, written.error().message);
    result.out = options.is_json() ? json_of(*key, {}, world.now) + '\n' : "revoked " + key->id + '\n';
    return result;
}

CommandResult rotate(const Options& options, const KeyWorld& world) {
    const auto grace = read_span(options.grace);
    if (!grace) return failed(exit_usage, "--grace wants a span of time such as 15m, 12h or 7d");
    CommandResult result;
    auto opened = open_store(options, world, result);
    if (!opened) return result;
    const StoredKey* old = auth::find_key(opened->keys, options.key);
    if (old == nullptr) return not_found(options);
    std::array<char, auth::key_random_bytes> random;
    world.random_bytes(random);
    const auto made = auth::rotate_key(opened->keys, std::string(old->id), *grace, random, world.now);
    if (!made) return failed(exit_usage, "key " + json_string(options.key) + " is revoked; create a new one instead");
    return finish_with_key(*opened, *made, options, world);
}

CommandResult parse_and_run(const std::vector<std::string>& arguments, const KeyWorld& world) {
    Options options;
    CLI::App app{"Make, list, revoke and rotate API keys in the key store of the state directory", "gilmok key"};
    app.require_subcommand(1);
    const auto add = [&](const char* name, const char* help) {
        CLI::App* command = app.add_subcommand(name, help);
        command->add_option("-c,--config", options.config_path, "Configuration file")->capture_default_str();
        command->add_option("-o,--output", options.output, "Format")
            ->check(CLI::IsMember({"table", "json"}))
            ->capture_default_str();
        return command;
    };
    CLI::App* create_app = add("create", "Make a key and print it, once");
    create_app->add_option("--tenant", options.tenant, "Path of the tenant, e.g. org/team")->required();
    create_app->add_option("--name", options.name, "What people call it");
    create_app->add_option("--models", options.models, "Only these models, separated by commas")->delimiter(',');
    create_app->add_option("--expires", options.expires, "Lives for so long: 12h, 30d, 2w");
    CLI::App* list_app = add("list", "Show the keys, never the keys themselves");
    list_app->add_option("--tenant", options.tenant, "Only of this tenant and those below it");
    CLI::App* revoke_app = add("revoke", "Close a key for good; its open streams end within a second");
    revoke_app->add_option("key", options.key, "Id, or name when only one live key bears it")->required();
    CLI::App* rotate_app = add("rotate", "Make a new key with the same rights and close the old one");
    rotate_app->add_option("key", options.key, "Id, or name when only one live key bears it")->required();
    rotate_app->add_option("--grace", options.grace, "The old key works for so long yet")->capture_default_str();
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());   // as CLI11 wants a vector
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) { return {0, app.help(), {}}; } catch (const CLI::ParseError& error) {
        return failed(exit_usage, std::string(error.what()) + "\nRun `gilmok key --help`.");
    }
    if (create_app->parsed()) return create(options, world);
    if (list_app->parsed()) return list(options, world);
    return revoke_app->parsed() ? revoke(options, world) : rotate(options, world);
}

}   // namespace

CommandResult key_command(const std::vector<std::string>& arguments, const KeyWorld& world) {
    return parse_and_run(arguments, world);
}

}   // namespace gilmok::cli
