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

// None of these is a name that wire/http1 knows.
bool is_withheld_name(std::string_view name) {
    if (name.size() > own_prefix.size() && equal_ignoring_case(name.substr(0, own_prefix.size()), own_prefix))
        return true;
    return std::any_of(withheld_names.begin(), withheld_names.end(),
                       [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

}   // namespace

bool is_withheld(const wire::http1::Header& header, std::string_view connection) {
    // Of the headers gilmok knows, these pass; the rest is written anew or not at all. Accept-Encoding is not among them: a
    // coding that we would have to undo to read usage is not asked for.
    constexpr auto bit = [](Known known) { return std::uint64_t{1} << static_cast<unsigned>(known); };
    constexpr std::uint64_t passed = bit(Known::other) | bit(Known::accept) | bit(Known::content_type) |
                                     bit(Known::idempotency_key) | bit(Known::user_agent) | bit(Known::tracestate);
    if ((passed & bit(header.known)) == 0) return true;
    if (header.known == Known::other && is_withheld_name(header.name)) return true;
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
