#include "client.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/http1.hpp"
#include "wire/sse.hpp"

namespace gilmok::worldtest {

using namespace std::chrono_literals;

namespace {

constexpr io::Events readable = 1, writable = 2, timer = 4;
constexpr std::size_t slow_read_bytes = 200;
constexpr Duration slow_pause = 40ms;

template <class Take>
void for_each_event(std::string_view body, Take take) {
    wire::sse::Framer framer(8U << 20);
    framer.feed(body);
    for (wire::sse::Event event;;) {
        const auto is_there = framer.next(event);
        if (!is_there || !*is_there) return;
        if (!event.is_comment) take(event.data);
    }
}

// The texts behind every `"name":"`, one after the other. Echoed texts hold nothing that JSON escapes.
void append_texts(std::string& out, std::string_view json, std::string_view name) {
    const std::string begin = "\"" + std::string(name) + "\":\"";
    for (std::size_t at = json.find(begin); at != std::string_view::npos; at = json.find(begin, at)) {
        at += begin.size();
        const std::size_t end = json.find('"', at);
        if (end == std::string_view::npos) return;
        out += json.substr(at, end - at);
        at = end;
    }
}

}   // namespace

bool Ticket::has_error_event() const {
    bool found = false;
    if (is_event_stream) for_each_event(body, [&](std::string_view data) { found |= data.starts_with("{\"error\""); });
    return found;
}

bool Ticket::has_done() const {
    bool found = false;
    if (is_event_stream) for_each_event(body, [&](std::string_view data) { found |= data == "[DONE]"; });
    return found;
}

bool Ticket::is_answered() const {
    if (!is_whole || status >= 300) return false;
    return !is_event_stream || (has_done() && !has_error_event());
}

std::string Ticket::content() const {
    std::string found;
    if (!is_event_stream) {
        append_texts(found, body, "content");
        return found;
    }
    for_each_event(body, [&](std::string_view data) { append_texts(found, data, "content"); });
    return found;
}

Client::Client(io::Loop& loop, const io::Address& door, Manner manner, std::vector<Ticket*> tickets, std::uint64_t seed)
    : loop_(loop),
      door_(door),
      manner_(manner),
      tickets_(std::move(tickets)),
      prng_(seed),
      waiter_(loop.ready()),
      timer_(loop.timers(), waiter_, timer),
      task_(talk()) {}

io::Task<> Client::talk() {
    const Instant begun = loop_.now();
    for (Ticket* ticket : tickets_) ticket->is_read_slowly = manner_.reads_slowly;
    auto socket = loop_.network().connect(door_);
    if (socket) {
        socket_ = std::move(*socket);
        socket_->watch(&waiter_, readable, writable);
    }
    const Instant leaves_at = manner_.leaves_after == Duration{} ? begun + patience : begun + manner_.leaves_after;
    bool is_open = false;
    while (socket_ != nullptr) {
        if (!is_open) {
            const auto connected = socket_->is_connected();
            if (!connected) break;
            is_open = *connected;
        }
        if (is_open) {
            write();
            if (!read() || answered_ == tickets_.size()) break;
            const bool is_at_end = sent_ >= manner_.leaves_after_sent && !manner_.goes_silent;
            if (is_at_end || received_ >= manner_.leaves_after_received) {
                leave();
                break;
            }
        }
        if (loop_.now() >= leaves_at) {
            leave();
            break;
        }
        const Instant next = manner_.reads_slowly ? loop_.now() + slow_pause : leaves_at;
        timer_.arm(std::min(next, leaves_at));
        const io::Events wanted = manner_.reads_slowly ? (writable | timer) : (readable | writable | timer);
        co_await waiter_.wait(wanted);
    }
    for (std::size_t i = answered_; i < tickets_.size(); ++i) tickets_[i]->has_connection_ended = true;
    timer_.disarm();
    socket_.reset();
    is_over_ = true;
}

void Client::leave() {
    for (std::size_t i = answered_; i < tickets_.size(); ++i) tickets_[i]->has_left = true;
    if (manner_.leaves_by_reset) socket_->reset_on_close();
}

void Client::write() {
    while (asked_ < tickets_.size() && (manner_.pipelines || asked_ == answered_)) out_ += tickets_[asked_++]->bytes;
    while (!out_.empty() && sent_ < manner_.leaves_after_sent) {
        const std::string_view part = std::string_view(out_).substr(0, manner_.leaves_after_sent - sent_);
        const io::Transfer put = socket_->write({&part, 1});
        if (!put.is_done()) break;
        out_.erase(0, put.bytes);
        sent_ += put.bytes;
    }
    std::size_t begin = 0;
    for (Ticket* ticket : tickets_) {
        ticket->is_head_sent = sent_ >= begin + ticket->head_bytes;
        begin += ticket->bytes.size();
        ticket->is_sent = sent_ >= begin;
    }
}

bool Client::read() {
    char block[4096];
    std::size_t left = manner_.reads_slowly ? slow_read_bytes : SIZE_MAX;
    while (left > 0) {
        const io::Transfer got = socket_->read(std::span(block).first(std::min(left, sizeof block)));
        if (got.would_block()) break;
        if (got.is_over()) {
            look(got.state == io::Transfer::State::end);
            if (got.state == io::Transfer::State::failed)
                for (std::size_t i = answered_; i < tickets_.size(); ++i) tickets_[i]->was_reset = true;
            return false;
        }
        in_.append(block, got.bytes);
        received_ += got.bytes;
        if (left != SIZE_MAX) left -= got.bytes;
        look(false);
        if (answered_ == tickets_.size()) break;
        if (answered_ > 0 && tickets_[answered_ - 1]->says_close) return false;
    }
    return true;
}

// Reads as much of the next answers as is there.
void Client::look(bool has_ended) {
    const wire::http1::Limits limits{.head_bytes_max = 60'000};
    std::string_view bytes = in_;
    while (answered_ < tickets_.size()) {
        Ticket& ticket = *tickets_[answered_];
        wire::http1::HeadParser parser(limits);
        wire::http1::ResponseHead head;
        if (bytes.empty()) break;
        const auto state = parser.parse_response(bytes, false, head);
        if (!state) {
            ticket.is_garbage = true;
            break;
        }
        if (*state == wire::http1::HeadParser::State::need_more) break;
        if (head.status < 200) {
            bytes.remove_prefix(parser.bytes_consumed());
            continue;
        }
        ticket.has_head = true;
        ticket.status = head.status;
        ticket.says_close = !head.keep_alive;
        ticket.request_id = head.headers.value(wire::http1::Known::x_request_id);
        const auto type = head.headers.value(wire::http1::Known::content_type);
        ticket.is_event_stream = type.starts_with("text/event-stream");
        std::string_view rest = bytes.substr(parser.bytes_consumed());
        wire::http1::BodyReader reader(head.framing, head.content_length, limits);
        ticket.body.clear();
        while (!rest.empty() && !reader.is_done()) {
            const auto step = reader.feed(rest);
            if (!step) {
                ticket.is_garbage = true;
                break;
            }
            ticket.body.append(step->payload);
            rest.remove_prefix(step->consumed);
        }
        ticket.is_whole = !ticket.is_garbage && (reader.is_done() || (has_ended && reader.close_is_end()));
        if (!ticket.is_whole) break;
        ++answered_;
        bytes = rest;
        if (!ticket.says_close) continue;
        for (std::size_t i = answered_; i < tickets_.size(); ++i) tickets_[i]->comes_after_close = true;
        break;
    }
    in_ = std::string(bytes);
}

}   // namespace gilmok::worldtest
