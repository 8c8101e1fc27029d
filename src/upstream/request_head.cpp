#include "upstream/request_head.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gilmok::upstream {

using wire::http1::Known;

namespace {

// Accounts at a provider are gilmok's, not the client's; x-gilmok-* is our own space, at the door and behind it.
constexpr std::array<std::string_view, 6> withheld_names{
    "openai-organization",          "openai-project", "forwarded", "x-forwarded-port",
    "endpoint-load-metrics-format", "api-key"};
constexpr std::string_view own_prefix = "x-gilmok-";

}   // namespace

bool is_withheld(const wire::http1::Header& header, std::string_view connection) {
    // Of the headers gilmok knows, these pass; the rest is written anew or not at all. Accept-Encoding is not among them: a
    // coding that we would have to undo to read usage is not asked for.
    constexpr std::array passed{Known::other,           Known::accept,     Known::content_type,
                                Known::idempotency_key, Known::user_agent, Known::tracestate};
    if (std::find(passed.begin(), passed.end(), header.known) == passed.end()) return true;
    if (header.name.size() > own_prefix.size() &&
        equal_ignoring_case(header.name.substr(0, own_prefix.size()), own_prefix))
        return true;
    if (std::any_of(withheld_names.begin(), withheld_names.end(),
                    [&](std::string_view name) { return equal_ignoring_case(name, header.name); }))
        return true;
    return !connection.empty() && wire::http1::is_listed(connection, header.name);
}

void append_request_head(std::string& out, const config::Upstream& upstream, const wire::http1::RequestHead& head,
                         const Forwarded& forwarded) {
    out += head.method_text;
    out += ' ';
    out += upstream.base_path;
    out += model::path_of(forwarded.endpoint);
    if (!head.query.empty()) {
        out += '?';
        out += head.query;
    }
    out += " HTTP/1.1\r\nhost: ";
    out += upstream.authority;
    out += "\r\n";
    if (!upstream.key.is_empty()) {
        out += "authorization: Bearer ";
        out += upstream.key.reveal();
        out += "\r\n";
    }
    const std::string_view connection = head.headers.value(Known::connection);
    for (const auto& header : head.headers)
        if (!is_withheld(header, connection) && !(forwarded.wants_plain && header.known == Known::accept_encoding))
            wire::http1::append_header(out, header);
    if (forwarded.wants_plain) out += "accept-encoding: identity\r\n";
    if (const auto* coding = head.headers.find(Known::content_encoding); coding != nullptr && !forwarded.is_decoded)
        wire::http1::append_header(out, *coding);
    wire::http1::append_header(out, "x-request-id", forwarded.request_id);
    wire::http1::append_header(out, "traceparent", forwarded.traceparent);
    out += "endpoint-load-metrics-format: TEXT\r\ncontent-length: ";
    append_number(out, forwarded.body_bytes);
    out += "\r\n\r\n";
}

}   // namespace gilmok::upstream
