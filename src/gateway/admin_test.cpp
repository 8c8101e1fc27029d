// Goal: every route of the admin listener answers what docs/admin-api.md says, and nobody gets past the guard.
// Method: control, a shard and the listener in a seeded world; requests as bytes.
#include <doctest/doctest.h>

#include "gateway/embedded.hpp"
#include "gateway/test_gate.hpp"

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

TEST_CASE("health and metrics need no token, and readiness says why not") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const std::string bare = "host: 127.0.0.1:9090\r\n";
    CHECK(gate.ask_raw(TestGate::request("GET", "/livez", {}, bare))->body() == "ok\n");
    CHECK(has(gate.ask_raw(TestGate::request("GET", "/metrics", {}, bare))->body(),
              "gilmok_build_info{version=\"9.9.9\"} 1"));
    CHECK(gate.ask_raw(TestGate::request("GET", "/readyz", {}, bare))->body() == "{\"ready\":true}\n");
    CHECK(gate.ask_raw(TestGate::request("HEAD", "/livez", {}, bare))->body() == "");

    gate.control->setup()->upstreams[0]->health.checked(false);
    const auto out = gate.ask("GET", "/readyz");
    CHECK(out->status() == 503);
    CHECK(has(out->body(), "no model has an upstream in service"));
    gate.control->setup()->upstreams[0]->health.checked(true);
    gate.control->set_draining();
    const auto draining = gate.ask("GET", "/readyz");
    CHECK(draining->status() == 503);
    CHECK(has(draining->body(), "draining"));
}

TEST_CASE("status, upstreams, models and tenants tell what runs, and no secret") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, open_stream);
    const auto stream = gate.chat(TestGate::fixed_key);
    REQUIRE(gate.run_until([&] { return has(stream->received, "hi"); }));
    gate.world.run_for(2s);

    const auto status = gate.ask("GET", "/admin/v1/status");
    CHECK(status->status() == 200);
    for (const char* part : {"\"version\":\"9.9.9\"", "\"uptime_s\":2", "\"ready\":true", "\"source\":\"gilmok.toml\"",
                             "\"last_reload_problem\":null", "\"shards\":1", "\"connections\":1",
                             "\"exchanges_running\":1", "\"keys\":1", "\"simulated\":false"})
        CHECK_MESSAGE(has(status->body(), part), part << " is not in " << status->body());

    const auto upstreams = gate.ask("GET", "/admin/v1/upstreams");
    for (const char* part : {"\"name\":\"a\"", "\"kind\":\"openai\"", "\"place\":\"kr-onprem\"",
                             "\"url\":\"http://10.0.0.1:8000/v1\"", "\"state\":\"in_service\"", "\"in_flight\":1",
                             "\"waiting\":null", "\"busy\":1", "\"addresses\":[\"10.0.0.1:8000\"]"})
        CHECK_MESSAGE(has(upstreams->body(), part), part << " is not in " << upstreams->body());

    const std::string running = gate.control->prometheus();
    CHECK(has(running, "gilmok_model_exchanges_running{model=\"chat\"} 1\n"));
    CHECK(has(running, "gilmok_attempts_running{upstream=\"a\"} 1\n"));
    const auto models = gate.ask("GET", "/admin/v1/models");
    CHECK(has(models->body(), R"("candidates":[{"upstream":"a","served_name":"served","in_service":true}])"));
    const auto tenants = gate.ask("GET", "/admin/v1/tenants");
    CHECK(has(tenants->body(), R"("path":"team")"));
    CHECK(has(tenants->body(), R"("streams_running":1,"streams_max":5)"));
    const auto keys = gate.ask("GET", "/admin/v1/keys");
    CHECK(has(keys->body(), R"("source":"config","tenant":"team","name":"fixed")"));
    const auto configuration = gate.ask("GET", "/admin/v1/config");
    CHECK(has(configuration->body(), "\"env:UPSTREAM_KEY\""));
    for (const auto* answer : {&status, &upstreams, &models, &tenants, &keys, &configuration}) {
        CHECK_FALSE(has((*answer)->received, "sk-"));
        CHECK_FALSE(has((*answer)->received, TestGate::token));
        CHECK(has((*answer)->received, "cache-control: no-store"));
    }
    REQUIRE(gate.ask("POST", "/admin/v1/reload")->status() == 200);
    gate.shard->cut_all();
    REQUIRE(gate.run_until([&] { return gate.shard->exchanges_running() == 0; }));
    const std::string over = gate.control->prometheus();
    CHECK(has(over, "gilmok_model_exchanges_running{model=\"chat\"} 0\n"));
    CHECK(has(over, "gilmok_attempts_running{upstream=\"a\"} 0\n"));
}

TEST_CASE("an ejected upstream is shown with the end of its ejection") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    upstream::State& state = *gate.control->setup()->upstreams[0];
    const auto settings = upstream::health_settings(gate.control->setup()->snapshot->upstreams[0]);
    for (std::uint32_t i = 0; i < settings.eject_after; ++i)
        static_cast<void>(state.health.failed(gate.world.now(), settings));
    const auto upstreams = gate.ask("GET", "/admin/v1/upstreams");
    CHECK(has(upstreams->body(), "\"state\":\"ejected\""));
    CHECK(TestGate::member(upstreams->body(), "ejected_until").size() == 24);
    CHECK(has(upstreams->body(), "\"ejections\":1"));
    CHECK(has(gate.ask("GET", "/admin/v1/models")->body(), "\"in_service\":false"));
}

TEST_CASE("every route refuses a wrong Host, a foreign Origin, a missing and a wrong token, and a wrong method") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    struct Row {
        const char* method;
        const char* path;
        bool needs_token;
    };
    static constexpr Row rows[] = {{"GET", "/livez", false},
                                   {"GET", "/readyz", false},
                                   {"GET", "/metrics", false},
                                   {"GET", "/", false},
                                   {"GET", "/ui", false},
                                   {"GET", "/ui/app.js", false},
                                   {"GET", "/ui/app.css", false},
                                   {"GET", "/admin/v1/status", true},
                                   {"GET", "/admin/v1/upstreams", true},
                                   {"GET", "/admin/v1/models", true},
                                   {"GET", "/admin/v1/tenants", true},
                                   {"GET", "/admin/v1/config", true},
                                   {"GET", "/admin/v1/usage", true},
                                   {"GET", "/admin/v1/spend", true},
                                   {"GET", "/admin/v1/budgets", true},
                                   {"GET", "/admin/v1/ledger", true},
                                   {"GET", "/admin/v1/attempts/01J00000000000000000000000", true},
                                   {"GET", "/admin/v1/keys", true},
                                   {"POST", "/admin/v1/keys", true},
                                   {"POST", "/admin/v1/reload", true},
                                   {"GET", "/admin/v1/guard/rules", true},
                                   {"GET", "/admin/v1/guard/explain", true},
                                   {"POST", "/admin/v1/guard/test", true},
                                   {"POST", "/admin/v1/guard/bench", true},
                                   {"POST", "/admin/v1/keys/key_x/revoke", true},
                                   {"POST", "/admin/v1/keys/key_x/rotate", true}};
    const std::string type = "content-type: application/json\r\n";
    const std::string good =
        "host: 127.0.0.1:9090\r\nauthorization: Bearer " + std::string(TestGate::token) + "\r\n" + type;
    for (const Row& row : rows) {
        CAPTURE(row.method);
        CAPTURE(row.path);
        const auto status_of = [&](std::string_view method, const std::string& headers) {
            return gate.ask_raw(TestGate::request(method, row.path, {}, headers))->status();
        };
        CHECK(status_of(row.method, "host: evil.example\r\nauthorization: Bearer " + std::string(TestGate::token) +
                                        "\r\n" + type) == 403);
        CHECK(status_of(row.method, good + "origin: https://evil.example\r\n") == 403);
        const int bare = status_of(row.method, "host: 127.0.0.1:9090\r\n" + type);
        CHECK((bare == 401) == row.needs_token);
        CHECK((status_of(row.method, "host: 127.0.0.1:9090\r\nauthorization: Bearer wrong\r\n" + type) == 401) ==
              row.needs_token);
        CHECK(status_of("DELETE", good) == 405);
        // A form of another site can POST, but not with this type.
        if (std::string_view(row.method) == "POST")
            CHECK(status_of("POST", "host: 127.0.0.1:9090\r\nauthorization: Bearer " + std::string(TestGate::token) +
                                        "\r\ncontent-type: text/plain\r\n") == 415);
    }
    const auto wrong = gate.ask("POST", "/admin/v1/status");
    CHECK(has(wrong->received, "allow: GET, HEAD\r\n"));
    CHECK(has(gate.ask("PUT", "/admin/v1/keys")->received, "allow: GET, HEAD, POST\r\n"));
    CHECK(gate.ask("GET", "/admin/v1/nothing")->status() == 404);
    // Without the token nobody learns which paths there are.
    CHECK(gate.ask_raw(TestGate::request("GET", "/admin/v1/nothing", {}, "host: 127.0.0.1:9090\r\n"))->status() == 401);
}

TEST_CASE("a refusal is JSON with a code, a sentence and what to do") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const std::string body = gate.ask("GET", "/admin/v1/nothing")->body();
    CHECK(TestGate::member(body, "code") == "not_found");
    CHECK(TestGate::member(body, "message") == "there is nothing at this path");
    CHECK(has(body, "\"fix\":\""));
    CHECK(TestGate::member(
              gate.ask_raw(TestGate::request("GET", "/admin/v1/status", {}, "host: 127.0.0.1:9090\r\n"))->body(),
              "code") == "token_missing");
}

TEST_CASE("a reload takes a good file and refuses a bad one with its problems") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    gate.files.put("gilmok.toml", TestGate::toml("[tenant.\"team/child\"]\n"));
    const auto good = gate.ask("POST", "/admin/v1/reload");
    CHECK(good->status() == 200);
    CHECK(has(good->body(), "\"version\":2"));
    CHECK(has(gate.ask("GET", "/admin/v1/tenants")->body(), "team/child"));

    gate.files.put("gilmok.toml", TestGate::toml("[tenant.x]\nstreems_max = 1\n"));
    const auto bad = gate.ask("POST", "/admin/v1/reload");
    CHECK(bad->status() == 422);
    CHECK(TestGate::member(bad->body(), "code") == "config_refused");
    CHECK(has(bad->body(), "streems_max"));
    CHECK(has(bad->body(), "streams_max"));
    const std::string status = gate.ask("GET", "/admin/v1/status")->body();
    CHECK(has(status, "\"reload_failures\":1,\"last_reload_problem\":\"error[E0101] gilmok.toml"));
    CHECK(gate.control->setup()->snapshot->version == 2);

    gate.files.put("gilmok.toml", TestGate::toml());
    CHECK(gate.ask("POST", "/admin/v1/reload")->status() == 200);
    CHECK(has(gate.ask("GET", "/admin/v1/status")->body(), "\"last_reload_problem\":null"));
}

TEST_CASE("a gateway without a configuration file says that it cannot reload") {
    TestGate gate(TestGate::toml(), "");
    REQUIRE(gate.problem == "");
    const auto answer = gate.ask("POST", "/admin/v1/reload");
    CHECK(answer->status() == 409);
    CHECK(TestGate::member(answer->body(), "code") == "no_config_file");
}

TEST_CASE("the page loads nothing from elsewhere and holds no inline script") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const auto page = gate.ask_raw(TestGate::request("GET", "/", {}, "host: localhost:9090\r\n"));
    CHECK(page->status() == 200);
    CHECK(has(page->received, "content-type: text/html; charset=utf-8\r\n"));
    CHECK(has(page->received,
              "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"));
    CHECK(has(page->received, "x-frame-options: DENY\r\n"));
    CHECK(page->body() == embedded("index.html"));
    CHECK(gate.ask_raw(TestGate::request("GET", "/ui/app.js", {}, "host: localhost:9090\r\n"))->body() ==
          embedded("app.js"));
    CHECK(gate.ask_raw(TestGate::request("GET", "/ui/app.css", {}, "host: localhost:9090\r\n"))->body() ==
          embedded("app.css"));
    CHECK(embedded("nothing") == "");
    for (const char* name : {"index.html", "app.js", "app.css"}) {
        CHECK(embedded(name).size() > 500);
        for (const char* part : {"http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML",
                                 "document.write", "eval(", " style=", " onclick="})
            CHECK_MESSAGE(!has(embedded(name), part), name << " holds " << part);
    }
    CHECK_FALSE(has(embedded("index.html"), "<style"));
    CHECK_FALSE(has(embedded("index.html"), "<script>"));
}

TEST_CASE("a body beyond its limit is refused, and a client that sends nothing is let go") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const std::string large(AdminServer::body_bytes_max + 1, ' ');
    CHECK(gate.ask("POST", "/admin/v1/keys", large)->status() == 413);
    TestClient silent(gate.world, gate.console, "GET /livez HTTP/1.1\r\n");
    CHECK(gate.run_until([&] { return silent.is_over; }, 11s));
    CHECK(gate.ask("GET", "/livez")->status() == 200);
}
