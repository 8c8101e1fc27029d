// TLS 1.2 and 1.3 over any Socket. The wrapper is a Socket itself, so nobody above io/ knows whether bytes are encrypted.
//
// The handshake needs no call of its own: read(), write() and is_connected() drive it. No byte that came before its end
// is ever handed out, and none is sent. An end of the stream without the peer's close_notify is `failed`, never `end`,
// because anybody on the way can forge it (truncation).
// Owner and thread: as for the Socket inside. Contexts are immutable and may be shared by all shards.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "io/files.hpp"
#include "io/socket.hpp"

namespace gilmok::io {

// Why certificates or keys cannot be used, for people.
struct TlsProblem {
    std::string what;   // "the key does not belong to the certificate"
    std::string fix;    // "give the key that the certificate was requested with, and put that certificate first"
};

template <class T>
class [[nodiscard]] TlsResult : public tl::expected<T, TlsProblem> {
public:
    using tl::expected<T, TlsProblem>::expected;
    TlsResult(tl::unexpected<TlsProblem> problem) : tl::expected<T, TlsProblem>(std::move(problem)) {}
};

class TlsContext;
using TlsContextPtr = std::shared_ptr<const TlsContext>;

class TlsContext {
public:
    // Ours towards clients. `chain_pem` begins with our certificate, intermediates follow; the key has no passphrase.
    // ALPN is http/1.1: a client that insists on something else is refused.
    static TlsResult<TlsContextPtr> server(std::string_view chain_pem, std::string_view key_pem);
    // Ours towards upstreams: trusts `ca_pem`, or the system's authorities when it is empty. Chain, dates and name of
    // the upstream are always verified; there is no way to switch that off.
    static TlsResult<TlsContextPtr> client(std::string_view ca_pem);

    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    ~TlsContext();

    // When our certificate ends (server contexts; otherwise the epoch). Worth an alarm some weeks before.
    [[nodiscard]] WallTime expires() const { return expires_; }
    [[nodiscard]] bool is_server() const { return is_server_; }

    // The SSL_CTX; for io/tls.cpp, so that OpenSSL's types stay out of this header.
    [[nodiscard]] void* native() const { return native_; }

private:
    TlsContext(void* native, bool is_server) : native_(native), is_server_(is_server) {}
    void* native_;
    WallTime expires_{};
    bool is_server_;
};

// `inner` is an accepted connection.
SocketPtr tls_server(SocketPtr inner, const TlsContext& context);
// `inner` is a connection being made; `name` is what the certificate must be for: a DNS name (sent as SNI) or a numeric
// address. An empty or impossible name gives a socket that fails at once.
SocketPtr tls_client(SocketPtr inner, const TlsContext& context, const std::string& name);

// Certificates change without a restart: call this now and then, and use the new context for connections to come; those
// that run keep theirs. A problem leaves the old context in service.
struct TlsFilesRead {
    TlsContextPtr context;   // null: the files say what `hash_seen` said
    std::string hash;        // to pass as `hash_seen` next time
};
TlsResult<TlsFilesRead> read_tls_server(Files& files, const std::string& certificate_path, const std::string& key_path,
                                        std::string_view hash_seen);
// The same for the authorities of a client context; an empty path means the system's and is read once only.
TlsResult<TlsFilesRead> read_tls_client(Files& files, const std::string& ca_path, std::string_view hash_seen);

}   // namespace gilmok::io
