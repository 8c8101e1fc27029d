// HTTP/1.1 heads and bodies, strict (RFC 9110, RFC 9112). Sans-IO: bytes in, values out; no allocation while parsing.
//
// Strict means: CRLF only, no obs-fold, no white space before the colon, exactly one framing, and whatever two parsers
// could read in two ways is an error (the list is in docs/strict-http.md). Heads are re-serialised, never passed raw, so
// what we understood is what the other side gets.
// Owner: one connection, or one shard's scratch. Views point into the caller's buffer and die with it.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/result.hpp"

namespace gilmok::wire::http1 {

struct Limits {
    std::uint32_t head_bytes_max = 32 * 1024;     // request or status line and all headers; then 431
    std::uint32_t target_bytes_max = 8 * 1024;    // request target; then 414
    std::uint32_t headers_max = 100;              // lines; then 431. At most headers_stored_max.
    std::uint32_t chunk_line_bytes_max = 256;     // chunk size and extensions; then 400
    std::uint32_t trailer_bytes_max = 4 * 1024;   // all trailer lines; then 400
};

inline constexpr std::size_t headers_stored_max = 128;

// Headers that someone in gilmok asks for by name. Recognised once, while parsing; whoever must tell them apart afterwards asks
// for a number, or for a set of them.
enum class Known : std::uint8_t {
    other,
    accept,
    accept_encoding,
    alt_svc,
    api_key,
    authorization,
    connection,
    content_encoding,
    content_length,
    content_type,
    cookie,
    date,
    endpoint_load_metrics,
    endpoint_load_metrics_format,
    expect,
    forwarded,
    gilmok,   // x-gilmok-*, which is our own space, but for those below
    gilmok_class,
    gilmok_conversation,
    gilmok_simulated,
    gilmok_tag,
    host,
    idempotency_key,
    keep_alive,
    openai_organization,
    openai_project,
    origin,
    proxy_authorization,
    proxy_authenticate,
    proxy_connection,
    retry_after,
    server,
    set_cookie,
    strict_transport_security,
    te,
    trailer,
    traceparent,
    tracestate,
    transfer_encoding,
    upgrade,
    user_agent,
    via,
    x_api_key,
    x_forwarded_for,
    x_forwarded_host,
    x_forwarded_port,
    x_forwarded_proto,
    x_real_ip,
    x_request_id,
    count_
};

class KnownSet {
public:
    constexpr KnownSet(std::initializer_list<Known> members) {
        for (const Known each : members) bits_ |= bit(each);
    }
    [[nodiscard]] constexpr bool has(Known known) const { return (bits_ & bit(known)) != 0; }

private:
    static constexpr std::uint64_t bit(Known known) { return std::uint64_t{1} << static_cast<unsigned>(known); }
    std::uint64_t bits_ = 0;
};
static_assert(static_cast<unsigned>(Known::count_) <= 64);

struct Header {
    std::string_view name;    // as sent
    std::string_view value;   // white space around it removed
    Known known = Known::other;
    bool is_as_written = false;   // its bytes came as append_header() writes them: "name: value\r\n"
};

class Headers {
public:
    // Leaves the lines as they are: clearing 5 KB for each head would cost more than parsing it.
    Headers() {}   // NOLINT(modernize-use-equals-default)

    [[nodiscard]] const Header* begin() const { return lines_; }
    [[nodiscard]] const Header* end() const { return lines_ + count_; }
    [[nodiscard]] std::size_t size() const { return count_; }
    // The first line of that name, or null.
    [[nodiscard]] const Header* find(Known known) const;
    [[nodiscard]] const Header* find(std::string_view name) const;   // any case
    // The value of the first line of that name, or "".
    [[nodiscard]] std::string_view value(Known known) const;
    [[nodiscard]] std::size_t count(Known known) const;

    void clear() {
        count_ = 0;
        known_ = 0;
    }
    // There must be room: size() < headers_stored_max.
    void add(const Header& line) { add(line.name, line.value, line.known, line.is_as_written); }
    // The same in place, for the parser.
    void add(std::string_view name, std::string_view value, Known known, bool is_as_written) {
        GILMOK_ASSERT(count_ < headers_stored_max);
        new (&lines_[count_++]) Header{name, value, known, is_as_written};
        known_ |= std::uint64_t{1} << static_cast<unsigned>(known);
    }

private:
    union {
        Header lines_[headers_stored_max];   // the first count_ are alive
    };
    std::size_t count_ = 0;
    std::uint64_t known_ = 0;   // bit n: a line of Known n is among them
};

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

// How the end of a body is known.
enum class Framing : std::uint8_t {
    none,     // no body
    length,   // content_length bytes
    chunked,
    close,   // until the peer closes; responses only
};

struct RequestHead {
    Method method = Method::other;
    std::string_view method_text;
    std::string_view target;          // origin-form only: "/v1/models?x=1"
    std::string_view path;            // target without the query
    std::string_view query;           // without '?'
    std::uint8_t version_minor = 1;   // HTTP/1.0 or HTTP/1.1
    bool keep_alive = true;           // what the client wants, after version and Connection
    bool expects_continue = false;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;
    Headers headers;
};

struct ResponseHead {
    std::uint16_t status = 0;
    std::string_view reason;
    std::uint8_t version_minor = 1;
    bool keep_alive = true;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;
    Headers headers;
};

struct Refusal;   // http1_refusals.hpp

// Parses a head out of a buffer that grows. Call with all bytes received since the start of the head, each time more
// have come (the buffer may move between calls); complete lines are looked at once only, so a byte-by-byte sender costs
// linear time. For a head that is whole at the first call nothing is remembered.
class HeadParser {
public:
    explicit HeadParser(const Limits& limits);

    enum class State : std::uint8_t { need_more, done };
    // After `done`, bytes_consumed() is the length of the head, terminating empty line included. Errors: Code::bad_head,
    // bad_framing, uri_too_long, headers_too_large, version_unsupported, upgrade_refused, expectation_failed (fault
    // client). Empty lines before a request line are skipped only if they are CRLF and at most two (RFC 9112 section 2.2).
    // The verdict on a byte depends on the bytes before it only, so how the network cut them never changes it.
    Result<State> parse_request(std::string_view buffer, RequestHead& head);
    // `to_head_request`: the response answers HEAD, so it has no body whatever its headers say. 1xx heads are returned
    // like others with Framing::none; the caller counts and skips them. Errors: Code::upstream_protocol (fault upstream).
    Result<State> parse_response(std::string_view buffer, bool to_head_request, ResponseHead& head);
    [[nodiscard]] std::size_t bytes_consumed() const { return bytes_consumed_; }
    void reset() { *this = HeadParser(limits_); }

private:
    // Where a walk stopped for want of bytes. Lengths rather than pointers, for the buffer may move.
    enum class Phase : std::uint8_t { empty_lines, start, target, version, reason, line, name, value };
    struct Walk;
    template <class Head>
    const Refusal* run(std::string_view buffer, Head& head, bool to_head_request);

    Limits limits_;
    Phase phase_ = Phase::empty_lines;
    std::size_t at_ = 0;     // the next byte to look at
    std::size_t mark_ = 0;   // where the target or the header name began
    std::uint32_t lines_ = 0;
    std::size_t bytes_consumed_ = 0;
};

// Finds where a body ends, and for chunked bodies takes the framing off. Feed bytes in any cut.
class BodyReader {
public:
    BodyReader() = default;
    BodyReader(Framing framing, std::uint64_t content_length, const Limits& limits);

    struct Step {
        std::string_view payload;   // the next run of body bytes, a view into `bytes`; may be empty
        std::size_t consumed = 0;   // bytes of `bytes` that are done with, framing included
        bool is_done = false;       // the body has ended; bytes after `consumed` belong to the next message
    };
    // One step: call again with the rest of the bytes until nothing is left or is_done. Trailers are checked and
    // dropped. Errors: Code::bad_framing with Fault::client; the caller that reads from an upstream changes the fault.
    Result<Step> feed(std::string_view bytes);
    [[nodiscard]] bool is_done() const { return is_done_; }
    // The peer closed. True when that is a proper end (Framing::close, or already done).
    [[nodiscard]] bool close_is_end() const { return is_done_ || framing_ == Framing::close; }

private:
    enum class Chunk : std::uint8_t {
        size_first,
        size,
        extension_name_first,
        extension_name,
        extension_value_first,
        extension_value,
        extension_quoted,
        extension_quoted_pair,
        extension_quoted_end,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_line,
        trailer_name,
        trailer_value,
        trailer_lf,
        end_lf
    };

    Result<Step> feed_chunked(std::string_view bytes);
    // Takes one byte of framing; says what is wrong with it, or null.
    const Refusal* take(char byte);
    const Refusal* take_extension(char byte);
    const Refusal* take_trailer(char byte);
    const Refusal* end_size_digits(char byte);

    Framing framing_ = Framing::none;
    Chunk chunk_ = Chunk::size_first;
    bool is_done_ = true;
    std::uint64_t left_ = 0;         // of the body, or of the chunk
    std::uint32_t line_bytes_ = 0;   // of the chunk line so far
    std::uint32_t line_bytes_max_ = 0;
    std::uint32_t extension_bytes_ = 0;   // of all chunks: many small chunks with long extensions are an attack
    std::uint32_t trailer_bytes_ = 0;
    std::uint32_t trailer_bytes_max_ = 0;
    std::uint8_t name_length_ = 0;   // of the trailer's name, at most name_.size()
    std::array<char, 32> name_{};    // its first bytes, enough to tell a forbidden one
    const Refusal* failure_ = nullptr;
};

// True for headers that belong to one connection and must not be forwarded (RFC 9110 section 7.6.1 and the ones of old):
// Connection, Keep-Alive, Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade. Names listed in Connection are checked by
// is_listed().
constexpr bool is_hop_by_hop(Known known) {
    constexpr KnownSet names{Known::connection,
                             Known::keep_alive,
                             Known::proxy_authorization,
                             Known::proxy_authenticate,
                             Known::proxy_connection,
                             Known::te,
                             Known::trailer,
                             Known::transfer_encoding,
                             Known::upgrade};
    return names.has(known);
}
// Recognises a header name, any case. The name must be a token.
Known known_of(std::string_view name);
// True when `name` stands in the comma list `connection_value`, any case.
bool is_listed(std::string_view connection_value, std::string_view name);

// A name to be written: a literal that is checked when it is compiled, or a text that is asserted to be a token.
class HeaderName {
public:
    template <std::size_t bytes_with_nul>
    consteval HeaderName(const char (&literal)[bytes_with_nul])   // NOLINT(google-explicit-constructor)
        : text_(literal, bytes_with_nul - 1) {
        for (const char c : text_)
            if (c != '-' && (c < 'a' || c > 'z')) the_literal_is_not_of_small_letters_and_dashes();
        if (text_.empty()) the_literal_is_not_of_small_letters_and_dashes();
    }
    static HeaderName checked(std::string_view name);
    [[nodiscard]] std::string_view text() const { return text_; }

private:
    struct Checked {};
    HeaderName(Checked, std::string_view name) : text_(name) {}
    static void
    the_literal_is_not_of_small_letters_and_dashes();   // nowhere defined: a constant that would call it does not compile

    std::string_view text_;
};

// Appends "Name: value\r\n". The value must hold no control bytes; parsed values never do, others are asserted.
void append_header(std::string& out, HeaderName name, std::string_view value);
// The same for a line that HeadParser stored, which has checked every byte of it.
void append_header(std::string& out, const Header& parsed);
// Appends "1a\r\n", the head of a chunk. The chunk's data and a CRLF follow.
void append_chunk_size(std::string& out, std::size_t bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

std::string_view reason_phrase(unsigned status);

}   // namespace gilmok::wire::http1
