// Goal: we accept no message that strict llhttp refuses, and read what both accept alike, however it is cut.
// Method: llhttp's own vectors (Markdown: an ```http block and the event ```log it must give), each fed whole and in two
// pieces at every byte. Where we refuse what llhttp accepts, the vector stands in the table below with our reason. Most
// request vectors lack Host, which llhttp does not ask for: one is put in, so that the rest of them is tested too. Some
// refused heads lack their end, which we wait for before judging their framing: it is put in.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "wire/http1.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;

namespace {

struct Stricter {
    std::string_view vector;  // "file: heading"
    std::string_view reason;  // the text of our refusal
};

constexpr std::array<Stricter, 38> stricter{{
    {"request/method: CONNECT request", "CONNECT is not served"},
    {"request/method: CONNECT request with CAPS", "CONNECT is not served"},
    {"request/method: CONNECT with body", "CONNECT is not served"},
    {"request/uri: Underscore in hostname", "CONNECT is not served"},
    {"request/sample: Firefox GET", "Host is not a host name or address with an optional port"},
    {"request/sample: curl GET", "Host is not a host name or address with an optional port"},
    {"response/transfer-encoding: `chunked` before other transfer-encoding",
     "Transfer-Encoding is not exactly chunked"},
    {"response/transfer-encoding: `chunkedchunked` transfer-encoding does not enable chunked enconding",
     "Transfer-Encoding is not exactly chunked"},
    {"response/transfer-encoding: multiple transfer-encoding where chunked is not the last one",
     "Transfer-Encoding stands more than once"},
    {"request/connection: Emitting part of body and pausing", "Upgrade is not served"},
    {"request/connection: Multiple tokens with folding and LWS", "Upgrade is not served"},
    {"request/connection: Setting a flag and pausing", "Upgrade is not served"},
    {"request/connection: Upgrade GET request", "Upgrade is not served"},
    {"request/connection: Upgrade POST request", "Upgrade is not served"},
    {"request/transfer-encoding: Trailing headers", "a field that may not stand in a trailer"},
    {"response/connection: HTTP 100 first, then 400", "an empty line before the response"},
    {"response/connection: HTTP 304 with Content-Length", "an empty line before the response"},
    {"response/pipelining: Should parse multiple events", "an empty line before the response"},
    {"response/sample: Response starting with CRLF", "an empty line before the response"},
    {"response/sample: HTTP version 0.9", "only HTTP/1.1 and HTTP/1.0 are spoken"},
    {"request/sample: No HTTP version", "the request line has no version"},
    {"request/method: M-SEARCH request", "the request target does not begin with '/'"},
    {"request/method: PRI request HTTP2", "the request target does not begin with '/'"},
    {"request/uri: Host terminated by a query string", "the request target does not begin with '/'"},
    {"request/uri: `host:port` and basic auth", "the request target does not begin with '/'"},
    {"request/uri: `host:port` terminated by a query string", "the request target does not begin with '/'"},
    {"request/uri: `host:port` terminated by a space", "the request target does not begin with '/'"},
    {"request/transfer-encoding: POST with `chunked` as last transfer-encoding",
     "the request target holds a byte that may not stand in it"},
    {"request/transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)",
     "the request target holds a byte that may not stand in it"},
    {"request/uri: Fragment in URI", "the request target holds a byte that may not stand in it"},
    {"request/uri: Quotes in URI", "the request target holds a byte that may not stand in it"},
    {"response/connection: HTTP 101 response with Upgrade and Content-Length header",
     "the upstream switched protocols unasked"},
    {"response/connection: HTTP 101 response with Upgrade and Transfer-Encoding header",
     "the upstream switched protocols unasked"},
    {"request/method: ANNOUNCE request with RTSP", "the version is not HTTP/1.1 followed by CRLF"},
    {"request/method: OPTIONS request with RTSP", "the version is not HTTP/1.1 followed by CRLF"},
    {"request/method: SOURCE request with ICE", "the version is not HTTP/1.1 followed by CRLF"},
    {"response/sample: ICE response", "the version is not HTTP/1.1 followed by CRLF"},
    {"response/sample: RTSP response", "the version is not HTTP/1.1 followed by CRLF"},
}};
// llhttp knows a list of methods; here any token is one, and the door answers 405 to what it does not serve.
constexpr std::array<std::string_view, 2> left_to_the_door{"request/invalid: HTTP protocol and ANNOUNCE method",
                                                           "request/invalid: Invalid method"};

constexpr std::string_view host_line = "Host: vector.test\r\n";

struct Vector {
    std::string name;
    std::string type;
    bool skips_body = false;
    std::string input;
    std::string log;

    [[nodiscard]] bool is_response() const { return type.starts_with("response"); }
    [[nodiscard]] bool is_lenient() const { return type.find("lenient") != std::string::npos; }
};

struct Message {
    std::string start;  // "GET /path" or "200"
    std::string headers;
    std::string body;
    bool is_complete = false;
    bool operator==(const Message&) const = default;
};

struct Reading {
    std::vector<Message> messages;
    std::string refusal;  // "" when none
    bool operator==(const Reading&) const = default;
};

std::string show(const Reading& reading) {
    std::string out;
    for (const Message& message : reading.messages)
        out +=
            "[" + message.start + "|" + message.headers + "|" + message.body + (message.is_complete ? "|end]" : "|…]");
    return out + reading.refusal;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

// The digits after the backslash at `at`, of that base, at most `digits_max`; replaced by the byte they name.
void unescape_number(std::string& text, std::size_t at, std::size_t skip, int base, std::size_t digits_max) {
    std::size_t digits = 0;
    const auto is_digit = [&](char c) {
        return base == 8 ? c >= '0' && c <= '7' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
    };
    while (digits < digits_max && at + skip + digits < text.size() && is_digit(text[at + skip + digits])) ++digits;
    if (digits == 0) return;
    // A code point, which reaches the parser as UTF-8.
    const int value = std::stoi(text.substr(at + skip, digits), nullptr, base);
    std::string bytes(1, static_cast<char>(value));
    if (value >= 0x80) bytes = {static_cast<char>(0xC0 | (value >> 6)), static_cast<char>(0x80 | (value & 0x3F))};
    text.replace(at, skip + digits, bytes);
}

// The notation of llhttp's test/md-test.ts: the last newline goes, a backslash at the end of a line joins it to the next,
// newlines are CRLF, and \r \n \t \f \xHH \OOO are bytes.
std::string unescape(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    replace_all(text, "\\\n", "");
    replace_all(text, "\n", "\r\n");
    replace_all(text, "\\r", "\r");
    replace_all(text, "\\n", "\n");
    replace_all(text, "\\t", "\t");
    replace_all(text, "\\f", "\f");
    for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos; ++at) {
        if (at + 1 < text.size() && text[at + 1] == 'x')
            unescape_number(text, at, 2, 16, 2);
        else
            unescape_number(text, at, 1, 8, 3);
    }
    return text;
}

std::string block(std::istream& file) {
    std::string text;
    for (std::string line; std::getline(file, line) && line != "```";) text += line + "\n";
    return text;
}

std::vector<Vector> read_vectors(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.path().extension() == ".md") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Vector> vectors;
    for (const auto& path : paths) {
        std::ifstream file(path);
        Vector vector;
        std::string heading;
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("#")) heading = line.substr(line.find_first_not_of("# "));
            if (line.starts_with("<!-- meta=")) {
                std::erase(line, ' ');
                const std::size_t type = line.find("\"type\":\"") + 8;
                vector = {std::filesystem::relative(path, root).replace_extension().string() + ": " + heading,
                          line.substr(type, line.find('"', type) - type),
                          line.find("\"skipBody\":true") != std::string::npos,
                          {},
                          {}};
            }
            if (line == "```http") vector.input = unescape(block(file));
            if (line == "```log") {
                vector.log = block(file);
                vectors.push_back(vector);
            }
        }
    }
    return vectors;
}

// What llhttp made of it. Trailer fields are left out: we drop them.
Reading expected_of(const Vector& vector) {
    Reading reading;
    bool is_in_head = false;
    std::istringstream log(vector.log);
    for (std::string line; std::getline(log, line);) {
        std::string text;
        if (const std::size_t span = line.find("]="); span != std::string::npos) {
            text = line.substr(span + 2);
            if (text.starts_with('"'))
                text = text.substr(1, text.size() - 2);
            else
                text = text == "cr" ? "\r" : "\n";
            for (const auto& [from, to] : {std::pair{"\\t", "\t"}, {"\\f", "\f"}}) replace_all(text, from, to);
        }
        const auto has = [&](std::string_view what) { return line.find(what) != std::string::npos; };
        if (has(" message begin")) {
            reading.messages.emplace_back();
            is_in_head = true;
        }
        if (has(" error code=")) reading.refusal = line.substr(line.find("error"));
        if (reading.messages.empty()) continue;
        Message& message = reading.messages.back();
        if (has("span[method]")) message.start = text + " ";
        if (has("span[url]")) message.start += text;
        if (has("headers complete")) {
            is_in_head = false;
            if (vector.is_response()) message.start = line.substr(line.find("status=") + 7, 3);
        }
        if (is_in_head && has("span[header_field]")) message.headers += text;
        if (is_in_head && has(" header_field complete")) message.headers += "=";
        if (is_in_head && has("span[header_value]")) message.headers += trim(text);
        if (is_in_head && has(" header_value complete")) message.headers += ";";
        if (has("span[body]")) message.body += text;
        if (has(" message complete")) message.is_complete = true;
    }
    // A head without its end is nothing yet.
    if (is_in_head) reading.messages.pop_back();
    return reading;
}

// One connection that receives pieces, reads message after message, and ends where a gateway would close it.
class Connection {
public:
    explicit Connection(const Vector& vector) : is_response_(vector.is_response()), skips_body_(vector.skips_body) {}

    void receive(std::string_view piece) {
        buffer_ += piece;
        while (reading.refusal.empty() && !buffer_.empty() && (is_in_body_ ? read_body() : read_head())) {}
    }

    [[nodiscard]] bool waits_for_head() const { return reading.refusal.empty() && !buffer_.empty() && !is_in_body_; }

    Reading reading;
    std::size_t message_at = 0;  // where the message being read began
    bool has_other_method = false;

private:
    bool read_head() {
        if (ends_) {
            reading.refusal = "data after the last message";
            return false;
        }
        const auto state = is_response_ ? parser_.parse_response(buffer_, skips_body_, response_)
                                        : parser_.parse_request(buffer_, request_);
        if (!state) {
            reading.refusal = std::string(state.error().detail);
            return false;
        }
        if (*state == HeadParser::State::need_more) return false;
        if (is_response_)
            start(std::to_string(response_.status), response_);
        else
            start(std::string(request_.method_text) + " " + std::string(request_.target), request_);
        has_other_method = has_other_method || request_.method == Method::other;
        consume(parser_.bytes_consumed());
        parser_.reset();
        return true;
    }

    template <class Head>
    void start(const std::string& text, const Head& head) {
        Message message{text, {}, {}, false};
        for (const Header& line : head.headers) {
            if (line.value == "vector.test") continue;
            message.headers.append(line.name).append("=").append(line.value).append(";");
        }
        body_ = skips_body_ ? BodyReader{} : BodyReader(head.framing, head.content_length, Limits{});
        is_in_body_ = !body_.is_done();
        message.is_complete = !is_in_body_;
        ends_ = !head.keep_alive;
        reading.messages.push_back(message);
    }

    bool read_body() {
        const auto step = body_.feed(buffer_);
        if (!step) {
            reading.refusal = std::string(step.error().detail);
            return false;
        }
        reading.messages.back().body += step->payload;
        reading.messages.back().is_complete = step->is_done;
        is_in_body_ = !step->is_done;
        consume(step->consumed);
        return true;
    }

    void consume(std::size_t bytes) {
        buffer_.erase(0, bytes);
        consumed_ += bytes;
        if (!is_in_body_) message_at = consumed_;
    }

    bool is_response_;
    bool skips_body_;
    bool is_in_body_ = false;
    bool ends_ = false;
    std::string buffer_;
    std::size_t consumed_ = 0;
    HeadParser parser_{Limits{}};
    RequestHead request_;
    ResponseHead response_;
    BodyReader body_;
};

Connection read_whole(Vector& vector, bool llhttp_refuses) {
    for (;;) {
        Connection connection(vector);
        connection.receive(vector.input);
        const std::size_t line = vector.input.find_first_not_of("\r\n", connection.message_at);
        if (connection.reading.refusal == "Host is missing" && line != std::string::npos)
            vector.input.insert(vector.input.find("\r\n", line) + 2, host_line);
        else if (llhttp_refuses && connection.waits_for_head() && !vector.input.ends_with("\r\n\r\n"))
            vector.input += "\r\n\r\n";
        else
            return connection;
    }
}

std::optional<std::string> split_that_differs(const Vector& vector, const Reading& whole) {
    for (std::size_t cut = 1; cut < vector.input.size(); ++cut) {
        Connection connection(vector);
        connection.receive(std::string_view(vector.input).substr(0, cut));
        connection.receive(std::string_view(vector.input).substr(cut));
        if (!(connection.reading == whole)) return "cut at " + std::to_string(cut) + ": " + show(connection.reading);
    }
    return std::nullopt;
}

std::size_t complete(const Reading& reading) {
    return static_cast<std::size_t>(std::count_if(reading.messages.begin(), reading.messages.end(),
                                                  [](const Message& message) { return message.is_complete; }));
}

// A pause where the protocol would change is no refusal by llhttp; it is by us, and stands in the table.
bool is_refused_by_llhttp(const Reading& expected) {
    return !expected.refusal.empty() && !expected.refusal.starts_with("error code=22 ") &&
           !expected.refusal.starts_with("error code=23 ");
}

}  // namespace

TEST_CASE("the vectors of llhttp are refused where strict llhttp refuses them and read alike where both accept") {
    const std::filesystem::path root = GILMOK_SOURCE_DIR "/../shared/data/http1";
    if (!std::filesystem::is_directory(root)) {
        std::puts("skipped: the vectors of llhttp are absent (../shared/data/http1)");
        return;
    }
    std::size_t run = 0, cuts = 0, alike = 0, refused_by_both = 0, refused_by_us = 0, left = 0;
    for (Vector& vector : read_vectors(root)) {
        const auto stands_in = [&](const auto& each) { return each.vector == vector.name; };
        const auto* const listed = std::find_if(stricter.begin(), stricter.end(), stands_in);
        const bool is_left =
            std::find(left_to_the_door.begin(), left_to_the_door.end(), vector.name) != left_to_the_door.end();
        const Reading expected = expected_of(vector);
        const bool llhttp_refuses = is_refused_by_llhttp(expected);
        const Connection connection = read_whole(vector, llhttp_refuses);
        const Reading& whole = connection.reading;
        const std::string both = "llhttp: " + show(expected) + "\nwe:     " + show(whole);
        CAPTURE(vector.name);
        CAPTURE(both);
        ++run;
        cuts += vector.input.size();
        if (const auto differs = split_that_differs(vector, whole)) FAIL_CHECK(*differs);
        if (listed != stricter.end()) {
            ++refused_by_us;
            CHECK(whole.refusal == listed->reason);
        } else if (is_left) {
            ++left;
            CHECK(connection.has_other_method);
        } else if (vector.is_lenient() || llhttp_refuses) {
            ++refused_by_both;
            CHECK_FALSE(whole.refusal.empty());
            CHECK(complete(whole) <= complete(expected));
        } else {
            ++alike;
            CHECK(whole == expected);
        }
    }
    std::printf(
        "llhttp vectors: %zu run, whole and at %zu cuts: %zu read alike, %zu refused by both, %zu by us only, %zu left "
        "to the door\n",
        run, cuts, alike, refused_by_both, refused_by_us, left);
    CHECK(run >= 251);
    CHECK(refused_by_us == stricter.size());
    CHECK(left == left_to_the_door.size());
}
