#include "endpoint.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::exchange {

namespace {
constexpr io::Events readable = 1;
constexpr io::Events writable = 2;
constexpr io::Events timer = 4;
constexpr io::Events told = 8;
}   // namespace

Endpoint::Endpoint(io::Loop& loop, io::SocketPtr socket, Message::Kind reads)
    : loop_(loop),
      socket_(std::move(socket)),
      reads_(reads),
      waiter_(loop.ready()),
      timer_(loop.timers(), waiter_, timer),
      task_(run()) {
    socket_->watch(&waiter_, readable, writable);
    task_.start();
}

Endpoint::~Endpoint() = default;

void Endpoint::send(std::string bytes, std::size_t piece_bytes, Duration gap) {
    if (piece_bytes == 0) piece_bytes = bytes.size();
    for (std::size_t at = 0; at < bytes.size(); at += piece_bytes)
        queue_.push_back({bytes.substr(at, piece_bytes), gap});
    waiter_.notify(told);
}

void Endpoint::leave(Leave how) {
    leave_ = how;
    waiter_.notify(told);
}

void Endpoint::pause() { is_paused_ = true; }

void Endpoint::resume() {
    is_paused_ = false;
    waiter_.notify(told);
}

bool Endpoint::is_left_by_peer() const {
    return has_ended_ || has_failed_ || (socket_ != nullptr && socket_->has_hung_up());
}

io::Task<> Endpoint::run() {
    for (;;) {
        bool progress = true;
        while (progress && socket_ != nullptr) {
            progress = write_some();
            progress = read_some() || progress;
            if (leave_if_told()) break;
        }
        if (socket_ == nullptr) co_return;
        co_await waiter_.wait(readable | writable | timer | told);
    }
}

bool Endpoint::write_some() {
    if (queue_.empty() || has_failed_ || leave_ == Leave::reset) return false;
    if (loop_.now() < next_write_) {
        timer_.arm(next_write_);
        return false;
    }
    Piece& piece = queue_.front();
    const std::string_view parts[] = {piece.bytes};
    const io::Transfer put = socket_->write(parts);
    if (put.state == io::Transfer::State::failed) {
        queue_.clear();   // whether that is a failure is for read() to tell: an answer may still be there
        return true;
    }
    if (!put.is_done()) return false;
    piece.bytes.erase(0, put.bytes);
    if (piece.bytes.empty()) {
        next_write_ = loop_.now() + piece.gap;
        queue_.pop_front();
    }
    return true;
}

bool Endpoint::read_some() {
    if (is_paused_ || has_ended_ || has_failed_) return false;
    char block[4096];
    const io::Transfer got = socket_->read(block);
    if (got.would_block()) return false;
    if (got.is_done()) {
        take_bytes({block, got.bytes});
        return true;
    }
    has_ended_ = got.state == io::Transfer::State::end;
    has_failed_ = !has_ended_;
    if (has_ended_ && !messages_.empty()) messages_.back().close();
    return true;
}

void Endpoint::take_bytes(std::string_view bytes) {
    bytes_received_ += bytes.size();
    while (!bytes.empty()) {
        if (messages_.empty() || messages_.back().state() == Message::State::done) {
            const bool to_head = !answers_to_head_.empty() && answers_to_head_.front();
            messages_.emplace_back(reads_, to_head);
        }
        Message& message = messages_.back();
        bytes.remove_prefix(message.feed(bytes));
        if (message.state() == Message::State::broken) return;
        const bool is_interim = reads_ == Message::Kind::response && message.status() < 200;
        if (message.state() == Message::State::done && !is_interim && !answers_to_head_.empty())
            answers_to_head_.pop_front();
    }
}

bool Endpoint::leave_if_told() {
    if (leave_ == Leave::none || (leave_ != Leave::reset && !queue_.empty())) return false;
    const Leave how = std::exchange(leave_, Leave::none);
    if (how == Leave::shutdown) {
        socket_->shutdown_write();
        return false;
    }
    if (how == Leave::reset) socket_->reset_on_close();
    timer_.disarm();
    socket_.reset();
    return true;
}

Server::Server(io::Loop& loop, io::Address address)
    : loop_(loop), address_(std::move(address)), waiter_(loop.ready()) {}

void Server::start_listening() {
    auto listener = loop_.network().listen(address_, {});
    GILMOK_ASSERT(listener.has_value());
    listener_ = std::move(*listener);
    listener_->watch(&waiter_, readable);
    task_ = run();
    task_.start();
}

void Server::stop() {
    task_ = io::Task<>();
    listener_.reset();
    for (auto& each : accepted_) each.endpoint->leave(Endpoint::Leave::reset);
}

std::size_t Server::connections_open() const {
    return static_cast<std::size_t>(std::count_if(accepted_.begin(), accepted_.end(), [](const Accepted& each) {
        return each.endpoint->is_open() && !each.endpoint->is_left_by_peer();
    }));
}

io::Task<> Server::run() {
    for (;;) {
        while (io::SocketPtr socket = listener_->accept())
            accepted_.push_back({std::make_unique<Endpoint>(loop_, std::move(socket), Message::Kind::request)});
        co_await waiter_.wait(readable);
    }
}

}   // namespace gilmok::exchange
