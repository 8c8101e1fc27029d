// What TLS costs by itself: no kernel, both ends in memory. Smoke: --benchmark_min_time=0.01.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/assert.hpp"
#include "io/test_memory_socket.hpp"
#include "io/tls.hpp"

namespace gilmok::io {
namespace {

std::string text_of(BIO* bio) {
    std::string text(BIO_ctrl_pending(bio), '\0');
    BIO_read(bio, text.data(), static_cast<int>(text.size()));
    BIO_free(bio);
    return text;
}

struct Contexts {
    TlsContextPtr server, client;
    Contexts() {
        EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, 2);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_EXTENSION* name = X509V3_EXT_nconf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:gate.test");
        X509_add_ext(certificate, name, -1);
        X509_EXTENSION_free(name);
        X509_sign(certificate, key, EVP_sha256());
        BIO* pem = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(pem, certificate);
        const std::string certificate_pem = text_of(pem);
        pem = BIO_new(BIO_s_mem());
        PEM_write_bio_PrivateKey(pem, key, nullptr, nullptr, 0, nullptr, nullptr);
        server = *TlsContext::server(certificate_pem, text_of(pem));
        client = *TlsContext::client(certificate_pem);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
};

struct Ends {
    SocketPtr client, server;
    explicit Ends(const Contexts& contexts) {
        MemoryPair pair = memory_pair();
        client = tls_client(std::move(pair.left), *contexts.client, "gate.test");
        server = tls_server(std::move(pair.right), *contexts.server);
        for (int turn = 0; turn < 10; ++turn) {
            const auto is_client_up = client->is_connected();
            const auto is_server_up = server->is_connected();
            GILMOK_ASSERT(is_client_up && is_server_up);
            if (*is_client_up && *is_server_up) return;
        }
        GILMOK_ASSERT(false);
    }
};

void handshake(benchmark::State& state) {
    const Contexts contexts;
    for (auto _ : state) {
        const Ends ends(contexts);
        benchmark::DoNotOptimize(ends.client.get());
    }
}
BENCHMARK(handshake)->Unit(benchmark::kMicrosecond);

// One token's event is about 150 bytes; 16 KiB is a full record.
void one_record(benchmark::State& state) {
    const Contexts contexts;
    const Ends ends(contexts);
    const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    std::string into(20'000, '\0');
    for (auto _ : state) {
        const std::string_view part = text;
        const bool is_sent = ends.server->write({&part, 1}).is_done();
        std::size_t got = 0;
        while (got < text.size()) {
            const Transfer transfer = ends.client->read(into);
            if (!transfer.is_done()) break;
            got += transfer.bytes;
        }
        GILMOK_ASSERT(is_sent && got == text.size());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(one_record)->Arg(150)->Arg(1'500)->Arg(16'384);

}   // namespace
}   // namespace gilmok::io

BENCHMARK_MAIN();
