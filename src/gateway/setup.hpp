// All that shards share and nobody changes: one bundle, swapped whole by the control thread. An exchange keeps the one it
// began with, so a reload in the middle of a stream changes nothing for it.
#pragma once

#include <memory>

#include "admit/limits.hpp"
#include "auth/keyring.hpp"
#include "config/snapshot.hpp"
#include "gateway/accounts.hpp"
#include "gateway/guards.hpp"
#include "gateway/idempotency.hpp"
#include "io/tls.hpp"
#include "upstream/state.hpp"

namespace gilmok::gateway {

struct Setup {
    config::SnapshotPtr snapshot;
    auth::KeyringPtr keyring;
    admit::TenantStreamsPtr tenants;
    AccountsPtr accounts;
    GuardsPtr guards;
    std::shared_ptr<Idempotency> idempotency;   // one for the life of the process
    upstream::States upstreams;                       // by UpstreamId
    std::shared_ptr<const io::TlsContext> door_tls;   // null: the door speaks plain HTTP
};
using SetupPtr = std::shared_ptr<const Setup>;

}   // namespace gilmok::gateway
