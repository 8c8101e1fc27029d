// What an auditor asks over the admin API, and the end of a tenant's archive. docs/admin-api.md.
#include "archive/keys.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gateway/admin_api.hpp"
#include "gateway/admin_json.hpp"
#include "gateway/admin_query.hpp"
#include "gateway/judge_class.hpp"
#include "ledger/newest.hpp"
#include "report/evidence.hpp"
#include "wire/json.hpp"

namespace gilmok::gateway::admin {

namespace {

constexpr std::uint64_t listed = 100;   // of each list: who needs more takes the command line
constexpr std::size_t tenant_bytes_max = 1'024;

std::string note_of(const archive::Destroyed& destroyed) {
    JsonWriter json;
    json.begin_object();
    json.text("what", "archive_key_destroyed");
    json.begin_array("tenants");
    for (const std::string& tenant : destroyed.tenants) json.text({}, tenant);
    json.end_array();
    json.end_object();
    return json.take();
}

}   // namespace

AdminResponse evidence(Control& control, const AdminRequest& request) {
    const auto asked = read_query(request.query);
    if (!asked) return refuse_admin(400, {.code = "question", .what = asked.error()});
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    const auto tables = control.ask_tables();
    if (!tables)
        return refuse_admin(503,
                            {.code = "ledger", .what = "the ledger's tables do not answer: " + tables.error().message});
    report::EvidenceContext context{
        .snapshot = snapshot, .judge = judge_class_by(snapshot), .checkpoint = {}, .archive = {}, .listed_max = listed};
    if (control.keeper() != nullptr)
        if (const auto newest = ledger::read_newest(control.files(), control.keeper()->directory())) {
            const ledger::Hash& root = newest->checkpoint.root;
            context.checkpoint = {.origin = newest->checkpoint.origin,
                                  .root_hex = hex({reinterpret_cast<const char*>(root.data()), root.size()}),
                                  .key = newest->key.text(),
                                  .note = newest->note,
                                  .size = newest->checkpoint.size};
        }
    const auto found =
        report::evidence(**tables, context, *asked, {control.loop().wall_now(), snapshot.ledger.utc_offset_minutes});
    if (!found) return refuse_admin(400, {.code = "question", .what = found.error()});
    return admin_json(report::evidence_json(*found, context));
}

AdminResponse destroy_archive_key(Control& control, const AdminRequest& request) {
    namespace json = wire::json;
    const config::Snapshot& snapshot = *control.setup()->snapshot;
    const std::string directory = archive::directory_of(snapshot.archive, snapshot.server.state_dir);
    if (directory.empty()) return refuse_admin(409, {.code = "no_archive", .what = "there is no archive"});
    const auto type = json::scan(request.body, json::Limits{.depth_max = 2}, nullptr);
    const bool is_object = type && *type == json::Type::object;
    const json::Value value =
        is_object ? json::find(json::Value{json::Type::object, request.body}, "tenant") : json::Value{};
    std::string tenant;
    if (!is_object || value.text.empty() || value.type != json::Type::string ||
        !json::append_unescaped(tenant, value, tenant_bytes_max) || tenant.empty())
        return refuse_admin(422, {.code = "member_invalid",
                                  .what = "member \"tenant\" is missing or no text",
                                  .fix = R"(send {"tenant":"acme/research"})"});
    const WallTime now = control.loop().wall_now();
    const auto destroyed = archive::destroy_keys(control.files(), directory, tenant, now);
    if (!destroyed) return refuse_admin(503, {.code = "not_destroyed", .what = destroyed.error().message});
    if (destroyed->tenants.empty())
        return refuse_admin(404,
                            {.code = "tenant_unknown", .what = "the archive has no key of that tenant or below it"});
    std::string not_noted = "the ledger is off";
    if (control.keeper() != nullptr) {
        const std::string note = note_of(*destroyed);
        const auto noted = control.keeper()->append(ledger::Note{.json = note}, now);
        not_noted = noted ? "" : std::string(noted.error().detail);
    }
    for (const std::string& gone : destroyed->tenants) log::info("archive_key_destroyed", {{"tenant", gone}});
    JsonWriter answer;
    answer.begin_object();
    answer.begin_array("destroyed");
    for (const std::string& gone : destroyed->tenants) answer.text({}, gone);
    answer.end_array();
    answer.text_or_null("not_noted", not_noted);
    answer.begin_array("problems");
    for (const std::string& problem : destroyed->problems) answer.text({}, problem);
    answer.end_array();
    answer.end_object();
    return admin_json(answer.take());
}

}   // namespace gilmok::gateway::admin
