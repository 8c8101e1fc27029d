// Bodies by length, by close and in chunks (RFC 9112 section 7.1). The framing of chunks is taken byte by byte through a
// small machine, data in runs. Only CRLF ends a line, sizes are bare hex digits, and extensions and trailers are checked
// before they are dropped: every published "funky chunk" lives in what a parser skips without looking.
#include <algorithm>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "wire/http1.hpp"
#include "wire/http1_chars.hpp"
#include "wire/http1_refusals.hpp"

namespace gilmok::wire::http1 {

using namespace refusals;

namespace {

constexpr std::uint32_t size_digits_max = 16;   // 64 bits
// Of all chunks of one body together. A body of one-byte chunks with long extensions makes the reader work 100 times as
// much as the bytes it delivers (CVE-2023-39326); no known client sends any.
constexpr std::uint32_t extension_bytes_max = 16 * 1024;

// Fields that frame, route, authenticate or say how to read the content must be known before it (RFC 9110 section 6.5.1).
// A proxy behind us that merges trailers into headers would believe them.
bool may_not_be_trailer(std::string_view name) {
    static constexpr std::array known{Known::authorization,
                                      Known::connection,
                                      Known::content_encoding,
                                      Known::content_length,
                                      Known::content_type,
                                      Known::cookie,
                                      Known::expect,
                                      Known::host,
                                      Known::keep_alive,
                                      Known::origin,
                                      Known::proxy_authenticate,
                                      Known::proxy_authorization,
                                      Known::proxy_connection,
                                      Known::te,
                                      Known::trailer,
                                      Known::transfer_encoding,
                                      Known::upgrade,
                                      Known::x_api_key,
                                      Known::x_forwarded_for,
                                      Known::x_forwarded_host,
                                      Known::x_forwarded_proto,
                                      Known::x_real_ip,
                                      Known::idempotency_key,
                                      Known::retry_after};
    static constexpr std::array<std::string_view, 8> others{"cache-control", "content-range",   "forwarded",
                                                            "location",      "max-forwards",    "range",
                                                            "set-cookie",    "www-authenticate"};
    if (std::find(known.begin(), known.end(), known_of(name)) != known.end()) return true;
    return std::any_of(others.begin(), others.end(),
                       [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

}   // namespace

BodyReader::BodyReader(Framing framing, std::uint64_t content_length, const Limits& limits)
    : framing_(framing),
      is_done_(framing == Framing::none || (framing == Framing::length && content_length == 0)),
      left_(framing == Framing::length ? content_length : 0),
      line_bytes_max_(limits.chunk_line_bytes_max),
      trailer_bytes_max_(limits.trailer_bytes_max) {}

Result<BodyReader::Step> BodyReader::feed(std::string_view bytes) {
    Step step;
    step.is_done = is_done_;
    if (is_done_) return step;
    switch (framing_) {
        case Framing::none: break;
        case Framing::chunked: return feed_chunked(bytes);
        case Framing::close:
            step.payload = bytes;
            step.consumed = bytes.size();
            break;
        case Framing::length:
            step.payload = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
            step.consumed = step.payload.size();
            left_ -= step.consumed;
            is_done_ = step.is_done = left_ == 0;
            break;
    }
    return step;
}

Result<BodyReader::Step> BodyReader::feed_chunked(std::string_view bytes) {
    Step step;
    std::size_t at = 0;
    while (at < bytes.size() && chunk_ != Chunk::data && !is_done_ && failure_ == nullptr) failure_ = take(bytes[at++]);
    if (failure_ != nullptr) { return fail(failure_->code, Fault::client, Retry::never, failure_->detail); }
    if (chunk_ == Chunk::data) {
        step.payload = bytes.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at)));
        at += step.payload.size();
        left_ -= step.payload.size();
        if (left_ == 0) chunk_ = Chunk::data_cr;
        // What nearly always follows is taken now, so that the last chunk and the end come in one step. Anything else
        // waits for the next call: an error must not swallow the payload before it.
        if (chunk_ == Chunk::data_cr && bytes.substr(at).starts_with("\r\n")) {
            at += 2;
            chunk_ = Chunk::size_first;
            if (bytes.substr(at).starts_with(last_chunk)) {
                at += last_chunk.size();
                is_done_ = true;
            }
        }
    }
    step.consumed = at;
    step.is_done = is_done_;
    return step;
}

const Refusal* BodyReader::take(char byte) {
    switch (chunk_) {
        case Chunk::size_first:
            line_bytes_ = 0;
            left_ = 0;
            chunk_ = Chunk::size;
            if (!chars::is(byte, chars::hex)) return &size_bad;
            [[fallthrough]];
        case Chunk::size:
            if (!chars::is(byte, chars::hex)) return end_size_digits(byte);
            if (++line_bytes_ > size_digits_max) return &size_long;
            left_ = left_ * 16 + static_cast<std::uint64_t>(hex_value(byte));
            return nullptr;
        case Chunk::extension_name_first:
        case Chunk::extension_name:
        case Chunk::extension_value_first:
        case Chunk::extension_value:
        case Chunk::extension_quoted:
        case Chunk::extension_quoted_pair:
        case Chunk::extension_quoted_end: return take_extension(byte);
        case Chunk::size_lf:
            if (byte != '\n') return &size_bare_cr;
            chunk_ = left_ == 0 ? Chunk::trailer_line : Chunk::data;
            return nullptr;
        case Chunk::data_cr:
            if (byte != '\r') return &data_end_bad;
            chunk_ = Chunk::data_lf;
            return nullptr;
        case Chunk::data_lf:
            if (byte != '\n') return &data_end_bad;
            chunk_ = Chunk::size_first;
            return nullptr;
        case Chunk::trailer_line:
        case Chunk::trailer_name:
        case Chunk::trailer_value:
        case Chunk::trailer_lf:
        case Chunk::end_lf: return take_trailer(byte);
        case Chunk::data: break;
    }
    GILMOK_ASSERT(false);   // data is taken in runs
    return nullptr;
}

const Refusal* BodyReader::end_size_digits(char byte) {
    if (byte != '\r' && byte != ';') return &size_end_bad;
    chunk_ = byte == '\r' ? Chunk::size_lf : Chunk::extension_name_first;
    return nullptr;
}

// ";name", ";name=token" or ";name=\"quoted\"", with no white space around the signs.
const Refusal* BodyReader::take_extension(char byte) {
    if (++line_bytes_ > line_bytes_max_) return &chunk_line_long;
    if (++extension_bytes_ > extension_bytes_max) return &extensions_long;
    switch (static_cast<unsigned>(chunk_)) {
        case static_cast<unsigned>(Chunk::extension_quoted):
            if (!chars::is_value(byte)) return &extension_control;
            if (byte == '\\') chunk_ = Chunk::extension_quoted_pair;
            if (byte == '"') chunk_ = Chunk::extension_quoted_end;
            return nullptr;
        case static_cast<unsigned>(Chunk::extension_quoted_pair):
            chunk_ = Chunk::extension_quoted;
            return chars::is_value(byte) ? nullptr : &extension_control;
        case static_cast<unsigned>(Chunk::extension_quoted_end): return end_size_digits(byte);
        default: break;
    }
    if (chunk_ == Chunk::extension_value_first && byte == '"') {
        chunk_ = Chunk::extension_quoted;
        return nullptr;
    }
    const bool is_first = chunk_ == Chunk::extension_name_first || chunk_ == Chunk::extension_value_first;
    if (chars::is(byte, chars::token)) {
        if (chunk_ == Chunk::extension_name_first) chunk_ = Chunk::extension_name;
        if (chunk_ == Chunk::extension_value_first) chunk_ = Chunk::extension_value;
        return nullptr;
    }
    if (is_first) return &extension_bad;
    if (byte == '=' && chunk_ == Chunk::extension_name) {
        chunk_ = Chunk::extension_value_first;
        return nullptr;
    }
    return byte == '\r' || byte == ';' ? end_size_digits(byte) : &extension_bad;
}

const Refusal* BodyReader::take_trailer(char byte) {
    if (++trailer_bytes_ > trailer_bytes_max_) return &trailers_long;
    switch (static_cast<unsigned>(chunk_)) {
        case static_cast<unsigned>(Chunk::trailer_line):
            if (byte == '\r') {
                chunk_ = Chunk::end_lf;
                return nullptr;
            }
            name_length_ = 0;
            if (!chars::is(byte, chars::token)) return &trailer_name_bad;
            chunk_ = Chunk::trailer_name;
            [[fallthrough]];
        case static_cast<unsigned>(Chunk::trailer_name):
            if (byte == ':') {
                // A name that filled the array is longer than any forbidden one.
                if (may_not_be_trailer({name_.data(), name_length_})) return &trailer_forbidden;
                chunk_ = Chunk::trailer_value;
                return nullptr;
            }
            if (!chars::is(byte, chars::token)) return &trailer_name_bad;
            if (name_length_ < name_.size()) name_[name_length_++] = byte;
            return nullptr;
        case static_cast<unsigned>(Chunk::trailer_value):
            if (byte == '\r')
                chunk_ = Chunk::trailer_lf;
            else if (!chars::is_value(byte))
                return &trailer_value_bad;
            return nullptr;
        case static_cast<unsigned>(Chunk::trailer_lf):
            if (byte != '\n') return &trailer_bare_cr;
            chunk_ = Chunk::trailer_line;
            return nullptr;
        default: break;
    }
    if (byte != '\n') return &end_bare_cr;
    is_done_ = true;
    return nullptr;
}

}   // namespace gilmok::wire::http1
