#include "cli/ledger.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>

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
    CLI::App app{"Verify, prove, export and rebuild the ledger", std::string(ledger_verb)};
    app.require_subcommand(1);
    const auto add = [&](const char* name, const char* help, const char* example) {
        CLI::App* command = app.add_subcommand(name, help);
        command->add_option("-c,--config", options.config_path, "Configuration file, which names the ledger")
            ->type_name("FILE")
            ->capture_default_str();
        command->add_option("-o,--output", options.output, "Format")
            ->check(CLI::IsMember({"table", "json"}))
            ->capture_default_str();
        command->footer(example);
        return command;
    };
    const auto add_directory = [&](CLI::App* command) {
        command->add_option("directory", options.directory, "Of the ledger; without it the configuration's")
            ->type_name("DIR");
    };
    CLI::App* show = add("show", "How large it is, who signs it, and until where",
                         "  gilmok ledger show\n  gilmok ledger show /var/lib/gilmok/ledger -o json");
    add_directory(show);
    CLI::App* verify =
        add("verify", "Find what is not as it was signed: changed bits, missing, added and moved records",
            "  gilmok ledger verify\n  gilmok ledger verify --against witness/checkpoint --key \"gilmok/01J…+…\" "
            "/backup/ledger\n\n"
            "With a checkpoint that was kept elsewhere it finds truncation and rollback too. Beside a running gateway "
            "only what\n"
            "is under a checkpoint is judged. Exit code 1: something differs.");
    verify->add_option("--against", options.against, "Checkpoint that was kept elsewhere; may stand several times")
        ->type_name("FILE");
    verify->add_option("--key", options.key,
                       "Verifier key, or a file that holds it; without it the one the ledger names itself");
    add_directory(verify);
    CLI::App* proof = add("proof", "Prove one request to somebody who has only the public key, or check such a proof",
                          "  gilmok ledger proof 01JD… --out request.proof\n  gilmok ledger proof --check "
                          "request.proof --key \"gilmok/01J…+…\"");
    proof->add_option("request", options.request, "Request id, as in x-request-id and the access log");
    proof->add_option("--out", options.out, "Write the proof there instead of to standard output")->type_name("FILE");
    proof->add_option("--check", options.check, "A proof to check")->type_name("FILE");
    proof->add_option("--key", options.key, "Verifier key, or a file that holds it");
    CLI::App* tiles = add("export", "Write the ledger as static tiles (C2SP tlog-tiles) that other tools can read",
                          "  gilmok ledger export --tiles /srv/www/ledger");
    tiles
        ->add_option("--tiles", options.tiles, "Target directory; an older export of this ledger is brought up to date")
        ->required()
        ->type_name("DIR");
    CLI::App* rebuild =
        add("rebuild", "Compute the tables again from the log; the gateway must not run", "  gilmok ledger rebuild");
    CLI::App* erase = add("erase", "Forget who a user was: the salt goes, the records and their proofs stay",
                          "  gilmok ledger erase --tenant acme/research --user alice@example.org");
    erase->add_option("--tenant", options.tenant, "The tenant's path")->required();
    erase->add_option("--user", options.user, "As requests name it in \"user\"")->required();
    CLI::App* rerate = add(
        "rerate", "Charge a span of time again at the present prices, and show what differs",
        "  gilmok ledger rerate --from 2026-11-01 --to 2026-11-20\n  gilmok ledger rerate --from 2026-11-01 --apply\n\n"
        "With --apply each difference becomes a CORRECTION record; what was booked stays as it is. Devices of one's "
        "own are\n"
        "not charged again.");
    rerate->add_option("--from", options.from, "First day, or a time")->required();
    rerate->add_option("--to", options.to, "Last day, or a time; without it today");
    rerate->add_flag("--apply", options.apply, "Write the corrections");
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());   // as CLI11 wants a vector
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        const auto parsed = app.get_subcommands();
        return {exit_ok, parsed.empty() ? app.help() : parsed.front()->help(std::string(ledger_verb)), {}};
    } catch (const CLI::ParseError& error) {
        return failed(exit_usage, ledger_verb,
                      std::string(error.what()) + "\n`gilmok ledger --help` tells what it takes.");
    }
    if (show->parsed()) return show_ledger(options, world);
    if (verify->parsed()) return verify_ledger(options, world);
    if (tiles->parsed()) return export_ledger(options, world);
    if (rebuild->parsed()) return rebuild_ledger(options, world);
    if (erase->parsed()) return erase_person(options, world);
    if (rerate->parsed()) return rerate_ledger(options, world);
    if (options.check.empty() == options.request.empty())
        return failed(exit_usage, ledger_verb,
                      "proof wants a request id to prove, or --check FILE with --key to check a proof");
    return options.check.empty() ? prove(options, world) : check_proof_file(options, world);
}

}   // namespace gilmok::cli
