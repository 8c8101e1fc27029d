#include "meter/log_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace gilmok::meter {

namespace {

constexpr unsigned log_mode = 0640;
constexpr int stdout_patience_ms = 1'000;

io::FileError file_error(std::string_view what, int code) {
    return {code, std::string(what) + ": " + std::strerror(code)};
}

// Standard output may be a pipe that nobody empties. It is asked before each piece that a pipe is sure to take, so that
// the writer's thread can always end.
class StandardOutput final : public io::AppendFile {
public:
    io::FileResult<std::size_t> append(std::string_view bytes) override {
        std::size_t written = 0;
        while (written < bytes.size()) {
            pollfd ready{STDOUT_FILENO, POLLOUT, 0};
            const int count = ::poll(&ready, 1, stdout_patience_ms);
            if (count < 0 && errno == EINTR) continue;
            if (count == 0) return tl::unexpected(file_error("write standard output", EAGAIN));
            const std::string_view piece = bytes.substr(written, 4'096);
            const ssize_t moved = ::write(STDOUT_FILENO, piece.data(), piece.size());
            if (moved < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (moved < 0) return tl::unexpected(file_error("write standard output", errno));
            written += static_cast<std::size_t>(moved);
        }
        return written;
    }
    io::FileResult<bool> sync() override { return true; }
    io::FileResult<bool> reopen() override { return true; }
};

}   // namespace

void LogLane::commit(Instant now) {
    if (lines_++ == 0) oldest_ = now;
    if (filling_.size() >= bytes_hand_over || now - oldest_ >= hand_over_after) flush();
}

void LogLane::tick(Instant now) {
    if (lines_ != 0 && now - oldest_ >= hand_over_after) flush();
}

void LogLane::flush() {
    if (lines_ == 0 || hand_over()) return;
    // The ring is full: the disk does not follow. What was gathered is dropped, and counting begins anew.
    lines_dropped_.add(lines_);
    filling_.clear();
    lines_ = 0;
}

bool LogLane::hand_over() {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) == buffers_max) return false;
    const std::size_t at = head % buffers_max;
    filling_.swap(ring_[at]);   // an emptied buffer of before comes back, with its memory
    ring_lines_[at] = lines_;
    head_.store(head + 1, std::memory_order_release);
    filling_.clear();
    lines_ = 0;
    writer_.wake();
    // A shard that never sleeps may keep its core from the writer: half full, it steps aside once. Where the writer has a
    // core of its own this returns at once.
    if (head + 1 - tail_.load(std::memory_order_acquire) >= buffers_max / 2) std::this_thread::yield();
    return true;
}

io::FileResult<std::unique_ptr<LogWriter>> LogWriter::open(const std::string& destination, io::Files& files,
                                                           std::size_t lanes) {
    if (destination == "stdout") return std::make_unique<LogWriter>(std::make_unique<StandardOutput>(), lanes);
    auto file = files.open_append(destination, log_mode);
    if (!file) return tl::unexpected(file.error());
    return std::make_unique<LogWriter>(std::move(*file), lanes);
}

LogWriter::LogWriter(std::unique_ptr<io::AppendFile> file, std::size_t lanes) : file_(std::move(file)) {
    for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(std::unique_ptr<LogLane>(new LogLane(*this)));
    thread_ = std::thread([this] { run(); });
}

void LogWriter::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_.store(true);
    }
    wakened_.notify_one();
    thread_.join();
}

void LogWriter::request_reopen() {
    wants_reopen_.store(true);
    wake();
}

// Called by shards, so it takes no lock: a notification that comes between the writer's look and its sleep is lost, and
// the writer then finds the work when its short sleep ends.
void LogWriter::wake() {
    has_work_.store(true, std::memory_order_release);
    wakened_.notify_one();
}

void LogWriter::run() {
    while (true) {
        // Read before the lanes are looked at: what is handed over later is found in the next round.
        const bool is_last_round = is_stopping_.load();
        has_work_.store(false, std::memory_order_relaxed);
        if (wants_reopen_.exchange(false)) {
            if (const auto reopened = file_->reopen(); !reopened)
                log::warn("access_log_reopen_failed", {{"reason", reopened.error().message}});
        }
        while (write_some()) {}
        if (is_last_round) return;
        std::unique_lock lock(mutex_);
        wakened_.wait_for(lock, LogLane::hand_over_after,
                          [this] { return has_work_.load(std::memory_order_acquire) || is_stopping_.load(); });
    }
}

// One buffer of each lane. False when all were empty.
bool LogWriter::write_some() {
    bool has_written = false;
    for (const auto& lane : lanes_) {
        const std::uint64_t tail = lane->tail_.load(std::memory_order_relaxed);
        if (tail == lane->head_.load(std::memory_order_acquire)) continue;
        std::string& bytes = lane->ring_[tail % LogLane::buffers_max];
        write(bytes, lane->ring_lines_[tail % LogLane::buffers_max]);
        bytes.clear();
        lane->tail_.store(tail + 1, std::memory_order_release);
        has_written = true;
    }
    return has_written;
}

void LogWriter::write(std::string_view bytes, std::uint32_t lines) {
    // A destination that takes nothing must not hold up the end of the process.
    if (is_failing_ && is_stopping_.load(std::memory_order_relaxed)) return lines_lost_.add(lines);
    // The failure before may have torn a line; an end of line keeps the next one whole.
    auto written = is_failing_ ? file_->append("\n") : io::FileResult<std::size_t>(0);
    if (written) written = file_->append(bytes);
    if (!written) {
        lines_lost_.add(lines);
        if (!is_failing_) log::warn("access_log_failed", {{"reason", written.error().message}});
        is_failing_ = true;
        return;
    }
    if (is_failing_)
        log::info("access_log_recovered", {{"lines_lost", static_cast<std::int64_t>(lines_lost_.value())}});
    is_failing_ = false;
}

}   // namespace gilmok::meter
