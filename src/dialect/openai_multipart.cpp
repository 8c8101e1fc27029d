// The form fields "model" and "stream" of a multipart/form-data body (RFC 7578, RFC 2046 section 5.1). Everything else
// in it is files and words for the upstream, and passed as it is.
#include "base/text.hpp"
#include "dialect/openai.hpp"

namespace gilmok::dialect::openai {

namespace {

constexpr std::size_t boundary_bytes_max = 70;   // RFC 2046
constexpr std::size_t parts_max = 128;
constexpr std::size_t part_head_bytes_max = 4096;
constexpr std::size_t form_model_bytes_max = 256;

tl::unexpected<Error> invalid_form(std::string_view detail) {
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

// Some clients write a quote in a file name as a quoted pair, and some a plain backslash, so where such a name ends is
// anybody's guess. It may be the last parameter, when no guess at it would find another field name in it.
bool is_odd_file_name(std::string_view rest, FormPart& head) {
    const std::string lower = lowercase(trim(trim(rest).substr(1)));
    constexpr std::string_view opening = "filename=\"";
    head.is_file = lower.starts_with(opening) && lower.ends_with('"');
    return head.is_file && lower.find("name", opening.size()) == std::string::npos;
}

bool read_disposition(std::string_view value, FormPart& head) {
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

bool read_part_head(std::string_view lines, FormPart& head) {
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

// Reads the two fields that decide something.
class Deciding final : public FormParts {
public:
    explicit Deciding(Request& request) : request_(request) {}
    Result<bool> part(const FormPart& part) override {
        static constexpr std::string_view given_twice =
            "a form field that decides something is given twice or in other letters";
        const bool is_model = equal_ignoring_case(part.name, "model");
        const bool is_stream = equal_ignoring_case(part.name, "stream");
        if (!is_model && !is_stream) return true;
        const bool is_exact = part.name == "model" || part.name == "stream";
        if (!is_exact || (is_model && seen_.model) || (is_stream && seen_.stream))
            return fail(Code::member_duplicate, Fault::client, Retry::never, given_twice);
        (is_model ? seen_.model : seen_.stream) = true;
        if (part.is_file) return invalid_form("the form fields 'model' and 'stream' must not be files");
        if (is_stream) {
            request_.is_stream = part.content == "true" || part.content == "True" || part.content == "1";
            return true;
        }
        if (part.content.empty() || part.content.size() > form_model_bytes_max)
            return invalid_form("the form field 'model' must hold 1 to 256 bytes");
        for (const char c : part.content)
            if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f')
                return invalid_form("the form field 'model' must not hold control bytes");
        request_.model = part.content;
        request_.model_value = {wire::json::Type::string, part.content};
        return true;
    }

private:
    Request& request_;
    Seen seen_;
};

}   // namespace

Result<bool> read_form(std::string_view content_type, std::string_view body, FormParts& parts) {
    static constexpr std::string_view malformed = "the body is not multipart/form-data as RFC 7578 writes it";
    std::string_view boundary;
    if (!find_boundary(content_type, boundary))
        return invalid_form("the body must be multipart/form-data with one boundary");
    const std::string delimiter = "\r\n--" + std::string(boundary);
    // The first delimiter has no CRLF of its own when nothing precedes it; a preamble is refused, no client sends one.
    if (!body.starts_with(std::string_view(delimiter).substr(2))) return invalid_form(malformed);
    std::string_view rest = body.substr(delimiter.size() - 2);
    for (std::size_t count = 0; !rest.starts_with("--"); ++count) {
        if (count == parts_max) return invalid_form("the form has too many parts");
        if (!rest.starts_with("\r\n")) return invalid_form(malformed);
        rest.remove_prefix(2);
        const std::size_t head_bytes = rest.substr(0, part_head_bytes_max).find("\r\n\r\n");
        FormPart part;
        if (head_bytes == std::string_view::npos || !read_part_head(rest.substr(0, head_bytes), part))
            return invalid_form(malformed);
        part.head = rest.substr(0, head_bytes);
        rest.remove_prefix(head_bytes + 4);
        const std::size_t content_bytes = rest.find(delimiter);
        if (content_bytes == std::string_view::npos) return invalid_form(malformed);
        part.content = rest.substr(0, content_bytes);
        GILMOK_TRY(is_read, parts.part(part));
        static_cast<void>(is_read);
        rest.remove_prefix(content_bytes + delimiter.size());
    }
    return true;
}

Result<Request> read_multipart(std::string_view content_type, std::string_view body) {
    Request request;
    request.text = body;
    request.is_multipart = true;
    Deciding deciding(request);
    GILMOK_TRY(is_read, read_form(content_type, body, deciding));
    static_cast<void>(is_read);
    if (request.model.empty())
        return fail(Code::model_missing, Fault::client, Retry::never, "the form field 'model' is missing");
    return request;
}

}   // namespace gilmok::dialect::openai
