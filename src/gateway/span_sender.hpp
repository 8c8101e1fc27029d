// Sends spans to a collector: OTLP/HTTP with JSON, one POST at a time, each second or as soon as 512 KiB wait. What a
// collector does not take within its time is dropped and counted; the exchanges never learn of it.
// Owner: Control. Thread: its loop's. Limits: SpanQueue::bytes_max waiting, batch_bytes_max a request.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/snapshot.hpp"
#include "io/dns.hpp"
#include "io/files.hpp"
#include "io/loop.hpp"
#include "io/task.hpp"
#include "meter/metrics.hpp"
#include "meter/otlp.hpp"
#include "upstream/state.hpp"

namespace gilmok::gateway {

class SpanSender {
public:
    static constexpr std::size_t batch_bytes_max = 512 * 1024;
    struct Services {
        io::Loop& loop;
        io::Files& files;
        io::Dns* dns;   // null: numeric hosts only
        meter::SpanQueue& queue;
        meter::ProcessMetrics& process;
    };
    explicit SpanSender(const Services& services);
    ~SpanSender() = default;
    SpanSender(const SpanSender&) = delete;
    SpanSender& operator=(const SpanSender&) = delete;

    // `endpoint` as in [telemetry] otlp_endpoint. What prevents it, for people; then nothing runs.
    std::string start(std::string_view endpoint);

    // The part of `spans` (as append_spans() writes them) that goes into the next request: whole spans, at least one.
    static std::string_view next_batch(std::string_view spans);
    static std::uint64_t count_spans(std::string_view spans);

private:
    io::Task<> run();
    io::Task<bool> send(std::string_view batch);
    void resolve();
    void report(bool is_taken, std::string_view problem);

    Services services_;
    std::shared_ptr<config::Upstream> collector_ = std::make_shared<config::Upstream>();   // as fetch() wants it
    upstream::StatePtr state_ = std::make_shared<upstream::State>();
    std::string path_;
    std::string instance_;
    io::Waiter waiter_;
    io::Timer timer_;
    Instant sent_{};
    Instant resolved_{};
    bool is_failing_ = false;
    io::Task<> task_;
};

}   // namespace gilmok::gateway
