#include "wire/http1_meaning.hpp"

#include "base/text.hpp"
#include "wire/http1_chars.hpp"
#include "wire/http1_refusals.hpp"

namespace gilmok::wire::http1 {

using namespace refusals;

namespace {

// A name or an IPv4 address, or an IPv6 address in brackets; then maybe a port. RFC 3986 also allows escapes and
// sub-delims in a name; no host that resolves has them, and "a,b" is what a joined pair of Host lines looks like.
bool is_host(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    if (at != end && *at == '[') {
        const char* const inside = ++at;
        while (at != end && (chars::is(*at, chars::hex) || *at == ':' || *at == '.')) ++at;
        if (at == inside || at == end || *at != ']') return false;
        ++at;
    } else {
        const char* const name = at;
        at = chars::skip(at, end, chars::host);
        if (at == name) return false;
    }
    if (at == end) return true;
    if (*at != ':') return false;
    ++at;
    if (at == end) return true;  // an empty port is legal (RFC 3986 section 3.2.3)
    const auto port = parse_u64({at, static_cast<std::size_t>(end - at)});
    return port && *port <= 65535 && end - at <= 5;
}

// The framing rules of RFC 9112 section 6.3 that requests and responses share.
template <class Head>
const Refusal* read_framing(const Meaning& meaning, Head& head) {
    if (meaning.content_lengths > 1) return &length_twice;
    if (meaning.transfer_encodings > 1) return &coding_twice;
    if (meaning.content_lengths != 0 && meaning.transfer_encodings != 0) return &framed_twice;
    if (meaning.transfer_encodings != 0) {
        if (head.version_minor == 0) return &coding_old;
        if (!equal_ignoring_case(meaning.transfer_encoding, "chunked")) return &coding_bad;
        head.framing = Framing::chunked;
    }
    if (meaning.content_lengths != 0) {
        const auto length = parse_u64(meaning.content_length);
        if (!length) return &length_bad;
        head.framing = Framing::length;
        head.content_length = *length;
    }
    return nullptr;
}

}  // namespace

void Meaning::note(Known known, std::string_view value) {
    switch (static_cast<unsigned>(known)) {
        case static_cast<unsigned>(Known::content_length):
            content_length = value;
            ++content_lengths;
            break;
        case static_cast<unsigned>(Known::transfer_encoding):
            transfer_encoding = value;
            ++transfer_encodings;
            break;
        case static_cast<unsigned>(Known::host):
            host = value;
            ++hosts;
            break;
        case static_cast<unsigned>(Known::expect):
            expect = value;
            ++expects;
            break;
        case static_cast<unsigned>(Known::upgrade): ++upgrades; break;
        case static_cast<unsigned>(Known::connection):
            says_close = says_close || is_listed(value, "close");
            says_keep_alive = says_keep_alive || is_listed(value, "keep-alive");
            break;
        default: break;
    }
}

const Refusal* conclude(const Meaning& meaning, bool, RequestHead& head) {
    if (const auto* refusal = read_framing(meaning, head)) return refusal;
    if (meaning.hosts > 1) return &host_twice;
    if (meaning.hosts == 0 && head.version_minor == 1) return &host_missing;
    if (meaning.hosts == 1 && !is_host(meaning.host)) return &host_bad;
    if (meaning.upgrades != 0) return &upgrade;
    if (meaning.expects > 1) return &expectation;
    if (meaning.expects == 1) {
        if (!equal_ignoring_case(meaning.expect, "100-continue")) return &expectation;
        head.expects_continue = head.version_minor == 1;  // RFC 9110 section 10.1.1: ignored from HTTP/1.0
    }
    return nullptr;
}

const Refusal* conclude(const Meaning& meaning, bool to_head_request, ResponseHead& head) {
    if (head.status == 101) return &switching;
    if (const auto* refusal = read_framing(meaning, head)) return refusal;
    const bool is_bare = head.status < 200 || head.status == 204;
    if (is_bare && head.framing == Framing::chunked) return &coding_unasked;
    if (is_bare || head.status == 304 || to_head_request)
        head.framing = Framing::none;
    else if (head.framing == Framing::none)
        head.framing = Framing::close;
    if (head.framing == Framing::close) head.keep_alive = false;
    return nullptr;
}

}  // namespace gilmok::wire::http1
