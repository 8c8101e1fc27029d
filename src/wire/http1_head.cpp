// One walk over the bytes of a head, that can stop at any byte and go on later. A head that came whole is walked once
// and its lines are stored on the way. A head that came in pieces is walked once in pieces, which checks it and stores
// nothing, for the buffer may move and the caller's head is scratch; when its end is there it is walked again from the
// start. Syntax is judged at each byte, meaning (framing, Host, Expect) at the end, in one order: so the answer never
// depends on how the network cut the bytes.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/text.hpp"
#include "wire/http1.hpp"
#include "wire/http1_chars.hpp"

namespace gilmok::wire::http1 {

struct HeadParser::Refusal {
    Code code;
    std::string_view detail;
};

namespace {

using Refusal = HeadParser::Refusal;

constexpr std::size_t method_bytes_max = 16;
constexpr std::size_t empty_lines_max = 2;

constexpr Refusal want_more{Code::none, "more bytes are needed"};

constexpr Refusal empty_lines{Code::bad_head, "more than two empty lines before the request line"};
constexpr Refusal method_bad{Code::bad_head, "the method is not a token followed by one space"};
constexpr Refusal method_long{Code::bad_head, "the method is longer than 16 bytes"};
constexpr Refusal connect{Code::upgrade_refused, "CONNECT is not served"};
constexpr Refusal target_form{Code::bad_head, "the request target does not begin with '/'"};
constexpr Refusal target_bad{Code::bad_head, "the request target holds a byte that may not stand in it"};
constexpr Refusal target_long{Code::uri_too_long, "the request target is too long"};
constexpr Refusal version_bad{Code::bad_head, "the version is not HTTP/1.1 followed by CRLF"};
constexpr Refusal version_other{Code::version_unsupported, "only HTTP/1.1 and HTTP/1.0 are spoken"};
constexpr Refusal status_bad{Code::bad_head, "the status is not three digits from 100 to 599"};
constexpr Refusal reason_bad{Code::bad_head, "the reason phrase holds a control byte"};
constexpr Refusal bare_cr{Code::bad_head, "a CR without LF"};
constexpr Refusal bare_lf{Code::bad_head, "a LF without CR"};
constexpr Refusal folded{Code::bad_head, "a header line begins with white space"};
constexpr Refusal name_empty{Code::bad_head, "a header name is empty"};
constexpr Refusal name_space{Code::bad_head, "white space before the colon of a header"};
constexpr Refusal name_bad{Code::bad_head, "a header name is not a token"};
constexpr Refusal value_bad{Code::bad_head, "a header value holds a control byte"};
constexpr Refusal lines_many{Code::headers_too_large, "too many header lines"};
constexpr Refusal head_large{Code::headers_too_large, "the head is too large"};
constexpr Refusal host_missing{Code::bad_head, "Host is missing"};
constexpr Refusal host_twice{Code::bad_head, "Host stands more than once"};
constexpr Refusal host_bad{Code::bad_head, "Host is not a host name or address with an optional port"};
constexpr Refusal length_twice{Code::bad_framing, "Content-Length stands more than once"};
constexpr Refusal length_bad{Code::bad_framing, "Content-Length is not a decimal number"};
constexpr Refusal coding_twice{Code::bad_framing, "Transfer-Encoding stands more than once"};
constexpr Refusal coding_bad{Code::bad_framing, "Transfer-Encoding is not exactly chunked"};
constexpr Refusal coding_old{Code::bad_framing, "Transfer-Encoding in an HTTP/1.0 message"};
constexpr Refusal coding_unasked{Code::bad_framing, "Transfer-Encoding in a response that has no body"};
constexpr Refusal framed_twice{Code::bad_framing, "both Content-Length and Transfer-Encoding"};
constexpr Refusal upgrade{Code::upgrade_refused, "Upgrade is not served"};
constexpr Refusal expectation{Code::expectation_failed, "the only expectation met is 100-continue"};
constexpr Refusal switching{Code::upgrade_refused, "the upstream switched protocols unasked"};

// What the lines said of the message itself, gathered while they were walked.
struct Meaning {
    std::string_view content_length, transfer_encoding, host, expect;  // the last line of each
    unsigned content_lengths = 0, transfer_encodings = 0, hosts = 0, expects = 0, upgrades = 0;
    bool says_close = false, says_keep_alive = false;

    void note(const Header& line) {
        switch (static_cast<unsigned>(line.known)) {
            case static_cast<unsigned>(Known::content_length):
                content_length = line.value;
                ++content_lengths;
                break;
            case static_cast<unsigned>(Known::transfer_encoding):
                transfer_encoding = line.value;
                ++transfer_encodings;
                break;
            case static_cast<unsigned>(Known::host):
                host = line.value;
                ++hosts;
                break;
            case static_cast<unsigned>(Known::expect):
                expect = line.value;
                ++expects;
                break;
            case static_cast<unsigned>(Known::upgrade): ++upgrades; break;
            case static_cast<unsigned>(Known::connection):
                says_close = says_close || is_listed(line.value, "close");
                says_keep_alive = says_keep_alive || is_listed(line.value, "keep-alive");
                break;
            default: break;
        }
    }
};

Method method_of(std::string_view text) {
    switch (text.size()) {
        case 3: return text == "GET" ? Method::get : text == "PUT" ? Method::put : Method::other;
        case 4: return text == "POST" ? Method::post : text == "HEAD" ? Method::head : Method::other;
        case 5: return text == "PATCH" ? Method::patch : Method::other;
        case 6: return text == "DELETE" ? Method::delete_ : Method::other;
        case 7: return text == "OPTIONS" ? Method::options : Method::other;
        default: return Method::other;
    }
}

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

void clear(RequestHead& head) {
    head.expects_continue = false;
    head.framing = Framing::none;
    head.content_length = 0;
    head.headers.clear();
}

void clear(ResponseHead& head) {
    head.framing = Framing::none;
    head.content_length = 0;
    head.reason = {};
    head.headers.clear();
}

}  // namespace

HeadParser::HeadParser(const Limits& limits) : limits_(limits) {
    limits_.headers_max = std::min<std::uint32_t>(limits_.headers_max, headers_stored_max);
}

struct HeadParser::Walk {
    const Limits& limits;
    const char* const begin;
    const char* const end;
    const char* at;
    const char* mark;
    Phase phase;
    std::uint32_t lines;
    const bool stores;  // this walk began at the start
    Meaning meaning{};

    const Refusal* stop_at(const char* where) {
        at = where;
        return &want_more;
    }
    std::string_view text(const char* from, const char* to) const {
        return {from, static_cast<std::size_t>(to - from)};
    }

    const Refusal* walk(RequestHead& head);
    const Refusal* walk(ResponseHead& head);
    const Refusal* skip_empty_lines();
    const Refusal* walk_method(RequestHead& head);
    const Refusal* walk_target(RequestHead& head);
    const Refusal* walk_version(std::uint8_t& minor, std::string_view after);
    const Refusal* walk_status(ResponseHead& head);
    const Refusal* walk_reason(ResponseHead& head);
    const Refusal* walk_lines(Headers& headers);
    const Refusal* walk_line_start(bool& is_last);
    const Refusal* walk_name();
    const Refusal* walk_value(const char*& value_end);
};

const HeadParser::Refusal* HeadParser::Walk::skip_empty_lines() {
    for (; at != end && *at == '\r'; at += 2) {
        if (at - begin == 2 * empty_lines_max) return &empty_lines;
        if (at + 1 == end) return &want_more;
        if (at[1] != '\n') return &bare_cr;
    }
    return at == end ? &want_more : nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_method(RequestHead& head) {
    const char* const most = at + std::min<std::ptrdiff_t>(end - at, method_bytes_max + 1);
    const char* const stop = chars::skip(at, most, chars::token);
    if (stop - at > static_cast<std::ptrdiff_t>(method_bytes_max)) return &method_long;
    if (stop == end) return &want_more;  // stays at the start: the method is short, looking again is cheap
    if (stop == at || *stop != ' ') return *stop == '\n' ? &bare_lf : &method_bad;
    head.method_text = text(at, stop);
    head.method = method_of(head.method_text);
    if (head.method_text == "CONNECT") return &connect;
    at = mark = stop + 1;
    return nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_target(RequestHead& head) {
    if (at == mark && at != end && *at != '/') return &target_form;
    const std::ptrdiff_t bytes_max = limits.target_bytes_max;
    const char* const most = mark + std::min(end - mark, bytes_max + 1);
    const char* const stop = chars::skip(at, most, chars::target);
    if (stop - mark > bytes_max) return &target_long;
    if (stop == end) return stop_at(stop);
    if (*stop != ' ') return &target_bad;
    head.target = text(mark, stop);
    const std::size_t question = head.target.find('?');
    head.path = head.target.substr(0, question);
    head.query = question == std::string_view::npos ? std::string_view{} : head.target.substr(question + 1);
    at = stop + 1;
    return nullptr;
}

// "HTTP/1.x" and the bytes that must follow it. Byte by byte, so that a wrong byte is refused when it comes.
const HeadParser::Refusal* HeadParser::Walk::walk_version(std::uint8_t& minor, std::string_view after) {
    constexpr std::string_view name = "HTTP/1.";
    const char* next = at;
    for (const char expected : name) {
        if (next == end) return &want_more;
        if (*next != expected) return expected == '1' && chars::is(*next, chars::digit) ? &version_other : &version_bad;
        ++next;
    }
    if (next == end) return &want_more;
    if (*next != '0' && *next != '1') return chars::is(*next, chars::digit) ? &version_other : &version_bad;
    minor = *next++ == '1' ? 1 : 0;
    for (const char expected : after) {
        if (next == end) return &want_more;
        if (*next != expected) return &version_bad;
        ++next;
    }
    at = next;
    return nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_status(ResponseHead& head) {
    unsigned status = 0;
    const char* next = at;
    for (int digits = 0; digits < 3; ++digits, ++next) {
        if (next == end) return &want_more;
        if (!chars::is(*next, chars::digit)) return &status_bad;
        status = status * 10 + static_cast<unsigned>(*next - '0');
        if (digits == 0 && (status < 1 || status > 5)) return &status_bad;
    }
    if (next == end) return &want_more;
    // Some servers leave the space out when there is no reason; nothing is ambiguous about it.
    if (*next != ' ' && *next != '\r') return &status_bad;
    head.status = static_cast<std::uint16_t>(status);
    at = mark = *next == ' ' ? next + 1 : next;
    return nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_reason(ResponseHead& head) {
    const char* stop = nullptr;
    const Refusal* const refusal = walk_value(stop);
    if (refusal == &value_bad) return &reason_bad;
    if (refusal != nullptr) return refusal;
    head.reason = text(mark, stop);
    return nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_line_start(bool& is_last) {
    if (at == end) return &want_more;
    if (*at == '\r') {
        if (at + 1 == end) return &want_more;
        if (at[1] != '\n') return &bare_cr;
        at += 2;
        is_last = true;
        return nullptr;
    }
    if (lines >= limits.headers_max) return &lines_many;
    if (chars::is_blank(*at)) return &folded;
    mark = at;
    return nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_name() {
    at = chars::skip(at, end, chars::token);
    if (at == end) return &want_more;
    if (*at != ':') return *at == '\n' ? &bare_lf : chars::is_blank(*at) ? &name_space : &name_bad;
    if (at == mark) return &name_empty;
    return nullptr;
}

// Walks to the CRLF and past it; `value_end` is where the CRLF began.
const HeadParser::Refusal* HeadParser::Walk::walk_value(const char*& value_end) {
    const char* const stop = chars::skip_value(at, end);
    if (stop == end) return stop_at(stop);
    if (*stop != '\r') return *stop == '\n' ? &bare_lf : &value_bad;
    if (stop + 1 == end) return stop_at(stop);
    if (stop[1] != '\n') return &bare_cr;
    value_end = stop;
    at = stop + 2;
    return nullptr;
}

const HeadParser::Refusal* HeadParser::Walk::walk_lines(Headers& headers) {
    const char* value = at;
    const char* value_end = at;
    std::size_t name_length = 0;
    for (;;) {
        if (phase == Phase::line) {
            bool is_last = false;
            if (const auto* refusal = walk_line_start(is_last)) return refusal;
            if (is_last) return nullptr;
            phase = Phase::name;
        }
        if (phase == Phase::name) {
            if (const auto* refusal = walk_name()) return refusal;
            name_length = static_cast<std::size_t>(at - mark);
            value = ++at;
            phase = Phase::value;
        }
        if (const auto* refusal = walk_value(value_end)) return refusal;
        phase = Phase::line;
        ++lines;
        if (!stores) continue;
        while (value != value_end && chars::is_blank(*value)) ++value;
        while (value != value_end && chars::is_blank(value_end[-1])) --value_end;
        const std::string_view name(mark, name_length);
        const Header line{name, text(value, value_end), known_of(name)};
        headers.add(line);
        if (line.known != Known::other) meaning.note(line);
    }
}

const HeadParser::Refusal* HeadParser::Walk::walk(RequestHead& head) {
    if (phase == Phase::empty_lines) {
        if (const auto* refusal = skip_empty_lines()) return refusal;
        phase = Phase::start;
    }
    if (phase == Phase::start) {
        if (const auto* refusal = walk_method(head)) return refusal;
        phase = Phase::target;
    }
    if (phase == Phase::target) {
        if (const auto* refusal = walk_target(head)) return refusal;
        phase = Phase::version;
    }
    if (phase == Phase::version) {
        if (const auto* refusal = walk_version(head.version_minor, "\r\n")) return refusal;
        phase = Phase::line;
    }
    return walk_lines(head.headers);
}

const HeadParser::Refusal* HeadParser::Walk::walk(ResponseHead& head) {
    if (phase == Phase::empty_lines)
        phase = Phase::version;  // none are skipped: they would be left over from the last response
    if (phase == Phase::version) {
        if (const auto* refusal = walk_version(head.version_minor, " ")) return refusal;
        phase = Phase::start;
    }
    if (phase == Phase::start) {
        if (const auto* refusal = walk_status(head)) return refusal;
        phase = Phase::reason;
    }
    if (phase == Phase::reason) {
        if (const auto* refusal = walk_reason(head)) return refusal;
        phase = Phase::line;
    }
    return walk_lines(head.headers);
}

template <class Head>
const HeadParser::Refusal* HeadParser::run(std::string_view buffer, Head& head, bool to_head_request) {
    const char* const begin = buffer.data();
    const char* const end = begin + std::min<std::size_t>(buffer.size(), limits_.head_bytes_max);
    for (;;) {
        const bool is_whole = phase_ == Phase::empty_lines;
        Walk walk{limits_, begin, end, begin + at_, begin + mark_, phase_, lines_, is_whole};
        clear(head);
        const Refusal* const refusal = walk.walk(head);
        if (refusal == &want_more) {
            if (buffer.size() >= limits_.head_bytes_max) return &head_large;
            phase_ = walk.phase;
            at_ = static_cast<std::size_t>(walk.at - begin);
            mark_ = static_cast<std::size_t>(walk.mark - begin);
            lines_ = walk.lines;
            return refusal;
        }
        if (refusal != nullptr) return refusal;
        reset();
        if (!is_whole) continue;  // every byte is checked; now it is walked from the start, and stored
        bytes_consumed_ = static_cast<std::size_t>(walk.at - begin);
        head.keep_alive = !walk.meaning.says_close && (head.version_minor == 1 || walk.meaning.says_keep_alive);
        return conclude(walk.meaning, to_head_request, head);
    }
}

Result<HeadParser::State> HeadParser::parse_request(std::string_view buffer, RequestHead& head) {
    const Refusal* const refusal = run(buffer, head, false);
    if (refusal == nullptr) return State::done;
    if (refusal == &want_more) return State::need_more;
    return fail(refusal->code, Fault::client, Retry::never, refusal->detail);
}

Result<HeadParser::State> HeadParser::parse_response(std::string_view buffer, bool to_head_request,
                                                     ResponseHead& head) {
    const Refusal* const refusal = run(buffer, head, to_head_request);
    if (refusal == nullptr) return State::done;
    if (refusal == &want_more) return State::need_more;
    // Nothing of it has reached the client, so another upstream may be asked.
    return fail(Code::upstream_protocol, Fault::upstream, Retry::other_upstream, refusal->detail);
}

}  // namespace gilmok::wire::http1
