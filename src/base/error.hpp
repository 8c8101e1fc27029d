// The one error value of the data path. Trivially copyable, never allocates: errors of a gateway arrive in floods.
// `detail` is static text for people; what was in the request goes to the log, never into an error.
#pragma once

#include <cstdint>
#include <string_view>

namespace gilmok {

// Whose doing it was. Decides the status class shown to the client and what counts against an upstream.
enum class Fault : std::uint8_t { client, gateway, upstream };

// What may be tried next. Decided where the knowledge is, obeyed where attempts are made.
enum class Retry : std::uint8_t { never, other_upstream };

// Every refusal and failure has its own code; dialect/ maps codes to status and body, metrics count them by name.
// Each code is produced by at least one test. The numbers stand in ledgers: append only, before count_.
enum class Code : std::uint8_t {
    none,
    // the request as bytes
    bad_head,              // request line or a header is malformed
    bad_framing,           // Content-Length / Transfer-Encoding ambiguous or wrong
    uri_too_long,
    headers_too_large,
    body_too_large,
    length_required,
    version_unsupported,
    method_not_allowed,
    expectation_failed,
    upgrade_refused,
    encoding_unsupported,  // Content-Encoding we do not decode
    encoding_bad,          // compressed body corrupt or over its cap
    headers_timeout,
    body_timeout,
    // the request as meaning
    not_found,
    bad_json,
    json_too_deep,
    member_duplicate,      // a member that decides something stands twice or in another case
    member_invalid,
    model_missing,
    model_unknown,
    key_missing,
    key_invalid,
    key_revoked,
    model_forbidden,
    // admission
    rate_limited,
    overloaded,
    draining,
    // upstreams
    no_candidate,          // every candidate is excluded or out of service
    connect_failed,
    connect_timeout,
    tls_failed,
    first_byte_timeout,
    idle_timeout,
    total_timeout,
    upstream_closed,
    upstream_protocol,     // bytes that are not HTTP, or not what was promised
    upstream_too_large,
    upstream_error_event,  // 200, then an error inside the stream
    upstream_status,       // the upstream answered with an error status
    // ends that are nobody's answer
    client_gone,
    internal,
    // money
    budget_exhausted,      // money or tokens of a period are used up
    price_unknown,         // and the policy is to refuse what cannot be priced
    ledger_unavailable,    // the disk is full or failing: no new paid work
    idempotency_running,   // the same Idempotency-Key is being answered
    idempotency_mismatch,  // the same Idempotency-Key came with another body
    idempotency_answered,  // it was answered, and the answer is no longer kept
    // the guard
    guard_refused,         // a rule says that this may not be sent; the detail names rule and line
    guard_failed,          // the guard could not look at it: nothing leaves
    guard_answer_blocked,  // a rule says that this may not be answered
    count_,
};

// The stable name used in metrics, logs and the `code` member of error bodies, e.g. "first_byte_timeout".
std::string_view name_of(Code code);
std::string_view name_of(Fault fault);

struct Error {
    Code code = Code::internal;
    Fault fault = Fault::gateway;
    Retry retry = Retry::never;
    std::string_view detail{};   // static storage only
};

}  // namespace gilmok
