#include "base/error.hpp"

#include <array>

#include "base/assert.hpp"

namespace gilmok {

namespace {
constexpr std::array<std::string_view, static_cast<std::size_t>(Code::count_)> code_names{"none",
                                                                                          "bad_head",
                                                                                          "bad_framing",
                                                                                          "uri_too_long",
                                                                                          "headers_too_large",
                                                                                          "body_too_large",
                                                                                          "length_required",
                                                                                          "version_unsupported",
                                                                                          "method_not_allowed",
                                                                                          "expectation_failed",
                                                                                          "upgrade_refused",
                                                                                          "encoding_unsupported",
                                                                                          "encoding_bad",
                                                                                          "headers_timeout",
                                                                                          "body_timeout",
                                                                                          "not_found",
                                                                                          "bad_json",
                                                                                          "json_too_deep",
                                                                                          "member_duplicate",
                                                                                          "member_invalid",
                                                                                          "model_missing",
                                                                                          "model_unknown",
                                                                                          "key_missing",
                                                                                          "key_invalid",
                                                                                          "key_revoked",
                                                                                          "model_forbidden",
                                                                                          "rate_limited",
                                                                                          "overloaded",
                                                                                          "draining",
                                                                                          "no_candidate",
                                                                                          "connect_failed",
                                                                                          "connect_timeout",
                                                                                          "tls_failed",
                                                                                          "first_byte_timeout",
                                                                                          "idle_timeout",
                                                                                          "total_timeout",
                                                                                          "upstream_closed",
                                                                                          "upstream_protocol",
                                                                                          "upstream_too_large",
                                                                                          "upstream_error_event",
                                                                                          "upstream_status",
                                                                                          "client_gone",
                                                                                          "internal",
                                                                                          "budget_exhausted",
                                                                                          "price_unknown",
                                                                                          "ledger_unavailable",
                                                                                          "idempotency_running",
                                                                                          "idempotency_mismatch",
                                                                                          "idempotency_answered",
                                                                                          "guard_refused",
                                                                                          "guard_failed",
                                                                                          "guard_answer_blocked"};
static_assert(!code_names.back().empty(), "a Code lacks its name");
}   // namespace

std::string_view name_of(Code code) {
    GILMOK_ASSERT(code < Code::count_);
    return code_names[static_cast<std::size_t>(code)];
}

std::string_view name_of(Fault fault) {
    switch (fault) {
        case Fault::client: return "client";
        case Fault::gateway: return "gateway";
        case Fault::upstream: return "upstream";
    }
    return "gateway";
}

}   // namespace gilmok
