#include "auth/keyring.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/assert.hpp"

namespace gilmok::auth {

namespace {

using config::Snapshot;
using model::ModelId;
using model::TenantId;

constexpr std::uint64_t not_found = ~std::uint64_t{0};

bool names_all(const std::vector<std::string>& list) {
    return list.empty() || std::find(list.begin(), list.end(), "*") != list.end();
}

// Removes from `set` what `list` does not name.
void narrow(ModelSet& set, const std::vector<std::string>& list, const Snapshot& snapshot) {
    if (names_all(list)) return;
    for (std::uint32_t i = 0; i < snapshot.models.size(); ++i)
        if (std::find(list.begin(), list.end(), snapshot.models[i].name) == list.end()) set.erase(ModelId{i});
}

using ModelSetPtr = std::shared_ptr<const ModelSet>;

// What each tenant may use, by TenantId. Parents come first in a snapshot, so each is one step from its parent's.
std::vector<ModelSetPtr> sets_of_tenants(const Snapshot& snapshot) {
    std::vector<ModelSetPtr> sets;
    sets.reserve(snapshot.tenants.size());
    const auto all = std::make_shared<const ModelSet>(snapshot.models.size(), true);
    for (const auto& tenant : snapshot.tenants) {
        ModelSetPtr inherited = all;
        if (tenant.parent != TenantId::none) {
            GILMOK_ASSERT(model::index_of(tenant.parent) < sets.size());
            inherited = sets[model::index_of(tenant.parent)];
        }
        if (names_all(tenant.models)) {
            sets.push_back(std::move(inherited));
            continue;
        }
        auto own = std::make_shared<ModelSet>(*inherited);
        narrow(*own, tenant.models, snapshot);
        sets.push_back(std::move(own));
    }
    return sets;
}

// What the table tells keys apart by. Never zero, which marks an empty slot.
std::uint64_t tag_of(const KeyDigest& digest) { return digest.words[0] | 1U; }

struct DigestHash {
    std::size_t operator()(const KeyDigest& digest) const { return digest.words[0]; }
};

// One key on its way into the table, wherever it came from.
struct Source {
    KeyDigest digest;
    TenantId tenant;
    std::string name;
    const std::vector<std::string>* models;   // null = all
    WallTime expires;
    bool is_revoked;
};

std::vector<Source> gather(const Snapshot& snapshot, const StoredKeys& stored, std::vector<std::string>& warnings) {
    std::vector<Source> sources;
    sources.reserve(snapshot.keys.size() + stored.size());
    for (const auto& key : snapshot.keys) {
        if (key.secret.is_empty()) {
            warnings.push_back("key \"" + key.name + "\" of the configuration is empty and opens nothing");
            continue;
        }
        sources.push_back({digest_of(key.secret.reveal()), key.tenant, key.name, nullptr, WallTime::max(), false});
    }
    for (const auto& key : stored) {
        const auto found = snapshot.tenants_by_path.find(key.tenant);
        const bool is_known = found != snapshot.tenants_by_path.end();
        if (!is_known && !key.revoked)
            warnings.push_back("key " + key.id + " belongs to the unknown tenant \"" + key.tenant +
                               "\" and opens nothing");
        sources.push_back({key.digest, is_known ? found->second : TenantId::none, key.name, &key.models,
                           key.expires.value_or(WallTime::max()), key.revoked.has_value()});
    }
    return sources;
}

}   // namespace

std::shared_ptr<const Keyring> Keyring::build(const Snapshot& snapshot, const StoredKeys& stored,
                                              const Keyring* previous, std::vector<std::string>* warnings) {
    std::vector<std::string> unread;
    std::vector<std::string>& notes = warnings != nullptr ? *warnings : unread;
    const auto sets = sets_of_tenants(snapshot);
    const auto no_models = std::make_shared<const ModelSet>(snapshot.models.size());
    std::shared_ptr<Keyring> ring(new Keyring());

    std::unordered_map<KeyDigest, std::shared_ptr<KeyState>, DigestHash> states;
    if (previous != nullptr) {
        ring->generation_ = previous->generation_ + 1;
        for (const auto& record : previous->records_)
            states.emplace(previous->digests_[model::index_of(record.key)], record.state);
    }
    // Two keys that share a tag cannot both be held; 63 equal bits mean the same key given twice.
    std::unordered_map<std::uint64_t, std::uint32_t> by_tag;
    for (Source& source : gather(snapshot, stored, notes)) {
        const auto index = static_cast<std::uint32_t>(ring->records_.size());
        if (const auto [twin, is_new] = by_tag.emplace(tag_of(source.digest), index); !is_new) {
            KeyRecord& first = ring->records_[twin->second];
            notes.push_back("key " + key_id_of(source.digest) + " is given twice; \"" + first.name + "\" counts");
            // Either of them being revoked is somebody's wish to close that key.
            if (source.is_revoked) first.state->is_revoked.store(true, std::memory_order_relaxed);
            continue;
        }
        KeyRecord record;
        record.key = model::KeyId{index};
        record.tenant = source.tenant;
        record.id = key_id_of(source.digest);
        record.name = std::move(source.name);
        record.expires = source.expires;
        record.models = source.tenant == TenantId::none ? ModelSetPtr(no_models) : sets[model::index_of(source.tenant)];
        if (source.models != nullptr && !names_all(*source.models)) {
            auto own = std::make_shared<ModelSet>(*record.models);
            narrow(*own, *source.models, snapshot);
            record.models = std::move(own);
        }
        if (const auto known = states.find(source.digest); known != states.end()) {
            const bool was_revoked = known->second->is_revoked.load(std::memory_order_relaxed);
            if (source.is_revoked || !was_revoked) record.state = std::move(known->second);
            states.erase(known);
        }
        if (record.state == nullptr) record.state = std::make_shared<KeyState>();
        // A tenant that was taken out of the configuration takes its open streams with it.
        if (source.is_revoked || source.tenant == TenantId::none)
            record.state->is_revoked.store(true, std::memory_order_relaxed);
        ring->records_.push_back(std::move(record));
        ring->digests_.push_back(source.digest);
    }
    for (const auto& [digest, state] : states) state->is_revoked.store(true, std::memory_order_relaxed);
    ring->digests_.emplace_back();
    ring->index_all();
    return ring;
}

void Keyring::index_all() {
    // A quarter full: runs stay short, and every lookup pays for the longest.
    const std::uint64_t slots = std::bit_ceil(std::max<std::uint64_t>(records_.size() * 4, 8));
    slots_.assign(slots, Slot{0, records_.size()});
    mask_ = slots - 1;
    probes_ = 1;
    for (std::uint32_t i = 0; i < records_.size(); ++i) insert(digests_[i], i);
}

void Keyring::insert(const KeyDigest& digest, std::uint32_t index) {
    std::uint64_t at = (tag_of(digest) >> 1) & mask_;
    std::uint32_t probes = 1;
    for (; slots_[at].tag != 0; at = (at + 1) & mask_) ++probes;
    slots_[at] = {tag_of(digest), index};
    probes_ = std::max(probes_, probes);
}

std::uint64_t Keyring::find(const KeyDigest& digest) const {
    const std::uint64_t tag = tag_of(digest);
    const std::uint64_t dummy = records_.size();
    std::uint64_t candidate = dummy;
    for (std::uint32_t i = 0; i < probes_; ++i) {
        const Slot& slot = slots_[((tag >> 1) + i) & mask_];
        // Chosen by mask, not by branch: every lookup reads all slots of the run.
        const std::uint64_t is_same = 0U - static_cast<std::uint64_t>(slot.tag == tag);
        candidate = (slot.index & is_same) | (candidate & ~is_same);
    }
    const KeyDigest& stored = digests_[candidate];
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < stored.words.size(); ++i) difference |= stored.words[i] ^ digest.words[i];
    return difference == 0 && candidate != dummy ? candidate : not_found;
}

Result<const KeyRecord*> Keyring::lookup(std::string_view presented, WallTime now) const {
    if (presented.empty()) return fail(Code::key_missing, Fault::client, Retry::never, "no API key was sent");
    const std::uint64_t index = find(digest_of(presented));
    if (index == not_found) return fail(Code::key_invalid, Fault::client, Retry::never, "the API key is not known");
    const KeyRecord& record = records_[index];
    if (record.tenant == TenantId::none)
        return fail(Code::key_invalid, Fault::client, Retry::never, "the tenant of the API key is not configured");
    if (record.state->is_revoked.load(std::memory_order_relaxed))
        return fail(Code::key_revoked, Fault::client, Retry::never, "the API key was revoked");
    if (now >= record.expires) return fail(Code::key_revoked, Fault::client, Retry::never, "the API key has expired");
    return &record;
}

Result<bool> check_model(const KeyRecord& record, ModelId model) {
    if (record.models->contains(model)) return true;
    return fail(Code::model_forbidden, Fault::client, Retry::never, "the API key may not use this model");
}

}   // namespace gilmok::auth
