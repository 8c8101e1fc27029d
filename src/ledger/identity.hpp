// Who a ledger is: its id, the origin of its checkpoints and the key that signs them. Made once, kept in `identity` and
// `key` of its directory. Owner: the keeper.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "io/files.hpp"
#include "ledger/checkpoint.hpp"

namespace gilmok::ledger {

struct NewIdentity {
    std::string origin;   // "" = "gilmok/<id>"; what does not end with the id gets it as a last part
    std::string id;       // 26 characters
    Secret seed;          // 32 random bytes
};

struct Identity {
    std::string id;
    Signer signer;
};

// Reads the identity of the ledger in `directory`, or makes it when the directory holds no ledger yet. The key is
// written first: a start that is cut off between the two goes on with that key.
io::FileResult<Identity> open_identity(io::Files& files, const std::string& directory, const NewIdentity& fresh);

}   // namespace gilmok::ledger
