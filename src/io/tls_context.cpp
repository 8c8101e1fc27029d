// What we accept and offer in TLS, read from PEM. Sources: RFC 9325 (recommendations for TLS), RFC 7301 (ALPN),
// RFC 9525 (names in certificates).
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <ctime>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "io/tls.hpp"

namespace gilmok::io {

namespace {

constexpr std::size_t pem_bytes_max = 1 << 20;   // a chain is some KiB; the system's whole store is about 200 KiB

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Native = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;

tl::unexpected<TlsProblem> problem(std::string what, std::string fix) {
    ERR_clear_error();   // what is left in the queue would be taken for the fault of another connection
    return tl::unexpected<TlsProblem>(TlsProblem{std::move(what), std::move(fix)});
}

Bio bio_of(std::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// PEM readers ask a terminal for a passphrase unless told otherwise; a server has nobody to ask.
int refuse_passphrase(char*, int, int, void* asked) {
    if (asked != nullptr) *static_cast<bool*>(asked) = true;
    return -1;
}

// All certificates of a PEM text, in order. Fails when a block is damaged, so that no part of a chain is lost silently.
TlsResult<std::vector<Certificate>> read_certificates(std::string_view pem) {
    std::vector<Certificate> certificates;
    if (pem.size() > pem_bytes_max)
        return problem("the certificate file is larger than 1 MiB", "give a PEM file of certificates only");
    const Bio bio = bio_of(pem);
    ERR_clear_error();
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr))
        certificates.emplace_back(certificate);
    const unsigned long error = ERR_peek_last_error();
    if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
        return problem("certificate " + std::to_string(certificates.size() + 1) + " of the file is damaged",
                       "copy the file again; `openssl storeutl -certs FILE` shows what can be read");
    ERR_clear_error();
    if (certificates.empty())
        return problem("there is no certificate in the file",
                       "give a PEM file: it contains lines that begin with -----BEGIN CERTIFICATE-----");
    return certificates;
}

TlsResult<Key> read_key(std::string_view pem) {
    bool is_encrypted = false;
    const Bio bio = bio_of(pem);
    ERR_clear_error();
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &is_encrypted));
    if (key != nullptr) return key;
    if (is_encrypted)
        return problem("the key has a passphrase",
                       "store it without one, readable by gilmok only: `openssl pkey -in KEY -out PLAIN_KEY`");
    return problem("there is no usable private key in the file",
                   "give a PEM file: it contains a line -----BEGIN PRIVATE KEY----- (or EC, RSA PRIVATE KEY)");
}

// Protocol, ciphers and memory: the same in both directions.
Native make_native(const SSL_METHOD* method) {
    Native native(SSL_CTX_new(method));
    GILMOK_ASSERT(native != nullptr);   // out of memory
    SSL_CTX* context = native.get();
    const bool is_set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                        SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                        // TLS 1.2 with forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
                        SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                        SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1;
    GILMOK_ASSERT(is_set);
    SSL_CTX_set_security_level(context, 2);   // 112 bits: RSA from 2048, no SHA-1 signatures
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_clear_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                       SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    // An idle connection gives its two 17 KiB buffers back. Partial writes make one write one record, which is what
    // keeps the bytes that wait for the socket bounded.
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);   // tickets need no memory of ours
    SSL_CTX_set_num_tickets(context, 1);
    return native;
}

constexpr unsigned char alpn_http11[] = "\x08http/1.1";
constexpr unsigned alpn_http11_bytes = sizeof alpn_http11 - 1;

int select_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes, const unsigned char* offered,
                unsigned offered_bytes, void*) {
    unsigned char* match = nullptr;
    if (SSL_select_next_proto(&match, chosen_bytes, alpn_http11, alpn_http11_bytes, offered, offered_bytes) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

WallTime end_of(const X509* certificate) {
    std::tm broken_down{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &broken_down) != 1) return {};
    return WallTime(std::chrono::seconds(timegm(&broken_down)));
}

std::string digest(std::string_view first, std::string_view second) {
    // The length keeps "ab"+"c" from looking like "a"+"bc".
    std::string text = std::to_string(first.size()) + ":";
    text += first;
    text += second;
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    const int is_done = EVP_Digest(text.data(), text.size(), out, &bytes, EVP_sha256(), nullptr);
    OPENSSL_cleanse(text.data(), text.size());   // it held the key
    GILMOK_ASSERT(is_done == 1);
    return hex({reinterpret_cast<const char*>(out), bytes});
}

TlsResult<std::string> read_file(Files& files, const std::string& path, std::string fix) {
    auto text = files.read(path, pem_bytes_max);
    if (!text) return problem(text.error().message, std::move(fix));
    return std::move(*text);
}

TlsProblem at(const std::string& path, TlsProblem found) {
    found.what = path + ": " + found.what;
    return found;
}

}   // namespace

TlsContext::~TlsContext() { SSL_CTX_free(static_cast<SSL_CTX*>(native_)); }

TlsResult<TlsContextPtr> TlsContext::server(std::string_view chain_pem, std::string_view key_pem) {
    auto chain = read_certificates(chain_pem);
    if (!chain) return tl::unexpected<TlsProblem>(chain.error());
    auto key = read_key(key_pem);
    if (!key) return tl::unexpected<TlsProblem>(key.error());
    X509* own = chain->front().get();
    if (X509_check_private_key(own, key->get()) != 1)
        return problem(
            "the key does not belong to the first certificate of the chain",
            "give the key that the certificate was requested with, and put our certificate before the intermediates");
    Native native = make_native(TLS_server_method());
    if (SSL_CTX_use_certificate(native.get(), own) != 1 || SSL_CTX_use_PrivateKey(native.get(), key->get()) != 1)
        return problem("OpenSSL refuses the certificate or its key as too weak",
                       "use an ECDSA P-256 key, or RSA of 2048 bits or more, and a SHA-256 signature");
    for (std::size_t index = 1; index < chain->size(); ++index)
        if (SSL_CTX_add1_chain_cert(native.get(), (*chain)[index].get()) != 1)
            return problem("OpenSSL refuses intermediate certificate " + std::to_string(index),
                           "ask the authority for a chain with SHA-256 signatures");
    SSL_CTX_set_alpn_select_cb(native.get(), select_alpn, nullptr);
    std::shared_ptr<TlsContext> context(new TlsContext(native.release(), true));
    context->expires_ = end_of(own);
    return TlsContextPtr(std::move(context));
}

TlsResult<TlsContextPtr> TlsContext::client(std::string_view ca_pem) {
    Native native = make_native(TLS_client_method());
    SSL_CTX_set_verify(native.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_alpn_protos(native.get(), alpn_http11, alpn_http11_bytes);
    if (ca_pem.empty()) {
        if (SSL_CTX_set_default_verify_paths(native.get()) != 1)
            return problem("the system's certificate authorities cannot be read",
                           "install ca-certificates, or name a ca_file");
    } else {
        auto authorities = read_certificates(ca_pem);
        if (!authorities) return tl::unexpected<TlsProblem>(authorities.error());
        for (const Certificate& authority : *authorities)
            if (X509_STORE_add_cert(SSL_CTX_get_cert_store(native.get()), authority.get()) != 1)
                return problem("OpenSSL refuses a certificate of the authorities",
                               "give the authorities' certificates as PEM");
    }
    return TlsContextPtr(new TlsContext(native.release(), false));
}

TlsResult<TlsFilesRead> read_tls_server(Files& files, const std::string& certificate_path, const std::string& key_path,
                                        std::string_view hash_seen) {
    auto chain = read_file(files, certificate_path, "tls.certificate must name a PEM file that gilmok may read");
    if (!chain) return tl::unexpected<TlsProblem>(chain.error());
    auto key = read_file(files, key_path, "tls.key must name a PEM file that gilmok may read");
    if (!key) return tl::unexpected<TlsProblem>(key.error());
    std::string hash = digest(*chain, *key);
    TlsResult<TlsContextPtr> context{nullptr};
    if (hash != hash_seen) context = TlsContext::server(*chain, *key);
    OPENSSL_cleanse(key->data(), key->size());
    if (!context) return tl::unexpected<TlsProblem>(at(certificate_path + ", " + key_path, context.error()));
    return TlsFilesRead{std::move(*context), std::move(hash)};
}

TlsResult<TlsFilesRead> read_tls_client(Files& files, const std::string& ca_path, std::string_view hash_seen) {
    std::string pem;
    std::string hash = "system";
    if (!ca_path.empty()) {
        auto text = read_file(files, ca_path, "ca_file must name a PEM file that gilmok may read");
        if (!text) return tl::unexpected<TlsProblem>(text.error());
        // An empty file must not mean "the system's": it would trust more than the owner said.
        if (text->empty())
            return problem(ca_path + ": the file is empty", "put the authorities' certificates into it, as PEM");
        pem = std::move(*text);
        hash = digest(pem, "");
    }
    if (hash == hash_seen) return TlsFilesRead{nullptr, std::move(hash)};
    auto context = TlsContext::client(pem);
    if (!context) return tl::unexpected<TlsProblem>(at(ca_path, context.error()));
    return TlsFilesRead{std::move(*context), std::move(hash)};
}

}   // namespace gilmok::io
