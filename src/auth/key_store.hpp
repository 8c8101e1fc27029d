// <state_dir>/keys.jsonl: the keys made by `gilmok key` and the admin API. One JSON object a line, digests only:
//   {"id":"key_…","hash":"64 hex","tenant":"org/team","name":"ci","models":["m"],"created":"…","expires":"…","revoked":"…"}
// `models`, `expires` and `revoked` may be absent; times are RFC 3339, UTC. Any other member, or a line that cannot be
// read, is an error that names the line: a revocation must never be lost because a file was read half.
// Transformations are pure; KeyStore does the reading and writing. Owner: the control thread or a command, never a shard.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key_hash.hpp"
#include "base/time.hpp"
#include "io/files.hpp"

namespace gilmok::auth {

struct StoredKey {
    std::string id;
    KeyDigest digest;
    std::string tenant;   // path in the tenant tree; may be unknown to the present configuration
    std::string name;
    std::vector<std::string> models;   // empty = all that the tenant may use
    WallTime created{};
    std::optional<WallTime> expires;
    std::optional<WallTime> revoked;
};
using StoredKeys = std::vector<StoredKey>;

inline constexpr std::size_t key_store_bytes_max = 64U << 20;   // about 200 000 keys; then reading fails
inline constexpr std::size_t key_name_bytes_max = 128;
inline constexpr std::size_t key_models_max = 256;

// `file` is only named in errors: "keys.jsonl:17: …".
io::FileResult<StoredKeys> parse_keys(std::string_view text, std::string_view file);
std::string render_keys(const StoredKeys& keys);

struct NewKey {
    std::string tenant;
    std::string name;
    std::vector<std::string> models;
    std::optional<WallTime> expires;
};
// The key is shown once, here; afterwards only its digest exists.
struct CreatedKey {
    Secret key;
    std::string id;
};
CreatedKey create_key(StoredKeys& keys, const NewKey& wanted, std::span<const char, key_random_bytes> random,
                      WallTime now);
// A key by its id, or by its name when exactly one that is not revoked bears it. Null when none or several do.
StoredKey* find_key(StoredKeys& keys, std::string_view id_or_name);
// Revoking twice keeps the first time.
void revoke_key(StoredKey& key, WallTime now);
// A new key with the rights of `id`; the old one works until now + grace (zero: it is revoked at once).
// Nothing when there is no such key or it is revoked.
std::optional<CreatedKey> rotate_key(StoredKeys& keys, std::string_view id, Duration grace,
                                     std::span<const char, key_random_bytes> random, WallTime now);

class KeyStore {
public:
    KeyStore(io::Files& files, std::string path) : files_(files), path_(std::move(path)) {}
    // A missing file is an empty store.
    io::FileResult<StoredKeys> read();
    // Mode 0600. Fails when the file is no longer what read() last saw, so that two writers do not undo each other.
    io::FileResult<bool> write(const StoredKeys& keys);
    // The keys when the content is not what was read before (by hash), nothing when it is. Polled every 250 ms by the
    // control thread. A content that cannot be read is reported once, then again only when it changes.
    io::FileResult<std::optional<StoredKeys>> reload_if_changed();
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    io::FileResult<std::string> read_text();
    io::Files& files_;
    std::string path_;
    std::optional<KeyDigest> seen_;
};
std::string key_store_path(std::string_view state_dir);

}   // namespace gilmok::auth
