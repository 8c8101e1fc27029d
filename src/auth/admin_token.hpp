// The admin token: from the configuration, else from its file, which is made (mode 0600) when absent.
#pragma once

#include <span>

#include "auth/key_hash.hpp"
#include "base/secret.hpp"
#include "config/snapshot.hpp"
#include "io/files.hpp"

namespace gilmok::auth {

// `random` is used only when the file must be made. Without a state directory and without a configured token the random
// token is returned and kept nowhere.
io::FileResult<Secret> load_admin_token(const config::Server& server, io::Files& files,
                                        std::span<const char, key_random_bytes> random);

// A secret kept in a file of its own: made of `random` (mode 0600) when the file is absent; for "" it is kept nowhere.
io::FileResult<Secret> load_secret(const std::string& path, io::Files& files,
                                   std::span<const char, key_random_bytes> random);

}   // namespace gilmok::auth
