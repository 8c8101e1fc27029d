// The wrapper keeps OpenSSL between two byte streams: a BIO of our own reads from and writes to the Socket inside.
//
// The one trick is in write(). A record, once encrypted, must be sent: it cannot be taken back when the socket inside
// takes only a part of it. So the rest waits in `out_` (never more than one record when bytes are offered), and as long
// as it waits the last byte of what was offered is not reported as taken. The caller therefore goes on with that byte,
// gets would_block until the record is out, and a caller that has written everything knows that the socket has it.
#include "io/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/assert.hpp"

namespace gilmok::io {

namespace {

constexpr std::size_t record_bytes_max = 16 * 1024;   // RFC 8446 section 5.1
// The handshake pauses when so much waits for a peer that does not read; larger than any one record.
constexpr std::size_t out_bytes_max = 32 * 1024;
constexpr std::size_t out_bytes_kept = 1024;   // capacity that a connection may keep while nothing waits

BIO_METHOD* socket_bio();

class TlsSocket final : public Socket {
public:
    // `ssl` may be null: then the connection could not be prepared and fails at once for `failure`.
    TlsSocket(SocketPtr inner, SSL* ssl, bool is_server, std::string_view failure)
        : inner_(std::move(inner)), ssl_(ssl), failure_(failure), is_server_(is_server), has_failed_(ssl == nullptr) {
        if (ssl_ == nullptr) return;
        BIO* bio = BIO_new(socket_bio());
        GILMOK_ASSERT(bio != nullptr);
        BIO_set_data(bio, this);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_, bio, bio);
        is_server_ ? SSL_set_accept_state(ssl_) : SSL_set_connect_state(ssl_);
    }
    ~TlsSocket() override {
        if (!will_reset_) say_goodbye();
        SSL_free(ssl_);
    }

    Transfer read(std::span<char> into) override;
    Transfer write(std::span<const std::string_view> parts) override;
    void shutdown_write() override;
    void reset_on_close() override {
        will_reset_ = true;
        inner_->reset_on_close();
    }
    [[nodiscard]] Address peer() const override { return inner_->peer(); }
    Result<bool> is_connected() override;

    // TLS may have to read before it can write and the reverse, so either event inside wakes both sides. A needless
    // wake ends in would_block and costs no system call.
    void watch(Waiter* waiter, Events readable, Events writable) override {
        waiter_ = waiter;
        readable_bits_ = readable;
        writable_bits_ = writable;
        inner_->watch(waiter, readable | writable, readable | writable);
        if (waiter != nullptr && has_bytes_or_end()) waiter->notify(readable);
    }
    [[nodiscard]] bool is_readable() const override { return has_bytes_or_end() || inner_->is_readable(); }
    [[nodiscard]] bool is_drained() override { return inner_->is_drained(); }
    [[nodiscard]] bool is_writable() const override { return has_failed_ || inner_->is_writable(); }
    [[nodiscard]] bool has_hung_up() const override { return has_failed_ || has_ended_ || inner_->has_hung_up(); }

    // For the BIO. Bytes taken by send() that the socket inside does not take wait in out_.
    Transfer receive(std::span<char> into) { return inner_->read(into); }
    Transfer send(std::string_view bytes);
    bool saw_end = false;

private:
    bool advance();
    bool flush();
    void shake_hands();
    void give_up(std::string_view why) {
        has_failed_ = true;
        failure_ = why;
        ERR_clear_error();
    }
    void say_goodbye();
    [[nodiscard]] bool has_bytes_or_end() const {
        return has_failed_ || has_ended_ || (is_open_ && SSL_pending(ssl_) > 0);
    }

    SocketPtr inner_;
    SSL* ssl_;
    std::string out_;            // encrypted, waits for the socket inside
    std::string_view failure_;   // static text
    bool is_server_;
    bool is_open_ = false;   // the handshake is over
    bool has_failed_ = false;
    bool has_ended_ = false;   // the peer's close_notify was read
    bool has_said_goodbye_ = false;
    bool owes_half_close_ = false;   // when out_ is empty: shutdown_write() inside
    bool will_reset_ = false;
    bool holds_last_byte_ = false;   // the next write() begins with last_byte_, which is encrypted already
    char last_byte_ = 0;
};

int bio_read(BIO* bio, char* into, std::size_t bytes, std::size_t* got) {
    BIO_clear_retry_flags(bio);
    auto& socket = *static_cast<TlsSocket*>(BIO_get_data(bio));
    const Transfer transfer = socket.receive({into, bytes});
    if (transfer.would_block()) BIO_set_retry_read(bio);
    socket.saw_end |= transfer.state == Transfer::State::end;
    *got = transfer.is_done() ? transfer.bytes : 0;
    return transfer.is_done() ? 1 : 0;
}

int bio_write(BIO* bio, const char* bytes, std::size_t count, std::size_t* taken) {
    BIO_clear_retry_flags(bio);
    const Transfer transfer = static_cast<TlsSocket*>(BIO_get_data(bio))->send({bytes, count});
    if (transfer.would_block()) BIO_set_retry_write(bio);
    *taken = transfer.is_done() ? transfer.bytes : 0;
    return transfer.is_done() ? 1 : 0;
}

long bio_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return static_cast<TlsSocket*>(BIO_get_data(bio))->saw_end ? 1 : 0;
    return 0;
}

BIO_METHOD* socket_bio() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gilmok socket");
        GILMOK_ASSERT(made != nullptr);
        BIO_meth_set_read_ex(made, bio_read);
        BIO_meth_set_write_ex(made, bio_write);
        BIO_meth_set_ctrl(made, bio_control);
        return made;
    }();
    return method;
}

// A reason for people that needs no memory: OpenSSL's texts are static.
std::string_view handshake_failure(SSL* ssl, bool saw_end) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    if (saw_end) return "the connection was closed during the TLS handshake";
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    return reason != nullptr ? reason : "the connection failed during the TLS handshake";
}

Transfer TlsSocket::send(std::string_view bytes) {
    if (!flush()) return {Transfer::State::failed};
    if (out_.size() >= out_bytes_max) return {Transfer::State::would_block};
    const std::size_t offered = bytes.size();
    // On to would_block, because only after that does the socket inside tell when it can take more.
    while (out_.empty() && !bytes.empty()) {
        const Transfer transfer = inner_->write({&bytes, 1});
        if (transfer.is_over()) return {Transfer::State::failed};
        if (!transfer.is_done()) break;
        bytes.remove_prefix(transfer.bytes);
    }
    out_.append(bytes);
    return {Transfer::State::done, offered};
}

// Sends what waits. False when the socket inside has failed.
bool TlsSocket::flush() {
    std::size_t sent = 0;
    bool is_alive = true;
    while (sent < out_.size()) {
        const std::string_view rest = std::string_view(out_).substr(sent);
        const Transfer transfer = inner_->write({&rest, 1});
        is_alive = !transfer.is_over();
        if (!transfer.is_done()) break;
        sent += transfer.bytes;
    }
    out_.erase(0, sent);
    if (!out_.empty()) return is_alive;
    if (out_.capacity() > out_bytes_kept) std::string().swap(out_);
    if (owes_half_close_) {
        owes_half_close_ = false;
        inner_->shutdown_write();
    }
    return is_alive;
}

void TlsSocket::shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    if (result != 1) {
        const int error = SSL_get_error(ssl_, result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) give_up(handshake_failure(ssl_, saw_end));
        return;
    }
    is_open_ = true;
    // The handshake may have eaten the event that the owner waits for.
    if (waiter_ != nullptr) waiter_->notify(readable_bits_ | writable_bits_);
}

// Does what can be done without the owner's bytes. True when those may move.
bool TlsSocket::advance() {
    if (has_failed_) return false;
    if (!flush()) {
        give_up("the connection failed");
        return false;
    }
    if (!is_open_) shake_hands();
    return is_open_ && !has_failed_;
}

Transfer TlsSocket::read(std::span<char> into) {
    GILMOK_DASSERT(!into.empty());
    if (!advance()) return {has_failed_ ? Transfer::State::failed : Transfer::State::would_block};
    if (has_ended_) return {Transfer::State::end};
    ERR_clear_error();
    std::size_t got = 0;
    if (SSL_read_ex(ssl_, into.data(), into.size(), &got) == 1) return {Transfer::State::done, got};
    switch (SSL_get_error(ssl_, 0)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return {Transfer::State::would_block};
        case SSL_ERROR_ZERO_RETURN: has_ended_ = true; return {Transfer::State::end};
        default:
            give_up(saw_end ? "the connection ended without close_notify" : "the connection failed");
            return {Transfer::State::failed};
    }
}

// Walks over the offered parts as if they were one text.
class Offer {
public:
    explicit Offer(std::span<const std::string_view> parts) : parts_(parts) { skip_empty(); }
    [[nodiscard]] bool is_empty() const { return parts_.empty(); }
    [[nodiscard]] char front() const { return parts_.front()[at_]; }
    void advance(std::size_t bytes) {
        while (bytes > 0) {
            const std::size_t step = std::min(bytes, parts_.front().size() - at_);
            at_ += step;
            bytes -= step;
            skip_empty();
        }
    }
    // At most one record. Small parts are copied together, so that a head and its body do not become two records.
    [[nodiscard]] std::string_view next_record(std::span<char, record_bytes_max> scratch) const {
        const std::string_view first = parts_.front().substr(at_);
        if (first.size() >= scratch.size() || parts_.size() == 1) return first.substr(0, scratch.size());
        std::size_t filled = 0;
        std::size_t at = at_;
        for (const std::string_view part : parts_) {
            const std::size_t step = std::min(part.size() - at, scratch.size() - filled);
            std::memcpy(scratch.data() + filled, part.data() + at, step);
            filled += step;
            at = 0;
            if (filled == scratch.size()) break;
        }
        return {scratch.data(), filled};
    }

private:
    void skip_empty() {
        while (!parts_.empty() && at_ == parts_.front().size()) {
            parts_ = parts_.subspan(1);
            at_ = 0;
        }
    }
    std::span<const std::string_view> parts_;
    std::size_t at_ = 0;
};

Transfer TlsSocket::write(std::span<const std::string_view> parts) {
    if (!advance()) return {has_failed_ ? Transfer::State::failed : Transfer::State::would_block};
    if (has_said_goodbye_) return {Transfer::State::failed};
    if (!out_.empty()) return {Transfer::State::would_block};
    Offer offer(parts);
    GILMOK_DASSERT(!offer.is_empty());
    std::size_t taken = 0;
    if (holds_last_byte_) {
        if (offer.is_empty() || offer.front() != last_byte_) {
            give_up("the writer went on with other bytes than he had offered");
            return {Transfer::State::failed};
        }
        holds_last_byte_ = false;
        offer.advance(1);
        taken = 1;
    }
    static thread_local std::array<char, record_bytes_max> scratch;
    while (!offer.is_empty()) {
        const std::string_view record = offer.next_record(scratch);
        std::size_t encrypted = 0;
        ERR_clear_error();
        if (SSL_write_ex(ssl_, record.data(), record.size(), &encrypted) != 1) {
            const int error = SSL_get_error(ssl_, 0);
            if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) give_up("the connection failed");
            break;   // nothing of this record was taken
        }
        offer.advance(encrypted);
        taken += encrypted;
        if (out_.empty()) continue;
        if (taken == 1) break;   // a single byte cannot be taken in part; it waits in out_ for the next call
        last_byte_ = record[encrypted - 1];
        holds_last_byte_ = true;
        return {Transfer::State::done, taken - 1};
    }
    if (taken > 0) return {Transfer::State::done, taken};
    return {has_failed_ ? Transfer::State::failed : Transfer::State::would_block};
}

void TlsSocket::say_goodbye() {
    if (has_failed_ || !is_open_ || has_said_goodbye_) return;
    has_said_goodbye_ = true;
    ERR_clear_error();
    SSL_shutdown(ssl_);   // writes close_notify; the peer's is read by read()
    ERR_clear_error();
}

void TlsSocket::shutdown_write() {
    if (has_failed_ || has_said_goodbye_) return;
    if (!is_open_) return give_up("shut down before the TLS handshake was over");
    say_goodbye();
    owes_half_close_ = true;   // only now: the next flush may do it, and close_notify comes before
    flush();
}

Result<bool> TlsSocket::is_connected() {
    if (is_open_) {
        advance();   // our last handshake message may still wait
        return true;
    }
    if (!is_server_ && ssl_ != nullptr) {
        GILMOK_TRY(is_inner_connected, inner_->is_connected());
        if (!is_inner_connected) return false;
    }
    if (advance()) return true;
    if (!has_failed_) return false;
    return is_server_ ? fail(Code::tls_failed, Fault::client, Retry::never, failure_)
                      : fail(Code::tls_failed, Fault::upstream, Retry::other_upstream, failure_);
}

// RFC 9525: only names in subjectAltName count, and a wildcard stands for one whole label.
bool expect_name(SSL* ssl, const std::string& name) {
    if (name.empty() || name.find('\0') != std::string::npos) return false;
    X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1) return true;   // a numeric address has no SNI
    X509_VERIFY_PARAM_set_hostflags(parameters,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()) != 1) return false;
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name.c_str())) == 1;
}

SSL* make_ssl(const TlsContext& context) {
    SSL* ssl = SSL_new(static_cast<SSL_CTX*>(context.native()));
    GILMOK_ASSERT(ssl != nullptr);   // out of memory
    return ssl;
}

}   // namespace

SocketPtr tls_server(SocketPtr inner, const TlsContext& context) {
    GILMOK_ASSERT(context.is_server());
    return std::make_unique<TlsSocket>(std::move(inner), make_ssl(context), true, std::string_view());
}

SocketPtr tls_client(SocketPtr inner, const TlsContext& context, const std::string& name) {
    GILMOK_ASSERT(!context.is_server());
    SSL* ssl = make_ssl(context);
    if (!expect_name(ssl, name)) {
        SSL_free(ssl);
        ssl = nullptr;
        ERR_clear_error();
    }
    return std::make_unique<TlsSocket>(std::move(inner), ssl, false,
                                       "the name to verify is no DNS name and no address");
}

}   // namespace gilmok::io
