#include "cli/archive.hpp"

#include <algorithm>

#include "archive/reader.hpp"
#include "cli/grammar.hpp"
#include "cli/ledger_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "gateway/ledger_service.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {

namespace {

constexpr std::string_view archive_verb = "gilmok archive";

struct ArchiveOptions {
    std::string config_path = "gilmok.toml", output = "table";
    std::string request, tenant;
    bool is_sure = false;
    [[nodiscard]] bool is_json() const { return output == "json"; }
};

struct OpenedArchive {
    config::SnapshotPtr snapshot;
    std::string directory;
};

// Nothing: `outcome` says why.
std::optional<OpenedArchive> open(const ArchiveOptions& options, const LedgerWorld& world, Outcome& outcome) {
    OpenedArchive opened;
    opened.snapshot = open_config(options.config_path, world.files, world.secrets, archive_verb, outcome);
    if (opened.snapshot == nullptr) return std::nullopt;
    opened.directory = archive::directory_of(opened.snapshot->archive, opened.snapshot->server.state_dir);
    if (!opened.directory.empty()) return opened;
    outcome =
        failed(exit_config, archive_verb, "the archive has no place: set dir in [archive] or state_dir in [server]");
    return std::nullopt;
}

std::string all_json(const std::vector<archive::TenantSeen>& all, const OpenedArchive& opened, bool is_running) {
    report::JsonWriter json;
    json.begin_object();
    json.text("directory", opened.directory);
    json.flag("running", is_running);
    json.number("retention_days", opened.snapshot->archive.retention_days);
    json.number("bytes_max", opened.snapshot->archive.bytes_max);
    json.begin_array("kept");
    for (const std::string& tenant : opened.snapshot->archive.tenants) json.text({}, tenant);
    json.end_array();
    json.begin_array("tenants");
    for (const archive::TenantSeen& seen : all) {
        json.begin_object();
        json.text_or_null("tenant", seen.tenant);
        json.flag("has_key", seen.has_key);
        json.text_or_null("key_destroyed", seen.destroyed);
        json.text_or_null("first_day", seen.first_day);
        json.text_or_null("last_day", seen.last_day);
        json.number("files", seen.files);
        json.number("texts", seen.records);
        json.number("bytes", seen.bytes);
        json.begin_array("problems");
        for (const std::string& problem : seen.problems) json.text({}, problem);
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

Outcome list(const ArchiveOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const auto opened = open(options, world, outcome);
    if (!opened) return outcome;
    const auto all = archive::list(world.files, opened->directory);
    if (!all) return failed(exit_failed, archive_verb, all.error().message);
    if (options.is_json()) return {exit_ok, all_json(*all, *opened, is_held(opened->directory, world.files)), {}};
    Table table({"TENANT", "KEY", "FIRST DAY", "LAST DAY", ">FILES", ">TEXTS", ">BYTES"});
    for (const archive::TenantSeen& seen : *all) {
        const std::string key = seen.has_key ? "yes" : seen.destroyed.empty() ? "none" : "destroyed " + seen.destroyed;
        table.add({seen.tenant.empty() ? "?" : seen.tenant, key, seen.first_day, seen.last_day,
                   std::to_string(seen.files), std::to_string(seen.records), std::to_string(seen.bytes)});
        for (const std::string& problem : seen.problems) outcome.err += problem + '\n';
    }
    outcome.out = table.text();
    return outcome;
}

Outcome status(const ArchiveOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const auto opened = open(options, world, outcome);
    if (!opened) return outcome;
    const auto all = archive::list(world.files, opened->directory);
    if (!all) return failed(exit_failed, archive_verb, all.error().message);
    const bool is_running = is_held(opened->directory, world.files);
    if (options.is_json()) return {exit_ok, all_json(*all, *opened, is_running), {}};
    std::uint64_t texts = 0, bytes = 0, problems = 0;
    for (const archive::TenantSeen& seen : *all) {
        texts += seen.records;
        bytes += seen.bytes;
        problems += seen.problems.size();
    }
    const config::Archive& settings = opened->snapshot->archive;
    std::string kept;
    for (const std::string& tenant : settings.tenants) kept.append(kept.empty() ? "" : ", ").append(tenant);
    outcome.out = "directory  " + opened->directory + "\nkept of    " + (kept.empty() ? "nobody" : kept) +
                  "\nfor days   " + std::to_string(settings.retention_days) + "\ntexts      " + std::to_string(texts) +
                  "\nbytes      " + std::to_string(bytes) + " of " + std::to_string(settings.bytes_max) +
                  "\ntorn       " + std::to_string(problems) + "\nwritten by " +
                  (is_running ? "a running gateway" : "nobody now") + '\n';
    return outcome;
}

Outcome show(const ArchiveOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    model::RequestId id{};
    if (options.request.size() != sizeof id.text)
        return failed(exit_usage, archive_verb,
                      "a request id has 26 letters and digits, as in the header x-request-id of its answer");
    std::copy(options.request.begin(), options.request.end(), id.text);
    const auto opened = open(options, world, outcome);
    if (!opened) return outcome;
    const auto master =
        archive::load_master_key(world.files, opened->snapshot->archive, opened->snapshot->server.state_dir, {});
    if (!master) return failed(exit_config, archive_verb, master.error().message);
    const auto shown = archive::show(world.files, opened->directory, *master, id);
    if (!shown) return failed(exit_failed, archive_verb, shown.error().message);
    report::JsonWriter json;
    json.begin_array();
    for (const archive::Found& found : shown->texts) {
        const bool is_read = found.problem.empty();
        json.begin_object();
        json.text("what", archive::name_of(found.header.what));
        json.text("at", rfc3339(found.header.at));
        json.text_or_null("tenant", found.tenant);
        json.flag("redacted", found.header.is_redacted);
        json.flag("cut", found.header.is_cut);
        if (is_read)
            json.text("text", found.text);
        else
            json.text("problem", found.problem);
        json.end_object();
        outcome.out += std::string(archive::name_of(found.header.what)) + "  " + rfc3339(found.header.at) + "  " +
                       found.tenant +
                       (!found.header.is_redacted                    ? ""
                        : found.header.what == archive::What::prompt ? "  as it was sent"
                                                                     : "  with stand-ins") +
                       (found.header.is_cut ? "  CUT" : "") + '\n' +
                       (is_read ? found.text : "CANNOT BE READ: " + found.problem) + "\n\n";
        if (!is_read) outcome.exit_code = exit_failed;
    }
    json.end_array();
    if (options.is_json()) outcome.out = json.take() + '\n';
    for (const std::string& problem : shown->problems) outcome.err += "left out: " + problem + '\n';
    if (shown->texts.empty()) {
        const Outcome none = failed(exit_failed, archive_verb, "nothing of that request is in the archive");
        outcome.exit_code = none.exit_code;
        outcome.err += none.err;
    }
    return outcome;
}

// A note of it in the ledger, which is opened here as a gateway would open it. "" or why there is none.
std::string note_here(const config::Snapshot& snapshot, const LedgerWorld& world,
                      const std::vector<std::string>& tenants) {
    std::string why;
    if (ledger_directory_of(snapshot, why).empty()) return why;
    report::JsonWriter json;
    json.begin_object();
    json.text("what", "archive_key_destroyed");
    json.begin_array("tenants");
    for (const std::string& tenant : tenants) json.text({}, tenant);
    json.end_array();
    json.end_object();
    const std::string note = json.take();
    gateway::LedgerService service(world.files, *world.loop);
    if (const std::string problem = service.open(snapshot, 1); !problem.empty()) return problem;
    const auto noted = service.keeper()->append(ledger::Note{.json = note}, world.now);
    service.close();   // signs what was written
    return noted ? "" : std::string(noted.error().detail);
}

Outcome destroy_key(const ArchiveOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const auto opened = open(options, world, outcome);
    if (!opened) return outcome;
    if (!options.is_sure)
        return failed(exit_usage, archive_verb,
                      "nothing that was kept of \"" + options.tenant +
                          "\" and all below it can be read ever after; add --yes to do it");
    std::string why;
    const std::string ledger = ledger_directory_of(*opened->snapshot, why);
    if (is_held(opened->directory, world.files) || (!ledger.empty() && is_held(ledger, world.files))) {
        report::JsonWriter body;
        body.begin_object();
        body.text("tenant", options.tenant);
        body.end_object();
        LedgerVerbOptions asking;
        asking.config_path = options.config_path;
        asking.verb = archive_verb;
        std::string said;
        if (ask_gateway(asking, world, *opened->snapshot, "/admin/v1/archive/destroy-key", body.take(), said, outcome))
            outcome.out = said;
        return outcome;
    }
    const auto destroyed = archive::destroy_keys(world.files, opened->directory, options.tenant, world.now);
    if (!destroyed) return failed(exit_failed, archive_verb, destroyed.error().message);
    if (destroyed->tenants.empty())
        return failed(exit_failed, archive_verb,
                      "the archive has no key of \"" + options.tenant + "\" or below it; nothing changed");
    for (const std::string& tenant : destroyed->tenants) outcome.out += "destroyed: " + tenant + '\n';
    for (const std::string& problem : destroyed->problems) outcome.err += problem + '\n';
    if (const std::string not_noted = note_here(*opened->snapshot, world, destroyed->tenants); !not_noted.empty())
        outcome.err += "not noted in the ledger: " + not_noted + '\n';
    outcome.err +=
        "backups of the key file can still open backups of the archive, as long as the master key is there\n";
    return outcome;
}

}   // namespace

Outcome archive_command(const std::vector<std::string>& arguments, const LedgerWorld& world) {
    ArchiveOptions options;
    const Grammar grammar("Look into the archive of prompts and answers, and destroy a tenant's key", archive_verb);
    const Command top = grammar.top();
    top.wants_verb();
    const auto add = [&](const char* name, const char* help, const char* example) {
        const Command command = top.verb(name, help);
        command.config(options.config_path);
        command.output(options.output, {"table", "json"});
        command.footer(example);
        return command;
    };
    const Command list_verb =
        add("list", "What is kept of whom, and whose keys were destroyed", "  gilmok archive list");
    const Command status_verb =
        add("status", "How much there is, and who writes it", "  gilmok archive status -o json");
    const Command show_verb = add("show", "Prompt and answer of one request", "  gilmok archive show 01JD…");
    show_verb.option("request", options.request, "Request id, as in x-request-id and the access log").required();
    const Command destroy_verb =
        add("destroy-key", "Make everything that was kept of a tenant and all below it unreadable, for good",
            "  gilmok archive destroy-key acme/research --yes\n\nThe ledger gets a note of it.");
    destroy_verb.option("tenant", options.tenant, "The tenant's path").required();
    destroy_verb.flag("--yes", options.is_sure, "It is meant");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    if (list_verb.is_parsed()) return list(options, world);
    if (status_verb.is_parsed()) return status(options, world);
    return show_verb.is_parsed() ? show(options, world) : destroy_key(options, world);
}

}   // namespace gilmok::cli
