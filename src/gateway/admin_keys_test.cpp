// Goal: keys made, rotated and revoked through the admin API open and close the door at once.
// Method: the real door and the real store on files in memory, in a seeded world.
#include <doctest/doctest.h>

#include "gateway/test_gate.hpp"

using namespace gilmok;
using namespace gilmok::gateway;
using namespace std::chrono_literals;

namespace {

struct Made {
    std::string id, key;
};
Made make(TestGate& gate, std::string_view body = R"({"tenant":"team","name":"ci"})") {
    const auto answer = gate.ask("POST", "/admin/v1/keys", body);
    CHECK(answer->status() == 201);
    return {TestGate::member(answer->body(), "id"), TestGate::member(answer->body(), "key")};
}

int status_of_chat(TestGate& gate, std::string_view key) {
    const auto client = gate.chat(key);
    gate.run_until([&] { return client->status() != 0; });
    return client->status();
}

}   // namespace

TEST_CASE("a key made through the API is shown once and opens the door") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, open_stream);
    const Made made = make(gate, R"({"tenant":"team","name":"빌드","models":["chat"],"expires_s":60})");
    CHECK(made.key.size() == auth::key_length);
    CHECK(status_of_chat(gate, made.key) == 200);
    const std::string list = gate.ask("GET", "/admin/v1/keys")->body();
    CHECK(has(list, made.id));
    CHECK(has(list, "\"name\":\"빌드\",\"models\":[\"chat\"]"));
    CHECK_FALSE(has(list, made.key));
    CHECK_FALSE(has(gate.files.text("/state/keys.jsonl"), made.key));
    CHECK(gate.files.mode("/state/keys.jsonl") == 0600);
    gate.world.run_for(61s);
    CHECK(status_of_chat(gate, made.key) == 401);
    CHECK(has(gate.ask("GET", "/admin/v1/keys")->body(), "\"state\":\"expired\""));
}

TEST_CASE("revoking a key ends its open stream within a second") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, open_stream);
    const Made made = make(gate);
    const auto stream = gate.chat(made.key);
    REQUIRE(gate.run_until([&] { return has(stream->received, "hi"); }));
    const auto other = gate.chat(TestGate::fixed_key);
    REQUIRE(gate.run_until([&] { return has(other->received, "hi"); }));
    const auto revoked = gate.ask("POST", "/admin/v1/keys/" + made.id + "/revoke");
    CHECK(revoked->status() == 200);
    CHECK(has(revoked->body(), "\"state\":\"revoked\""));
    CHECK(gate.run_until([&] { return has(stream->received, "key_revoked"); }, 1s));
    CHECK(status_of_chat(gate, made.key) == 401);
    CHECK_FALSE(has(other->received, "key_revoked"));
    // Twice keeps the first time.
    const std::string first = TestGate::member(revoked->body(), "revoked");
    gate.world.run_for(5s);
    CHECK(TestGate::member(gate.ask("POST", "/admin/v1/keys/" + made.id + "/revoke", "{}")->body(), "revoked") ==
          first);
}

TEST_CASE("rotating a key gives a new one and keeps the old one for the grace asked for") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, open_stream);
    const Made old = make(gate);
    const auto answer = gate.ask("POST", "/admin/v1/keys/" + old.id + "/rotate", R"({"grace_s":60})");
    CHECK(answer->status() == 201);
    const std::string fresh = TestGate::member(answer->body(), "key");
    CHECK(status_of_chat(gate, fresh) == 200);
    CHECK(status_of_chat(gate, old.key) == 200);
    gate.world.run_for(61s);
    CHECK(status_of_chat(gate, old.key) == 401);
    CHECK(status_of_chat(gate, fresh) == 200);
    // Without grace the old one is closed at once, and a closed one cannot be rotated.
    const std::string id = TestGate::member(answer->body(), "id");
    CHECK(gate.ask("POST", "/admin/v1/keys/" + id + "/rotate")->status() == 201);
    CHECK(status_of_chat(gate, fresh) == 401);
    CHECK(TestGate::member(gate.ask("POST", "/admin/v1/keys/" + id + "/rotate")->body(), "code") == "key_revoked");
}

TEST_CASE("a request for a key that cannot be is refused with the nearest name") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    struct Row {
        const char* body;
        int status;
        const char* code;
        const char* part;
    };
    static constexpr Row rows[] = {
        {"", 422, "tenant_missing", "tenant"},
        {"{", 400, "bad_json", "byte"},
        {"[]", 400, "bad_json", "object"},
        {R"({"tenant":"taem"})", 422, "tenant_unknown", "did you mean \\\"team\\\"?"},
        {R"({"tenant":"team","models":["chta"]})", 422, "model_unknown", "did you mean \\\"chat\\\"?"},
        {R"({"tenant":"team","modles":[]})", 422, "member_unknown", "did you mean \\\"models\\\"?"},
        {R"({"tenant":"team","tenant":"team"})", 422, "member_duplicate", "twice"},
        {R"({"tenant":5})", 422, "member_invalid", "tenant"},
        {R"({"tenant":"team","expires_s":0})", 422, "member_invalid", "expires_s"},
        {R"({"tenant":"team","expires_s":1e3})", 422, "member_invalid", "expires_s"},
        {R"({"tenant":"team","expires_s":99999999999})", 422, "member_invalid", "expires_s"},
        {R"({"tenant":"team","models":"chat"})", 422, "member_invalid", "models"}};
    for (const Row& row : rows) {
        CAPTURE(row.body);
        const auto answer = gate.ask("POST", "/admin/v1/keys", row.body);
        CHECK(answer->status() == row.status);
        CHECK(TestGate::member(answer->body(), "code") == row.code);
        CHECK_MESSAGE(has(answer->body(), row.part), answer->body());
    }
    const std::string long_name =
        R"({"tenant":"team","name":")" + std::string(auth::key_name_bytes_max + 1, 'n') + "\"}";
    CHECK(gate.ask("POST", "/admin/v1/keys", long_name)->status() == 422);
    CHECK(gate.control->stored_keys().empty());
    CHECK(gate.ask("POST", "/admin/v1/keys/key_000000000000/revoke")->status() == 404);
    const std::string fixed = auth::key_id_of(auth::digest_of(TestGate::fixed_key));
    CHECK(TestGate::member(gate.ask("POST", "/admin/v1/keys/" + fixed + "/revoke")->body(), "code") == "key_in_config");
}

TEST_CASE("a store that cannot be written leaves the keys as they were") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    TestServer upstream(gate.world, gate.upstream, open_stream);
    const Made made = make(gate);
    gate.files.set_capacity(0);
    const auto answer = gate.ask("POST", "/admin/v1/keys/" + made.id + "/revoke");
    CHECK(answer->status() == 500);
    CHECK(TestGate::member(answer->body(), "code") == "key_store");
    CHECK(status_of_chat(gate, made.key) == 200);
}

TEST_CASE("what another program wrote into the store is kept") {
    TestGate gate;
    REQUIRE(gate.problem == "");
    const Made first = make(gate);
    const std::string text = gate.files.text("/state/keys.jsonl");
    const Made second = make(gate);
    gate.files.put("/state/keys.jsonl", text);   // somebody restored the file, and nobody has looked since
    const Made third = make(gate);
    const std::string after = gate.files.text("/state/keys.jsonl");
    CHECK(has(after, first.id));
    CHECK_FALSE(has(after, second.id));
    CHECK(has(after, third.id));
}

TEST_CASE("a gateway without a state directory says that it keeps no keys") {
    std::string text = TestGate::toml();
    text.erase(text.find("state_dir"), std::string_view("state_dir = \"/state\"\n").size());
    TestGate gate(text);
    REQUIRE(gate.problem == "");
    for (const char* path : {"/admin/v1/keys", "/admin/v1/keys/key_x/revoke", "/admin/v1/keys/key_x/rotate"}) {
        const auto answer = gate.ask("POST", path, "{}");
        CHECK(answer->status() == 409);
        CHECK(TestGate::member(answer->body(), "code") == "no_key_store");
    }
    CHECK(gate.ask("GET", "/admin/v1/keys")->status() == 200);
}
