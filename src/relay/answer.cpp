#include "relay/answer.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/give_back.hpp"
#include "base/text.hpp"

namespace gilmok::relay {

using wire::http1::Framing;
using wire::http1::Known;

namespace {

constexpr wire::http1::Limits body_limits{};
// A JSON answer that comes in pieces is kept for its usage up to this size; beyond, usage is missing, never guessed.
constexpr std::size_t usage_copy_bytes_max = 8U << 20;
// No engine's usage object comes near; a longer one is not read (dialect/usage).
constexpr std::size_t raw_usage_bytes_max = 64 * 1024;
constexpr std::size_t name_bytes_max = 256;

bool is_answer_header_dropped(const wire::http1::Header& header, std::string_view connection) {
    // Content-Length and Date are written anew; x-request-id must be the one that leads to a log line; the load report was
    // meant for us; the last ones are of the upstream's origin, not of ours.
    constexpr wire::http1::KnownSet dropped{Known::content_length,
                                            Known::date,
                                            Known::server,
                                            Known::via,
                                            Known::x_request_id,
                                            Known::endpoint_load_metrics,
                                            Known::set_cookie,
                                            Known::alt_svc,
                                            Known::strict_transport_security,
                                            Known::gilmok_simulated};
    if (dropped.has(header.known) || wire::http1::is_hop_by_hop(header.known)) return true;
    return !connection.empty() && wire::http1::is_listed(connection, header.name);
}

// Whether a line of that name stands in `lines`: of two that contradict each other nobody could tell which holds.
bool is_said(std::string_view lines, std::string_view name) {
    while (lines.size() > name.size()) {
        if (lines[name.size()] == ':' && equal_ignoring_case(lines.substr(0, name.size()), name)) return true;
        const std::size_t end = lines.find('\n');
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return false;
}

bool begins_with_ignoring_case(std::string_view text, std::string_view prefix) {
    // Most are written in lower case, and to see that takes no loop over the letters.
    return text.starts_with(prefix) ||
           (text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix));
}

void append_status_line(std::uint16_t status, std::string& out) {
    out += "HTTP/1.1 ";
    append_number(out, status);
    out += ' ';
    out += wire::http1::reason_phrase(status);
    out += "\r\n";
}

bool is_json_type(std::string_view content_type) {
    const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
    return equal_ignoring_case(type, "application/json") ||
           (type.size() > 5 && equal_ignoring_case(type.substr(type.size() - 5), "+json"));
}

// Sound, pictures and what calls itself bytes; anything else may hold words, also what has no type at all.
bool is_binary(std::string_view content_type) {
    return begins_with_ignoring_case(content_type, "audio/") || begins_with_ignoring_case(content_type, "image/") ||
           begins_with_ignoring_case(content_type, "video/") ||
           begins_with_ignoring_case(content_type, "application/octet-stream");
}

}   // namespace

bool Answer::can_rewrite(const wire::http1::ResponseHead& head) {
    return head.framing == Framing::none || head.headers.find(Known::content_encoding) == nullptr ||
           is_binary(head.headers.value(Known::content_type));
}

Answer::Answer(const AnswerOptions& options)
    : options_(options), framer_(options.event_bytes_max), keep_alive_(options.keep_alive) {}

void Answer::begin(const wire::http1::ResponseHead& head, std::string_view date_line, std::string& out,
                   std::string_view more_headers) {
    status_ = head.status;
    const std::string_view content_type = head.headers.value(Known::content_type);
    const bool is_plain = head.headers.find(Known::content_encoding) == nullptr;
    is_event_stream_ =
        is_plain && head.framing != Framing::none && begins_with_ignoring_case(content_type, "text/event-stream");
    reads_usage_ =
        is_plain && !is_event_stream_ && status_ < 300 && begins_with_ignoring_case(content_type, "application/json");
    body_ = wire::http1::BodyReader(head.framing, head.content_length, body_limits);

    is_unreadable_ = options_.rewriter != nullptr && !can_rewrite(head);
    is_held_ =
        options_.rewriter != nullptr && !is_event_stream_ && head.framing != Framing::none && !is_binary(content_type);
    is_json_ = is_held_ && is_json_type(content_type);

    // A body keeps its announced length when nothing in it will change; otherwise it is chunked, or for HTTP/1.0 ends
    // with the connection.
    const bool has_length =
        is_held_ || (!is_event_stream_ && (head.framing == Framing::length || head.framing == Framing::none));
    is_chunked_ = !has_length && options_.client_version_minor >= 1;
    if (!has_length && !is_chunked_) keep_alive_ = false;

    std::string& lines = is_held_ ? whole().head : out;
    if (is_held_) whole().date_line = date_line;
    append_status_line(status_, lines);
    lines += date_line;
    const std::string_view connection = head.headers.value(Known::connection);
    for (const auto& header : head.headers) {
        const bool may_be_ours = header.known == Known::other || header.known == Known::gilmok;
        if (is_answer_header_dropped(header, connection) || (may_be_ours && is_said(more_headers, header.name)))
            continue;
        wire::http1::append_header(lines, header);
    }
    if (is_event_stream_) lines += "x-accel-buffering: no\r\n";   // a proxy in front of us must not hold tokens back
    if (options_.is_simulated) lines += "x-gilmok-simulated: true\r\n";
    wire::http1::append_header(lines, "x-request-id", options_.request_id);
    lines += more_headers;
    if (!is_held_) append_head_end(has_length, head.framing == Framing::length ? head.content_length : 0, lines);
}

void Answer::append_head_end(bool has_length, std::uint64_t length, std::string& out) const {
    if (is_chunked_) {
        out += "transfer-encoding: chunked\r\n";
    } else if (has_length && status_ != 204 && status_ != 304) {
        out += "content-length: ";
        append_number(out, length);
        out += "\r\n";
    }
    if (!keep_alive_)
        out += "connection: close\r\n";
    else if (options_.client_version_minor == 0)
        out += "connection: keep-alive\r\n";
    out += "\r\n";
}

Result<bool> Answer::feed(std::string_view bytes, std::string& scratch, std::string& out) {
    if (is_unreadable_) {
        has_refused_ = true;
        return fail(Code::guard_failed, Fault::gateway, Retry::never,
                    "the upstream's answer is encoded and cannot be looked through");
    }
    // `scratch` gathers the payload of one feed, so that it leaves as one chunk however the upstream cut it. What leaves without
    // chunks needs no gathering.
    scratch.clear();
    Result<bool> outcome = true;
    while (!bytes.empty() && !body_.is_done()) {
        auto step = body_.feed(bytes);
        if (!step) {
            outcome = fail(Code::upstream_protocol, Fault::upstream, Retry::never, step.error().detail);
            break;
        }
        bytes.remove_prefix(step->consumed);
        if (step->payload.empty()) continue;
        body_bytes_ += step->payload.size();
        outcome = take_payload(step->payload, scratch, out);
        if (!outcome) break;
    }
    if (outcome && !bytes.empty()) has_surplus_ = true;
    append_body(scratch, out);
    return outcome;
}

Result<bool> Answer::take_payload(std::string_view payload, std::string& events, std::string& out) {
    if (!is_event_stream_) {
        if (body_bytes_ > options_.answer_bytes_max)
            return fail(Code::upstream_too_large, Fault::upstream, Retry::never,
                        "the answer is above answer_bytes_max");
        if (is_held_) {
            whole().body.append(payload);
            return true;
        }
        if (reads_usage_) keep_for_usage(payload, body_.is_done());
        if (is_chunked_)
            events.append(payload);
        else
            append_body(payload, out);
        has_passed_content_ = true;
        return true;
    }
    framer_.feed(payload);
    for (;;) {
        wire::sse::Event event;
        GILMOK_TRY(is_there, framer_.next(event));
        if (!is_there) return true;
        GILMOK_TRY(passed, take_event(event, events));
        static_cast<void>(passed);
    }
}

Result<bool> Answer::take_event(const wire::sse::Event& event, std::string& events) {
    using What = dialect::openai::StreamEvent::What;
    // After "[DONE]" nothing belongs to the answer; after an error event nothing may follow it.
    if (has_done_ || has_error_event_) return true;
    if (event.is_comment) {
        events.append(event.raw);
        return true;
    }
    const auto read = dialect::openai::read_event(event.data);
    learn(read.usage_text, read.model, read.service_tier);
    if (read.has_content) ++content_events_;
    has_finish_reason_ |= read.has_finish_reason;
    if (read.what == What::usage_only && options_.hide_usage) return true;
    has_passed_content_ |= read.has_content;
    ++events_passed_;
    const bool is_hidden = options_.hide_usage || (options_.hide_delta_usage && read.what == What::delta);
    const bool loses_usage = is_hidden && read.has_usage_member;
    if (options_.rewriter != nullptr) {
        std::string shown;
        if (loses_usage) dialect::openai::append_event_without_usage(shown, event.raw, event.data);
        // Of an event that was made anew the data is the one line behind "data: "; one that could not be is as it came.
        const bool is_made = loses_usage && shown != event.raw;
        const std::string_view raw = is_made ? std::string_view(shown) : event.raw;
        GILMOK_TRY(written, rewrite_event(raw, is_made ? raw.substr(6, raw.size() - 8) : event.data, events));
        static_cast<void>(written);
    } else if (loses_usage) {
        dialect::openai::append_event_without_usage(events, event.raw, event.data);
    } else {
        events.append(event.raw);
    }
    // Only now: what the rewriter refused was not passed on, be it the end.
    has_done_ = read.what == What::done;
    has_error_event_ = read.what == What::error || event.name == "error";
    if (has_error_event_)
        return fail(Code::upstream_error_event, Fault::upstream, Retry::never,
                    "the upstream reported an error inside its stream");
    return true;
}

Result<bool> Answer::rewrite_event(std::string_view raw, std::string_view data, std::string& events) {
    auto written = options_.rewriter->event(raw, data, events);
    has_refused_ = has_refused_ || !written;
    return written;
}

void Answer::keep_for_usage(std::string_view payload, bool is_last) {
    if (is_last && (whole_ == nullptr || whole_->kept.empty())) {
        learn(dialect::openai::read_facts(payload));   // the usual case: it came in one piece
        return;
    }
    std::string& kept = whole().kept;
    if (kept.size() + payload.size() > usage_copy_bytes_max) {
        reads_usage_ = false;
        give_back(kept);
        return;
    }
    kept.append(payload);
}

// The texts are empty in most events and the same in the others: only what is new is copied.
void Answer::learn(std::string_view usage_text, std::string_view model, std::string_view service_tier) {
    if (!usage_text.empty()) {
        if (usage_text.size() <= raw_usage_bytes_max)
            raw_usage_.assign(usage_text);
        else
            raw_usage_.clear();
    }
    if (response_model_.empty() && model.size() <= name_bytes_max) response_model_.assign(model);
    if (!service_tier.empty() && service_tier.size() <= name_bytes_max) service_tier_.assign(service_tier);
}

void Answer::learn(const dialect::openai::AnswerFacts& facts) {
    learn(facts.usage_text, facts.model, facts.service_tier);
}

void Answer::append_body(std::string_view payload, std::string& out) {
    if (payload.empty()) return;
    if (options_.keeps_copy) {
        std::string& copy = whole().copy;
        if (copy.size() + payload.size() <= options_.copy_bytes_max) {
            copy.append(payload);
        } else {
            options_.keeps_copy = false;
            give_back(copy);
        }
    }
    if (is_chunked_) wire::http1::append_chunk_size(out, payload.size());
    out.append(payload);
    if (is_chunked_) out += "\r\n";
}

Result<bool> Answer::upstream_closed() {
    if (!body_.close_is_end() && !has_done_)
        return fail(Code::upstream_closed, Fault::upstream, Retry::never,
                    "the upstream closed in the middle of its answer");
    return true;
}

Result<bool> Answer::finish(std::string& out) {
    const bool is_token_stream =
        options_.endpoint == model::Endpoint::chat || options_.endpoint == model::Endpoint::completions;
    if (is_event_stream_) {
        if (!has_done_ && (framer_.bytes_held() > 0 || (is_token_stream && !has_finish_reason_)))
            return fail(Code::upstream_closed, Fault::upstream, Retry::never,
                        "the upstream's stream ended without its end");
        if (options_.rewriter != nullptr && !has_done_) {
            std::string events;
            auto ended = options_.rewriter->end(events);
            has_refused_ = !ended;
            if (!ended) return ended;
            append_body(events, out);
        }
    } else if (is_held_) {
        return finish_held(out);
    } else if (reads_usage_ && whole_ != nullptr && !whole_->kept.empty()) {
        learn(dialect::openai::read_facts(whole_->kept));
        give_back(whole_->kept);
    }
    if (is_chunked_) out += wire::http1::last_chunk;
    return true;
}

// The whole answer is there: its usage is read as the upstream wrote it, and the client gets it as the rewriter does.
Result<bool> Answer::finish_held(std::string& out) {
    const std::string_view came = whole().body;
    std::string made;
    std::optional<dialect::openai::AnswerFacts> facts;
    const auto written = is_json_ ? options_.rewriter->body(came, made, facts) : options_.rewriter->text(came, made);
    if (reads_usage_) learn(facts ? *facts : dialect::openai::read_facts(came));   // also of what is refused
    has_refused_ = !written;
    if (!written) return written;
    const std::string_view body = *written ? std::string_view(made) : came;
    out += whole().head;
    append_head_end(true, body.size(), out);
    append_body(body, out);
    has_passed_content_ = !body.empty();
    is_held_ = false;
    give_back(whole().body);
    return true;
}

bool Answer::cut_off(const Error& error, std::string_view detail, std::string& out) {
    if (whole_ != nullptr) give_back(whole_->kept);
    if (is_held_) {
        // The client has seen nothing yet, so he gets the answer that an error in time would have got.
        std::string json;
        dialect::openai::append_error(json, error, options_.request_id, detail);
        status_ = dialect::openai::status_of(error.code);
        append_status_line(status_, out);
        out += whole().date_line;
        out += "content-type: application/json\r\n";
        wire::http1::append_header(out, "x-request-id", options_.request_id);
        append_head_end(true, json.size(), out);
        append_body(json, out);
        is_held_ = false;
        give_back(whole().body);
        return true;
    }
    // A message that gets its proper end leaves the connection fit for the next request: closing it unannounced would
    // fail whatever the client sends next.
    keep_alive_ = keep_alive_ && is_event_stream_ && is_chunked_;
    if (!is_event_stream_) return false;
    if (!has_error_event_ && !has_done_) {
        std::string json, event;
        // What is held of a text that the rewriter had nothing against is the client's, however the stream ended.
        if (options_.rewriter != nullptr && !has_refused_ && !options_.rewriter->end(event)) event.clear();
        dialect::openai::append_error(json, error, options_.request_id, detail);
        wire::sse::append_event(event, "", json);
        append_body(event, out);
    }
    if (is_chunked_) out += wire::http1::last_chunk;
    return true;
}

void Answer::append_keepalive(std::string& out) { append_body(": keep-alive\n\n", out); }

}   // namespace gilmok::relay
