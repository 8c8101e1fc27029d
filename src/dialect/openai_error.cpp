// What gilmok itself writes in this dialect: errors and entries of the list of models.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "dialect/openai.hpp"

namespace gilmok::dialect::openai {

namespace {

constexpr std::string_view invalid_request = "invalid_request_error";
constexpr std::string_view authentication = "authentication_error";
constexpr std::string_view permission = "permission_error";
constexpr std::string_view not_found = "not_found_error";
constexpr std::string_view rate_limit = "rate_limit_error";
constexpr std::string_view unavailable = "service_unavailable_error";
constexpr std::string_view server = "server_error";
constexpr std::string_view insufficient_quota = "insufficient_quota";
constexpr std::string_view conflict = "idempotency_error";

// What the client is told: what happened, why, and what to do. What was in the request is never repeated here.
struct Answer {
    Code code;
    std::uint16_t status;
    std::string_view type;
    std::string_view message;
};

constexpr std::array<Answer, static_cast<std::size_t>(Code::count_)> answers{{
    {Code::none, 500, server,
     "The request failed without a reason being recorded. Please report this with the request id."},
    {Code::bad_head, 400, invalid_request,
     "The request line or a header is malformed. Check the HTTP client or the proxy in front of gilmok."},
    {Code::bad_framing, 400, invalid_request,
     "Content-Length and Transfer-Encoding do not tell one clear length of the body. Send exactly one of them, once."},
    {Code::uri_too_long, 414, invalid_request, "The request target is too long. Send parameters in the JSON body."},
    {Code::headers_too_large, 431, invalid_request,
     "The headers are too many or too large. Send fewer or shorter headers; often it is cookies."},
    {Code::body_too_large, 413, invalid_request,
     "The body is larger than this gateway accepts. Shorten the input or send large files by reference."},
    {Code::length_required, 411, invalid_request,
     "The request has a body but does not say how long it is. Send Content-Length or use chunked encoding."},
    {Code::version_unsupported, 505, invalid_request, "This version of HTTP is not supported. Use HTTP/1.1."},
    {Code::method_not_allowed, 405, invalid_request,
     "This method is not allowed for this path. Use the method that the Allow header names."},
    {Code::expectation_failed, 417, invalid_request,
     "The Expect header asks for something unknown. Only '100-continue' is understood."},
    {Code::upgrade_refused, 400, invalid_request,
     "Protocol upgrades are not supported here. Send an ordinary HTTP request."},
    {Code::encoding_unsupported, 415, invalid_request,
     "The Content-Encoding of the body is not supported. Send the body uncompressed, or as gzip, br or zstd."},
    {Code::encoding_bad, 400, invalid_request,
     "The compressed body is damaged or grows past the limit when decompressed. Send it uncompressed to see which."},
    {Code::headers_timeout, 408, invalid_request,
     "The request's headers did not arrive in time. Check the network and try again."},
    {Code::body_timeout, 408, invalid_request,
     "The request's body did not arrive in time. Check the network and try again."},
    {Code::not_found, 404, not_found, "There is nothing at this path. Check the base URL; it ends in /v1."},
    {Code::bad_json, 400, invalid_request, "The body is not valid JSON."},
    {Code::json_too_deep, 400, invalid_request, "The JSON of the body is nested too deeply. Flatten it."},
    {Code::member_duplicate, 400, invalid_request,
     "A member of the JSON body that decides something is ambiguous: it is given twice, in other letters, or with "
     "escapes in its name. Send it once, as documented."},
    {Code::member_invalid, 400, invalid_request, "A member of the body has a wrong type or value."},
    {Code::model_missing, 400, invalid_request, "The request does not say which model to use. Add the member 'model'."},
    {Code::model_unknown, 404, not_found,
     "The model does not exist here, or this key may not see it. GET /v1/models lists the models of this key."},
    {Code::key_missing, 401, authentication, "No API key was given. Send the header 'Authorization: Bearer YOUR_KEY'."},
    {Code::key_invalid, 401, authentication,
     "The API key is not known here. Check that it is complete and meant for this gateway."},
    {Code::key_revoked, 401, authentication,
     "The API key was revoked or has expired. Ask the operator of this gateway for a new one."},
    {Code::model_forbidden, 403, permission,
     "This API key may not use this model. Ask the operator of this gateway for access."},
    {Code::rate_limited, 429, rate_limit,
     "The rate limit of this API key or of its owners is reached. Wait as long as the Retry-After header says."},
    {Code::overloaded, 503, unavailable,
     "The gateway is busy and its queue is full. Wait as long as the Retry-After header says and try again."},
    {Code::draining, 503, unavailable, "The gateway is shutting down. Try again; another instance will answer."},
    {Code::no_candidate, 503, unavailable,
     "No upstream for this model is in service now. Try again in a moment, or choose another model."},
    {Code::connect_failed, 502, server, "The upstream could not be reached. Try again in a moment."},
    {Code::connect_timeout, 504, server, "The upstream could not be reached in time. Try again in a moment."},
    {Code::tls_failed, 502, server,
     "No trusted connection to the upstream could be made. The operator of this gateway must look at its certificate."},
    {Code::first_byte_timeout, 504, server,
     "The upstream did not begin to answer in time. Try again, or shorten the input."},
    {Code::idle_timeout, 504, server, "The upstream stopped in the middle of its answer. Try again."},
    {Code::total_timeout, 504, server,
     "The answer took longer than this gateway waits. Ask for fewer tokens, or stream the answer."},
    {Code::upstream_closed, 502, server,
     "The upstream closed the connection before its answer was complete. Try again."},
    {Code::upstream_protocol, 502, server,
     "The upstream's answer was not valid HTTP or not what it promised. Try again; if it stays, tell the operator of "
     "this gateway."},
    {Code::upstream_too_large, 502, server,
     "The upstream's answer is larger than this gateway accepts. Ask for less at once."},
    {Code::upstream_error_event, 502, server, "The upstream reported an error in the middle of its answer. Try again."},
    {Code::upstream_status, 502, server, "The upstream answered with an error. Try again in a moment."},
    {Code::client_gone, 499, invalid_request, "The client closed the connection before the answer was complete."},
    {Code::internal, 500, server, "The gateway failed. Please report this with the request id."},
    {Code::budget_exhausted, 429, insufficient_quota,
     "The budget of this API key or of its owners is used up for this period. Ask whoever holds the budget to raise "
     "it, "
     "lower max_tokens, or choose a cheaper model."},
    {Code::price_unknown, 503, unavailable,
     "The price of this model is not known, and this gateway does not spend what it cannot count. The operator can add "
     "a "
     "[[price]] for it."},
    {Code::ledger_unavailable, 503, unavailable,
     "The gateway cannot write down what is spent (its disk is full or failing), so it takes no new requests. Try "
     "again in "
     "a moment."},
    {Code::idempotency_running, 409, conflict,
     "A request with this Idempotency-Key is being answered right now. Wait for it, then ask again."},
    {Code::idempotency_mismatch, 422, conflict,
     "This Idempotency-Key was used with another request. Use a new key for a new request."},
    {Code::idempotency_answered, 409, conflict,
     "A request with this Idempotency-Key was answered before, and its answer is no longer kept. Use a new key to ask "
     "again."},
    {Code::guard_refused, 403, permission,
     "A rule of this gateway does not let this request out. Take out what the rule names, or ask whoever keeps the "
     "rules."},
    {Code::guard_failed, 503, unavailable,
     "The gateway could not look at this request's content as its rules demand, so nothing was sent. Try again in a "
     "moment; if "
     "it stays, tell the operator of this gateway."},
    {Code::guard_answer_blocked, 502, server,
     "The answer held data that a rule of this gateway does not let through, so it was cut off."},
}};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (static_cast<std::size_t>(answers[i].code) != i || answers[i].message.empty()) return false;
    return true;
}
static_assert(is_in_order(), "every Code has one answer, in the order of the enum");

const Answer& answer_of(Code code) {
    GILMOK_ASSERT(code < Code::count_);
    return answers[static_cast<std::size_t>(code)];
}

// Only where the Error's own detail tells the client more than the table can: what is wrong with its JSON.
bool tells_detail(Code code) {
    return code == Code::bad_json || code == Code::member_invalid || code == Code::member_duplicate ||
           code == Code::bad_head || code == Code::bad_framing;
}

void append_member(std::string& out, std::string_view opening, std::string_view text) {
    out.append(opening);
    append_json_escaped(out, text);
}

}   // namespace

void append_error(std::string& out, const Error& error, std::string_view request_id, std::string_view detail) {
    const Answer& answer = answer_of(error.code);
    append_member(out, R"({"error":{"message":")", answer.message);
    if (tells_detail(error.code) && !error.detail.empty()) append_member(out, " (", error.detail), out.push_back(')');
    if (!detail.empty()) append_member(out, " [", detail), out.push_back(']');
    out.append(R"(","type":")").append(answer.type);
    out.append(R"(","param":null,"code":")").append(name_of(error.code));
    append_member(out, R"("},"request_id":")", request_id);
    out.append("\"}");
}

std::uint16_t status_of(Code code) { return answer_of(code).status; }

void append_model(std::string& out, std::string_view name, std::int64_t created_unix_s, std::string_view owner) {
    append_member(out, R"({"id":")", name);
    out.append(R"(","object":"model","created":)");
    append_number(out, created_unix_s);
    append_member(out, R"(,"owned_by":")", owner);
    out.append("\"}");
}

}   // namespace gilmok::dialect::openai
