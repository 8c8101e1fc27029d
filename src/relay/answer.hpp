// Turns an upstream's answer into the client's: a head of our own making, the body as it came, server-sent events one by
// one the moment they are whole, usage read on the way. Sans-IO: bytes in, bytes appended to `out`.
//
// What it guarantees: the client never sees a head that was not understood; an event is passed whole or not at all; a
// stream that the upstream cut short ends with an error event and never with a bare "[DONE]"; usage that the client did
// not ask for is not shown to him.
// With a rewriter, JSON and other text is held until it is whole, at most answer_bytes_max, and only then is there a head: what
// the rewriter refuses becomes an error of its own, not a broken answer. Events are rewritten one by one.
// Owner: one exchange. Holds nothing between events.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "dialect/openai.hpp"
#include "model/exchange.hpp"
#include "relay/rewriter.hpp"
#include "wire/http1.hpp"
#include "wire/sse.hpp"

namespace gilmok::relay {

struct AnswerOptions {
    model::Endpoint endpoint = model::Endpoint::none;
    bool hide_usage = false;         // gilmok asked for usage, the client did not
    bool hide_delta_usage = false;   // gilmok asked for usage in every event, the client at most at the end
    bool wants_stream = false;
    bool is_simulated = false;
    bool keep_alive = true;   // the client's connection may go on after this answer
    std::uint8_t client_version_minor = 1;
    std::uint32_t event_bytes_max = 1 << 20;
    std::uint64_t answer_bytes_max = 64ULL << 20;
    std::string_view request_id{};
    bool keeps_copy = false;   // of the body as the client gets it, up to copy_bytes_max
    std::size_t copy_bytes_max = 1 << 20;
    Rewriter* rewriter = nullptr;   // must outlive the Answer
};

class Answer {
public:
    explicit Answer(const AnswerOptions& options);

    // Whether a rewriter can read such an answer: text that is encoded it cannot. Ask before begin(), and take what cannot be
    // read for an attempt that failed; an Answer that has begun nevertheless fails at its first byte.
    static bool can_rewrite(const wire::http1::ResponseHead& head);
    // Appends the client's head for the upstream's, unless it waits for the whole body. `date_line` is a whole header line,
    // `more_headers` are any number of them.
    void begin(const wire::http1::ResponseHead& head, std::string_view date_line, std::string& out,
               std::string_view more_headers = {});
    // Takes bytes of the upstream's message behind its head, all of them unless the message ends before. Appends what
    // the client gets. Errors (fault upstream): upstream_protocol, upstream_too_large, upstream_error_event (the event
    // itself was passed on); then call cut_off().
    Result<bool> feed(std::string_view bytes, std::string& scratch, std::string& out);
    // "[DONE]" was passed on: the answer is whole, whatever becomes of the upstream's connection.
    [[nodiscard]] bool is_whole_stream() const { return is_event_stream_ && has_done_; }
    // The upstream closed. True when that is the proper end of its message.
    Result<bool> upstream_closed();
    // The upstream's message has ended; bytes behind it make the connection unfit for reuse.
    [[nodiscard]] bool is_upstream_done() const { return body_.is_done(); }
    [[nodiscard]] bool has_surplus() const { return has_surplus_; }
    // The proper end for the client, after the upstream's. For a stream that lacks its end: an error instead.
    Result<bool> finish(std::string& out);
    // The answer cannot be finished: an error event and the end of the body for streams. Returns false when only a
    // connection reset can tell the client (a body of announced length).
    bool cut_off(const Error& error, std::string_view detail, std::string& out);
    // A comment line; only between events, which is always.
    void append_keepalive(std::string& out);

    [[nodiscard]] bool is_event_stream() const { return is_event_stream_; }
    [[nodiscard]] bool keeps_client_connection() const { return keep_alive_; }
    // What decides the price: the upstream's own usage object (the last one), the model and the tier the answer names.
    [[nodiscard]] std::string_view raw_usage() const { return raw_usage_; }
    [[nodiscard]] std::string_view response_model() const { return response_model_; }
    [[nodiscard]] std::string_view service_tier() const { return service_tier_; }
    [[nodiscard]] std::uint32_t content_events() const { return content_events_; }
    // The whole body as the client got it; nothing when it was too large or not asked for.
    [[nodiscard]] bool has_copy() const { return options_.keeps_copy; }
    [[nodiscard]] std::string take_copy() { return whole_ == nullptr ? std::string() : std::move(whole_->copy); }
    [[nodiscard]] std::uint32_t events_passed() const { return events_passed_; }
    [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
    [[nodiscard]] std::uint16_t status() const { return status_; }   // that the client gets
    // The client has seen nothing yet: the whole answer is looked through first.
    [[nodiscard]] bool is_held() const { return is_held_; }
    [[nodiscard]] bool has_passed_content() const { return has_passed_content_; }

private:
    Result<bool> take_payload(std::string_view payload, std::string& events, std::string& out);
    Result<bool> take_event(const wire::sse::Event& event, std::string& events);
    Result<bool> rewrite_event(std::string_view raw, std::string_view data, std::string& events);
    Result<bool> finish_held(std::string& out);
    void append_head_end(bool has_length, std::uint64_t length, std::string& out) const;
    void append_body(std::string_view payload, std::string& out);
    void keep_for_usage(std::string_view payload, bool is_last);
    void learn(std::string_view usage_text, std::string_view model, std::string_view service_tier);
    void learn(const dialect::openai::AnswerFacts& facts);

    // What no plain stream needs, and therefore none holds.
    struct Whole {
        std::string kept;   // a JSON answer that came in pieces, for its usage
        std::string copy;
        std::string head, body;   // of an answer that is rewritten whole
        std::string date_line;
    };
    Whole& whole() {
        if (whole_ == nullptr) whole_ = std::make_unique<Whole>();
        return *whole_;
    }

    AnswerOptions options_;
    wire::http1::BodyReader body_;
    wire::sse::Framer framer_;
    std::string raw_usage_, response_model_, service_tier_;
    std::unique_ptr<Whole> whole_;
    std::uint32_t content_events_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::uint32_t events_passed_ = 0;
    std::uint16_t status_ = 0;
    bool is_event_stream_ = false;
    bool is_chunked_ = false;   // towards the client
    bool keep_alive_ = true;
    bool reads_usage_ = false;   // a JSON answer whose usage is wanted
    bool has_done_ = false;      // "[DONE]" was seen
    bool has_finish_reason_ = false;
    bool has_error_event_ = false;
    bool has_surplus_ = false;
    bool has_passed_content_ = false;
    bool is_held_ = false;         // head and body wait for the end
    bool is_json_ = false;         // what is held is to be read as JSON
    bool is_unreadable_ = false;   // for the rewriter
    bool has_refused_ = false;     // the rewriter did
};

}   // namespace gilmok::relay
