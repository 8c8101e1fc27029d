// What the parts of `gilmok ledger` share.
#pragma once

#include <string>
#include <vector>

#include "cli/ledger.hpp"

namespace gilmok::cli {

inline constexpr std::string_view ledger_verb = "gilmok ledger";

struct LedgerVerbOptions {
    std::string config_path = "gilmok.toml", output = "table";
    std::string directory;              // named by hand; "" = the configuration's
    std::vector<std::string> against;   // verify
    std::string key;                    // verify, proof --check: a verifier key or a file that holds one
    std::string request, out, check;    // proof
    std::string tiles;                  // export
    std::string tenant, user;           // erase
    std::string from, to;               // rerate
    std::string_view verb = ledger_verb;   // in whose name a gateway is asked
    bool apply = false;
    [[nodiscard]] bool is_json() const { return output == "json"; }
};

// Where the ledger is; "" with `outcome` set when nobody says.
std::string directory_of(const LedgerVerbOptions& options, const LedgerWorld& world, Outcome& outcome);

// The configuration and the directory of its ledger, for verbs that change it; an empty directory where one is missing, and
// `outcome` says why.
struct OpenedLedger {
    config::SnapshotPtr snapshot;
    std::string directory;
};
OpenedLedger open_ledger(const LedgerVerbOptions& options, const LedgerWorld& world, Outcome& outcome);

// True while a process writes the ledger.
bool is_held(const std::string& directory, io::Files& files);

Outcome show_ledger(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome verify_ledger(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome prove(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome check_proof_file(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome export_ledger(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome rebuild_ledger(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome erase_person(const LedgerVerbOptions& options, const LedgerWorld& world);
Outcome rerate_ledger(const LedgerVerbOptions& options, const LedgerWorld& world);

// A POST to the gateway that writes the ledger. False: `outcome` says why it did not answer 200; `body` is what it said.
bool ask_gateway(const LedgerVerbOptions& options, const LedgerWorld& world, const config::Snapshot& snapshot,
                 const std::string& path, std::string body, std::string& answer, Outcome& outcome);

}   // namespace gilmok::cli
