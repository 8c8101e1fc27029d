// Certificates for tests, made on the spot: a key in a repository is a key that somebody will use. Tests only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace gilmok::io {

struct TestIdentity {
    std::string certificate_pem;   // the leaf; chain_pem() of the authority follows where a chain is wanted
    std::string key_pem;
};

struct TestWish {
    std::string alternative_names = "DNS:gate.test";   // as OpenSSL's subjectAltName; "" = none
    std::string common_name = "gate.test";
    std::int64_t begins_s = -3600;   // relative to now
    std::int64_t ends_s = 3600;
};

class TestAuthority {
public:
    TestAuthority();
    ~TestAuthority();
    [[nodiscard]] const std::string& pem() const { return pem_; }
    [[nodiscard]] TestIdentity issue(const TestWish& wish) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
    std::string pem_;
};

// The same key, with a passphrase.
std::string encrypted_test_key(const std::string& key_pem);

}   // namespace gilmok::io
