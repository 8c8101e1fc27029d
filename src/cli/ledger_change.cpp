// `gilmok ledger rebuild|erase`: what changes something beside the log, which nothing changes.
#include <cerrno>

#include "base/text.hpp"
#include "cli/ledger_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/reload.hpp"
#include "ledger/people.hpp"
#include "ledger/rebuild.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {

namespace {

constexpr unsigned lock_mode = 0600;
constexpr std::uint64_t progress_records = 100'000;

}   // namespace

bool ask_gateway(const LedgerVerbOptions& options, const LedgerWorld& world, const config::Snapshot& snapshot,
                 const std::string& path, std::string body, std::string& said, Outcome& outcome) {
    const config::Server& server = snapshot.server;
    config::Upstream admin = plain_upstream("admin", server.admin);
    admin.key = admin_token_of(server, world.files);
    if (admin.key.is_empty()) {
        outcome =
            failed(exit_denied, options.verb,
                   "a gateway writes this ledger, and its admin token cannot be known here: " + options.config_path +
                       " keeps none");
        return false;
    }
    upstream::FetchWhat what = get(path, std::chrono::seconds(60));
    what.method = "POST";
    what.body = std::move(body);
    const Answer answer = world.fetcher.fetch_all({{&admin, what}}).front();
    const std::string where = io::to_string(server.admin);
    if (answer.status == 0)
        outcome = failed(exit_unreachable, options.verb,
                         "a process writes this ledger, and no gateway answers on " + where + ": " + answer.problem);
    else if (answer.status == 401 || answer.status == 403)
        outcome = failed(exit_denied, options.verb, where + " refuses the admin token");
    else if (answer.status != 200)
        outcome = failed(exit_failed, options.verb, where + " refuses: " + words_of_refusal(answer.body));
    said = answer.body;
    return answer.status == 200;
}

Outcome rebuild_ledger(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const auto [snapshot, directory] = open_ledger(options, world, outcome);
    if (directory.empty()) return outcome;
    const auto lock = world.files.lock(directory + "/lock", lock_mode);
    if (!lock && lock.error().code != EWOULDBLOCK) return failed(exit_config, ledger_verb, lock.error().message);
    if (!lock)
        return failed(exit_failed, ledger_verb,
                      "a gateway writes this ledger: stop it first. Its tables are right by themselves as long as it "
                      "says nothing else");
    const auto tables = open_tables(*snapshot, directory, ledger_verb, outcome);
    if (tables == nullptr) return outcome;
    std::uint64_t told = 0;
    const auto progress = [&](std::uint64_t records) {
        if (!world.progress || records < told + progress_records) return;
        told = records;
        world.progress(std::to_string(records) + " records …");
    };
    const auto records = ledger::rebuild_tables(world.files, directory, *tables, progress);
    if (!records) return failed(exit_failed, ledger_verb, records.error().message);
    outcome.out = std::to_string(*records) + " records are in the tables\n";
    return outcome;
}

Outcome erase_person(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const auto [snapshot, directory] = open_ledger(options, world, outcome);
    if (directory.empty()) return outcome;
    const auto lock = world.files.lock(directory + "/lock", lock_mode);
    if (!lock && lock.error().code != EWOULDBLOCK) return failed(exit_config, ledger_verb, lock.error().message);
    if (!lock) {
        // The gateway holds the salts in its memory, so it must forget them itself.
        report::JsonWriter body;
        body.begin_object();
        body.text("tenant", options.tenant);
        body.text("user", options.user);
        body.end_object();
        std::string said;
        if (ask_gateway(options, world, *snapshot, "/admin/v1/ledger/erase", body.take(), said, outcome))
            outcome.out = "erased\n";
        return outcome;
    }
    auto people = ledger::People::open(world.files, directory + "/salts", world.random_bytes);
    if (!people) return failed(exit_config, ledger_verb, people.error().message);
    const auto erased = (*people)->erase(options.tenant, options.user);
    if (!erased) return failed(exit_failed, ledger_verb, erased.error().message);
    if (!*erased) return failed(exit_failed, ledger_verb, "nobody of that name is known there; nothing changed");
    outcome.out = "erased\n";
    outcome.err =
        "the records stay, and can no longer be led back to that person; backups of the file \"salts\" still can\n";
    return outcome;
}

}   // namespace gilmok::cli
