// The archive: prompts and answers of the tenants that the configuration names, sealed with a key of each tenant's own. Nothing is kept of
// anybody else. It never stops an answer: what finds no room in the queue or on the disk is left out, counted and told.
// Owner: the process. put() is for all threads and does not touch the disk; the rest happens in turn(), on a thread of its own
// (or the test's). docs/archive.md is the contract of its files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "archive/keys.hpp"

namespace gilmok::archive {

inline constexpr std::uint64_t queue_bytes_max = 64ULL << 20;   // texts that wait for the disk; then they are dropped

// What became of a text that was handed in.
enum class Taken : std::uint8_t { yes, not_kept, no_room };

struct Status {
    bool is_failing = false;
    std::string problem;                          // what, where, why; "" when all is well
    std::uint64_t stored = 0, stored_bytes = 0;   // texts and bytes of them, since the start
    std::uint64_t dropped_queue = 0;              // the queue was full
    std::uint64_t dropped_disk = 0;               // the disk was full or failed, or a key could not be opened
    std::uint64_t dropped_room = 0;               // bytes_max was reached by this day alone
    std::uint64_t cut = 0;                        // longer than 32 MiB
    std::uint64_t removed_files = 0;              // by retention or bytes_max
    std::uint64_t queued_bytes = 0;
    std::uint64_t bytes = 0;   // on the disk, all tenants
};

class Archive {
public:
    // Makes the directory, takes its lock, and removes what is older than it may be. An error is for people.
    static io::FileResult<std::unique_ptr<Archive>> open(io::Files& files, std::string directory,
                                                         const config::Archive& settings, Key master,
                                                         RandomBytes random, WallTime now);
    ~Archive();
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    // Any thread. `is_redacted`: the text is what went upstream, and not what the client wrote.
    Taken put(std::string_view tenant, const model::RequestId& request, WallTime at, What what, std::string_view text,
              bool is_redacted = false);
    // Any thread: tenants, retention, limits, and whether answers are kept. Directory and key stay as they are.
    void configure(const config::Archive& settings);

    // The writer: everything that waits goes to the disk and is synced. Returns how many texts were stored.
    std::size_t turn(WallTime now);
    // The writer's thread sleeps here until there is something to do or `most` is over. False: stop() was called and nothing
    // waits.
    bool wait(Duration most);
    void stop();   // any thread

    [[nodiscard]] Status status() const;   // any thread

private:
    struct Inside;
    explicit Archive(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::archive
