// The checkpoints of a ledger on the disk: the newest in `checkpoint`, all of them in `checkpoints`, and a copy of the
// newest where the operator wants a witness. Owner: the keeper.
#pragma once

#include <memory>
#include <string>

#include "io/files.hpp"
#include "ledger/checkpoint.hpp"

namespace gilmok::ledger {

class Checkpoints {
public:
    // Brings the two files together after a crash between them, and cuts a note that was not written whole.
    // witness_path "" = none.
    static io::FileResult<Checkpoints> open(io::Files& files, std::string directory, const Signer& signer,
                                            std::string witness_path);
    [[nodiscard]] const Checkpoint& newest() const { return newest_; }   // size 0 when there is none
    // All that the tree holds must be on the disk. An error leaves the newest one as it was; sign again.
    io::FileResult<bool> sign(const Tree& tree);
    // Why the newest one is not with the witness; "" when it is, or when there is none.
    [[nodiscard]] const std::string& witness_problem() const { return witness_problem_; }

private:
    Checkpoints(io::Files& files, std::string directory, const Signer& signer, std::string witness_path);
    io::FileResult<bool> read();
    io::FileResult<Checkpoint> read_history();
    io::FileResult<bool> append(const std::string& note);
    void tell_witness(const std::string& note);

    io::Files* files_;
    std::string directory_;
    const Signer* signer_;
    std::string witness_path_;
    Checkpoint newest_;
    std::uint64_t history_bytes_ = 0;           // of whole notes in `checkpoints`
    std::unique_ptr<io::AppendFile> history_;   // null: not open, or to be cut first
    std::string witness_problem_;
};

}   // namespace gilmok::ledger
