// Proof that a record is in the ledger, as a text that anybody can check with the public key alone.
// Format: C2SP tlog-proof (https://c2sp.org/tlog-proof): the record itself is its "extra", so that what is proven can be
// read; index, path and the signed checkpoint follow. A file holds one such proof or several, one after the other: those of
// a request are its terminal records and decisions and then the names that stand in them as numbers.
// Owner and thread: anybody's; reads only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"
#include "ledger/checkpoint.hpp"
#include "model/ids.hpp"

namespace gilmok::ledger {

inline constexpr std::string_view proof_mark = "c2sp.org/tlog-proof@v1\n";
inline constexpr std::size_t proof_bytes_max = 262'144;   // a record in base64, a path, a note
inline constexpr std::size_t proofs_max = 128;            // in a file

// One proof that was checked.
struct Proof {
    Checkpoint checkpoint{};
    std::uint64_t index = 0;
    std::string record{};   // its bytes, as in docs/ledger-format.md
};

// Of record `index`, under the newest checkpoint. The path is checked against that before it is given out. Errors are for
// people: the record is not there or not yet under a checkpoint, the hashes beside the log are wrong.
io::FileResult<std::string> prove_record(io::Files& files, const std::string& directory, std::uint64_t index);
// Of every terminal record and decision of a request, and of the names in them. Reads the whole log.
io::FileResult<std::string> prove_request(io::Files& files, const std::string& directory, const model::RequestId& request);

// The same for many requests in one reading of the log: `each` receives the proofs of a request as they stand in a file. A request
// of which nothing is under the checkpoint is left out. Returns how many were proven.
io::FileResult<std::uint64_t> prove_requests(
    io::Files& files, const std::string& directory, std::span<const model::RequestId> requests,
    const std::function<io::FileResult<bool>(const model::RequestId& request, const std::string& proofs)>& each);

// Checks one proof. `why`, when given, receives the reason of a refusal, for people; static text.
Result<Proof> check_proof(std::string_view text, const VerifierKey& key, std::string_view* why = nullptr);
// Checks all proofs of a file.
Result<std::vector<Proof>> check_proofs(std::string_view text, const VerifierKey& key, std::string_view* why = nullptr);

// What was proven, for people: a line for each record, with the names that were proven beside it in words.
std::string explain(std::span<const Proof> proofs);

}   // namespace gilmok::ledger
