// The keys of the archive: one master key, and under it a data key for each tenant, in a file of its own so that destroying that
// file destroys what it opened. docs/archive.md.
// Owner and thread: whoever writes or reads the archive.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/format.hpp"
#include "config/snapshot.hpp"
#include "io/files.hpp"

namespace gilmok::archive {

using RandomBytes = std::function<void(std::span<char>)>;   // of the kernel; never fails

// The configured one, or that of `<state_dir>/archive.key` (mode 0600), which is made when it is not there and `random` is given.
io::FileResult<Key> load_master_key(io::Files& files, const config::Archive& settings, const std::string& state_dir,
                                    const RandomBytes& random);
// "" when neither `dir` nor `state_dir` says where.
std::string directory_of(const config::Archive& settings, const std::string& state_dir);
// Whether this tenant's texts are kept by `tenants` of [archive]: it, or a node above it, is named.
bool is_kept(std::span<const std::string> tenants, std::string_view tenant);

// "<directory>/tenants/<32 hexadecimal digits of SHA-256>": a path may hold what no file name may.
std::string tenant_directory(const std::string& directory, std::string_view tenant);

struct TenantKey {
    Id id{};
    Key key{};
};
// The tenant's key; made when it has none. An error that is no error of the disk: another master key, a file that was changed.
io::FileResult<TenantKey> open_tenant_key(io::Files& files, const std::string& directory, std::string_view tenant,
                                          const Key& master, const RandomBytes& random);

// Directories (names) of all tenants that the archive has or had; none when there is no archive.
io::FileResult<std::vector<std::string>> tenant_directories(io::Files& files, const std::string& directory);

struct Destroyed {
    std::vector<std::string> tenants;    // whose keys are gone for good
    std::vector<std::string> problems;   // what could not be tidied up behind them, for people
};
// Of a tenant and all below it: the key file is overwritten, synced and removed, its directory synced; a line in
// `destroyed` tells when; then the files that nobody can read any more are removed. Only the keys decide about success. A
// gateway that runs sees it before it writes again.
io::FileResult<Destroyed> destroy_keys(io::Files& files, const std::string& directory, std::string_view tenant,
                                       WallTime now);

}   // namespace gilmok::archive
