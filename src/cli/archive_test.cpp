// Goal: what is kept can be looked at, shown with the master key, and destroyed for good with a note in the ledger. Method: an archive on
// the disk, written as the gateway writes it.
#include "cli/archive.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "archive/archive.hpp"
#include "cli/test_network.hpp"
#include "config/test_machine.hpp"
#include "io/linux/files.hpp"
#include "io/linux/loop.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const WallTime noon = *parse_rfc3339("2026-11-22T12:00:00Z");
const model::RequestId request = model::make_request_id(unix_ms(noon), 1, 2);

class Shell {
public:
    Shell() {
        char name[] = "/tmp/gilmok-archive-verb-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        root = name;
        REQUIRE(files.write_atomically(
            root + "/gilmok.toml",
            "[server]\nstate_dir = \"" + root +
                "\"\n[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\n[model.m]\ntry = [\"a/m\"]\n"
                "[tenant.\"acme\"]\n[archive]\ntenants = [\"acme\"]\n",
            0600));
    }
    ~Shell() { std::filesystem::remove_all(root); }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    void keep() {
        config::Archive settings;
        settings.tenants = {"acme"};
        const archive::RandomBytes random = [this](std::span<char> out) { loop->random_bytes(out); };
        auto master = archive::load_master_key(files, settings, root, random);
        REQUIRE(master);
        auto opened = archive::Archive::open(files, root + "/archive", settings, std::move(*master), random, noon);
        REQUIRE(opened);
        static_cast<void>((*opened)->put("acme", request, noon, archive::What::prompt, "what was asked", true));
        CHECK((*opened)->turn(noon) == 1);
    }
    Outcome run(std::vector<std::string> words) {
        words.insert(words.end(), {"-c", root + "/gilmok.toml"});
        LedgerWorld world{files, secrets, network, noon};
        world.loop = loop.get();
        return archive_command(words, world);
    }

    io::linux_::LinuxFiles files;
    config::FakeSecrets secrets;
    FakeNetwork network;
    std::unique_ptr<io::Loop> loop = io::linux_::make_loop();
    std::string root;
};

}   // namespace

TEST_CASE("archive verbs: kept, shown, destroyed, and then nobody can read it") {
    Shell shell;
    CHECK(shell.run({"list"}).exit_code == exit_ok);   // nothing yet
    CHECK(shell.run({"show", std::string(request.view())}).exit_code == exit_config);
    shell.keep();
    CHECK(has(shell.run({"list"}).out, "acme"));
    CHECK(has(shell.run({"status"}).out, "texts      1"));
    CHECK(has(shell.run({"status", "-o", "json"}).out, "\"running\":false"));
    const Outcome shown = shell.run({"show", std::string(request.view())});
    CHECK(shown.exit_code == exit_ok);
    CHECK(has(shown.out, "what was asked"));
    CHECK(has(shell.run({"show", std::string(request.view()), "-o", "json"}).out, "\"text\":\"what was asked\""));

    CHECK(shell.run({"destroy-key", "acme"}).exit_code == exit_usage);
    CHECK(has(shell.run({"show", std::string(request.view())}).out, "what was asked"));
    const Outcome destroyed = shell.run({"destroy-key", "acme", "--yes"});
    CHECK(destroyed.exit_code == exit_ok);
    CHECK(has(destroyed.out, "destroyed: acme"));
    CHECK_FALSE(has(destroyed.err, "not noted"));
    CHECK(shell.run({"show", std::string(request.view())}).exit_code == exit_failed);
    CHECK(has(shell.run({"list"}).out, "destroyed 2026-11-22T12:00:00.000Z"));
    CHECK(shell.run({"destroy-key", "acme", "--yes"}).exit_code == exit_failed);
}

TEST_CASE("archive verbs: what is asked wrongly is told") {
    Shell shell;
    CHECK(shell.run({"show", "short"}).exit_code == exit_usage);
    CHECK(shell.run({"burn"}).exit_code == exit_usage);
    CHECK(shell.run({"show", std::string(26, '0')}).exit_code != exit_ok);
    CHECK(has(shell.run({"--help"}).out, "destroy-key"));
}
