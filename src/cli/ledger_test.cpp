// Goal: an auditor with the binary alone finds what was altered, proves a request and checks a proof; the operator rebuilds the
// tables and lets a person be forgotten. Method: a small ledger on the disk.
#include "cli/ledger.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "cli/test_network.hpp"
#include "config/test_machine.hpp"
#include "io/linux/files.hpp"
#include "ledger/people.hpp"
#include "ledger/tables.hpp"
#include "ledger/test_ledger.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

class Shell {
public:
    Shell() {
        char name[] = "/tmp/gilmok-ledger-verb-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        root = name;
        write(ledger.directory());
        std::filesystem::create_directories(root + "/ledger/log");
        REQUIRE(files.write_atomically(
            root + "/gilmok.toml",
            "[server]\nstate_dir = \"" + root +
                "\"\n[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\n[model.m]\ntry = [\"a/m\"]\n",
            0600));
    }
    ~Shell() { std::filesystem::remove_all(root); }

    void write(const ledger::Directory& directory) {
        for (const auto& [path, bytes] : directory) {
            const std::string full = root + "/ledger/" + path;
            std::filesystem::create_directories(std::filesystem::path(full).parent_path());
            REQUIRE(files.write_atomically(full, bytes, 0600));
        }
    }
    Outcome run(std::vector<std::string> words) {
        words.insert(words.end(), {"-c", root + "/gilmok.toml"});
        LedgerWorld world{files, secrets, network, *parse_rfc3339("2026-11-21")};
        world.random_bytes = [](std::span<char> out) { std::fill(out.begin(), out.end(), 'r'); };
        return ledger_command(words, world);
    }
    [[nodiscard]] std::string key() const { return ledger.signer.verifier().text(); }

    ledger::TestLedger ledger;
    io::linux_::LinuxFiles files;
    config::FakeSecrets secrets;
    FakeNetwork network;
    std::string root;
};

}   // namespace

TEST_CASE("a ledger that is as it was signed is whole, and what is altered is named") {
    Shell shell;
    const Outcome whole = shell.run({"verify", "--key", shell.key()});
    CHECK(whole.exit_code == exit_ok);
    CHECK(has(whole.out, "whole: 300 records read, 300 of them signed"));
    ledger::Directory altered = shell.ledger.directory();
    altered[ledger::log_name(100, ".log")][200] ^= 1;
    shell.write(altered);
    const Outcome broken = shell.run({"verify"});
    CHECK(broken.exit_code == exit_failed);
    CHECK(has(broken.out, "NOT WHOLE"));
    CHECK(has(broken.out, ledger::log_name(100, ".log")));
    CHECK(has(shell.run({"verify", "-o", "json"}).out, "\"whole\":false"));
}

TEST_CASE("a checkpoint that was kept elsewhere shows a rollback") {
    Shell shell;
    const std::string kept = shell.root + "/kept";
    REQUIRE(shell.files.write_atomically(kept, shell.ledger.directory().at("checkpoint"), 0600));
    const std::vector<std::string> fewer(shell.ledger.records.begin(), shell.ledger.records.begin() + 200);
    std::filesystem::remove_all(shell.root + "/ledger");
    shell.write(shell.ledger.lay_out(fewer, shell.ledger.signer));
    CHECK(shell.run({"verify"}).exit_code == exit_ok);
    const Outcome rolled_back = shell.run({"verify", "--against", kept});
    CHECK(rolled_back.exit_code == exit_failed);
    CHECK(shell.run({"verify", "--against", shell.root + "/nothing"}).exit_code == exit_config);
}

TEST_CASE("a proof is made, and checked by whoever has the key; another key proves nothing") {
    Shell shell;
    const model::RequestId id = ledger::TestLedger::request_number(7);
    const std::string proof = shell.root + "/request.proof";
    CHECK(shell.run({"proof", std::string(id.view()), "--out", proof}).exit_code == exit_ok);
    const Outcome checked = shell.run({"proof", "--check", proof, "--key", shell.key()});
    CHECK(checked.exit_code == exit_ok);
    CHECK(has(checked.out, id.view()));
    const std::string other = ledger::TestLedger::make_signer('x').verifier().text();
    const Outcome refused = shell.run({"proof", "--check", proof, "--key", other});
    CHECK(refused.exit_code == exit_failed);
    CHECK(has(refused.err, "NOT PROVEN"));
    CHECK(shell.run({"proof", "--check", proof}).exit_code == exit_usage);
    CHECK(shell.run({"proof"}).exit_code == exit_usage);
    CHECK(shell.run({"proof", "short"}).exit_code == exit_usage);
    CHECK(shell.run({"proof", std::string(26, '0')}).exit_code == exit_failed);
}

TEST_CASE("show tells size and key, and a directory without a ledger is said to be one") {
    Shell shell;
    const Outcome shown = shell.run({"show"});
    CHECK(shown.exit_code == exit_ok);
    CHECK(has(shown.out, shell.key()));
    CHECK(has(shown.out, "300 records"));
    CHECK(has(shell.run({"show", "-o", "json"}).out, "\"signed_size\":300"));
    CHECK(shell.run({"show", shell.root + "/elsewhere"}).exit_code == exit_config);
    CHECK(shell.run({}).exit_code == exit_usage);
}

TEST_CASE("rebuild makes the tables from the log, and not while somebody writes it") {
    Shell shell;
    const Outcome rebuilt = shell.run({"rebuild"});
    CHECK(rebuilt.exit_code == exit_ok);
    CHECK(rebuilt.out == "300 records are in the tables\n");
    const auto tables = ledger::ask_sqlite(shell.root + "/ledger/tables.sqlite");
    REQUIRE(tables);
    const auto folded = (*tables)->folded();
    REQUIRE(folded);
    CHECK(folded->records == 300);
    const auto rows = (*tables)->attempts_of(ledger::TestLedger::request_number(7));
    REQUIRE(rows);
    CHECK(rows->size() == 1);
    const auto lock = shell.files.lock(shell.root + "/ledger/lock", 0600);
    REQUIRE(lock);
    CHECK(shell.run({"rebuild"}).exit_code == exit_failed);
    CHECK(has(shell.run({"verify"}).err, "only what is under a checkpoint"));
}

TEST_CASE("a person is forgotten once") {
    Shell shell;
    const std::string salts = shell.root + "/ledger/salts";
    const auto random = [](std::span<char> out) { std::fill(out.begin(), out.end(), 's'); };
    {
        auto people = ledger::People::open(shell.files, salts, random);
        REQUIRE(people);
        (*people)->id_of("acme", "alice");
        REQUIRE((*people)->flush());
    }
    CHECK(shell.run({"erase", "--tenant", "acme", "--user", "bob"}).exit_code == exit_failed);
    CHECK(shell.run({"erase", "--tenant", "acme", "--user", "alice"}).exit_code == exit_ok);
    CHECK(shell.run({"erase", "--tenant", "acme", "--user", "alice"}).exit_code == exit_failed);
    const auto after = ledger::People::open(shell.files, salts, random);
    REQUIRE(after);
    CHECK((*after)->find("acme", "alice") == ledger::PersonId{});
}

TEST_CASE("a span is charged again without anything being written, and wants to be named") {
    Shell shell;
    CHECK(shell.run({"rerate", "--from", "2025-11-21", "--to", "2025-11-21"}).exit_code ==
          exit_config);   // no tables yet
    REQUIRE(shell.run({"rebuild"}).exit_code == exit_ok);
    const Outcome looked = shell.run({"rerate", "--from", "2025-11-21", "--to", "2025-11-21"});
    CHECK(looked.exit_code == exit_ok);
    CHECK(has(looked.err, "0 attempts would be corrected"));
    CHECK(shell.run({"rerate"}).exit_code == exit_usage);
    CHECK(shell.run({"rerate", "--from", "last week"}).exit_code == exit_usage);
}
