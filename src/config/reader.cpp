#include "config/reader.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "config/schema.hpp"
#include "config/secrets.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

using wire::TextPlace;
using wire::TomlMember;
using wire::TomlNode;

// "limits" for "server.limits" below "server"; "" when it is no direct child.
std::string_view name_below(std::string_view parent, std::string_view path) {
    if (parent.empty()) return path.find('.') == std::string_view::npos ? path : std::string_view{};
    if (!path.starts_with(parent) || path.size() <= parent.size() || path[parent.size()] != '.') return {};
    return path.substr(parent.size() + 1);
}

class Reader {
public:
    Reader(const ReadInput& input, Snapshot& snapshot)
        : input_(input), snapshot_(snapshot), problems_(input.problems) {}

    Places read() {
        read_top();
        read_single("server", &snapshot_.server);
        read_single("server.tls", &snapshot_.server);
        read_single("server.limits", &snapshot_.server);
        read_single("retry", &snapshot_.retry);
        read_single("log", &snapshot_.log);
        read_single("telemetry", &snapshot_.telemetry);
        read_single("ledger", &snapshot_.ledger);
        read_single("webhook", &snapshot_.webhook);
        read_pools();
        read_list("price", prices_max, snapshot_.prices);
        read_list("fx", fx_max, snapshot_.fx);
        // Each refers to those before it.
        read_upstreams();
        read_models();
        read_tenants();
        read_keys();
        read_guard();
        read_applications();
        read_single("archive", &snapshot_.archive);
        Server& server = snapshot_.server;
        if (!server.admin_token_reference.empty())
            server.admin_token = secret(server.admin_token_reference, Places::join("server", "admin_token"));
        Ledger& ledger = snapshot_.ledger;
        ledger.database = secret(ledger.database_reference, Places::join("ledger", "database"));
        Webhook& webhook = snapshot_.webhook;
        webhook.secret = secret(webhook.secret_reference, Places::join("webhook", "secret"));
        Guard& guard = snapshot_.guard;
        Archive& archive = snapshot_.archive;
        archive.key = secret(archive.key_reference, Places::join("archive", "key"));
        guard.secret = secret(guard.secret_reference, Places::join("guard", "secret"));
        for (std::size_t i = 0; i < snapshot_.models.size(); ++i)
            snapshot_.models_by_name.emplace(snapshot_.models[i].name, static_cast<model::ModelId>(i));
        for (std::size_t i = 0; i < snapshot_.tenants.size(); ++i)
            snapshot_.tenants_by_path.emplace(snapshot_.tenants[i].path, static_cast<model::TenantId>(i));
        return std::move(places_);
    }

private:
    void refuse(const TextPlace& place, std::string_view code, std::string what, std::string why = {},
                std::string fix = {}, bool is_suspect = false) {
        problems_.add(place, {code, std::move(what), std::move(why), std::move(fix), is_suspect});
    }

    Secret secret(const std::string& reference, std::string path) {
        return resolve_secret(reference, places_.of(std::move(path)), problems_, input_.files, input_.secrets);
    }

    void refuse_unknown(const TomlMember& member, const Section* section) {
        Nearest nearest(member.name);
        if (section == nullptr)
            nearest.offer("schema");
        else
            for (const Field& field : section->fields) nearest.offer(field.name);
        for (const Section& each : sections()) {
            const std::string_view name = name_below(section == nullptr ? "" : section->path, each.path);
            if (!name.empty()) nearest.offer(name);
        }
        refuse(member.place, "E0101",
               "unknown key " + quoted(member.name.size() <= 64 && !has_controls(member.name) ? member.name : "…"), {},
               nearest.fix_or_all(), true);
    }

    void read_top() {
        for (const TomlMember& member : input_.root.members) {
            if (member.name == "schema") {
                const bool is_known =
                    member.value.type == TomlNode::Type::integer && member.value.integer == schema_version;
                if (!is_known)
                    refuse(member.value.place, "E0309", "this gilmok reads schema " + std::to_string(schema_version),
                           {}, "write schema = " + std::to_string(schema_version));
                continue;
            }
            const auto& all = sections();
            if (std::none_of(all.begin(), all.end(), [&](const Section& each) { return each.path == member.name; }))
                refuse_unknown(member, nullptr);
        }
    }

    // The table at a dotted path; null when absent or no table, which is told.
    const TomlNode* table_at(std::string_view path) {
        const TomlNode* node = &input_.root;
        std::string_view rest = path;
        std::string place_path;
        while (!rest.empty()) {
            const auto dot = rest.find('.');
            const std::string_view name = rest.substr(0, dot);
            rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
            const TomlNode* next = node->find(name);
            if (next == nullptr) return nullptr;
            if (!next->is_table()) {
                // The parent says so when it is the parent that is wrong.
                if (rest.empty())
                    refuse(next->place, "E0102", quoted(path) + " is a table, not " + std::string(words_of(next->type)),
                           {}, "write [" + std::string(path) + "]");
                return nullptr;
            }
            place_path = Places::join(place_path, name);
            places_.set(place_path, next->place);
            node = next;
        }
        return node;
    }

    void read_single(std::string_view path, void* object) {
        const TomlNode* table = table_at(path);
        if (table != nullptr) read_fields(*table, section(path), Places::of_section(path), object);
    }

    void read_fields(const TomlNode& table, const Section& section, const std::string& path, void* object) {
        const ReadContext context{snapshot_, problems_, input_.files};
        for (const TomlMember& member : table.members) {
            const auto field = std::find_if(section.fields.begin(), section.fields.end(),
                                            [&](const Field& each) { return each.name == member.name; });
            if (field != section.fields.end()) {
                places_.set(Places::join(path, member.name), member.value.place);
                read_value(context, *field, member.value, field->member(object));
                continue;
            }
            const auto& all = sections();
            if (std::none_of(all.begin(), all.end(),
                             [&](const Section& each) { return name_below(section.path, each.path) == member.name; }))
                refuse_unknown(member, &section);
        }
        for (const Field& field : section.fields)
            if (field.is_required && table.find(field.name) == nullptr)
                refuse(table.place, "E0105", quoted(field.name) + " is missing", {},
                       "add " + std::string(field.name) + " = " + std::string(field.example));
    }

    // Calls `each` with name and table for every named table of a section; `Object`s are read by it.
    template <class Each>
    void read_named(std::string_view path, std::size_t count_max, Each each) {
        const TomlNode* all = table_at(path);
        if (all == nullptr) return;
        if (all->members.size() > count_max) {
            refuse(all->place, "E0003",
                   "more than " + std::to_string(count_max) + " tables " + std::string(section(path).heading));
            return;
        }
        for (const TomlMember& member : all->members) {
            const std::string place_path = Places::join(Places::of_section(path), member.name);
            places_.set(place_path, member.place);
            if (!member.value.is_table()) {
                refuse(member.value.place, "E0102",
                       std::string(section(path).heading) + " is a table, and this is " +
                           std::string(words_of(member.value.type)),
                       {}, {}, true);
                continue;
            }
            each(member, place_path);
        }
    }

    void read_pools() {
        read_named("pool", pools_max, [this](const TomlMember& member, const std::string& path) {
            if (!is_name(member.name, false))
                refuse(member.place, "E0107", "this name of a pool cannot be used", {}, name_fix());
            Pool pool;
            pool.name = member.name;
            read_fields(member.value, section("pool"), path, &pool);
            snapshot_.pools.push_back(std::move(pool));
        });
    }

    static std::string name_fix() {
        return "use up to " + std::to_string(name_bytes_max) + " letters, digits, dots, dashes and underscores";
    }

    // Whether the name of a named table can be used; told when not.
    void check_name(const TomlMember& member, std::string_view noun) {
        if (!is_name(member.name, false))
            refuse(member.place, "E0107", "this name of " + std::string(noun) + " cannot be used", {}, name_fix());
    }

    void read_guard() {
        Guard& guard = snapshot_.guard;
        read_single("guard", &guard);
        read_list("guard.rule", guard_rules_max, guard.rules);
        for (std::size_t i = 0; i < guard.rules.size(); ++i)
            guard.rules[i].where =
                problems_.words_of(places_.of(Places::join(Places::of_section("guard.rule"), std::to_string(i))));
        read_named("guard.pattern", guard_patterns_max, [this](const TomlMember& member, const std::string& path) {
            check_name(member, "a pattern");
            GuardPattern pattern;
            pattern.name = member.name;
            read_fields(member.value, section("guard.pattern"), path, &pattern);
            snapshot_.guard.patterns.push_back(std::move(pattern));
        });
        read_named("guard.dictionary", guard_dictionaries_max,
                   [this](const TomlMember& member, const std::string& path) {
                       check_name(member, "a dictionary");
                       GuardDictionary dictionary;
                       dictionary.name = member.name;
                       read_fields(member.value, section("guard.dictionary"), path, &dictionary);
                       snapshot_.guard.dictionaries.push_back(std::move(dictionary));
                   });
        read_single("guard.external", &guard.external);
        apply_packs(guard);
    }

    void read_applications() {
        read_named("app", applications_max, [this](const TomlMember& member, const std::string& path) {
            check_name(member, "an application");
            Application app;
            app.name = member.name;
            read_fields(member.value, section("app"), path, &app);
            snapshot_.applications.push_back(std::move(app));
        });
    }

    void read_upstreams() {
        read_named("upstream", upstreams_max, [this](const TomlMember& member, const std::string& path) {
            if (!is_name(member.name, false))
                refuse(member.place, "E0107", "this name of an upstream cannot be used",
                       "it stands before the first slash of a candidate, in metrics and in logs", name_fix());
            Upstream upstream;
            upstream.name = member.name;
            read_fields(member.value, section("upstream"), path, &upstream);
            upstream.key = secret(upstream.key_reference, Places::join(path, "key"));
            snapshot_.upstreams.push_back(std::move(upstream));
        });
    }

    void read_models() {
        read_named("model", models_max, [this](const TomlMember& member, const std::string& path) {
            if (!is_name(member.name, true) || member.name == "*")
                refuse(member.place, "E0107", "this name of a model cannot be used", {},
                       "use up to " + std::to_string(name_bytes_max) + " characters without spaces and quotes");
            Model model;
            model.name = member.name;
            read_fields(member.value, section("model"), path, &model);
            snapshot_.models.push_back(std::move(model));
        });
    }

    // Parents come before children, otherwise as in the file.
    void read_tenants() {
        struct Found {
            std::ptrdiff_t depth;
            std::size_t number;
            const TomlMember* member;
            std::string path;
        };
        std::vector<Found> found;
        read_named("tenant", tenants_max, [&](const TomlMember& member, const std::string& path) {
            if (is_tenant_path(member.name))
                found.push_back({std::count(member.name.begin(), member.name.end(), '/'), found.size(), &member, path});
            else
                refuse(member.place, "E0107", "this path of a tenant cannot be used", {},
                       "write 1 to " + std::to_string(tenant_depth_max) +
                           " names with slashes between them: [tenant.\"org/department/team\"]");
        });
        std::sort(found.begin(), found.end(), [](const Found& left, const Found& right) {
            return std::tie(left.depth, left.number) < std::tie(right.depth, right.number);
        });
        std::unordered_map<std::string_view, model::TenantId> ids;
        std::unordered_set<std::string> told;
        for (const auto& [depth, number, member, path] : found) {
            Tenant tenant;
            tenant.path = member->name;
            const auto slash = tenant.path.rfind('/');
            if (slash != std::string::npos) tenant.parent = parent_of(tenant.path.substr(0, slash), ids, told, *member);
            read_fields(member->value, section("tenant"), path, &tenant);
            ids.emplace(member->name, static_cast<model::TenantId>(snapshot_.tenants.size()));
            snapshot_.tenants.push_back(std::move(tenant));
        }
    }

    // A missing parent is told once, not for each child.
    model::TenantId parent_of(const std::string& parent,
                              const std::unordered_map<std::string_view, model::TenantId>& ids,
                              std::unordered_set<std::string>& told, const TomlMember& child) {
        if (const auto found = ids.find(parent); found != ids.end()) return found->second;
        if (told.insert(parent).second)
            refuse(child.place, "E0302", "its parent " + quoted(parent) + " is missing",
                   "limits and classes come down from parents, so none is made in silence",
                   "add [tenant." + quoted(parent) + "]");
        return model::TenantId::none;
    }

    static bool is_tenant_path(std::string_view path) {
        std::size_t depth = 0;
        for (;;) {
            const auto slash = path.find('/');
            const std::string_view name = path.substr(0, slash);
            if (name.empty() || name.size() > name_bytes_max || has_controls(name) ||
                name.find_first_of("\"\\") != std::string_view::npos || name.front() == ' ' || name.back() == ' ')
                return false;
            if (++depth > tenant_depth_max) return false;
            if (slash == std::string_view::npos) return true;
            path = path.substr(slash + 1);
        }
    }

    void read_keys() {
        read_list("key", keys_max, snapshot_.keys);
        for (std::size_t i = 0; i < snapshot_.keys.size(); ++i) {
            StaticKey& key = snapshot_.keys[i];
            key.secret = secret(key.secret_reference, Places::join(Places::join("key", std::to_string(i)), "secret"));
        }
    }

    // Every [[NAME]] of the files, in their order. A dotted NAME lies in a table.
    template <class Object>
    void read_list(std::string_view name, std::size_t count_max, std::vector<Object>& objects) {
        const auto dot = name.rfind('.');
        const TomlNode* parent = dot == std::string_view::npos ? &input_.root : table_at(name.substr(0, dot));
        const TomlNode* all = parent == nullptr ? nullptr : parent->find(name.substr(dot + 1));
        if (all == nullptr) return;
        const std::string heading(section(name).heading);
        const bool is_list = all->is_array() && std::all_of(all->elements.begin(), all->elements.end(),
                                                            [](const TomlNode& each) { return each.is_table(); });
        if (!is_list) {
            refuse(all->place, "E0102", quoted(name) + " is a list of tables", {}, "write " + heading + " above each",
                   true);
            return;
        }
        if (all->elements.size() > count_max) {
            refuse(all->place, "E0003", "more than " + std::to_string(count_max) + " tables " + heading);
            return;
        }
        for (std::size_t i = 0; i < all->elements.size(); ++i) {
            const std::string path = Places::join(Places::of_section(name), std::to_string(i));
            places_.set(path, all->elements[i].place);
            read_fields(all->elements[i], section(name), path, &objects.emplace_back());
        }
    }

    const ReadInput& input_;
    Snapshot& snapshot_;
    Problems& problems_;
    Places places_;
};

}   // namespace

Places read_snapshot(const ReadInput& input, Snapshot& snapshot) { return Reader(input, snapshot).read(); }

}   // namespace gilmok::config
