// All keys as one immutable table: presented key → KeyRecord, from memory. Built by the control thread from a snapshot
// and the key store, at every change of either; shards swap the pointer between two turns.
// A lookup takes the same steps whatever the key is: one hash, a fixed number of slots, one comparison of 32 bytes, with
// a dummy when nothing was found. So time tells neither whether a key exists nor which.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key_store.hpp"
#include "base/result.hpp"
#include "config/snapshot.hpp"
#include "model/ids.hpp"

namespace gilmok::auth {

// Shared by all keyrings that hold the same key and by the exchanges it opened, so that a revocation reaches an open
// stream without a lookup. Goes from false to true once; a key that is allowed again gets a new one.
struct KeyState {
    std::atomic<bool> is_revoked{false};
};

// Which models may be used, as bits over ModelId. Of the snapshot the keyring was built for.
class ModelSet {
public:
    explicit ModelSet(std::size_t models, bool all = false) : bits_((models + 63) / 64, all ? ~std::uint64_t{0} : 0) {}
    void insert(model::ModelId id) { bits_[word(id)] |= bit(id); }
    void erase(model::ModelId id) { bits_[word(id)] &= ~bit(id); }
    [[nodiscard]] bool contains(model::ModelId id) const {
        return word(id) < bits_.size() && (bits_[word(id)] & bit(id)) != 0;
    }

private:
    static std::size_t word(model::ModelId id) { return model::index_of(id) / 64; }
    static std::uint64_t bit(model::ModelId id) { return std::uint64_t{1} << (model::index_of(id) % 64); }
    std::vector<std::uint64_t> bits_;
};

struct KeyRecord {
    model::KeyId key = model::KeyId::none;   // index in its keyring
    model::TenantId tenant =
        model::TenantId::none;   // none: the tenant is not configured (any more); never let through
    std::string id;              // "key_0123456789ab", for logs
    std::string name;
    WallTime expires = WallTime::max();
    std::shared_ptr<const ModelSet> models;   // tenant tree and the key's own list together
    std::shared_ptr<KeyState> state;
};

class Keyring {
public:
    // `previous` may be null; keys it shares keep their state, keys that are gone or revoked are marked revoked there,
    // which ends their open streams. `warnings` receives lines for people: unknown tenants, keys given twice.
    // Model lists narrow: a model is allowed when the key's list and the list of every ancestor that has one name it
    // ("*" names all); no list anywhere allows all.
    static std::shared_ptr<const Keyring> build(const config::Snapshot& snapshot, const StoredKeys& stored,
                                                const Keyring* previous, std::vector<std::string>* warnings);

    // Errors (fault client): key_missing for "", key_invalid, key_revoked (also for an expired key). The record lives as
    // long as the keyring.
    [[nodiscard]] Result<const KeyRecord*> lookup(std::string_view presented, WallTime now) const;
    [[nodiscard]] const KeyRecord& record(model::KeyId id) const { return records_[model::index_of(id)]; }
    [[nodiscard]] std::size_t size() const { return records_.size(); }
    // Counts up with every build; a shard that sees a new number lets its streams look at their state.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

private:
    Keyring() = default;
    void insert(const KeyDigest& digest, std::uint32_t index);
    [[nodiscard]] std::uint64_t find(const KeyDigest& digest) const;
    void index_all();

    std::uint64_t generation_ = 1;
    std::vector<KeyRecord> records_;
    std::vector<KeyDigest> digests_;   // one more than records_: the last is the dummy
    struct Slot {
        std::uint64_t tag;     // of the first eight bytes of the digest; 0 = empty
        std::uint64_t index;   // of the record; the dummy's for an empty slot
    };
    std::vector<Slot> slots_;   // open addressing
    std::uint64_t mask_ = 0;
    std::uint32_t probes_ = 1;   // slots looked at by every lookup: the longest run of this table
};
using KeyringPtr = std::shared_ptr<const Keyring>;

// Errors: model_forbidden (fault client).
[[nodiscard]] Result<bool> check_model(const KeyRecord& record, model::ModelId model);

}   // namespace gilmok::auth
