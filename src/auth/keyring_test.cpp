// Goal: exactly the keys that are known, live and of a known tenant open the gate; a revocation reaches those who hold
// the key's state already. Method: keyrings built one from another, and a random set of keys against a plain map.
#include "auth/keyring.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::auth;
using namespace std::chrono_literals;

namespace {

const WallTime now = WallTime(1'800'000'000s);

struct World {
    config::Snapshot snapshot;
    StoredKeys stored;
    Prng prng{7};
    explicit World(std::initializer_list<const char*> models = {"small", "large"}) {
        for (const char* name : models) snapshot.models.emplace_back().name = name;
        snapshot.tenants.reserve(16);
    }
    model::TenantId tenant(const char* path, model::TenantId parent = model::TenantId::none,
                           std::vector<std::string> models = {}) {
        const auto id = model::TenantId{static_cast<std::uint32_t>(snapshot.tenants.size())};
        config::Tenant& made = snapshot.tenants.emplace_back();
        made.path = path;
        made.parent = parent;
        made.models = std::move(models);
        snapshot.tenants_by_path.emplace(made.path, id);
        return id;
    }
    std::string key(const NewKey& wanted) {
        std::array<char, key_random_bytes> random;
        for (char& byte : random) byte = static_cast<char>(prng.next());
        return std::string(create_key(stored, wanted, random, now).key.reveal());
    }
    KeyringPtr build(const Keyring* previous = nullptr, std::vector<std::string>* warnings = nullptr) {
        return Keyring::build(snapshot, stored, previous, warnings);
    }
};

Code code_of(const Result<const KeyRecord*>& result) { return result ? Code::none : result.error().code; }

}   // namespace

TEST_CASE("a known key leads to its record, an unknown one and none are refused by name") {
    World world;
    const auto acme = world.tenant("acme");
    const std::string key = world.key({"acme", "ci", {}, {}});
    const auto ring = world.build();
    const auto found = ring->lookup(key, now);
    REQUIRE(found.has_value());
    CHECK((*found)->tenant == acme);
    CHECK((*found)->name == "ci");
    CHECK((*found)->id == world.stored[0].id);
    CHECK(&ring->record((*found)->key) == *found);
    CHECK(code_of(ring->lookup("", now)) == Code::key_missing);
    CHECK(code_of(ring->lookup(key + "x", now)) == Code::key_invalid);
    CHECK(code_of(ring->lookup(key.substr(1), now)) == Code::key_invalid);
}

TEST_CASE("an empty keyring refuses every key") {
    World world;
    const auto ring = world.build();
    CHECK(ring->size() == 0);
    CHECK(code_of(ring->lookup("gm-anything", now)) == Code::key_invalid);
}

TEST_CASE("keys of the configuration open the gate beside those of the store") {
    World world;
    const auto acme = world.tenant("acme");
    world.snapshot.keys.push_back({"mounted", acme, Secret("a-key-from-a-file"), {}});
    world.snapshot.keys.push_back({"hollow", acme, Secret(), {}});
    const std::string stored = world.key({"acme", "ci", {}, {}});
    std::vector<std::string> warnings;
    const auto ring = world.build(nullptr, &warnings);
    CHECK(code_of(ring->lookup("a-key-from-a-file", now)) == Code::none);
    CHECK(code_of(ring->lookup(stored, now)) == Code::none);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("hollow") != std::string::npos);
}

TEST_CASE("revoked and expired keys are refused as revoked") {
    World world;
    world.tenant("acme");
    const std::string revoked = world.key({"acme", "old", {}, {}});
    const std::string expiring = world.key({"acme", "trial", {}, now + 1h});
    revoke_key(world.stored[0], now);
    const auto ring = world.build();
    CHECK(code_of(ring->lookup(revoked, now)) == Code::key_revoked);
    CHECK(code_of(ring->lookup(expiring, now + 1h - 1ns)) == Code::none);
    CHECK(code_of(ring->lookup(expiring, now + 1h)) == Code::key_revoked);
}

TEST_CASE("a key of an unknown tenant opens nothing and is warned about") {
    World world;
    const std::string key = world.key({"gone/team", "ci", {}, {}});
    std::vector<std::string> warnings;
    const auto ring = world.build(nullptr, &warnings);
    CHECK(code_of(ring->lookup(key, now)) == Code::key_invalid);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("gone/team") != std::string::npos);
    world.tenant("gone/team");
    CHECK(code_of(world.build(ring.get())->lookup(key, now)) == Code::none);
}

TEST_CASE("a revocation reaches those who hold the state of the key already") {
    World world;
    world.tenant("acme");
    const std::string key = world.key({"acme", "ci", {}, {}});
    const std::string other = world.key({"acme", "web", {}, {}});
    const auto first = world.build();
    const auto state = (*first->lookup(key, now))->state;   // as an open stream holds it
    const auto other_state = (*first->lookup(other, now))->state;
    const auto second = world.build(first.get());
    CHECK(second->generation() == first->generation() + 1);
    CHECK((*second->lookup(key, now))->state == state);
    CHECK_FALSE(state->is_revoked);
    SUBCASE("revoked in the store") { revoke_key(world.stored[0], now); }
    SUBCASE("taken out of the store") { world.stored.erase(world.stored.begin()); }
    const auto third = world.build(second.get());
    CHECK(state->is_revoked);
    CHECK_FALSE(other_state->is_revoked);
    CHECK(code_of(third->lookup(key, now)) != Code::none);
    CHECK(code_of(first->lookup(key, now)) == Code::key_revoked);   // also for a shard that has not swapped yet
}

TEST_CASE("a key that is allowed again does not revive streams that were ended") {
    World world;
    world.tenant("acme");
    const std::string key = world.key({"acme", "ci", {}, {}});
    const auto first = world.build();
    const auto state = (*first->lookup(key, now))->state;
    revoke_key(world.stored[0], now);
    const auto second = world.build(first.get());
    world.stored[0].revoked.reset();
    const auto third = world.build(second.get());
    CHECK(state->is_revoked);
    CHECK(code_of(third->lookup(key, now)) == Code::none);
}

TEST_CASE("a key given twice counts once, and being revoked in one place closes it") {
    World world;
    const auto acme = world.tenant("acme");
    const std::string key = world.key({"acme", "stored", {}, {}});
    world.snapshot.keys.push_back({"mounted", acme, Secret(key), {}});
    std::vector<std::string> warnings;
    auto ring = world.build(nullptr, &warnings);
    CHECK(ring->size() == 1);
    CHECK(warnings.size() == 1);
    CHECK(code_of(ring->lookup(key, now)) == Code::none);
    revoke_key(world.stored[0], now);
    ring = world.build(ring.get());
    CHECK(code_of(ring->lookup(key, now)) == Code::key_revoked);
}

TEST_CASE("models narrow down the tree, and a key may narrow further") {
    World world({"small", "large", "secret"});
    const auto org = world.tenant("org", model::TenantId::none, {"small", "large"});
    const auto team = world.tenant("org/team", org, {"large", "secret"});
    world.tenant("org/team/app", team);
    world.tenant("org/all", org, {"*"});
    world.tenant("free");
    const auto may = [&](const NewKey& wanted) {
        const std::string key = world.key(wanted);
        const auto ring = world.build();
        const KeyRecord& record = **ring->lookup(key, now);
        std::string names;
        for (std::uint32_t i = 0; i < world.snapshot.models.size(); ++i) {
            const auto verdict = check_model(record, model::ModelId{i});
            if (verdict)
                names += world.snapshot.models[i].name + ' ';
            else
                CHECK(verdict.error().code == Code::model_forbidden);
        }
        return names;
    };
    CHECK(may({"org", "k", {}, {}}) == "small large ");
    CHECK(may({"org/team", "k", {}, {}}) == "large ");   // cannot have more than its parent
    CHECK(may({"org/team/app", "k", {}, {}}) == "large ");
    CHECK(may({"org/all", "k", {}, {}}) == "small large ");
    CHECK(may({"free", "k", {}, {}}) == "small large secret ");
    CHECK(may({"free", "k", {"secret", "unheard-of"}, {}}) == "secret ");
    CHECK(may({"org", "k", {"secret"}, {}}) == "");
    CHECK(may({"org", "k", {"*"}, {}}) == "small large ");
}

TEST_CASE("a keyring agrees with a plain map for any set of keys") {
    for (const std::size_t size : {1U, 2U, 3U, 17U, 500U}) {
        World world;
        world.prng = Prng{size};
        world.tenant("acme");
        std::map<std::string, std::string> ids;
        for (std::size_t i = 0; i < size; ++i) {
            const std::string key = world.key({"acme", "k", {}, {}});
            ids.emplace(key, world.stored.back().id);
        }
        const auto ring = world.build();
        for (const auto& [key, id] : ids) {
            const auto found = ring->lookup(key, now);
            REQUIRE(found.has_value());
            REQUIRE((*found)->id == id);
        }
        for (int i = 0; i < 200; ++i)
            REQUIRE(code_of(ring->lookup("gm-" + std::to_string(world.prng.next()), now)) == Code::key_invalid);
    }
}
