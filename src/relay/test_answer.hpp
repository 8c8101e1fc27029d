// Answers of an upstream as texts, a relay that passes them on in pieces, and what the client then sees.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "relay/answer.hpp"

namespace gilmok::relay {

using wire::http1::Framing;

inline constexpr std::string_view date = "date: Sat, 21 Nov 2026 00:00:00 GMT\r\n";
inline const std::string event_first =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}],\"usage\":null}\n\n";
inline const std::string event_last =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
inline const std::string event_usage =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n";
inline const std::string event_done = "data: [DONE]\n\n";
inline const std::string stream = event_first + event_last + event_usage + event_done;
inline const std::string stream_shown =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n" +
    event_done;
inline constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

inline std::string chunk(std::string_view bytes) {
    std::string out;
    wire::http1::append_chunk_size(out, bytes.size());
    return out + std::string(bytes) + "\r\n";
}

inline AnswerOptions options_of(bool hides_usage = true) {
    AnswerOptions options;
    options.endpoint = model::Endpoint::chat;
    options.hide_usage = hides_usage;
    options.request_id = "req_test";
    return options;
}

// What the client got, taken apart again.
struct Seen {
    unsigned status = 0;
    std::string headers, body;
    bool is_whole = false, is_garbage = false;
    Framing framing = Framing::none;
};

inline Seen seen_of(std::string_view bytes, bool has_closed = false) {
    Seen seen;
    const wire::http1::Limits limits;
    wire::http1::HeadParser parser(limits);
    wire::http1::ResponseHead head;
    const auto parsed = parser.parse_response(bytes, false, head);
    REQUIRE((parsed && *parsed == wire::http1::HeadParser::State::done));
    seen.status = head.status;
    seen.headers = bytes.substr(0, parser.bytes_consumed());
    seen.framing = head.framing;
    bytes.remove_prefix(parser.bytes_consumed());
    wire::http1::BodyReader reader(head.framing, head.content_length, limits);
    while (!bytes.empty() && !reader.is_done()) {
        const auto step = reader.feed(bytes);
        if (!step) {
            seen.is_garbage = true;
            return seen;
        }
        seen.body += step->payload;
        bytes.remove_prefix(step->consumed);
    }
    seen.is_garbage = !bytes.empty();
    seen.is_whole = reader.is_done() || (has_closed && reader.close_is_end());
    return seen;
}

struct Relay {
    explicit Relay(const AnswerOptions& options) : answer(options) {}
    Answer answer;
    std::string out, scratch;
    Error error{.code = Code::none};

    // Head and body bytes as the upstream sends them; the body in pieces of at most `step`.
    void run(std::string_view upstream, std::size_t step, std::size_t first = 0) {
        const wire::http1::Limits limits;
        wire::http1::HeadParser parser(limits);
        wire::http1::ResponseHead head;
        const auto parsed = parser.parse_response(upstream, false, head);
        REQUIRE((parsed && *parsed == wire::http1::HeadParser::State::done));
        answer.begin(head, date, out);
        upstream.remove_prefix(parser.bytes_consumed());
        std::size_t bytes = first;
        do {
            const auto fed = answer.feed(upstream.substr(0, bytes), scratch, out);
            if (!fed) {
                error = fed.error();
                return;
            }
            upstream.remove_prefix(std::min(bytes, upstream.size()));
            bytes = std::max<std::size_t>(1, step);
        } while (!upstream.empty());
        if (answer.is_upstream_done()) finish();
    }
    void close() {
        const auto closed = answer.upstream_closed();
        if (closed)
            finish();
        else
            error = closed.error();
    }
    void finish() {
        if (const auto finished = answer.finish(out); !finished) error = finished.error();
    }
    // As the gateway does with an error.
    bool cut() { return answer.cut_off(error, {}, out); }
};

}   // namespace gilmok::relay
