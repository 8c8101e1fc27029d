#include "config/schema.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "config/fields_door.hpp"
#include "config/fields_fleet.hpp"
#include "config/fields_guard.hpp"
#include "config/fields_money.hpp"
#include "config/fields_tenant.hpp"

namespace gilmok::config {
namespace {

using namespace table;

template <class Object>
void* defaults_of() {
    static Object object;
    return &object;
}

using Form = Section::Form;
constexpr Section all_sections[] = {
    {"server", Form::single, "[server]", "The door.", server_fields, defaults_of<Server>},
    {"server.tls", Form::single, "[server.tls]", "TLS of `listen`. Without it the door speaks plain HTTP.", tls_fields,
     defaults_of<Server>},
    {"server.limits", Form::single, "[server.limits]", "What a client may ask of the door, and what happens then.",
     limit_fields, defaults_of<Server>},
    {"upstream", Form::named, "[upstream.NAME]",
     "One endpoint that serves models: an engine or a hosted API. NAME has no slash.", upstream_fields,
     defaults_of<Upstream>},
    {"pool", Form::named, "[pool.NAME]",
     "Devices that are one's own or leased by the month. Priced from what they cost, used or idle.", pool_fields,
     defaults_of<Pool>},
    {"model", Form::named, "[model.NAME]", "A name that clients ask for, and who may answer.", model_fields,
     defaults_of<Model>},
    {"tenant", Form::named, "[tenant.\"PATH\"]",
     "A node of the tree organisation/department/team/application. Its parent must be there too.", tenant_fields,
     defaults_of<Tenant>},
    {"key", Form::list, "[[key]]",
     "A client key given by reference. Keys made by `gilmok key` live in `state_dir` instead.", key_fields,
     defaults_of<StaticKey>},
    {"price", Form::list, "[[price]]",
     "Prices besides those of the catalogue, and in their place where both name the same. What is empty is unknown, "
     "not free: write `\"0 USD\"` for what costs nothing.",
     price_fields, defaults_of<Price>},
    {"fx", Form::list, "[[fx]]", "Rates of exchange, each from its day on.", fx_fields, defaults_of<Fx>},
    {"ledger", Form::single, "[ledger]", "What was used and what it cost, written down so that no change goes unseen.",
     ledger_fields, defaults_of<Ledger>},
    {"webhook", Form::single, "[webhook]", "Who is told of budgets that run out.", webhook_fields,
     defaults_of<Webhook>},
    {"guard", Form::single, "[guard]",
     "What the texts of requests and answers are looked through for, and what may go where. docs/guard.md tells how.",
     guard_fields, defaults_of<Guard>},
    {"guard.rule", Form::list, "[[guard.rule]]",
     "A rule of one's own, asked before those of the packs; the first that matches decides. With `kinds` it is about "
     "what was found, without about the request itself.",
     guard_rule_fields, defaults_of<GuardRule>},
    {"guard.pattern", Form::named, "[guard.pattern.NAME]", "A pattern of one's own: kind `pattern` of rules.",
     guard_pattern_fields, defaults_of<GuardPattern>},
    {"guard.dictionary", Form::named, "[guard.dictionary.NAME]",
     "Terms of one's own, such as names of projects and customers: kind `term` of rules.", guard_dictionary_fields,
     defaults_of<GuardDictionary>},
    {"guard.external", Form::single, "[guard.external]",
     "An own upstream with a model that finds names, asked before data leaves: kind `external` of rules.",
     guard_external_fields, defaults_of<GuardExternal>},
    {"app", Form::named, "[app.NAME]",
     "The register of applications: what each is for, who answers for it, and what its users are told.",
     application_fields, defaults_of<Application>},
    {"archive", Form::single, "[archive]",
     "Requests and answers themselves are kept only for tenants named here, encrypted with a key of each.",
     archive_fields, defaults_of<Archive>},
    {"retry", Form::single, "[retry]", "The budget of retries: keeps a failing fleet from being hit twice as hard.",
     retry_fields, defaults_of<RetryBudget>},
    {"log", Form::single, "[log]", "Logs.", log_fields, defaults_of<Log>},
    {"telemetry", Form::single, "[telemetry]", "OpenTelemetry.", telemetry_fields, defaults_of<Telemetry>},
};

}   // namespace

std::span<const Section> sections() { return all_sections; }

const Section& section(std::string_view path) {
    const auto found = std::find_if(std::begin(all_sections), std::end(all_sections),
                                    [&](const Section& each) { return each.path == path; });
    GILMOK_ASSERT(found != std::end(all_sections));
    return *found;
}

std::string_view name_of(Kind kind) {
    std::string_view found;
    for_each_choice(upstream_fields[0].choices, [&](std::string_view name, std::uint8_t number) {
        if (number == static_cast<std::uint8_t>(kind)) found = name;
    });
    return found;
}

std::optional<Kind> kind_of(std::string_view name) {
    std::optional<Kind> found;
    for_each_choice(upstream_fields[0].choices, [&](std::string_view each, std::uint8_t number) {
        if (each == name) found = static_cast<Kind>(number);
    });
    return found;
}

}   // namespace gilmok::config
