// A lane of the journal: memory shared with the kernel, one writer, no system call and no lock on the path. What append
// returned is safe from kill -9 at once, and from a power cut after the keeper's next group sync (durable()).
// A lane is a chain of segments (files of `segment_bytes`, allocated whole, so a full disk is met when a segment is made
// and never when memory is touched). The keeper makes the next segment ahead of time, out of a drained one when it can.
// Owner: the keeper. Writer: one thread (its shard's). Reader: the keeper's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/files.hpp"
#include "ledger/entry.hpp"

namespace gilmok::ledger {

struct LaneOptions {
    std::string directory;   // …/journal
    std::uint16_t lane = 0;
    std::uint32_t epoch = 1;
    std::uint64_t segment_bytes = 8ULL << 20;   // a multiple of 8; no record larger than this finds room
};

class Lane {
public:
    static io::FileResult<std::unique_ptr<Lane>> create(io::Files& files, LaneOptions options);
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // for the writer
    // Begins an attempt: room for its terminal record (without raw usage) is kept until finish(). Errors: ledger_unavailable
    // (fault gateway) when there is no room, or after close_admission(). Returns the sequence to wait for in strict mode.
    Result<std::uint64_t> reserve(const model::Reserve& reserve, WallTime at);
    // Never fails for want of room: left out when there is none.
    void progress(const model::Progress& progress, WallTime at);
    // Exactly once for each reserve(); always finds room, if need be without the raw usage.
    std::uint64_t finish(const model::Terminal& terminal, WallTime at);
    // Any other record. Errors: ledger_unavailable.
    Result<std::uint64_t> append(const Body& body, WallTime at);
    [[nodiscard]] std::uint32_t open_attempts() const { return open_attempts_; }

    // for all threads
    // All records up to this sequence are in the log and on the disk. Sequentially consistent, as set_durable() is: who
    // says that he waits and then looks here is seen by the keeper, or sees what the keeper told.
    [[nodiscard]] std::uint64_t durable() const { return durable_.load(std::memory_order_seq_cst); }
    [[nodiscard]] bool takes_new() const { return takes_new_.load(std::memory_order_relaxed); }
    // Bytes written and not yet in the log; for metrics.
    [[nodiscard]] std::uint64_t lag_bytes() const;

    // for the keeper
    // The next records not yet taken, as whole bytes (of one segment); empty when there are none. Valid until taken().
    std::string_view peek() const;
    // The first so many bytes of what peek() gave are kept elsewhere: keep_house() may remove them.
    void taken(std::size_t bytes);
    void set_durable(std::uint64_t sequence) { durable_.store(sequence, std::memory_order_seq_cst); }
    // Makes the spare segment if it lacks, of a drained one when there is one; removes the others. An error leaves the lane
    // as it was; call again.
    io::FileResult<bool> keep_house();
    // The orderly end: removes the files, which must hold nothing that was not taken. The writer is gone, and the lane is
    // good for nothing any more. An error leaves the rest of the files.
    io::FileResult<bool> discard();
    // Stop and resume taking new attempts; running ones still settle.
    void close_admission() { takes_new_.store(false, std::memory_order_relaxed); }
    void open_admission() { takes_new_.store(true, std::memory_order_relaxed); }

private:
    struct Segment;
    struct Inside;
    explicit Lane(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
    std::uint32_t open_attempts_ = 0;
    std::atomic<std::uint64_t> durable_{0};
    std::atomic<bool> takes_new_{true};
};

// What a process that died left behind: every whole record of every lane of `directory`, lane by lane, in order. A record
// whose check is wrong, or that is not the next of its lane, ends the lane (power cut) and is told in `problems`. Where a
// lane begins only the log knows: whether the first record follows the log's last one of that lane is for the caller to see.
struct Leftover {
    std::vector<std::string> files;     // paths, to be removed once their records are in the log
    std::vector<std::string> records;   // raw bytes
    std::vector<std::string> problems;
};
// A drained file whose memory will be used again; its records are in the log.
inline constexpr std::string_view rested_suffix = ".rested";
inline constexpr std::uint64_t segment_bytes_max = 256ULL << 20;
// A directory that is not there holds nothing.
io::FileResult<Leftover> read_leftovers(io::Files& files, const std::string& directory);

}   // namespace gilmok::ledger
