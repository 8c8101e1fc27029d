#include "fleet/sim_connection.hpp"

#include <algorithm>
#include <utility>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "fleet/tokens.hpp"

namespace gilmok::fleet {

namespace {

namespace http1 = wire::http1;

constexpr std::size_t read_bytes = 16 * 1024;
constexpr Duration request_time_max = std::chrono::minutes(1);   // from its first byte to its last
constexpr Duration linger_time = std::chrono::seconds(1);
constexpr std::size_t linger_bytes_max = 1 << 20;

std::uint16_t status_of(const Error& error) {
    if (error.code == Code::uri_too_long) return 414;
    if (error.code == Code::headers_too_large) return 431;
    if (error.code == Code::version_unsupported) return 505;
    if (error.code == Code::expectation_failed) return 417;
    return 400;
}

}  // namespace

SimConnection::SimConnection(SimServer& server, io::SocketPtr socket)
    : server_(server),
      socket_(std::move(socket)),
      waiter_(server.loop().ready()),
      timer_(server.loop().timers(), waiter_, timeout),
      parser_(limits_) {}

SimConnection::~SimConnection() { close_entry(SimOutcome::shut_down); }

void SimConnection::start() {
    task_ = serve();
    task_.start();
}

io::Task<> SimConnection::serve() {
    socket_->watch(&waiter_, readable, writable);
    goes_on_ = true;
    while (goes_on_) {
        const bool has_request = co_await read_request();
        if (!has_request) break;
        co_await answer();
    }
    if (must_linger_) co_await linger();
    timer_.disarm();
    socket_.reset();
    server_.retire(*this);
}

// Waits for more bytes and adds them to in_. False: the client is gone or it took too long.
io::Task<bool> SimConnection::read_more(Instant deadline) {
    timer_.arm(deadline);
    while (true) {
        const std::size_t held = in_.size();
        in_.resize(held + read_bytes);
        const io::Transfer got = socket_->read(std::span(in_).subspan(held));
        in_.resize(held + (got.is_done() ? got.bytes : 0));
        if (got.is_done()) co_return true;
        if (got.is_over() || now() >= deadline) co_return false;
        co_await waiter_.wait(readable | timeout);
    }
}

io::Task<bool> SimConnection::read_request() {
    const Instant idle_until = now() + server_.config().idle_timeout;
    Instant deadline = idle_until;
    parser_.reset();
    goes_on_ = false;
    while (true) {
        if (!in_.empty()) {
            if (deadline == idle_until) deadline = now() + request_time_max;
            const Result<bool> is_whole = parse_head();
            if (!is_whole) {
                refuse_bytes(is_whole.error());
                co_await flush();
                co_return false;
            }
            if (*is_whole) break;
        }
        if (!co_await read_more(deadline)) co_return false;
    }
    in_.erase(0, parser_.bytes_consumed());
    co_return co_await read_body();
}

// Not part of the coroutine, because a head is too large for a frame.
Result<bool> SimConnection::parse_head() {
    http1::RequestHead head;
    const auto state = parser_.parse_request(in_, head);
    if (!state) return fail(state.error());
    if (*state == http1::HeadParser::State::need_more) return false;
    note_request(head);
    return true;
}

void SimConnection::note_request(const http1::RequestHead& head) {
    const auto text = [&](std::string_view name) {
        const http1::Header* header = head.headers.find(name);
        return header == nullptr ? std::string() : std::string(header->value);
    };
    request_ = {};
    request_.method = head.method;
    request_.path = head.path;
    request_.query = head.query;
    request_.id = text("x-request-id");
    request_.authorization = text("authorization");
    request_.faults = text("x-sim-fault");
    request_.has_faults = head.headers.find("x-sim-fault") != nullptr;
    request_.load_format = text("endpoint-load-metrics-format");
    request_.expects_continue = head.expects_continue;
    request_.version_minor = head.version_minor;
    request_.framing = head.framing;
    request_.content_length = head.content_length;
    const std::uint32_t most = server_.config().requests_per_connection_max;
    ++requests_;
    request_.keep_alive = head.keep_alive && (most == 0 || requests_ < most);
}

void SimConnection::refuse_bytes(const Error& error) {
    request_ = {};
    request_.keep_alive = false;
    must_linger_ = true;
    write_error(make_api_error(status_of(error), std::string(error.detail)));
}

io::Task<bool> SimConnection::read_body() {
    body_.clear();
    const std::uint64_t bytes_max = server_.config().body_bytes_max;
    bool is_too_large = request_.framing == http1::Framing::length && request_.content_length > bytes_max;
    http1::BodyReader reader(request_.framing, request_.content_length, limits_);
    const Instant deadline = now() + request_time_max;
    if (request_.expects_continue && !is_too_large && in_.empty()) {
        out_.append("HTTP/1.1 100 Continue\r\n\r\n");
        if (!co_await flush()) co_return false;
    }
    while (!is_too_large && !reader.is_done()) {
        std::size_t used = 0;
        while (used < in_.size() && !reader.is_done()) {
            const auto step = reader.feed(std::string_view(in_).substr(used));
            if (!step) {
                refuse_bytes(step.error());
                co_await flush();
                co_return false;
            }
            body_.append(step->payload);
            used += step->consumed;
        }
        in_.erase(0, used);
        is_too_large = body_.size() > bytes_max;
        if (is_too_large || reader.is_done()) break;
        if (!co_await read_more(deadline)) co_return false;
    }
    if (!is_too_large) co_return true;
    request_.keep_alive = false;
    must_linger_ = true;
    write_error(make_api_error(413, "the body is too large"));
    co_await flush();
    co_return false;
}

// False: the client is gone.
io::Task<bool> SimConnection::flush() {
    std::size_t sent = 0;
    while (sent < out_.size()) {
        const std::string_view parts[] = {std::string_view(out_).substr(sent)};
        const io::Transfer put = socket_->write(parts);
        if (put.is_over()) {
            out_.clear();
            goes_on_ = false;
            co_return false;
        }
        if (put.is_done())
            sent += put.bytes;
        else
            co_await waiter_.wait(writable);
    }
    out_.clear();
    co_return true;
}

// A close with unread bytes would reset the connection and destroy the answer on its way (RFC 9112 section 9.6).
io::Task<> SimConnection::linger() {
    socket_->shutdown_write();
    const Instant deadline = now() + linger_time;
    for (std::size_t dropped = 0; dropped < linger_bytes_max; dropped += in_.size()) {
        in_.clear();
        if (!co_await read_more(deadline)) break;
    }
}

io::Task<bool> SimConnection::wait_until(Instant time) {
    timer_.arm(time);
    while (now() < time) {
        if (client_is_gone()) co_return false;
        co_await waiter_.wait(timeout | readable);
    }
    co_return !client_is_gone();
}

void SimConnection::write_head(unsigned status, std::string_view content_type, std::optional<std::uint64_t> length) {
    goes_on_ = request_.keep_alive && (length || request_.version_minor >= 1);
    out_.append("HTTP/1.1 ");
    append_number(out_, status);
    out_.append(" ")
        .append(http1::reason_phrase(status))
        .append("\r\nserver: gilmok-sim\r\nx-gilmok-simulated: true\r\n");
    if (!content_type.empty()) http1::append_header(out_, "content-type", content_type);
    if (!request_.id.empty()) http1::append_header(out_, "x-request-id", request_.id);
    if (!request_.load_format.empty())
        if (const std::string report = orca_report(request_.load_format, server_.engine().stats()); !report.empty())
            http1::append_header(out_, "endpoint-load-metrics", report);
    if (status == 429 || status == 503) out_.append("retry-after: 1\r\n");
    is_chunked_ = !length && request_.version_minor >= 1;
    if (length) {
        out_.append("content-length: ");
        append_number(out_, *length);
        out_.append("\r\n");
    } else if (is_chunked_) {
        out_.append("transfer-encoding: chunked\r\n");
    }
    out_.append(goes_on_ ? (request_.version_minor >= 1 ? "\r\n" : "connection: keep-alive\r\n\r\n")
                         : "connection: close\r\n\r\n");
    if (has_entry_) entry_.status = static_cast<std::uint16_t>(status);
}

void SimConnection::write_simple(unsigned status, std::string_view content_type, std::string_view body) {
    write_head(status, content_type, body.size());
    if (request_.method != http1::Method::head) out_.append(body);
}

void SimConnection::write_error(const ApiError& error) {
    std::string body;
    append_api_error(body, error);
    write_simple(error.status, json_type, body);
}

void SimConnection::write_event(std::string_view event) {
    if (event.empty()) return;
    if (is_chunked_) http1::append_chunk_size(out_, event.size());
    out_.append(event);
    if (is_chunked_) out_.append("\r\n");
}

io::Task<> SimConnection::answer() {
    const auto kind = request_.path == "/v1/chat/completions" ? std::optional(SimKind::chat)
                      : request_.path == "/v1/completions"    ? std::optional(SimKind::completions)
                      : request_.path == "/v1/embeddings"     ? std::optional(SimKind::embeddings)
                      : request_.path == "/v1/rerank"         ? std::optional(SimKind::rerank)
                                                              : std::nullopt;
    if (kind) {
        if (request_.method == http1::Method::post) {
            co_await answer_api(*kind);
            co_return;
        }
        write_error(make_api_error(405, "this path takes POST"));
    } else if (request_.method != http1::Method::get && request_.method != http1::Method::head) {
        write_error(make_api_error(404, "no such path"));
    } else if (request_.path == "/health" || request_.path == "/ping") {
        write_simple(200, {}, {});
    } else {
        std::string_view type;
        const std::string page = server_.page(request_.path, request_.query, type);
        if (page.empty())
            write_error(make_api_error(404, "no such path or model"));
        else
            write_simple(200, type, page);
    }
    co_await flush();
}

}  // namespace gilmok::fleet
