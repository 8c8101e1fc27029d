// Brings the shards' lines to a file on a thread of its own. A shard fills a buffer and hands it over when it is 64 KiB or
// 200 ms old, through a ring with one writer and one reader. When the disk is slow or full, lines are dropped and
// counted; a shard never waits.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "io/files.hpp"
#include "meter/cells.hpp"

namespace gilmok::meter {

class LogWriter;

// One shard's end. Owner: the shard; thread: the shard's. Lives no longer than its LogWriter.
class LogLane {
public:
    static constexpr std::size_t bytes_hand_over = 64 * 1024;
    static constexpr Duration hand_over_after = std::chrono::milliseconds(200);
    static constexpr std::size_t buffers_max = 16;   // handed over and not yet written; then lines are dropped

    // The buffer to append whole lines to; commit() follows each.
    [[nodiscard]] std::string& buffer() { return filling_; }
    void commit(Instant now);
    // For the shard's timer: hands over what has grown old.
    void tick(Instant now);
    void flush();
    [[nodiscard]] std::uint64_t lines_dropped() const { return lines_dropped_.value(); }

private:
    friend class LogWriter;
    explicit LogLane(LogWriter& writer) : writer_(writer) {}
    bool hand_over();
    LogWriter& writer_;
    std::string filling_;
    std::uint32_t lines_ = 0;
    Instant oldest_ = far_future;
    Counter lines_dropped_;
    // The ring: the shard fills ring_[head_], the writer empties ring_[tail_] and leaves the memory there for reuse.
    std::array<std::string, buffers_max> ring_;
    std::array<std::uint32_t, buffers_max> ring_lines_{};
    alignas(64) std::atomic<std::uint64_t> head_{0};
    alignas(64) std::atomic<std::uint64_t> tail_{0};
};

// Owner: the control thread.
class LogWriter {
public:
    // `destination`: "stdout" or a path.
    static io::FileResult<std::unique_ptr<LogWriter>> open(const std::string& destination, io::Files& files,
                                                           std::size_t lanes);
    // The same on a file that is open already; for tests.
    LogWriter(std::unique_ptr<io::AppendFile> file, std::size_t lanes);
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;
    // Writes what was handed over, then ends. Lanes are flushed by their shards before.
    ~LogWriter() { stop(); }
    void stop();
    [[nodiscard]] LogLane& lane(std::size_t index) { return *lanes_[index]; }
    // Any thread; for SIGHUP.
    void request_reopen();
    // Lines lost between hand-over and file (a full disk). LogLane::lines_dropped() are the ones lost before.
    [[nodiscard]] std::uint64_t lines_lost() const { return lines_lost_.value(); }

private:
    friend class LogLane;
    void wake();
    void run();
    bool write_some();
    void write(std::string_view bytes, std::uint32_t lines);
    std::unique_ptr<io::AppendFile> file_;
    std::vector<std::unique_ptr<LogLane>> lanes_;
    Counter lines_lost_;
    bool is_failing_ = false;   // the warning has been written; the writer's thread only
    std::atomic<bool> has_work_{false};
    std::atomic<bool> wants_reopen_{false};
    std::atomic<bool> is_stopping_{false};
    std::mutex mutex_;
    std::condition_variable wakened_;
    std::thread thread_;
};

}   // namespace gilmok::meter
