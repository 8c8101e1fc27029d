// The form fields "model" and "stream" of a multipart/form-data body (RFC 7578, RFC 2046 section 5.1). Everything else
// in it is files and words for the upstream, and passed as it is.
#include "base/text.hpp"
#include "dialect/openai.hpp"

namespace gilmok::dialect::openai {

namespace {

constexpr std::size_t boundary_bytes_max = 70;   // RFC 2046
constexpr std::size_t parts_max = 128;
constexpr std::size_t part_head_bytes_max = 4096;
constexpr std::size_t model_bytes_max = 256;

tl::unexpected<Error> invalid(std::string_view detail) {
    return fail(Code::member_invalid, Fault::client, Retry::never, detail);
}

// Takes "; name=value" or "; name="value"" off the front of `rest`. Quoted pairs are refused: no client sends them in
// what is read here, and two readers may resolve them in two ways.
bool take_parameter(std::string_view& rest, std::string_view& name, std::string_view& value) {
    rest = trim(rest);
    if (!rest.starts_with(';')) return false;
    rest = trim(rest.substr(1));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return false;
    name = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    if (rest.starts_with('"')) {
        const std::size_t close = rest.find('"', 1);
        if (close == std::string_view::npos) return false;
        value = rest.substr(1, close - 1);
        rest.remove_prefix(close + 1);
    } else {
        const std::size_t length = std::min(rest.find_first_of("; \t\""), rest.size());
        value = rest.substr(0, length);
        rest.remove_prefix(length);
        if (value.empty()) return false;
    }
    return value.find('\\') == std::string_view::npos;
}

// What a part's head says of it: the field's name, or "" when there is none.
struct PartHead {
    std::string_view name;
    bool is_file = false;
};

// Some clients write a quote in a file name as a quoted pair, and some a plain backslash, so where such a name ends is
// anybody's guess. It may be the last parameter, when no guess at it would find another field name in it.
bool is_odd_file_name(std::string_view rest, PartHead& head) {
    const std::string lower = lowercase(trim(trim(rest).substr(1)));
    constexpr std::string_view opening = "filename=\"";
    head.is_file = lower.starts_with(opening) && lower.ends_with('"');
    return head.is_file && lower.find("name", opening.size()) == std::string::npos;
}

bool read_disposition(std::string_view value, PartHead& head) {
    const std::size_t length = std::min(value.find(';'), value.size());
    if (!equal_ignoring_case(trim(value.substr(0, length)), "form-data")) return false;
    std::string_view rest = value.substr(length);
    bool has_name = false;
    std::string_view name, parameter;
    while (!trim(rest).empty()) {
        const std::string_view whole = rest;
        if (!take_parameter(rest, name, parameter)) return has_name && is_odd_file_name(whole, head);
        if (equal_ignoring_case(name, "name")) {
            if (has_name) return false;
            has_name = true;
            head.name = parameter;
        } else if (equal_ignoring_case(name, "name*")) {
            return false;
        } else if (equal_ignoring_case(name, "filename") || equal_ignoring_case(name, "filename*")) {
            head.is_file = true;
        }
    }
    return has_name;
}

bool read_part_head(std::string_view lines, PartHead& head) {
    bool is_found = false;
    while (!lines.empty()) {
        const std::size_t length = std::min(lines.find("\r\n"), lines.size());
        const std::string_view line = lines.substr(0, length);
        lines.remove_prefix(std::min(length + 2, lines.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || line.find_first_of("\r\n") != std::string_view::npos) return false;
        if (!equal_ignoring_case(line.substr(0, colon), "content-disposition")) continue;
        if (is_found || !read_disposition(line.substr(colon + 1), head)) return false;
        is_found = true;
    }
    return is_found;
}

bool find_boundary(std::string_view content_type, std::string_view& boundary) {
    const std::size_t length = std::min(content_type.find(';'), content_type.size());
    if (!equal_ignoring_case(trim(content_type.substr(0, length)), "multipart/form-data")) return false;
    std::string_view rest = content_type.substr(length);
    std::string_view name, value;
    bool is_found = false;
    while (!trim(rest).empty()) {
        if (!take_parameter(rest, name, value)) return false;
        if (!equal_ignoring_case(name, "boundary")) continue;
        if (is_found) return false;
        is_found = true;
        boundary = value;
    }
    return is_found && !boundary.empty() && boundary.size() <= boundary_bytes_max &&
           boundary.find_first_of("\r\n") == std::string_view::npos;
}

struct Seen {
    bool model = false;
    bool stream = false;
};

Result<bool> read_field(const PartHead& head, std::string_view content, Seen& seen, Request& request) {
    static constexpr std::string_view given_twice =
        "a form field that decides something is given twice or in other letters";
    const bool is_model = equal_ignoring_case(head.name, "model");
    const bool is_stream = equal_ignoring_case(head.name, "stream");
    if (!is_model && !is_stream) return true;
    const bool is_exact = head.name == "model" || head.name == "stream";
    if (!is_exact || (is_model && seen.model) || (is_stream && seen.stream))
        return fail(Code::member_duplicate, Fault::client, Retry::never, given_twice);
    (is_model ? seen.model : seen.stream) = true;
    if (head.is_file) return invalid("the form fields 'model' and 'stream' must not be files");
    if (is_stream) {
        request.is_stream = content == "true" || content == "True" || content == "1";
        return true;
    }
    if (content.empty() || content.size() > model_bytes_max)
        return invalid("the form field 'model' must hold 1 to 256 bytes");
    for (const char c : content)
        if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f')
            return invalid("the form field 'model' must not hold control bytes");
    request.model = content;
    request.model_value = {wire::json::Type::string, content};
    return true;
}

}  // namespace

Result<Request> read_multipart(std::string_view content_type, std::string_view body) {
    static constexpr std::string_view malformed = "the body is not multipart/form-data as RFC 7578 writes it";
    std::string_view boundary;
    if (!find_boundary(content_type, boundary))
        return invalid("the body must be multipart/form-data with one boundary");
    Seen seen;
    Request request;
    request.text = body;
    request.is_multipart = true;
    const std::string delimiter = "\r\n--" + std::string(boundary);
    // The first delimiter has no CRLF of its own when nothing precedes it; a preamble is refused, no client sends one.
    if (!body.starts_with(std::string_view(delimiter).substr(2))) return invalid(malformed);
    std::string_view rest = body.substr(delimiter.size() - 2);
    for (std::size_t parts = 0; !rest.starts_with("--"); ++parts) {
        if (parts == parts_max) return invalid("the form has too many parts");
        if (!rest.starts_with("\r\n")) return invalid(malformed);
        rest.remove_prefix(2);
        const std::size_t head_bytes = rest.substr(0, part_head_bytes_max).find("\r\n\r\n");
        PartHead head;
        if (head_bytes == std::string_view::npos || !read_part_head(rest.substr(0, head_bytes), head))
            return invalid(malformed);
        rest.remove_prefix(head_bytes + 4);
        const std::size_t content_bytes = rest.find(delimiter);
        if (content_bytes == std::string_view::npos) return invalid(malformed);
        GILMOK_TRY(is_read, read_field(head, rest.substr(0, content_bytes), seen, request));
        static_cast<void>(is_read);
        rest.remove_prefix(content_bytes + delimiter.size());
    }
    if (request.model.empty())
        return fail(Code::model_missing, Fault::client, Retry::never, "the form field 'model' is missing");
    return request;
}

}  // namespace gilmok::dialect::openai
