// Goal: no revocation is ever lost and no key is ever stored. Method: the store on a disk in memory that fails on demand.
#include "auth/key_store.hpp"

#include <doctest/doctest.h>

#include <cerrno>

#include "auth/admin_token.hpp"
#include "base/prng.hpp"
#include "io/sim/files.hpp"

using namespace gilmok;
using namespace gilmok::auth;
using namespace std::chrono_literals;

namespace {

const WallTime now = WallTime(1'795'233'845'678ms);

std::array<char, key_random_bytes> random_of(std::uint64_t seed) {
    Prng prng{seed};
    std::array<char, key_random_bytes> random;
    for (char& byte : random) byte = static_cast<char>(prng.next());
    return random;
}

StoredKeys three_keys() {
    StoredKeys keys;
    create_key(keys, {"acme/search", "ci \"1\"\n", {"m-1", "m\\2"}, now + 720h}, random_of(1), now);
    create_key(keys, {"acme", "웹", {}, {}}, random_of(2), now);
    create_key(keys, {"acme", "old", {}, {}}, random_of(3), now);
    revoke_key(keys[2], now + 1s);
    return keys;
}

std::string complaint(std::string_view text) {
    const auto keys = parse_keys(text, "keys.jsonl");
    return keys ? "" : keys.error().message;
}

std::string line_of(const StoredKey& key) { return render_keys({key}); }

}   // namespace

TEST_CASE("what is written is read back the same") {
    const StoredKeys keys = three_keys();
    const std::string text = render_keys(keys);
    const auto back = parse_keys(text, "keys.jsonl");
    REQUIRE(back.has_value());
    REQUIRE(back->size() == 3);
    CHECK(render_keys(*back) == text);
    CHECK((*back)[0].name == "ci \"1\"\n");
    CHECK((*back)[0].models == std::vector<std::string>{"m-1", "m\\2"});
    CHECK((*back)[0].expires == now + 720h);
    CHECK((*back)[1].created == now);
    CHECK((*back)[2].revoked == now + 1s);
    CHECK((*back)[2].digest == keys[2].digest);
}

TEST_CASE("the store never holds a key") {
    StoredKeys keys;
    const auto made = create_key(keys, {"acme", "ci", {}, {}}, random_of(1), now);
    CHECK(made.key.reveal().size() == key_length);
    CHECK(made.id == keys[0].id);
    CHECK(render_keys(keys).find(made.key.reveal().substr(3, 12)) == std::string::npos);
}

TEST_CASE("a line that cannot be read is named, and nothing of the file is used") {
    const StoredKeys keys = three_keys();
    const std::string good = line_of(keys[1]);
    CHECK(complaint(good + "\n" + good) == "");
    CHECK(complaint(good + good.substr(0, good.size() - 2)).find("keys.jsonl:2: ") == 0);   // cut off in the middle
    CHECK(complaint(good.substr(0, good.size() - 1)) == "");   // the last end of line may be missing
    CHECK(complaint(good + good + "[1]\n").find("keys.jsonl:3: not a JSON object") == 0);
    CHECK(complaint("{}\n").find("is missing") != std::string::npos);
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return complaint(text);
    };
    CHECK(with("\"name\"", "\"nane\"") == "keys.jsonl:1: unknown member \"nane\"");
    CHECK(with("\"name\"", "\"tenant\"") == "keys.jsonl:1: member \"tenant\" stands twice");
    CHECK(with("\"hash\":\"", "\"hash\":\"0").find("\"hash\" cannot be read") != std::string::npos);
    CHECK(with("\"id\":\"key_", "\"id\":\"key-").find("does not belong") != std::string::npos);
    CHECK(with("T", "t").find("\"created\" cannot be read") != std::string::npos);
    CHECK(with("{\"id\"", "{\"models\":[1],\"id\"").find("\"models\" cannot be read") != std::string::npos);
    CHECK(with("{\"id\"", "{\"revoked\":null,\"id\"").find("\"revoked\" cannot be read") != std::string::npos);
    CHECK(with("{\"id\"", "{\"revoked\":\"2026-02-30T00:00:00Z\",\"id\"").find("\"revoked\" cannot be read") !=
          std::string::npos);
}

TEST_CASE("a key may name 256 models and not one more") {
    StoredKeys keys;
    create_key(keys, {"acme", "ci", std::vector<std::string>(key_models_max, "m"), {}}, random_of(1), now);
    CHECK(complaint(render_keys(keys)) == "");
    keys[0].models.emplace_back("m");
    CHECK(complaint(render_keys(keys)).find("\"models\" cannot be read") != std::string::npos);
}

TEST_CASE("a key is found by its id, and by its name only when that is plain") {
    StoredKeys keys = three_keys();
    CHECK(find_key(keys, keys[1].id) == &keys[1]);
    CHECK(find_key(keys, "웹") == &keys[1]);
    CHECK(find_key(keys, "old") == nullptr);   // revoked: only its id names it
    CHECK(find_key(keys, keys[2].id) == &keys[2]);
    CHECK(find_key(keys, "") == nullptr);
    keys[0].name = "웹";
    CHECK(find_key(keys, "웹") == nullptr);
}

TEST_CASE("rotating gives a new key the same rights and ends the old one at once or after the grace") {
    StoredKeys keys = three_keys();
    const std::string old_id = keys[0].id;
    SUBCASE("at once") {
        const auto made = rotate_key(keys, old_id, 0s, random_of(9), now + 5s);
        REQUIRE(made.has_value());
        CHECK(find_key(keys, old_id)->revoked == now + 5s);
    }
    SUBCASE("after an hour") {
        const auto made = rotate_key(keys, old_id, 1h, random_of(9), now);
        REQUIRE(made.has_value());
        CHECK_FALSE(find_key(keys, old_id)->revoked);
        CHECK(find_key(keys, old_id)->expires == now + 1h);
    }
    SUBCASE("a grace never lengthens a life") {
        REQUIRE(rotate_key(keys, old_id, 10'000h, random_of(9), now).has_value());
        CHECK(find_key(keys, old_id)->expires == now + 720h);
    }
    CHECK(keys.size() == 4);
    CHECK(keys[3].tenant == "acme/search");
    CHECK(keys[3].models == keys[0].models);
    CHECK(keys[3].expires == now + 720h);
    CHECK_FALSE(rotate_key(keys, "key_none", 0s, random_of(9), now).has_value());
    CHECK_FALSE(rotate_key(keys, keys[2].id, 0s, random_of(9), now).has_value());
}

TEST_CASE("revoking twice keeps the first time") {
    StoredKeys keys = three_keys();
    revoke_key(keys[2], now + 1h);
    CHECK(keys[2].revoked == now + 1s);
}

TEST_CASE("a missing store is empty, a written one is read back and readable by its owner only") {
    io::sim::SimFiles files;
    KeyStore store(files, key_store_path("/state"));
    auto keys = store.read();
    REQUIRE(keys.has_value());
    CHECK(keys->empty());
    REQUIRE(store.write(three_keys()).has_value());
    CHECK(files.mode("/state/keys.jsonl") == 0600U);
    CHECK(render_keys(*store.read()) == render_keys(three_keys()));
}

TEST_CASE("a store that somebody else changed meanwhile is not overwritten") {
    io::sim::SimFiles files;
    KeyStore mine(files, "/keys.jsonl"), theirs(files, "/keys.jsonl");
    REQUIRE(mine.read().has_value());
    REQUIRE(theirs.read().has_value());
    REQUIRE(theirs.write(three_keys()).has_value());
    CHECK_FALSE(mine.write({}).has_value());
    CHECK(files.text("/keys.jsonl") == render_keys(three_keys()));
}

TEST_CASE("a disk that fails leaves the store as it was") {
    io::sim::SimFiles files;
    KeyStore store(files, "/keys.jsonl");
    REQUIRE(store.write(three_keys()).has_value());
    REQUIRE(store.read().has_value());
    files.set_capacity(100);
    CHECK_FALSE(store.write(three_keys()).has_value());
    CHECK(files.text("/keys.jsonl") == render_keys(three_keys()));
    files.fail_path("/keys.jsonl", EIO);
    CHECK_FALSE(store.read().has_value());
}

TEST_CASE("a watcher sees a change of content once, and a broken file once") {
    io::sim::SimFiles files;
    KeyStore store(files, "/keys.jsonl");
    files.put("/keys.jsonl", render_keys(three_keys()));
    auto first = store.reload_if_changed();
    REQUIRE(first.has_value());
    REQUIRE(first->has_value());
    CHECK((*first)->size() == 3);
    CHECK_FALSE((*store.reload_if_changed()).has_value());
    files.put("/keys.jsonl", "broken\n");
    CHECK_FALSE(store.reload_if_changed().has_value());   // the error, once
    auto quiet = store.reload_if_changed();
    REQUIRE(quiet.has_value());
    CHECK_FALSE(quiet->has_value());
    files.put("/keys.jsonl", "");
    auto emptied = store.reload_if_changed();
    REQUIRE(emptied.has_value());
    REQUIRE(emptied->has_value());
    CHECK((*emptied)->empty());
}

TEST_CASE("the admin token comes from the configuration, else from its file, else it is made") {
    io::sim::SimFiles files;
    config::Server server;
    server.state_dir = "/state";
    const auto made = load_admin_token(server, files, random_of(1));
    REQUIRE(made.has_value());
    CHECK(files.mode("/state/admin.token") == 0600U);
    CHECK(files.text("/state/admin.token") == std::string(made->reveal()) + "\n");
    CHECK(load_admin_token(server, files, random_of(2))->reveal() == made->reveal());
    files.put("/state/admin.token", "short\n");
    CHECK_FALSE(load_admin_token(server, files, random_of(2)).has_value());
    server.admin_token_file = "/elsewhere";
    files.put("/elsewhere", "  sixteen-bytes-or-more \r\n");
    CHECK(load_admin_token(server, files, random_of(2))->reveal() == "sixteen-bytes-or-more");
    server.admin_token = Secret("configured");
    CHECK(load_admin_token(server, files, random_of(2))->reveal() == "configured");
    config::Server bare;
    CHECK(load_admin_token(bare, files, random_of(3))->reveal().size() == key_length);
}
