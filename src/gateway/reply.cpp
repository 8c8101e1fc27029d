#include "gateway/reply.hpp"

#include "base/text.hpp"
#include "dialect/openai.hpp"
#include "wire/http1.hpp"

namespace gilmok::gateway {

void append_reply(std::string& out, const Reply& reply, std::uint16_t status, std::string_view content_type,
                  std::string_view body, std::string_view date_line) {
    out += "HTTP/1.1 ";
    append_number(out, status);
    out += ' ';
    out += wire::http1::reason_phrase(status);
    out += "\r\n";
    out += date_line;
    wire::http1::append_header(out, "content-type", content_type);
    wire::http1::append_header(out, "x-request-id", reply.request_id);
    if (status == 401) out += "www-authenticate: Bearer\r\n";
    if (!reply.allow.empty()) wire::http1::append_header(out, "allow", reply.allow);
    if (reply.is_simulated) out += "x-gilmok-simulated: true\r\n";
    if (reply.retry_after_s > 0) {
        out += "retry-after: ";
        append_number(out, reply.retry_after_s);
        out += "\r\n";
    }
    out += reply.more_headers;
    out += "content-length: ";
    append_number(out, body.size());
    if (!reply.keep_alive)
        out += "\r\nconnection: close";
    else if (reply.client_version_minor == 0)
        out += "\r\nconnection: keep-alive";
    out += "\r\n\r\n";
    if (!reply.is_head) out.append(body);
}

void append_error_reply(std::string& out, const Reply& reply, const Error& error, std::string_view detail,
                        std::string_view date_line) {
    std::string body;
    dialect::openai::append_error(body, error, reply.request_id, detail);
    append_reply(out, reply, dialect::openai::status_of(error.code), "application/json", body, date_line);
}

}   // namespace gilmok::gateway
