// Every refusal of a head or a body, with the words that are shown and logged. Private to http1*.cpp. docs/strict-http.md says why
// each is there; a test holds the two lists together.
#pragma once

#include <array>
#include <string_view>

#include "base/error.hpp"
#include "wire/http1.hpp"

namespace gilmok::wire::http1 {

struct Refusal {
    Code code;   // for requests; a response is refused as upstream_protocol
    std::string_view detail;
};

namespace refusals {

// No refusal: what a walk returns that ran out of bytes.
inline constexpr Refusal want_more{Code::none, "more bytes are needed"};

inline constexpr Refusal empty_lines_many{Code::bad_head, "more than two empty lines before the request line"};
inline constexpr Refusal method_bad{Code::bad_head, "the method is not a token followed by one space"};
inline constexpr Refusal method_long{Code::bad_head, "the method is longer than 16 bytes"};
inline constexpr Refusal connect{Code::upgrade_refused, "CONNECT is not served"};
inline constexpr Refusal target_form{Code::bad_head, "the request target does not begin with '/'"};
inline constexpr Refusal target_bad{Code::bad_head, "the request target holds a byte that may not stand in it"};
inline constexpr Refusal target_long{Code::uri_too_long, "the request target is too long"};
inline constexpr Refusal version_missing{Code::bad_head, "the request line has no version"};
inline constexpr Refusal response_late{Code::bad_head, "an empty line before the response"};
inline constexpr Refusal version_bad{Code::bad_head, "the version is not HTTP/1.1 followed by CRLF"};
inline constexpr Refusal version_other{Code::version_unsupported, "only HTTP/1.1 and HTTP/1.0 are spoken"};
inline constexpr Refusal status_bad{Code::bad_head, "the status is not three digits from 100 to 599"};
inline constexpr Refusal reason_bad{Code::bad_head, "the reason phrase holds a control byte"};
inline constexpr Refusal bare_cr{Code::bad_head, "a CR without LF"};
inline constexpr Refusal bare_lf{Code::bad_head, "a LF without CR"};
inline constexpr Refusal folded{Code::bad_head, "a header line begins with white space"};
inline constexpr Refusal name_empty{Code::bad_head, "a header name is empty"};
inline constexpr Refusal name_space{Code::bad_head, "white space before the colon of a header"};
inline constexpr Refusal name_bad{Code::bad_head, "a header name is not a token"};
inline constexpr Refusal value_bad{Code::bad_head, "a header value holds a control byte"};
inline constexpr Refusal lines_many{Code::headers_too_large, "too many header lines"};
inline constexpr Refusal head_large{Code::headers_too_large, "the head is too large"};
inline constexpr Refusal host_missing{Code::bad_head, "Host is missing"};
inline constexpr Refusal host_twice{Code::bad_head, "Host stands more than once"};
inline constexpr Refusal host_bad{Code::bad_head, "Host is not a host name or address with an optional port"};
inline constexpr Refusal length_twice{Code::bad_framing, "Content-Length stands more than once"};
inline constexpr Refusal length_bad{Code::bad_framing, "Content-Length is not a decimal number"};
inline constexpr Refusal coding_twice{Code::bad_framing, "Transfer-Encoding stands more than once"};
inline constexpr Refusal coding_bad{Code::bad_framing, "Transfer-Encoding is not exactly chunked"};
inline constexpr Refusal coding_old{Code::bad_framing, "Transfer-Encoding in an HTTP/1.0 message"};
inline constexpr Refusal coding_unasked{Code::bad_framing, "Transfer-Encoding in a response that has no body"};
inline constexpr Refusal framed_twice{Code::bad_framing, "both Content-Length and Transfer-Encoding"};
inline constexpr Refusal upgrade{Code::upgrade_refused, "Upgrade is not served"};
inline constexpr Refusal expectation{Code::expectation_failed, "the only expectation met is 100-continue"};
inline constexpr Refusal switching{Code::upgrade_refused, "the upstream switched protocols unasked"};

inline constexpr Refusal size_bad{Code::bad_framing, "a chunk size does not begin with a hex digit"};
inline constexpr Refusal size_long{Code::bad_framing, "a chunk size has more than 16 digits"};
inline constexpr Refusal size_bare_cr{Code::bad_framing, "a CR without LF after a chunk size"};
inline constexpr Refusal data_end_bad{Code::bad_framing, "the data of a chunk is not followed by CRLF"};
inline constexpr Refusal size_end_bad{Code::bad_framing, "a chunk size is followed by neither CRLF nor an extension"};
inline constexpr Refusal chunk_line_long{Code::bad_framing, "a chunk line is too long"};
inline constexpr Refusal extensions_long{Code::bad_framing, "the chunk extensions of one body are too long"};
inline constexpr Refusal extension_control{Code::bad_framing, "a control byte in a chunk extension"};
inline constexpr Refusal extension_bad{Code::bad_framing, "a chunk extension is not a token"};
inline constexpr Refusal trailers_long{Code::bad_framing, "the trailers are too long"};
inline constexpr Refusal trailer_name_bad{Code::bad_framing, "a trailer name is not a token"};
inline constexpr Refusal trailer_forbidden{Code::bad_framing, "a field that may not stand in a trailer"};
inline constexpr Refusal trailer_value_bad{Code::bad_framing, "a trailer value holds a control byte"};
inline constexpr Refusal trailer_bare_cr{Code::bad_framing, "a CR without LF in a trailer"};
inline constexpr Refusal end_bare_cr{Code::bad_framing, "a CR without LF after the trailers"};

inline constexpr std::array<const Refusal*, 50> all{
    &empty_lines_many,  &method_bad,      &method_long,   &connect,          &target_form,       &target_bad,
    &target_long,       &version_missing, &response_late, &version_bad,      &version_other,     &status_bad,
    &reason_bad,        &bare_cr,         &bare_lf,       &folded,           &name_empty,        &name_space,
    &name_bad,          &value_bad,       &lines_many,    &head_large,       &host_missing,      &host_twice,
    &host_bad,          &length_twice,    &length_bad,    &coding_twice,     &coding_bad,        &coding_old,
    &coding_unasked,    &framed_twice,    &upgrade,       &expectation,      &switching,         &size_bad,
    &size_long,         &size_bare_cr,    &data_end_bad,  &size_end_bad,     &chunk_line_long,   &extensions_long,
    &extension_control, &extension_bad,   &trailers_long, &trailer_name_bad, &trailer_forbidden, &trailer_value_bad,
    &trailer_bare_cr,   &end_bare_cr};

}   // namespace refusals

}   // namespace gilmok::wire::http1
