#include "cli/evidence.hpp"

#include "archive/reader.hpp"
#include "base/text.hpp"
#include "cli/grammar.hpp"
#include "cli/open_config.hpp"
#include "gateway/judge_class.hpp"
#include "ledger/newest.hpp"
#include "ledger/proof.hpp"
#include "report/evidence.hpp"

namespace gilmok::cli {

namespace {

constexpr std::string_view evidence_verb = "gilmok evidence";
constexpr unsigned directory_mode = 0755;
constexpr unsigned file_mode = 0644;

struct EvidenceOptions {
    std::string config_path = "gilmok.toml", output = "text", language, proofs;
    report::Asked asked;
    std::uint64_t listed = 1'000;
};

report::CheckpointFacts checkpoint_of(const std::string& directory, io::Files& files) {
    const auto newest = ledger::read_newest(files, directory);
    if (!newest) return {};
    const ledger::Hash& root = newest->checkpoint.root;
    return {.origin = newest->checkpoint.origin,
            .root_hex = hex({reinterpret_cast<const char*>(root.data()), root.size()}),
            .key = newest->key.text(),
            .note = newest->note,
            .size = newest->checkpoint.size};
}

// Of the tenant that was asked for and all below it; "" = of all.
report::ArchiveFacts archive_of(const config::Snapshot& snapshot, std::string_view node, io::Files& files) {
    report::ArchiveFacts facts;
    const std::string directory = archive::directory_of(snapshot.archive, snapshot.server.state_dir);
    if (directory.empty()) return facts;
    const auto seen = archive::list(files, directory);
    if (!seen) return facts;
    facts.is_readable = true;
    for (const archive::TenantSeen& tenant : *seen) {
        if (!node.empty() && !is_at_or_below(tenant.tenant, node)) continue;
        if (tenant.has_key) ++facts.tenants;
        if (!tenant.destroyed.empty()) facts.destroyed.push_back({tenant.tenant, tenant.destroyed});
        facts.texts += tenant.records;
        facts.bytes += tenant.bytes;
        facts.problems.insert(facts.problems.end(), tenant.problems.begin(), tenant.problems.end());
    }
    return facts;
}

// Everything an auditor takes away: the report, the checkpoint and a proof for each request that is listed.
io::FileResult<std::uint64_t> write_proofs(const std::string& in, const std::string& ledger,
                                           const report::Evidence& found, const report::EvidenceContext& context,
                                           bool is_korean, io::Files& files) {
    using Failure = tl::unexpected<io::FileError>;
    if (auto done = files.make_directory(in, directory_mode); !done) return Failure(done.error());
    const auto put = [&](const std::string& name, std::string_view text) {
        return files.write_atomically(in + "/" + name, text, file_mode);
    };
    if (auto done = put("evidence.txt", report::evidence_text(found, context, is_korean)); !done)
        return Failure(done.error());
    if (auto done = put("evidence.json", report::evidence_json(found, context)); !done) return Failure(done.error());
    if (auto done = put("checkpoint", context.checkpoint.note); !done) return Failure(done.error());
    const auto requests = found.requests();
    if (requests.empty()) return std::uint64_t{0};
    const auto write_one = [&](const model::RequestId& request, const std::string& proof) {
        return put(std::string(request.view()) + ".proof", proof);
    };
    return ledger::prove_requests(files, ledger, requests, write_one);
}

Outcome run(const EvidenceOptions& options, const MoneyWorld& world) {
    Outcome outcome;
    LedgerOptions opening;
    opening.config_path = options.config_path;
    const auto opened = open_for_questions(opening, world, evidence_verb, outcome);
    if (!opened) return outcome;
    std::string why;
    const std::string directory = ledger_directory_of(*opened->snapshot, why);
    if (directory.empty()) return failed(exit_config, evidence_verb, why);
    const report::EvidenceContext context{.snapshot = *opened->snapshot,
                                          .judge = gateway::judge_class_by(*opened->snapshot),
                                          .checkpoint = checkpoint_of(directory, world.files),
                                          .archive = archive_of(*opened->snapshot, options.asked.tenant, world.files),
                                          .listed_max = options.listed};
    const auto found = report::evidence(*opened->tables, context, options.asked, opened->clock);
    if (!found) return failed(exit_usage, evidence_verb, found.error());
    const bool is_korean = options.language.empty() ? world.language == Language::ko : options.language == "ko";
    if (options.output == "json")
        outcome.out = report::evidence_json(*found, context);
    else if (options.output == "csv")
        outcome.out = report::evidence_csv(*found);
    else
        outcome.out = report::evidence_text(*found, context, is_korean);
    if (!options.proofs.empty()) {
        const auto proven = write_proofs(options.proofs, directory, *found, context, is_korean, world.files);
        if (!proven) return failed(exit_failed, evidence_verb, proven.error().message);
        const std::size_t wanted = found->requests().size();
        outcome.err = std::to_string(*proven) + " proofs in " + options.proofs + '\n';
        if (*proven < wanted)
            outcome.err += std::to_string(wanted - *proven) + " requests are not under a checkpoint yet\n";
    }
    if (context.checkpoint.origin.empty()) outcome.err += "no checkpoint of the ledger could be read\n";
    outcome.exit_code = found->is_clean() ? exit_ok : exit_failed;
    return outcome;
}

}   // namespace

Outcome evidence_command(const std::vector<std::string>& arguments, const MoneyWorld& world) {
    EvidenceOptions options;
    const Grammar grammar("Report for an auditor: what left, to where, under which rule, with proofs", evidence_verb);
    const Command top = grammar.top();
    top.config(options.config_path);
    top.output(options.output, {"text", "json", "csv"});
    top.option("--period", options.asked.period,
               "today, yesterday, this-month (default), last-month, 7d, 2026-10, 2026-10-05");
    top.option("--from", options.asked.from, "First day, or a time such as 2026-11-01T09:00:00+09:00");
    top.option("--to", options.asked.to, "Last day, whole, or a time; without it today");
    top.option("--tenant", options.asked.tenant, "A node of the tenant tree, with all below it").type_name("NODE");
    top.option("--proofs", options.proofs, "Write report, checkpoint and a proof for each request there")
        .type_name("DIR");
    top.option("--list", options.listed, "Requests listed in each part; sums are always of all")
        .within(std::uint64_t{0}, report::evidence_listed_max)
        .shows_default();
    top.option("--language", options.language, "Of the text").one_of({"en", "ko"});
    top.footer(
        "  gilmok evidence --from 2026-11-01 --to 2026-11-30 --language ko\n"
        "  gilmok evidence --period last-month --tenant acme/finance --proofs audit/ -o json\n\n"
        "Exit code 1: an attempt was where the rules do not allow it.");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    return run(options, world);
}

}   // namespace gilmok::cli
