// Keys through the admin API: the same store as `gilmok key`. A change is written first and in service before the answer
// is sent; an open stream of a revoked key ends at once.
#include <algorithm>
#include <array>
#include <optional>

#include "base/log.hpp"
#include "config/schema.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/admin_json.hpp"
#include "wire/json.hpp"

namespace gilmok::gateway::admin {

namespace {

namespace json = wire::json;

constexpr std::int64_t seconds_max = 100LL * 366 * 86'400;

// Takes the members of one body. The first problem ends the reading and is told whole.
class Body final : public json::Members {
public:
    explicit Body(std::span<const std::string_view> names) : names_(names) {}
    std::string tenant;
    std::string name;
    std::vector<std::string> models;
    std::optional<std::int64_t> expires_s;
    std::int64_t grace_s = 0;
    std::optional<AdminProblem> problem;

    // Nothing, or the answer that refuses the body. An empty one is an empty object.
    std::optional<AdminResponse> read(std::string_view text) {
        if (text.empty()) return std::nullopt;
        std::size_t offset = 0;
        const auto type = json::scan(text, json::Limits{.depth_max = 4}, this, &offset);
        if (problem) return refuse_admin(422, *problem);
        if (!type)
            return refuse_admin(
                400, {.code = "bad_json", .what = "the body is not JSON (byte " + std::to_string(offset) + ")"});
        if (*type != json::Type::object)
            return refuse_admin(400, {.code = "bad_json", .what = "the body is not a JSON object"});
        return std::nullopt;
    }

    Result<bool> member(std::string_view member_name, const json::Value& value) override {
        const auto found = std::find(names_.begin(), names_.end(), member_name);
        if (found == names_.end()) return refuse_unknown(member_name);
        const auto bit = 1U << (found - names_.begin());
        if ((seen_ & bit) != 0)
            return refuse(
                {.code = "member_duplicate", .what = "member \"" + std::string(member_name) + "\" stands twice"});
        seen_ |= bit;
        return take(member_name, value);
    }

private:
    Result<bool> refuse(AdminProblem what) {
        problem = std::move(what);
        return fail(Code::member_invalid, Fault::client, Retry::never, "admin request");
    }
    Result<bool> refuse_unknown(std::string_view member_name) {
        config::Nearest nearest(member_name);
        for (const std::string_view known : names_) nearest.offer(known);
        return refuse({.code = "member_unknown",
                       .what = "unknown member \"" + std::string(member_name) + '"',
                       .why = "a member that nobody reads hides a typing error",
                       .fix = nearest.fix_or_all()});
    }
    Result<bool> take(std::string_view member_name, const json::Value& value) {
        if (member_name == "tenant" && !take_text(value, tenant, 1024)) return wants("tenant", "the path of a tenant");
        if (member_name == "name" && !take_text(value, name, auth::key_name_bytes_max))
            return wants("name", "a text of at most 128 bytes");
        if (member_name == "models" && !take_models(value))
            return wants("models", "a list of at most 256 names of models");
        if (member_name == "expires_s") {
            std::int64_t seconds = 0;
            if (!json::to_i64(value, seconds) || seconds < 1 || seconds > seconds_max)
                return wants("expires_s", "seconds from now, 1 or more");
            expires_s = seconds;
        }
        if (member_name == "grace_s" && (!json::to_i64(value, grace_s) || grace_s < 0 || grace_s > seconds_max))
            return wants("grace_s", "seconds for which the old key still works, 0 or more");
        return true;
    }
    Result<bool> wants(std::string_view member_name, std::string_view what) {
        return refuse({.code = "member_invalid",
                       .what = "member \"" + std::string(member_name) + "\" cannot be read",
                       .fix = "give " + std::string(what)});
    }
    static bool take_text(const json::Value& value, std::string& into, std::size_t bytes_max) {
        return value.type == json::Type::string && json::append_unescaped(into, value, bytes_max);
    }
    bool take_models(const json::Value& value) {
        if (value.type != json::Type::array) return false;
        json::Cursor elements(value);
        for (json::Value element; elements.next_element(element);)
            if (models.size() == auth::key_models_max || !take_text(element, models.emplace_back(), 1024)) return false;
        return true;
    }
    std::span<const std::string_view> names_;
    unsigned seen_ = 0;
};

std::string_view state_of(const auth::StoredKey& key, const config::Snapshot& snapshot, WallTime now) {
    if (key.revoked) return "revoked";
    if (key.expires && *key.expires <= now) return "expired";
    return snapshot.tenants_by_path.contains(key.tenant) ? "live" : "tenant_unknown";
}

// Without the digest. `shown` is the key itself, "" except where it is made.
void write_key(JsonWriter& text, const auth::StoredKey& key, std::string_view shown, const config::Snapshot& snapshot,
               WallTime now) {
    text.begin_object();
    text.text("id", key.id);
    if (!shown.empty()) text.text("key", shown);
    text.text("source", "store");
    text.text("tenant", key.tenant);
    text.text("name", key.name);
    text.begin_array("models");
    for (const std::string& model : key.models) text.text({}, model);
    text.end_array();
    text.text("created", rfc3339(key.created));
    text.text_or_null("expires", key.expires ? rfc3339(*key.expires) : std::string());
    text.text_or_null("revoked", key.revoked ? rfc3339(*key.revoked) : std::string());
    text.text("state", state_of(key, snapshot, now));
    text.end_object();
}

void write_static_key(JsonWriter& text, const config::StaticKey& key, const config::Snapshot& snapshot) {
    text.begin_object();
    text.text("id", auth::key_id_of(auth::digest_of(key.secret.reveal())));
    text.text("source", "config");
    text.text("tenant", key.tenant == model::TenantId::none ? std::string_view() : snapshot.tenant(key.tenant).path);
    text.text("name", key.name);
    text.text("state", "live");
    text.end_object();
}

std::optional<AdminResponse> refuse_without_store(Control& control) {
    if (control.key_store() != nullptr) return std::nullopt;
    return refuse_admin(409, {.code = "no_key_store",
                              .what = "there is no place to keep keys",
                              .why = "[server] names no state_dir",
                              .fix = "set state_dir and restart, or give keys by reference in [[key]]"});
}

std::optional<AdminResponse> refuse_rights(const Body& body, const config::Snapshot& snapshot) {
    if (body.tenant.empty())
        return refuse_admin(
            422, {.code = "tenant_missing", .what = "member \"tenant\" is missing", .fix = "name a path of [tenant]"});
    if (!snapshot.tenants_by_path.contains(body.tenant)) {
        config::Nearest nearest(body.tenant);
        for (const auto& tenant : snapshot.tenants) nearest.offer(tenant.path);
        return refuse_admin(422, {.code = "tenant_unknown",
                                  .what = "there is no tenant \"" + body.tenant + '"',
                                  .fix = nearest.fix_or_all()});
    }
    for (const std::string& wanted : body.models) {
        if (wanted == "*" || snapshot.models_by_name.contains(wanted)) continue;
        config::Nearest nearest(wanted);
        for (const auto& model : snapshot.models) nearest.offer(model.name);
        return refuse_admin(
            422, {.code = "model_unknown", .what = "there is no model \"" + wanted + '"', .fix = nearest.fix_or_all()});
    }
    return std::nullopt;
}

// Writes the store and takes it into service. Nothing, or the answer that tells why not; then nothing has changed.
std::optional<AdminResponse> keep(Control& control, auth::StoredKeys keys) {
    const auto kept = control.store_keys(std::move(keys));
    if (kept) return std::nullopt;
    return refuse_admin(500, {.code = "key_store",
                              .what = "the key store could not be written: " + kept.error().message,
                              .why = "no key was changed",
                              .fix = "mend the state directory, then try again"});
}

auth::StoredKey* find_by_id(auth::StoredKeys& keys, std::string_view id) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const auth::StoredKey& key) { return key.id == id; });
    return found == keys.end() ? nullptr : &*found;
}

AdminResponse refuse_unknown_key(const Control& control, std::string_view id) {
    for (const config::StaticKey& key : control.setup()->snapshot->keys)
        if (auth::key_id_of(auth::digest_of(key.secret.reveal())) == id)
            return refuse_admin(409, {.code = "key_in_config",
                                      .what = "this key stands in the configuration",
                                      .why = "the store does not hold it",
                                      .fix = "remove its [[key]] and reload: POST /admin/v1/reload"});
    return refuse_admin(
        404, {.code = "key_unknown", .what = "there is no key of this id", .fix = "GET /admin/v1/keys lists the ids"});
}

AdminResponse show_key(Control& control, std::string_view id, std::string_view shown, std::uint16_t status) {
    auth::StoredKeys keys = control.stored_keys();
    JsonWriter text;
    write_key(text, *find_by_id(keys, id), shown, *control.setup()->snapshot, control.loop().wall_now());
    return admin_json(text.take(), status);
}

}   // namespace

AdminResponse keys(Control& control, const AdminRequest&) {
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    JsonWriter text;
    text.begin_object();
    text.begin_array("keys");
    for (const config::StaticKey& key : snapshot.keys) write_static_key(text, key, snapshot);
    for (const auth::StoredKey& key : control.stored_keys())
        write_key(text, key, {}, snapshot, control.loop().wall_now());
    text.end_array();
    text.end_object();
    return admin_json(text.take());
}

AdminResponse create_key(Control& control, const AdminRequest& request) {
    static constexpr std::string_view names[] = {"tenant", "name", "models", "expires_s"};
    Body body(names);
    if (auto refused = refuse_without_store(control)) return *refused;
    if (auto refused = body.read(request.body)) return *refused;
    if (auto refused = refuse_rights(body, *control.setup()->snapshot)) return *refused;
    const WallTime now = control.loop().wall_now();
    auth::NewKey wanted{body.tenant, body.name, body.models, std::nullopt};
    if (body.expires_s) wanted.expires = now + std::chrono::seconds(*body.expires_s);
    control.check_keys();   // what another program wrote meanwhile is kept
    auth::StoredKeys keys = control.stored_keys();
    std::array<char, auth::key_random_bytes> random{};
    control.loop().random_bytes(random);
    const auth::CreatedKey made = auth::create_key(keys, wanted, random, now);
    if (auto refused = keep(control, std::move(keys))) return *refused;
    log::info("key_created", {{"key", made.id}, {"tenant", body.tenant}});
    return show_key(control, made.id, made.key.reveal(), 201);
}

AdminResponse revoke_key(Control& control, const AdminRequest& request) {
    Body body({});
    if (auto refused = refuse_without_store(control)) return *refused;
    if (auto refused = body.read(request.body)) return *refused;
    control.check_keys();
    auth::StoredKeys keys = control.stored_keys();
    auth::StoredKey* key = find_by_id(keys, request.id);
    if (key == nullptr) return refuse_unknown_key(control, request.id);
    auth::revoke_key(*key, control.loop().wall_now());
    if (auto refused = keep(control, std::move(keys))) return *refused;
    log::info("key_revoked", {{"key", request.id}});
    return show_key(control, request.id, {}, 200);
}

AdminResponse rotate_key(Control& control, const AdminRequest& request) {
    static constexpr std::string_view names[] = {"grace_s"};
    Body body(names);
    if (auto refused = refuse_without_store(control)) return *refused;
    if (auto refused = body.read(request.body)) return *refused;
    control.check_keys();
    auth::StoredKeys keys = control.stored_keys();
    if (find_by_id(keys, request.id) == nullptr) return refuse_unknown_key(control, request.id);
    std::array<char, auth::key_random_bytes> random{};
    control.loop().random_bytes(random);
    const auto made =
        auth::rotate_key(keys, request.id, std::chrono::seconds(body.grace_s), random, control.loop().wall_now());
    if (!made)
        return refuse_admin(
            409, {.code = "key_revoked", .what = "the key is revoked", .fix = "make a new one: POST /admin/v1/keys"});
    if (auto refused = keep(control, std::move(keys))) return *refused;
    log::info("key_rotated", {{"key", request.id}, {"new_key", made->id}});
    return show_key(control, made->id, made->key.reveal(), 201);
}

}   // namespace gilmok::gateway::admin
