#include <doctest/doctest.h>

#include "archive/reader.hpp"
#include "gateway/test_gate.hpp"

using namespace gilmok;
using namespace gilmok::gateway;

namespace {

std::string hello(const std::string&) {
    return http_answer(R"({"choices":[{"index":0,"message":{"content":"hello"}}]})");
}

// A chat through the door, until its answer is there and what is kept of it is on the disk.
bool is_answered(TestGate& gate, std::string_view model) {
    const std::string body =
        R"({"model":")" + std::string(model) + R"(","messages":[{"role":"user","content":"a prompt"}]})";
    const std::string headers = "host: gate.test\r\ncontent-type: application/json\r\nauthorization: Bearer " +
                                std::string(TestGate::fixed_key) + "\r\n";
    TestClient client(gate.world, gate.door, TestGate::request("POST", "/v1/chat/completions", body, headers));
    const bool is_there = gate.run_until([&] { return client.received.find("hello") != std::string::npos; });
    gate.archive->turn(gate.world.wall_now());
    return is_there;
}

}   // namespace

TEST_CASE("prompts and answers of a tenant that wants it are kept, also where the first upstream was dead") {
    TestGate gate(
        TestGate::toml("[upstream.b]\nurl = \"http://10.0.0.2:8000/v1\"\nplace = \"kr-onprem\"\n"
                       "scrape_interval = \"0ms\"\n[archive]\ntenants = [\"team\"]\n"
                       "[model.two]\ntry = [\"a/served\", \"b/served\"]\npick = \"first\"\n"));
    REQUIRE(gate.problem == "");
    REQUIRE(gate.archive != nullptr);
    TestServer server(gate.world, {"10.0.0.2", 8000}, hello);
    CHECK(is_answered(gate, "two"));
    CHECK(gate.archive->status().stored == 2);
    const std::string metrics = gate.ask("GET", "/metrics")->body();
    CHECK(metrics.find("gilmok_archive_texts_total 2\n") != std::string::npos);
    CHECK(metrics.find("gilmok_archive_dropped_total{why=\"disk\"} 0\n") != std::string::npos);
    CHECK(metrics.find("gilmok_archive_failing 0\n") != std::string::npos);
}

TEST_CASE("with redacted, neither prompt nor answer that is kept holds what the client wrote and got back") {
    for (const bool is_redacted : {true, false}) {
        CAPTURE(is_redacted);
        TestGate gate(TestGate::toml(
            "[upstream.b]\nurl = \"http://10.0.0.2:8000/v1\"\nplace = \"us-cloud\"\nscrape_interval = \"0ms\"\n"
            "[archive]\ntenants = [\"team\"]\nredacted = " +
            std::string(is_redacted ? "true" : "false") + "\n[model.abroad]\ntry = [\"b/served\"]\n"));
        REQUIRE(gate.problem == "");
        // Says what it was asked, as a model does that writes a letter.
        TestServer server(gate.world, {"10.0.0.2", 8000}, [](const std::string& request) {
            const std::size_t begin = request.find("EMAIL_");
            const std::string said = begin == std::string::npos ? "nothing" : request.substr(begin, 18);
            return http_answer(R"({"choices":[{"index":0,"message":{"content":"hello )" + said + R"("}}]})");
        });
        const std::string body =
            R"({"model":"abroad","messages":[{"role":"user","content":"mail kim.cs@example.com"}]})";
        const std::string headers = "host: gate.test\r\ncontent-type: application/json\r\nauthorization: Bearer " +
                                    std::string(TestGate::fixed_key) + "\r\n";
        TestClient client(gate.world, gate.door, TestGate::request("POST", "/v1/chat/completions", body, headers));
        REQUIRE(gate.run_until([&] { return client.received.find("hello kim.cs@example.com") != std::string::npos; }));
        gate.archive->turn(gate.world.wall_now());
        const std::size_t at = client.received.find("x-request-id: ");
        REQUIRE(at != std::string::npos);
        model::RequestId id{};
        client.received.copy(id.text, sizeof id.text, at + 14);
        const config::Archive settings;
        const auto master = archive::load_master_key(gate.files, settings, "/state", {});
        REQUIRE(master);
        const auto shown = archive::show(gate.files, "/state/archive", *master, id);
        REQUIRE(shown);
        REQUIRE(shown->texts.size() == 2);
        for (const archive::Found& kept : shown->texts) {
            CHECK(kept.problem.empty());
            CHECK(kept.header.is_redacted == is_redacted);
            CHECK((kept.text.find("kim.cs@example.com") == std::string::npos) == is_redacted);
            CHECK((kept.text.find("EMAIL_") != std::string::npos) == is_redacted);
        }
    }
}

TEST_CASE("nothing is kept of a tenant that nobody named") {
    TestGate gate(TestGate::toml("[tenant.other]\n[archive]\ntenants = [\"other\"]\n"));
    REQUIRE(gate.problem == "");
    TestServer server(gate.world, gate.upstream, hello);
    CHECK(is_answered(gate, "chat"));
    CHECK(gate.archive->status().stored == 0);
}
