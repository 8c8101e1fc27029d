#include "meter/otlp.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gilmok::meter {

namespace {

using config::Snapshot;
using model::Record;
using model::Usage;

// Span kinds and status codes of opentelemetry/proto/trace/v1/trace.proto.
constexpr int kind_server = 2, kind_client = 3;
constexpr int status_unset = 0, status_error = 2;

class Attributes {
public:
    explicit Attributes(std::string& out) : out_(out) { out_ += ",\"attributes\":["; }
    void text(std::string_view key, std::string_view value) {
        begin(key);
        out_ += "{\"stringValue\":\"";
        append_json_escaped(out_, value);
        out_ += "\"}}";
    }
    // 64-bit numbers are strings in the JSON encoding.
    void number(std::string_view key, std::int64_t value) {
        begin(key);
        out_ += "{\"intValue\":\"";
        append_number(out_, value);
        out_ += "\"}}";
    }
    void seconds(std::string_view key, Duration value) {
        begin(key);
        out_ += "{\"doubleValue\":";
        append_number(out_, std::chrono::duration<double>(value).count());
        out_ += "}}";
    }
    void flag(std::string_view key, bool value) {
        begin(key);
        out_ += value ? "{\"boolValue\":true}}" : "{\"boolValue\":false}}";
    }
    void usage(std::string_view key, std::int64_t tokens) {
        if (tokens != Usage::missing) number(key, tokens);
    }
    void end() { out_ += ']'; }

private:
    void begin(std::string_view key) {
        out_ += is_first_ ? "{\"key\":\"" : ",{\"key\":\"";
        is_first_ = false;
        out_ += key;
        out_ += "\",\"value\":";
    }
    std::string& out_;
    bool is_first_ = true;
};

struct SpanTimes {
    WallTime start;
    Duration length;
};

void begin_span(std::string& out, const Record& record, std::string_view span_id, std::string_view parent_id, int kind,
                SpanTimes times) {
    out += "{\"traceId\":\"";
    out.append(record.trace_id.data(), record.trace_id.size());
    out += "\",\"spanId\":\"";
    out += span_id;
    if (!parent_id.empty()) {
        out += "\",\"parentSpanId\":\"";
        append_json_escaped(out, parent_id);
    }
    out += "\",\"kind\":";
    append_number(out, kind);
    out += ",\"startTimeUnixNano\":\"";
    append_number(out, times.start.time_since_epoch().count());
    out += "\",\"endTimeUnixNano\":\"";
    append_number(out, (times.start + times.length).time_since_epoch().count());
    out += "\",\"name\":\"";
}

void end_span(std::string& out, bool is_error, std::string_view message) {
    out += ",\"status\":{";
    if (is_error) {
        out += "\"code\":";
        append_number(out, status_error);
        out += ",\"message\":\"";
        out += message;   // the name of a Code: nothing to escape
        out += '"';
    }
    static_assert(status_unset == 0, "an unset status is an empty object");
    out += "}},";
}

// The span ids of attempts need no random numbers of their own: they differ from the exchange's in the last digits.
std::array<char, 16> span_id_of_attempt(const Record& record, std::size_t index) {
    std::array<char, 16> id = record.span_id;
    const auto last = static_cast<std::size_t>(id[15] <= '9' ? id[15] - '0' : id[15] - 'a' + 10);
    id[15] = "0123456789abcdef"[(last + index + 1) % 16];
    id[14] = id[14] == '0' ? '1' : '0';
    return id;
}

void append_exchange_span(std::string& out, const Record& record, const Snapshot& snapshot,
                          const LineContext& context) {
    const std::string_view operation = model::gen_ai_operation_of(record.endpoint);
    begin_span(out, record, {record.span_id.data(), record.span_id.size()}, context.parent_span_id, kind_server,
               {record.started_wall, record.total});
    const bool has_model = record.model != model::ModelId::none;
    out += operation;
    if (has_model) {
        out += ' ';
        append_json_escaped(out, snapshot.model(record.model).name);
    }
    out += '"';
    Attributes attributes(out);
    attributes.text("gen_ai.operation.name", operation);
    if (has_model) attributes.text("gen_ai.request.model", snapshot.model(record.model).name);
    if (!record.served_name.empty()) attributes.text("gen_ai.response.model", record.served_name);
    attributes.flag("gen_ai.request.stream", record.is_stream);
    attributes.usage("gen_ai.usage.input_tokens", record.usage.input);
    attributes.usage("gen_ai.usage.output_tokens", record.usage.output);
    attributes.usage("gen_ai.usage.cache_read.input_tokens", record.usage.input_cached);
    attributes.usage("gen_ai.usage.reasoning.output_tokens", record.usage.output_reasoning);
    if (record.time_to_first_token > Duration::zero())
        attributes.seconds("gen_ai.response.time_to_first_chunk", record.time_to_first_token);
    if (record.status != 0) attributes.number("http.response.status_code", record.status);
    if (record.code != Code::none) attributes.text("error.type", name_of(record.code));
    if (!context.client.empty()) attributes.text("client.address", context.client);
    attributes.text("gilmok.request_id", record.id.view());
    attributes.text("gilmok.outcome", model::name_of(record.outcome));
    if (record.tenant != model::TenantId::none) attributes.text("gilmok.tenant", snapshot.tenant(record.tenant).path);
    if (!context.key_id.empty()) attributes.text("gilmok.key", context.key_id);
    if (record.is_simulated) attributes.flag("gilmok.simulated", true);
    attributes.end();
    end_span(out, record.outcome != model::Outcome::answered && record.status >= 500, name_of(record.code));
}

// An attempt ends when the next one that followed it began, or with the exchange; the record holds no better time.
void append_attempt_span(std::string& out, const Record& record, const Snapshot& snapshot, std::size_t index) {
    const model::Attempt& attempt = record.attempts[index];
    const config::Upstream& upstream = snapshot.upstream(attempt.upstream);
    const auto id = span_id_of_attempt(record, index);
    const Duration begun = std::max(attempt.started - record.started, Duration::zero());
    Duration length = std::max(record.total - begun, Duration::zero());
    const bool is_followed = index + 1 < record.attempts_count && !record.attempts[index + 1].was_hedge;
    if (attempt.end == model::AttemptEnd::failed && is_followed)
        length = std::clamp(record.attempts[index + 1].started - attempt.started, Duration::zero(), length);
    begin_span(out, record, {id.data(), id.size()}, {record.span_id.data(), record.span_id.size()}, kind_client,
               {record.started_wall + begun, length});
    out += "attempt ";
    append_json_escaped(out, upstream.name);
    out += '"';
    Attributes attributes(out);
    attributes.text("gilmok.upstream", upstream.name);
    attributes.text("gen_ai.provider.name",
                    upstream.is_simulated ? "gilmok.simulated" : config::name_of(upstream.kind));
    attributes.text("server.address", upstream.host);
    attributes.number("server.port", upstream.port);
    if (attempt.status != 0) attributes.number("http.response.status_code", attempt.status);
    if (attempt.code != Code::none) attributes.text("error.type", name_of(attempt.code));
    if (attempt.was_hedge) attributes.flag("gilmok.hedge", true);
    attributes.end();
    end_span(out, attempt.end == model::AttemptEnd::failed, name_of(attempt.code));
}

}   // namespace

void append_spans(std::string& out, const Record& record, const Snapshot& snapshot, const LineContext& context) {
    if (record.trace_id[0] == '\0') return;
    append_exchange_span(out, record, snapshot, context);
    const std::size_t count = std::min<std::size_t>(record.attempts_count, Record::attempts_max);
    for (std::size_t i = 0; i < count; ++i)
        if (record.attempts[i].upstream != model::UpstreamId::none) append_attempt_span(out, record, snapshot, i);
}

std::string render_batch(std::string_view spans, std::string_view version, std::string_view instance) {
    if (!spans.empty() && spans.back() == ',') spans.remove_suffix(1);
    std::string body;
    body.reserve(spans.size() + 512);
    body += "{\"resourceSpans\":[{\"resource\":{";
    body += std::string_view("\"attributes\":[");
    body +=
        "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"gilmok\"}},{\"key\":\"service.version\",\"value\":{"
        "\"stringValue\":\"";
    append_json_escaped(body, version);
    body += "\"}},{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"";
    append_json_escaped(body, instance);
    body += "\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"gilmok\"},\"spans\":[";
    body += spans;
    body += "]}]}]}";
    return body;
}

bool SpanQueue::try_push(std::string_view spans) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock() || spans_.size() + spans.size() > bytes_max) return false;
    spans_ += spans;
    return true;
}

std::string SpanQueue::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(spans_, {});
}

std::size_t SpanQueue::bytes() {
    const std::lock_guard lock(mutex_);
    return spans_.size();
}

void SpanBuffer::add(const Record& record, const Snapshot& snapshot, const LineContext& context, Instant now,
                     Counter& dropped) {
    if (spans_.size() >= bytes_max) {
        dropped.add();
        return;
    }
    if (spans_.empty()) oldest_ = now;
    append_spans(spans_, record, snapshot, context);
    if (spans_.size() >= bytes_hand_over) flush();
}

void SpanBuffer::tick(Instant now) {
    if (!spans_.empty() && now - oldest_ >= std::chrono::seconds(1)) flush();
}

// A refused hand-over keeps the spans: the queue may only have been held at that moment.
void SpanBuffer::flush() {
    if (!spans_.empty() && queue_.try_push(spans_)) spans_.clear();
}

}   // namespace gilmok::meter
