#include "cli/ledger.hpp"

#include <cerrno>

#include "cli/grammar.hpp"
#include "cli/ledger_inside.hpp"
#include "cli/open_config.hpp"

namespace gilmok::cli {

std::string directory_of(const LedgerVerbOptions& options, const LedgerWorld& world, Outcome& outcome) {
    std::string directory = options.directory;
    if (directory.empty()) {
        const config::SnapshotPtr snapshot =
            open_config(options.config_path, world.files, world.secrets, ledger_verb, outcome);
        if (snapshot == nullptr) return {};
        std::string why;
        directory = ledger_directory_of(*snapshot, why);
        if (directory.empty()) {
            outcome = failed(exit_config, ledger_verb, why);
            return {};
        }
    }
    const auto identity = world.files.read(directory + "/identity", 1);
    if (!identity && identity.error().code == EACCES) {
        outcome = failed(exit_denied, ledger_verb, identity.error().message + "; ask as the user of the gateway");
        return {};
    }
    if (!world.files.exists(directory + "/identity")) {
        outcome = failed(exit_config, ledger_verb, "there is no ledger in " + directory);
        return {};
    }
    return directory;
}

OpenedLedger open_ledger(const LedgerVerbOptions& options, const LedgerWorld& world, Outcome& outcome) {
    OpenedLedger opened;
    opened.snapshot = open_config(options.config_path, world.files, world.secrets, ledger_verb, outcome);
    if (opened.snapshot != nullptr) opened.directory = directory_of(options, world, outcome);
    return opened;
}

bool is_held(const std::string& directory, io::Files& files) {
    constexpr unsigned mode = 0600;
    const std::string path = directory + "/lock";
    if (!files.exists(path)) return false;   // a copy: nothing is made in it
    const auto lock = files.lock(path, mode);
    return !lock && lock.error().code == EWOULDBLOCK;
}

Outcome ledger_command(const std::vector<std::string>& arguments, const LedgerWorld& world) {
    LedgerVerbOptions options;
    const Grammar grammar("Verify, prove, export and rebuild the ledger", ledger_verb);
    const Command top = grammar.top();
    top.wants_verb();
    const auto add = [&](const char* name, const char* help, const char* example) {
        const Command command = top.verb(name, help);
        command.config(options.config_path, "Configuration file, which names the ledger");
        command.output(options.output, {"table", "json"});
        command.footer(example);
        return command;
    };
    const auto add_directory = [&](const Command command) {
        command.option("directory", options.directory, "Of the ledger; without it the configuration's")
            .type_name("DIR");
    };
    const Command show = add("show", "How large it is, who signs it, and until where",
                             "  gilmok ledger show\n  gilmok ledger show /var/lib/gilmok/ledger -o json");
    add_directory(show);
    const Command verify =
        add("verify", "Find what is not as it was signed: changed bits, missing, added and moved records",
            "  gilmok ledger verify\n  gilmok ledger verify --against witness/checkpoint --key \"gilmok/01J…+…\" "
            "/backup/ledger\n\n"
            "With a checkpoint that was kept elsewhere it finds truncation and rollback too. Beside a running gateway "
            "only what\n"
            "is under a checkpoint is judged. Exit code 1: something differs.");
    verify.option("--against", options.against, "Checkpoint that was kept elsewhere; may stand several times")
        .type_name("FILE");
    verify.option("--key", options.key,
                  "Verifier key, or a file that holds it; without it the one the ledger names itself");
    add_directory(verify);
    const Command proof =
        add("proof", "Prove one request to somebody who has only the public key, or check such a proof",
            "  gilmok ledger proof 01JD… --out request.proof\n  gilmok ledger proof --check "
            "request.proof --key \"gilmok/01J…+…\"");
    proof.option("request", options.request, "Request id, as in x-request-id and the access log");
    proof.option("--out", options.out, "Write the proof there instead of to standard output").type_name("FILE");
    proof.option("--check", options.check, "A proof to check").type_name("FILE");
    proof.option("--key", options.key, "Verifier key, or a file that holds it");
    const Command tiles = add("export", "Write the ledger as static tiles (C2SP tlog-tiles) that other tools can read",
                              "  gilmok ledger export --tiles /srv/www/ledger");
    tiles.option("--tiles", options.tiles, "Target directory; an older export of this ledger is brought up to date")
        .required()
        .type_name("DIR");
    const Command rebuild =
        add("rebuild", "Compute the tables again from the log; the gateway must not run", "  gilmok ledger rebuild");
    const Command erase = add("erase", "Forget who a user was: the salt goes, the records and their proofs stay",
                              "  gilmok ledger erase --tenant acme/research --user alice@example.org");
    erase.option("--tenant", options.tenant, "The tenant's path").required();
    erase.option("--user", options.user, "As requests name it in \"user\"").required();
    const Command rerate = add(
        "rerate", "Charge a span of time again at the present prices, and show what differs",
        "  gilmok ledger rerate --from 2026-11-01 --to 2026-11-20\n  gilmok ledger rerate --from 2026-11-01 --apply\n\n"
        "With --apply each difference becomes a CORRECTION record; what was booked stays as it is. Devices of one's "
        "own are\n"
        "not charged again.");
    rerate.option("--from", options.from, "First day, or a time").required();
    rerate.option("--to", options.to, "Last day, or a time; without it today");
    rerate.flag("--apply", options.apply, "Write the corrections");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    if (show.is_parsed()) return show_ledger(options, world);
    if (verify.is_parsed()) return verify_ledger(options, world);
    if (tiles.is_parsed()) return export_ledger(options, world);
    if (rebuild.is_parsed()) return rebuild_ledger(options, world);
    if (erase.is_parsed()) return erase_person(options, world);
    if (rerate.is_parsed()) return rerate_ledger(options, world);
    if (options.check.empty() == options.request.empty())
        return failed(exit_usage, ledger_verb,
                      "proof wants a request id to prove, or --check FILE with --key to check a proof");
    return options.check.empty() ? prove(options, world) : check_proof_file(options, world);
}

}   // namespace gilmok::cli
