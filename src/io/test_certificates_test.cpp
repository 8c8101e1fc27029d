#include "io/test_certificates.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <functional>

namespace gilmok::io {

namespace {

std::string text_of(const std::function<int(BIO*)>& write) {
    BIO* bio = BIO_new(BIO_s_mem());
    REQUIRE(write(bio) == 1);
    std::string text(BIO_ctrl_pending(bio), '\0');
    BIO_read(bio, text.data(), static_cast<int>(text.size()));
    BIO_free(bio);
    return text;
}

EVP_PKEY* make_key() {
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    REQUIRE(key != nullptr);
    return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, nid, value.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

X509* make_certificate(const std::string& common_name, EVP_PKEY* key, std::int64_t begins_s, std::int64_t ends_s) {
    static long serial = 0;
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), begins_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), ends_s);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_pubkey(certificate, key);
    return certificate;
}

std::string pem_of(X509* certificate) {
    return text_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

}   // namespace

struct TestAuthority::Parts {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    ~Parts() {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
};

TestAuthority::TestAuthority() : parts_(std::make_unique<Parts>()) {
    parts_->key = make_key();
    parts_->certificate = make_certificate("gilmok test authority", parts_->key, -7200, 7200);
    X509_set_issuer_name(parts_->certificate, X509_get_subject_name(parts_->certificate));
    add_extension(parts_->certificate, parts_->certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(parts_->certificate, parts_->certificate, NID_subject_key_identifier, "hash");
    REQUIRE(X509_sign(parts_->certificate, parts_->key, EVP_sha256()) > 0);
    pem_ = pem_of(parts_->certificate);
}

TestAuthority::~TestAuthority() = default;

TestIdentity TestAuthority::issue(const TestWish& wish) const {
    EVP_PKEY* key = make_key();
    X509* certificate = make_certificate(wish.common_name, key, wish.begins_s, wish.ends_s);
    X509_set_issuer_name(certificate, X509_get_subject_name(parts_->certificate));
    if (!wish.alternative_names.empty())
        add_extension(certificate, parts_->certificate, NID_subject_alt_name, wish.alternative_names);
    add_extension(certificate, parts_->certificate, NID_authority_key_identifier, "keyid");
    REQUIRE(X509_sign(certificate, parts_->key, EVP_sha256()) > 0);
    TestIdentity identity;
    identity.certificate_pem = pem_of(certificate);
    identity.key_pem =
        text_of([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    EVP_PKEY_free(key);
    return identity;
}

std::string encrypted_test_key(const std::string& key_pem) {
    BIO* source = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(source, nullptr, nullptr, nullptr);
    BIO_free(source);
    static const unsigned char phrase[] = "open";
    std::string text = text_of([&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key, EVP_aes_256_cbc(), phrase, sizeof phrase - 1, nullptr, nullptr);
    });
    EVP_PKEY_free(key);
    return text;
}

}   // namespace gilmok::io
