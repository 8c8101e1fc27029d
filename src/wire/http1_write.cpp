// What we put on the wire ourselves: header lines, chunk heads, reason phrases.
#include <charconv>

#include "base/assert.hpp"
#include "wire/http1.hpp"
#include "wire/http1_chars.hpp"

namespace gilmok::wire::http1 {

namespace {

void write_line(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ", 2).append(value).append("\r\n", 2);
}

}   // namespace

// A control byte in a name or value would let whoever chose it write headers or a whole second message.
HeaderName HeaderName::checked(std::string_view name) {
    const char* const end = name.data() + name.size();
    GILMOK_ASSERT(!name.empty() && chars::skip_token(name.data(), end) == end);
    return {Checked{}, name};
}

void append_header(std::string& out, HeaderName name, std::string_view value) {
    const char* const end = value.data() + value.size();
    GILMOK_ASSERT(chars::skip_value(value.data(), end) == end);
    write_line(out, name.text(), value);
}

void append_header(std::string& out, const Header& parsed) {
    constexpr std::size_t marks_bytes = 4;   // ": " and CRLF
    if (parsed.is_as_written)
        out.append(parsed.name.data(), parsed.name.size() + parsed.value.size() + marks_bytes);
    else
        write_line(out, parsed.name, parsed.value);
}

void append_chunk_size(std::string& out, std::size_t bytes) {
    // A chunk of size 0 would end the body.
    GILMOK_ASSERT(bytes != 0);
    char digits[16];
    const auto* end = std::to_chars(digits, digits + sizeof digits, bytes, 16).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits)).append("\r\n");
}

// RFC 9110 section 15 and RFC 6585; others of one class share its first one's meaning.
std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 424: return "Failed Dependency";
        case 425: return "Too Early";
        case 426: return "Upgrade Required";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 451: return "Unavailable For Legal Reasons";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        case 529: return "Overloaded";   // not registered; Anthropic's API uses it
        default: break;
    }
    if (status >= 200 && status < 300) return "OK";
    if (status >= 300 && status < 400) return "Redirect";
    if (status >= 400 && status < 500) return "Client Error";
    return status >= 500 ? "Server Error" : "Informational";
}

}   // namespace gilmok::wire::http1
