#include "upstream/request_head.hpp"

#include "base/text.hpp"

namespace gilmok::upstream {

using wire::http1::Known;

bool is_withheld(const wire::http1::Header& header, std::string_view connection) {
    // Of the headers gilmok knows, these pass; the rest is written anew or not at all. Accounts at a provider are gilmok's, not the
    // client's; x-gilmok-* is our own space, at the door and behind it. Accept-Encoding is not among them: a coding that we would
    // have to undo to read usage is not asked for.
    constexpr wire::http1::KnownSet passed{Known::other,           Known::accept,     Known::content_type,
                                           Known::idempotency_key, Known::user_agent, Known::tracestate,
                                           Known::alt_svc,         Known::set_cookie, Known::strict_transport_security};
    if (!passed.has(header.known)) return true;
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
        if (!is_withheld(header, connection) && !(forwarded.wants_plain && header.known == Known::accept_encoding) &&
            !(forwarded.is_json && header.known == Known::content_type))
            wire::http1::append_header(out, header);
    if (forwarded.is_json) out += "content-type: application/json\r\n";
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
