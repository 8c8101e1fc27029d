// Spans as OTLP/HTTP JSON (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding": ids in hex, 64-bit
// numbers as strings), with gen_ai.* attributes. Built by the shards, sent by the control thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "config/snapshot.hpp"
#include "meter/access_log.hpp"
#include "meter/cells.hpp"
#include "model/exchange.hpp"

namespace gilmok::meter {

// One server span for the exchange and one client span for each attempt, as JSON objects, each followed by a comma.
// Attempt spans are children of the exchange's; their ids are derived from its id.
void append_spans(std::string& out, const model::Record& record, const config::Snapshot& snapshot,
                  const LineContext& context);
// The body of a POST to /v1/traces out of what append_spans() wrote.
std::string render_batch(std::string_view spans, std::string_view version, std::string_view instance);

// Between the shards and the control thread. Bounded; what does not fit is dropped and counted.
class SpanQueue {
public:
    static constexpr std::size_t bytes_max = 4U << 20;
    // Any thread. Never waits: when another thread holds the queue or it is full, false, and the caller counts a drop.
    bool try_push(std::string_view spans);
    // The control thread: all there is, and how much that is.
    std::string take();
    [[nodiscard]] std::size_t bytes();

private:
    std::mutex mutex_;
    std::string spans_;
};

// One shard's spans, handed to the queue when there are enough or they have waited a second. Thread: the shard's.
class SpanBuffer {
public:
    static constexpr std::size_t bytes_hand_over = 32 * 1024;
    static constexpr std::size_t bytes_max = 1U << 20;   // while the queue takes nothing; then spans are dropped
    explicit SpanBuffer(SpanQueue& queue) : queue_(queue) {}
    // Counts what it had to drop into `dropped`.
    void add(const model::Record& record, const config::Snapshot& snapshot, const LineContext& context, Instant now,
             Counter& dropped);
    void tick(Instant now);
    void flush();

private:
    SpanQueue& queue_;
    std::string spans_;
    Instant oldest_ = far_future;
};

}   // namespace gilmok::meter
