// Goal: a peer that speaks TLS as ours never would (old versions, renegotiation, other protocols, endless key updates)
// is refused or bounded. Method: that peer is OpenSSL with its brakes off, over the same in-memory sockets.
#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "io/test_certificates.hpp"
#include "io/test_memory_socket.hpp"
#include "io/tls.hpp"

namespace gilmok::io {
namespace {

// A TLS client of OpenSSL that trusts everybody, over one end of a memory pair.
class RawClient {
public:
    explicit RawClient(std::unique_ptr<MemorySocket> socket, int version_max = TLS1_3_VERSION)
        : socket_(std::move(socket)) {
        context_ = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_security_level(context_, 0);
        SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_, version_max);
        SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
        ssl_ = SSL_new(context_);
        in_ = BIO_new(BIO_s_mem());
        out_ = BIO_new(BIO_s_mem());
        SSL_set_bio(ssl_, in_, out_);
        SSL_set_connect_state(ssl_);
    }
    ~RawClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        ERR_clear_error();
    }
    SSL* ssl() { return ssl_; }
    MemorySocket& socket() { return *socket_; }

    // Runs the handshake machine and moves what it says. False when it has failed.
    bool pump() {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_);
        const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
        move();
        return error == SSL_ERROR_NONE || error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    }
    void move() {
        char buffer[4096];
        for (int bytes; (bytes = BIO_read(out_, buffer, sizeof buffer)) > 0;) {
            const std::string_view part(buffer, static_cast<std::size_t>(bytes));
            (void)socket_->write({&part, 1});
        }
        for (Transfer got; (got = socket_->read(buffer)).is_done();)
            BIO_write(in_, buffer, static_cast<int>(got.bytes));
    }

private:
    std::unique_ptr<MemorySocket> socket_;
    SSL_CTX* context_;
    SSL* ssl_;
    BIO* in_;
    BIO* out_;
};

TlsContextPtr server_context() {
    static const TestAuthority authority;
    static const TestIdentity identity = authority.issue({});
    auto context = TlsContext::server(identity.certificate_pem, identity.key_pem);
    REQUIRE(context.has_value());
    return *context;
}

struct Meeting {
    explicit Meeting(int version_max = TLS1_3_VERSION, MemoryLink link = {})
        : Meeting(memory_pair(link), version_max) {}
    Meeting(MemoryPair pair, int version_max)
        : client(std::move(pair.left), version_max), server(tls_server(std::move(pair.right), *server_context())) {}
    bool shake_hands() {
        for (int turn = 0; turn < 20; ++turn) {
            const bool is_client_well = client.pump();
            const auto state = server->is_connected();
            client.move();
            if (!is_client_well || !state) return false;
            if (*state && SSL_is_init_finished(client.ssl()) == 1) return true;
        }
        return false;
    }
    RawClient client;
    SocketPtr server;
};

}   // namespace

TEST_CASE("tls: TLS 1.2 and 1.3 are spoken, older versions are refused") {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Meeting meeting(version);
        CHECK(meeting.shake_hands());
        CHECK(SSL_version(meeting.client.ssl()) == version);
        CHECK(SSL_get_current_compression(meeting.client.ssl()) == nullptr);
    }
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
        Meeting meeting(version);
        CHECK_FALSE(meeting.shake_hands());
        const auto state = meeting.server->is_connected();
        REQUIRE_FALSE(state.has_value());
        CHECK(state.error().code == Code::tls_failed);
        CHECK(state.error().fault == Fault::client);
        CHECK(state.error().detail == "unsupported protocol");
    }
}

TEST_CASE("tls: weak ciphers are refused") {
    for (const char* cipher :
         {"AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA"}) {
        CAPTURE(cipher);
        Meeting meeting(TLS1_2_VERSION);
        REQUIRE(SSL_set_cipher_list(meeting.client.ssl(), cipher) == 1);
        CHECK_FALSE(meeting.shake_hands());
    }
}

TEST_CASE("tls: renegotiation is refused") {
    Meeting meeting(TLS1_2_VERSION);
    REQUIRE(meeting.shake_hands());
    CHECK(SSL_get_secure_renegotiation_support(meeting.client.ssl()) == 1);
    REQUIRE(SSL_renegotiate(meeting.client.ssl()) == 1);
    meeting.client.pump();
    char byte[1];
    const Transfer transfer = meeting.server->read(byte);
    CHECK_FALSE(transfer.is_done());
    meeting.client.move();
    CHECK_FALSE(meeting.client.pump());   // OpenSSL takes our no_renegotiation alert for the end
}

TEST_CASE("tls: a client that offers protocols is served HTTP/1.1 or refused") {
    SUBCASE("http/1.1 among others is chosen") {
        Meeting meeting;
        SSL_set_alpn_protos(meeting.client.ssl(), reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12);
        REQUIRE(meeting.shake_hands());
        const unsigned char* chosen = nullptr;
        unsigned bytes = 0;
        SSL_get0_alpn_selected(meeting.client.ssl(), &chosen, &bytes);
        CHECK(std::string_view(reinterpret_cast<const char*>(chosen), bytes) == "http/1.1");
    }
    SUBCASE("h2 alone is refused") {
        Meeting meeting;
        SSL_set_alpn_protos(meeting.client.ssl(), reinterpret_cast<const unsigned char*>("\x02h2"), 3);
        CHECK_FALSE(meeting.shake_hands());
    }
}

TEST_CASE("tls: a peer that asks for key updates and reads nothing cannot grow our memory") {
    Meeting meeting(TLS1_3_VERSION, {1 << 20, 1 << 20, 8'000});
    REQUIRE(meeting.shake_hands());
    const auto to_client = meeting.client.socket().in;
    const std::size_t before = to_client->history.size();
    std::size_t unread = 0;
    for (int update = 0; update < 2'000; ++update) {
        REQUIRE(SSL_key_update(meeting.client.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
        meeting.client.pump();
        char byte[1];
        if (meeting.server->read(byte).state == Transfer::State::failed) break;
        unread = to_client->history.size() - before;
    }
    // Our answers go through the same small socket; nothing else of ours waits beyond one record.
    CHECK(unread <= 2'000 * 64);
}

TEST_CASE("tls: an unfinished handshake costs its peer a bounded number of our bytes") {
    // A first flight that never ends: handshake type 1 with a length of 16 MiB, then filler in full records.
    MemoryPair pair = memory_pair({1 << 20, 1 << 20, 1 << 20});
    SocketPtr server = tls_server(std::move(pair.right), *server_context());
    std::string record =
        std::string("\x16\x03\x01\x40\x00", 5) + std::string("\x01\xff\xff\xff", 4) + std::string(0x4000 - 4, 'a');
    Transfer::State state = Transfer::State::would_block;
    for (int turn = 0; turn < 100 && state == Transfer::State::would_block; ++turn) {
        const std::string_view part = record;
        (void)pair.left->write({&part, 1});
        char byte[1];
        state = server->read(byte).state;
    }
    CHECK(state == Transfer::State::failed);
}

}   // namespace gilmok::io
