#include "gateway/span_sender.hpp"

#include <array>

#include "base/log.hpp"
#include "base/text.hpp"
#include "config/quantity.hpp"
#include "io/tls.hpp"
#include "upstream/probe.hpp"

namespace gilmok::gateway {

namespace {
constexpr io::Events timer_event = 1U << 0;
constexpr Duration spans_interval = std::chrono::milliseconds(250);
constexpr Duration send_interval = std::chrono::seconds(1);
constexpr Duration resolve_interval = std::chrono::seconds(30);
constexpr Duration send_timeout = std::chrono::seconds(10);   // the default of OpenTelemetry's own exporters
constexpr std::size_t answer_bytes_max = 64 * 1024;
// Quotes inside texts are escaped, so this stands at the beginning of a span and nowhere else.
constexpr std::string_view span_begin = R"({"traceId":")";
}   // namespace

SpanSender::SpanSender(const Services& services)
    : services_(services), waiter_(services.loop.ready()), timer_(services.loop.timers(), waiter_, timer_event) {}

std::string SpanSender::start(std::string_view endpoint) {
    std::string_view failure;
    const auto url = config::parse_url(endpoint, failure);
    if (!url) return "the endpoint " + std::string(failure);
    collector_->name = "otlp";
    collector_->is_tls = url->is_tls;
    collector_->host = url->host;
    collector_->port = url->port;
    collector_->authority = url->authority;
    path_ = url->base_path.empty() ? "/" : url->base_path;
    state_->name = "otlp";
    if (url->is_tls) {
        auto read = io::read_tls_client(services_.files, {}, {});
        if (!read) return read.error().what + " (" + read.error().fix + ")";
        state_->tls = read->context;
    }
    std::array<char, 16> random{};
    services_.loop.random_bytes(random);
    instance_ = hex({random.data(), random.size()});
    resolve();
    sent_ = services_.loop.now();
    task_ = run();
    task_.start();
    return {};
}

void SpanSender::resolve() {
    resolved_ = services_.loop.now();
    const bool is_numeric = collector_->host.find_first_not_of("0123456789.") == std::string::npos ||
                            collector_->host.find(':') != std::string::npos;
    if (is_numeric) {
        const std::vector<io::Address> addresses{io::Address{collector_->host, collector_->port}};
        state_->addresses.store(std::make_shared<const std::vector<io::Address>>(addresses));
        return;
    }
    if (services_.dns == nullptr) return;
    // May come late and on another thread: it touches the shared state only.
    auto take = [state = state_](const Result<io::Resolved>& resolved) {
        if (resolved) state->addresses.store(std::make_shared<const std::vector<io::Address>>(resolved->addresses));
    };
    services_.dns->resolve(collector_->host, collector_->port, take);
}

io::Task<> SpanSender::run() {
    for (;;) {
        timer_.arm(services_.loop.now() + spans_interval);
        co_await waiter_.wait(timer_event);
        const Instant now = services_.loop.now();
        if (now - resolved_ >= resolve_interval) resolve();
        if (now - sent_ < send_interval && services_.queue.bytes() < batch_bytes_max) continue;
        sent_ = now;
        const std::string spans = services_.queue.take();
        std::string_view left = spans;
        while (!left.empty()) {
            const std::string_view batch = next_batch(left);
            const bool is_taken = co_await send(batch);
            if (!is_taken) break;
            services_.process.spans_sent.fetch_add(count_spans(batch), std::memory_order_relaxed);
            left.remove_prefix(batch.size());
        }
        // A collector that does not answer would only be waited for again: the rest goes with what failed.
        if (!left.empty()) services_.process.spans_given_up.fetch_add(count_spans(left), std::memory_order_relaxed);
    }
}

io::Task<bool> SpanSender::send(std::string_view batch) {
    upstream::FetchWhat what;
    what.method = "POST";
    what.path = path_;
    what.body = meter::render_batch(batch, services_.process.version, instance_);
    what.bytes_max = answer_bytes_max;
    what.timeout = send_timeout;
    const auto answer = co_await upstream::fetch(services_.loop, *collector_, state_, what);
    const bool is_taken = answer && answer->status >= 200 && answer->status < 300;
    if (answer)
        report(is_taken, "it answered " + std::to_string(answer->status));
    else
        report(false, std::string(name_of(answer.error().code)) + ": " + std::string(answer.error().detail));
    co_return is_taken;
}

// Once when it begins to fail and once when it works again.
void SpanSender::report(bool is_taken, std::string_view problem) {
    if (is_taken != is_failing_) return;
    is_failing_ = !is_taken;
    if (is_taken)
        log::info("spans_taken_again", {{"collector", collector_->authority}});
    else
        log::warn("spans_not_taken", {{"collector", collector_->authority},
                                      {"problem", problem},
                                      {"effect", "spans are dropped until it answers; exchanges go on"},
                                      {"fix", "check [telemetry] otlp_endpoint and the collector's HTTP receiver"}});
}

std::string_view SpanSender::next_batch(std::string_view spans) {
    if (spans.size() <= batch_bytes_max) return spans;
    std::size_t end = spans.rfind(span_begin, batch_bytes_max);
    if (end == 0 || end == std::string_view::npos) end = spans.find(span_begin, 1);   // one span larger than a batch
    return spans.substr(0, end);
}

std::uint64_t SpanSender::count_spans(std::string_view spans) {
    std::uint64_t count = 0;
    for (std::size_t at = spans.find(span_begin); at != std::string_view::npos; at = spans.find(span_begin, at + 1))
        ++count;
    return count;
}

}   // namespace gilmok::gateway
