// `gilmok ledger show|verify|proof|export`: reading only.
#include <algorithm>

#include "base/text.hpp"
#include "cli/ledger_inside.hpp"
#include "cli/open_config.hpp"
#include "ledger/newest.hpp"
#include "ledger/proof.hpp"
#include "ledger/tiles.hpp"
#include "ledger/verify.hpp"
#include "report/json_writer.hpp"

namespace gilmok::cli {

namespace {

constexpr std::size_t note_file_bytes_max = 1 << 20;
constexpr std::size_t proof_file_bytes_max = ledger::proof_bytes_max * ledger::proofs_max;

// The key itself, or a file with it.
std::optional<ledger::VerifierKey> read_key(const std::string& text, const LedgerWorld& world, Outcome& outcome) {
    std::string key = text;
    if (world.files.exists(text)) {
        const auto read = world.files.read(text, note_file_bytes_max);
        if (!read) {
            outcome = failed(exit_config, ledger_verb, read.error().message);
            return std::nullopt;
        }
        key = read->substr(0, read->find('\n'));
    }
    auto parsed = ledger::parse_verifier_key(trim(key));
    if (!parsed) {
        outcome = failed(exit_usage, ledger_verb,
                         "--key is no verifier key: " + std::string(parsed.error().detail) +
                             "; `gilmok ledger show` tells the ledger's");
        return std::nullopt;
    }
    return *parsed;
}

std::string grouped(std::uint64_t number) { return rounded(static_cast<Pico>(number) * pico_per_unit, 0); }

std::string hex_of(const ledger::Hash& hash) { return hex({reinterpret_cast<const char*>(hash.data()), hash.size()}); }

// Bytes of the log, for people who wonder how long it takes.
std::uint64_t log_bytes(io::Files& files, const std::string& directory) {
    std::uint64_t bytes = 0;
    const auto names = files.list(directory + "/log");
    if (!names) return 0;
    for (const std::string& name : *names)
        if (name.ends_with(".log"))
            if (const auto size = files.size(directory + "/log/" + name)) bytes += *size;
    return bytes;
}

std::string verified_json(const ledger::Verified& verified, bool is_running) {
    report::JsonWriter json;
    json.begin_object();
    json.flag("whole", verified.is_whole());
    json.flag("only_signed", is_running);
    json.number("records", verified.records);
    json.number("bytes", verified.bytes);
    json.number("signed_size", verified.signed_size);
    json.number("checkpoints", verified.checkpoints);
    json.text("root", hex_of(verified.root));
    json.number("problems_count", verified.problems_count);
    json.begin_array("problems");
    for (const ledger::Problem& problem : verified.problems) {
        json.begin_object();
        json.text_or_null("file", problem.file);
        if (problem.index) json.number("index", *problem.index);
        if (problem.offset) json.number("offset", *problem.offset);
        json.text("what", problem.what);
        json.text_or_null("expected", problem.expected);
        json.text_or_null("found", problem.found);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

std::string speed_words(const ledger::Verified& verified, Duration took) {
    if (took <= Duration::zero()) return {};
    const double seconds = std::chrono::duration<double>(took).count();
    return ", " + grouped(static_cast<std::uint64_t>(static_cast<double>(verified.records) / seconds)) + " a second";
}

}   // namespace

Outcome show_ledger(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const std::string directory = directory_of(options, world, outcome);
    if (directory.empty()) return outcome;
    const auto newest = ledger::read_newest(world.files, directory);
    if (!newest) return failed(exit_failed, ledger_verb, newest.error().message);
    const bool is_running = is_held(directory, world.files);
    if (options.is_json()) {
        report::JsonWriter json;
        json.begin_object();
        json.text("directory", directory);
        json.text("origin", newest->checkpoint.origin);
        json.number("signed_size", newest->checkpoint.size);
        json.text("root", hex_of(newest->checkpoint.root));
        json.text("key", newest->key.text());
        json.number("log_bytes", log_bytes(world.files, directory));
        json.flag("running", is_running);
        json.text("checkpoint", newest->note);
        json.end_object();
        return {exit_ok, json.take() + '\n', {}};
    }
    outcome.out = "directory  " + directory + "\norigin     " + newest->checkpoint.origin + "\nkey        " +
                  newest->key.text() + "\nsigned     " + grouped(newest->checkpoint.size) + " records\nroot       " +
                  hex_of(newest->checkpoint.root) + "\nlog        " + grouped(log_bytes(world.files, directory)) +
                  " bytes\nwritten by " + (is_running ? "a running gateway" : "nobody now") + "\n\n" + newest->note;
    return outcome;
}

Outcome verify_ledger(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const std::string directory = directory_of(options, world, outcome);
    if (directory.empty()) return outcome;
    ledger::VerifyOptions how;
    how.directory = directory;
    if (!options.key.empty()) {
        how.key = read_key(options.key, world, outcome);
        if (!how.key) return outcome;
    }
    for (const std::string& path : options.against) {
        auto note = world.files.read(path, note_file_bytes_max);
        if (!note) return failed(exit_config, ledger_verb, note.error().message);
        how.kept.push_back(std::move(*note));
    }
    how.only_signed = is_held(directory, world.files);
    if (world.progress)
        world.progress("reading " + grouped(log_bytes(world.files, directory)) + " bytes of " + directory + " …");
    const Instant begun = world.clock ? world.clock() : Instant{};
    const ledger::Verified verified = ledger::verify(world.files, how);
    const Duration took = world.clock ? world.clock() - begun : Duration{};
    outcome.exit_code = verified.is_whole() ? exit_ok : exit_failed;
    if (options.is_json()) {
        outcome.out = verified_json(verified, how.only_signed);
        return outcome;
    }
    for (const ledger::Problem& problem : verified.problems) outcome.out += describe(problem) + '\n';
    if (verified.problems_count > verified.problems.size())
        outcome.out += "… and " + grouped(verified.problems_count - verified.problems.size()) + " more\n";
    outcome.out += std::string(verified.is_whole() ? "whole: " : "NOT WHOLE: ") + grouped(verified.records) +
                   " records read, " + grouped(verified.signed_size) + " of them signed, " +
                   grouped(verified.checkpoints) + " checkpoints" + speed_words(verified, took) +
                   "\nroot: " + hex_of(verified.root) + '\n';
    if (how.only_signed) outcome.err += "a gateway writes this ledger: only what is under a checkpoint was judged\n";
    if (!how.key)
        outcome.err += "the key is the one that the ledger names itself; --key with one kept elsewhere tells more\n";
    if (how.kept.empty())
        outcome.err +=
            "truncation and rollback can be seen only with --against and a checkpoint that was kept elsewhere\n";
    return outcome;
}

Outcome prove(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    model::RequestId id{};
    if (options.request.size() != sizeof id.text)
        return failed(exit_usage, ledger_verb,
                      "a request id has 26 letters and digits, as in the header x-request-id of its answer");
    std::copy(options.request.begin(), options.request.end(), id.text);
    const std::string directory = directory_of(options, world, outcome);
    if (directory.empty()) return outcome;
    const auto proof = ledger::prove_request(world.files, directory, id);
    if (!proof) return failed(exit_failed, ledger_verb, proof.error().message);
    if (options.out.empty()) {
        outcome.out = *proof;
        return outcome;
    }
    constexpr unsigned mode = 0644;
    if (const auto written = world.files.write_atomically(options.out, *proof, mode); !written)
        return failed(exit_config, ledger_verb, written.error().message);
    outcome.err = "written to " + options.out + "; whoever has the key checks it: gilmok ledger proof --check " +
                  options.out + " --key …\n";
    return outcome;
}

Outcome check_proof_file(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    if (options.key.empty())
        return failed(exit_usage, ledger_verb,
                      "--check needs --key: the verifier key of the ledger, from somewhere else than the proof itself");
    const auto key = read_key(options.key, world, outcome);
    if (!key) return outcome;
    const auto text = world.files.read(options.check, proof_file_bytes_max);
    if (!text) return failed(exit_config, ledger_verb, text.error().message);
    std::string_view why;
    const auto proofs = ledger::check_proofs(*text, *key, &why);
    if (!proofs)
        return failed(exit_failed, ledger_verb,
                      "NOT PROVEN: " + std::string(why.empty() ? std::string_view(proofs.error().detail) : why));
    outcome.out = ledger::explain(*proofs);
    outcome.err = "proven: in the ledger that " + key->name + " signed\n";
    return outcome;
}

Outcome export_ledger(const LedgerVerbOptions& options, const LedgerWorld& world) {
    Outcome outcome;
    const std::string directory = directory_of(options, world, outcome);
    if (directory.empty()) return outcome;
    if (world.progress)
        world.progress("reading " + grouped(log_bytes(world.files, directory)) + " bytes of " + directory + " …");
    const auto exported = ledger::export_tiles(world.files, directory, options.tiles);
    if (!exported) return failed(exit_failed, ledger_verb, exported.error().message);
    outcome.out = grouped(exported->entries) + " records in " + options.tiles + ", " + grouped(exported->files) +
                  " files written\n";
    return outcome;
}

}   // namespace gilmok::cli
