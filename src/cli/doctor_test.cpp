// Goal: each trouble is named once with its fix; a sound machine gets no fail.
#include "cli/doctor.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/test_network.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;
using Verdict = Finding::Verdict;

namespace {

const std::string sound_config =
    "[server]\nlisten = \"127.0.0.1:8080\"\nadmin = \"127.0.0.1:9090\"\nstate_dir = \"/state\"\n"
    "[server.limits]\nconnections_max = 1000\n"
    "[upstream.a]\nkind = \"vllm\"\nurl = \"http://10.0.0.1:8000/v1\"\nplace = \"kr-onprem\"\n"
    "[upstream.b]\nkind = \"vllm\"\nurl = \"http://10.0.0.2:8000/v1\"\nplace = \"kr-onprem\"\n"
    "[model.m]\ntry = [\"a/m\", \"b/m\"]\n";
const std::string list = R"({"data":[{"id":"m","owned_by":"vllm"}]})";

config::SnapshotPtr snapshot_of(const std::string& text) {
    static config::FakeFiles files;
    config::FakeSecrets secrets;
    const config::Loaded loaded = config::load_text(text, "gilmok.toml", files, secrets, 1);
    REQUIRE(loaded.snapshot != nullptr);
    return loaded.snapshot;
}

Patient sound() {
    Patient patient;
    patient.config_path = "gilmok.toml";
    patient.snapshot = snapshot_of(sound_config);
    patient.models = {{200, list, {}}, {200, list, {}}};
    patient.livez = {200, "ok", {}};
    patient.keys_stored = 1;
    Machine& machine = patient.machine;
    machine.file_limit = 1 << 20;
    machine.disk_free_bytes = 100ULL << 30;
    machine.is_state_dir_writable = true;
    machine.token_mode = 0600;
    machine.key_store_mode = 0600;
    machine.somaxconn = 4'096;
    machine.ports_first = 32'768;
    machine.ports_last = 60'999;
    machine.memory_available_bytes = 8ULL << 30;
    machine.now = WallTime(std::chrono::seconds(1'790'000'000));
    return patient;
}

Finding finding(const Patient& patient, std::string_view name) {
    for (Finding& one : examine(patient, Language::en))
        if (one.name == name) return one;
    return {std::string(name), Verdict::ok, "not there", {}};
}

bool has(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

// After the change the named check, and that one alone, has this verdict.
template <class Change>
void check_trouble(std::string_view name, Verdict verdict, Change change) {
    CAPTURE(std::string(name));
    Patient patient = sound();
    change(patient);
    for (const Finding& one : examine(patient, Language::en)) {
        CAPTURE(one.name);
        CAPTURE(one.what);
        CHECK((one.verdict == (one.name == name ? verdict : Verdict::ok)));
        CHECK(one.fix.empty() == (one.name != name));
    }
}

}   // namespace

TEST_CASE("doctor: a sound machine has twenty checks, all of them ok, each with its own name") {
    std::vector<std::string> names;
    for (const Finding& one : examine(sound(), Language::en)) {
        CAPTURE(one.name);
        CAPTURE(one.what);
        CHECK((one.verdict == Verdict::ok));
        CHECK(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos);
        names.push_back(one.name);
    }
    CHECK(names.size() >= 20);
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}

TEST_CASE("doctor: each trouble of the machine is named with its fix") {
    check_trouble("file-limit", Verdict::fail, [](Patient& p) { p.machine.file_limit = 256; });
    check_trouble("file-limit", Verdict::warn, [](Patient& p) { p.machine.file_limit = 2'000; });
    check_trouble("clock-sane", Verdict::fail, [](Patient& p) { p.machine.now = WallTime{}; });
    check_trouble("kernel-somaxconn", Verdict::warn, [](Patient& p) { p.machine.somaxconn = 128; });
    check_trouble("kernel-port-range", Verdict::warn, [](Patient& p) { p.machine.ports_last = 33'000; });
    check_trouble("memory-available", Verdict::warn, [](Patient& p) { p.machine.memory_available_bytes = 1 << 20; });
    check_trouble("disk-space", Verdict::fail, [](Patient& p) { p.machine.disk_free_bytes = 1 << 20; });
    check_trouble("state-dir-writable", Verdict::fail, [](Patient& p) { p.machine.is_state_dir_writable = false; });
    check_trouble("admin-token-mode", Verdict::fail, [](Patient& p) { p.machine.token_mode = 0644; });
    check_trouble("accelerators", Verdict::warn, [](Patient& p) { p.devices = {{"NVIDIA", "nvidia-smi", {}, true}}; });
}

TEST_CASE("doctor: each trouble of keys, secrets and ports is named with its fix") {
    check_trouble("secrets-present", Verdict::fail, [](Patient& p) { p.secrets_missing = {"env:OPENAI_API_KEY"}; });
    check_trouble("key-store-readable", Verdict::fail, [](Patient& p) { p.keys_stored.reset(); });
    check_trouble("key-store-readable", Verdict::warn, [](Patient& p) { p.keys_stored = 0; });
    check_trouble("gateway-running", Verdict::warn, [](Patient& p) { p.livez = {0, {}, "connection refused"}; });
    Patient patient = sound();
    patient.livez = {};
    patient.addresses_taken = {"127.0.0.1:8080"};
    CHECK((finding(patient, "ports-free").verdict == Verdict::fail));
    CHECK(has(finding(patient, "ports-free").what, "127.0.0.1:8080"));
}

TEST_CASE("doctor: each trouble of upstreams is named with its fix") {
    check_trouble("upstream-reach", Verdict::fail, [](Patient& p) { p.models[1] = {0, {}, "connection refused"}; });
    check_trouble("upstream-reach", Verdict::fail, [](Patient& p) { p.models[1] = {503, {}, {}}; });
    check_trouble("upstream-key", Verdict::fail, [](Patient& p) { p.models[0] = {401, {}, {}}; });
    check_trouble("upstream-models", Verdict::warn,
                  [](Patient& p) { p.models[0].body = R"({"data":[{"id":"other","owned_by":"vllm"}]})"; });
    check_trouble("engine-kind-matches", Verdict::warn,
                  [](Patient& p) { p.models[0].body = R"({"data":[{"id":"m","owned_by":"sglang"}]})"; });
    Patient patient = sound();
    patient.models[0] = {0, {}, std::string(name_not_found)};
    CHECK((finding(patient, "dns").verdict == Verdict::fail));
}

TEST_CASE("doctor: a certificate is judged by the days that are left") {
    const std::string with_tls = sound_config + "[server.tls]\ncertificate = \"/c\"\nkey = \"/k\"\n";
    static config::FakeFiles files;
    files.files["/c"] = files.files["/k"] = "pem";
    config::FakeSecrets secrets;
    Patient patient = sound();
    const config::Loaded loaded = config::load_text(with_tls, "gilmok.toml", files, secrets, 1);
    REQUIRE(loaded.snapshot != nullptr);
    patient.snapshot = loaded.snapshot;
    const auto verdict_after = [&](int days) {
        patient.certificate_expires = patient.machine.now + std::chrono::hours(24 * days);
        return finding(patient, "tls-certificate-expiry").verdict;
    };
    CHECK((verdict_after(90) == Verdict::ok));
    CHECK((verdict_after(20) == Verdict::warn));
    CHECK((verdict_after(0) == Verdict::fail));
    patient.certificate_expires.reset();
    patient.certificate_problem = "the key does not belong to the certificate";
    CHECK(has(finding(patient, "tls-certificate-expiry").what, "does not belong"));
}

TEST_CASE("doctor: a door open to the network without TLS, an unknown place and a lone candidate are warned of") {
    Patient patient = sound();
    patient.snapshot = snapshot_of(
        "[server]\nlisten = \"0.0.0.0:8080\"\n[upstream.a]\nurl = \"http://127.0.0.1:1/v1\"\n[model.m]\ntry = "
        "[\"a/m\"]\n");
    patient.models = {{200, list, {}}};
    CHECK((finding(patient, "door-encrypted").verdict == Verdict::warn));
    CHECK((finding(patient, "places-known").verdict == Verdict::warn));
    CHECK((finding(patient, "models-have-spares").verdict == Verdict::warn));
}

TEST_CASE("doctor: a refused configuration is one failure, and the machine is looked at all the same") {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    FakeNetwork network;
    files.files["gilmok.toml"] = "[servr]\n";
    const Outcome outcome = doctor({"gilmok.toml", Language::en, false, false}, files, secrets, network);
    CHECK(outcome.exit_code == exit_failed);
    CHECK(has(outcome.out, "config-valid"));
    CHECK(has(outcome.out, "gilmok.toml:1:2: unknown key \"servr\""));
    CHECK(has(outcome.out, "clock-sane"));
    CHECK(network.asked.empty());
}

TEST_CASE("doctor: a missing secret does not hide the rest, and none is shown") {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    FakeNetwork network;
    files.files["gilmok.toml"] =
        "[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\nkey = \"env:MISSING\"\n"
        "[upstream.b]\nurl = \"http://127.0.0.1:8001/v1\"\nkey = \"env:THERE\"\n[model.m]\ntry = [\"a/m\", \"b/m\"]\n";
    secrets.variables["THERE"] = "sk-very-secret-0123456789";
    network.answers["127.0.0.1:8000 GET /v1/models"] = {200, list, {}};
    for (const bool is_json : {false, true}) {
        const Outcome outcome = doctor({"gilmok.toml", Language::en, is_json, false}, files, secrets, network);
        CHECK(has(outcome.out, "env:MISSING"));
        CHECK(has(outcome.out, "upstream-reach"));
        CHECK(has(outcome.out, "b (connection refused)"));
        CHECK(!has(outcome.out, "very-secret"));
        CHECK(outcome.out.starts_with(is_json ? "{\"ok\":false," : "ok"));
    }
}
