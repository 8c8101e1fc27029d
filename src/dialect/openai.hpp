// The OpenAI API on the wire: which path is which endpoint, what gilmok reads out of a request, what it may change,
// what an error looks like, and where an answer says what it used. Source: platform.openai.com/docs/api-reference and
// the openai npm client's types. One parse of the request; the client's own bytes go on, but for three members at most.
// Sans-IO. Views point into the body.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/exchange.hpp"
#include "wire/http1.hpp"
#include "wire/json.hpp"

namespace gilmok::dialect::openai {

// "/v1/chat/completions" → chat. A trailing slash, an escaped slash or a dot segment is not found.
model::Endpoint endpoint_of(std::string_view path);
bool allows(model::Endpoint endpoint, wire::http1::Method method);
// Bodies that are JSON; the others (multipart) are passed through with the model found in their form field.
bool has_json_body(model::Endpoint endpoint);

struct Request {
    model::Endpoint endpoint = model::Endpoint::none;
    std::string_view model;          // as sent; names with escapes are refused
    wire::json::Value model_value;   // where it stands
    bool is_stream = false;
    bool asks_for_usage = false;           // stream_options.include_usage: true
    wire::json::Value stream_options;      // empty text when absent
    std::int64_t output_tokens_max = -1;   // max_completion_tokens, else max_tokens; -1 = absent
    wire::json::Value output_limit_null;   // where one of the two stands as null; empty text when neither does
    std::string_view user;                 // the member `user`, raw; "" = absent
    std::int64_t choices = 1;              // n
    bool wants_json = false;               // response_format asks for JSON
    std::uint32_t input_bytes = 0;         // bytes of messages / prompt / input; a rough size for routing
    std::string_view text;                 // the whole body
    bool is_multipart = false;
};

// Errors: bad_json, json_too_deep, member_duplicate (model, stream, stream_options, max_tokens, max_completion_tokens,
// messages, prompt, input, tools, n, user given twice, in another case or with escapes in their names: the next reader could
// choose another of them), member_invalid (wrong type, or stream_options without stream), model_missing.
Result<Request> read_request(model::Endpoint endpoint, std::string_view body, const wire::json::Limits& limits);
// For multipart endpoints: finds the form fields "model" and "stream" (RFC 7578). `content_type` is the header with its
// boundary. Errors: member_invalid (not a form as the RFC wants it), member_duplicate, model_missing.
Result<Request> read_multipart(std::string_view content_type, std::string_view body);

// The parts of such a form in their order, for who must see them all. Errors: member_invalid; what part() returned.
struct FormPart {
    std::string_view name;   // of the field
    std::string_view head;   // the part's header lines as they came, without the last line's end
    std::string_view content;
    bool is_file = false;
};
class FormParts {
public:
    virtual ~FormParts() = default;
    virtual Result<bool> part(const FormPart& part) = 0;
};
Result<bool> read_form(std::string_view content_type, std::string_view body, FormParts& parts);

// The body to send: the client's bytes with the served name in place of the public one and, for streams of chat and
// completions, with stream_options.include_usage = true and, where a budget must hold, a limit of the answer. At most 7
// pieces; `made` is overwritten with the bytes that are new, and must live as long as the parts. A served name for a
// multipart body holds no CR or LF (asserted).
struct Edits {
    std::string_view served_name{};
    bool continuous_usage = false;        // stream_options.continuous_usage_stats too (vLLM, SGLang)
    std::int64_t output_tokens_max = 0;   // set where the client named no limit; 0 = leave it
    std::string_view output_limit_member = "max_completion_tokens";
};
struct Edited {
    std::array<std::string_view, 7> parts{};
    std::size_t count = 0;
    std::uint64_t bytes = 0;
};
Edited edit(const Request& request, const Edits& edits, std::string& made);

// Usage of a whole (non-streamed) answer or of one event's data. Unknown shapes and out-of-range numbers (negative,
// fractions, beyond 2^53) leave Usage::missing; so does a member that stands twice.
model::Usage read_usage(std::string_view json);
// The counts of a usage object, as it stands in an answer or an event.
model::Usage read_counts(std::string_view usage_text);
// What decides the price of a whole answer. Views point into `json`; "" = not told.
struct AnswerFacts {
    std::string_view usage_text{};   // the usage object as it came
    std::string_view model{};        // as the answer names it
    std::string_view service_tier{};
};
AnswerFacts read_facts(std::string_view json);

// What an SSE event's data is. Cheap: looks at the text first and parses only what may matter.
struct StreamEvent {
    enum class What : std::uint8_t {
        delta,        // a piece of the answer, with content or not
        usage_only,   // the extra chunk of stream_options.include_usage: no choices, only usage
        error,        // an error after a 200
        done,         // [DONE]
        other,        // anything else, also what is not JSON
    };
    What what = What::other;
    bool has_usage = false;
    bool has_usage_member = false;    // "usage" stands in it, be it null: many engines add "usage":null to every delta
    bool has_content = false;         // a delta with text, reasoning or tool arguments
    bool has_finish_reason = false;   // a choice with a finish_reason that is not null
    std::string_view usage_text{}, model{}, service_tier{};   // as in AnswerFacts
};
StreamEvent read_event(std::string_view data);
// Appends an SSE event "data: …\n\n" with the bytes of `data` less its top-level member "usage" (and the comma that goes
// with it). `raw` is the whole event as it came: where data is not one JSON object on one line it is appended unchanged.
void append_event_without_usage(std::string& out, std::string_view raw, std::string_view data);

// {"error":{"message":…,"type":…,"param":null,"code":…}} and the request id. `detail` is added to the message when given
// (the name of the model, the limit's value); it is escaped.
void append_error(std::string& out, const Error& error, std::string_view request_id, std::string_view detail = {});
std::uint16_t status_of(Code code);

// One entry of GET /v1/models.
void append_model(std::string& out, std::string_view name, std::int64_t created_unix_s, std::string_view owner);

}   // namespace gilmok::dialect::openai
