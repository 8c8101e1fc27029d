// Goal: a web page in the operator's browser cannot drive the admin listener, whatever name it made to point at loopback.
#include "auth/admin_guard.hpp"

#include "auth/test_head.hpp"

using namespace gilmok;
using namespace gilmok::auth;

namespace {

constexpr std::string_view token = "gm-admin-token-0123456789";
const io::Address loopback{"127.0.0.1", 9090};
const std::vector<std::string> no_hosts;

AdminVerdict ask(const std::string& lines, bool needs_token = true, const io::Address& address = loopback,
                 const std::vector<std::string>& hosts = no_hosts, std::string_view expected = token) {
    const auto parsed = head_of(lines);
    const AdminPolicy policy{address, hosts, expected};
    return check_admin(parsed->head.headers, policy, needs_token);
}

bool takes_host(const std::string& host, const io::Address& address = loopback,
                const std::vector<std::string>& hosts = no_hosts) {
    const AdminPolicy policy{address, hosts, token};
    return is_admin_host(host, policy);
}

}   // namespace

TEST_CASE("the right host and the right token are allowed") {
    CHECK(ask("Host: 127.0.0.1:9090\nAuthorization: Bearer gm-admin-token-0123456789\n") == AdminVerdict::allowed);
    CHECK(
        ask("Host: localhost:9090\nOrigin: http://localhost:9090\nAuthorization: bearer gm-admin-token-0123456789\n") ==
        AdminVerdict::allowed);
    CHECK(ask("Host: [::1]:9090\n", false) == AdminVerdict::allowed);
}

TEST_CASE("a missing and a wrong token are told apart") {
    CHECK(ask("Host: localhost:9090\n") == AdminVerdict::token_missing);
    CHECK(ask("Host: localhost:9090\nAuthorization: Bearer gm-admin-token-012345678X\n") == AdminVerdict::token_wrong);
    CHECK(ask("Host: localhost:9090\nAuthorization: Bearer gm-admin\n") == AdminVerdict::token_wrong);
    CHECK(ask("Host: localhost:9090\nAuthorization: Basic gm-admin-token-0123456789\n") == AdminVerdict::token_wrong);
    CHECK(ask("Host: localhost:9090\nAuthorization: Bearer x\nAuthorization: Bearer gm-admin-token-0123456789\n") ==
          AdminVerdict::token_wrong);
}

TEST_CASE("no token configured refuses everyone, the empty token too") {
    CHECK(ask("Host: localhost:9090\nAuthorization: Bearer x\n", true, loopback, no_hosts, "") ==
          AdminVerdict::token_wrong);
}

TEST_CASE("a name that was made to point at loopback is refused before the token is looked at") {
    for (const char* host : {"evil.example:9090",
                             "evil.example",
                             "127.0.0.1.evil.example:9090",
                             "localhost.evil.example:9090",
                             "evil.example:9090@127.0.0.1:9090",
                             "127.0.0.1:9090.evil.example",
                             "127.0.0.1:80",
                             "127.0.0.1",
                             "localhost",
                             "localhost:909",
                             "localhost:90900",
                             "localhost:",
                             "localhost:9090:1",
                             "0.0.0.0:9090",
                             "127.0.0.2:9090",
                             "2130706433:9090",
                             "0x7f000001:9090",
                             "[::1]",
                             "[::1",
                             "[::]:9090",
                             "[::ffff:127.0.0.1]:9090",
                             "::1:9090",
                             "",
                             ":9090",
                             "localhost/:9090",
                             "localhost.:9090",
                             "a b:9090",
                             "localhost,evil:9090"}) {
        CAPTURE(host);
        CHECK_FALSE(takes_host(host));
    }
    CHECK(ask("Host: evil.example:9090\nAuthorization: Bearer gm-admin-token-0123456789\n") ==
          AdminVerdict::host_refused);
}

TEST_CASE("port 80 may be left out of Host") {
    CHECK(takes_host("localhost", {"127.0.0.1", 80}));
    CHECK(takes_host("localhost:80", {"127.0.0.1", 80}));
}

TEST_CASE("the address it listens on and the configured names are its own") {
    CHECK(takes_host("10.1.2.3:9090", {"10.1.2.3", 9090}));
    CHECK(takes_host("[fd00::7]:9090", {"fd00::7", 9090}));
    CHECK_FALSE(takes_host("10.1.2.4:9090", {"10.1.2.3", 9090}));
    const std::vector<std::string> hosts{"gate.corp.example", "gate2.corp.example:8443"};
    CHECK(takes_host("GATE.corp.example", loopback, hosts));
    CHECK(takes_host("gate.corp.example:443", loopback, hosts));
    CHECK(takes_host("gate2.corp.example:8443", loopback, hosts));
    CHECK_FALSE(takes_host("gate2.corp.example", loopback, hosts));
    CHECK_FALSE(takes_host("xgate.corp.example", loopback, hosts));
}

TEST_CASE("a page of another origin is refused even with the right host") {
    for (const char* origin :
         {"http://evil.example", "http://localhost:8080", "null", "http://localhost", "https://localhost", "file://",
          "http://localhost:9090.evil.example", "http://localhost:9090/path", "http://user@localhost:9090",
          "chrome-extension://abc", "http://127.0.0.1:9090"}) {
        CAPTURE(origin);
        CHECK(ask("Host: localhost:9090\nOrigin: " + std::string(origin) + "\n", false) ==
              AdminVerdict::origin_refused);
    }
    CHECK(ask("Host: localhost:9090\nOrigin: http://localhost:9090\nOrigin: http://evil.example\n", false) ==
          AdminVerdict::origin_refused);
    CHECK(ask("Host: localhost:9090\nOrigin: HTTP://LOCALHOST:9090\n", false) == AdminVerdict::allowed);
}

TEST_CASE("behind a proxy that speaks TLS the origin may leave the port out as Host does") {
    const std::vector<std::string> hosts{"gate.corp.example"};
    CHECK(ask("Host: gate.corp.example\nOrigin: https://gate.corp.example\n", false, loopback, hosts) ==
          AdminVerdict::allowed);
    CHECK(ask("Host: gate.corp.example\nOrigin: https://evil.example\n", false, loopback, hosts) ==
          AdminVerdict::origin_refused);
}

TEST_CASE("every verdict explains itself") {
    for (const auto verdict : {AdminVerdict::allowed, AdminVerdict::host_refused, AdminVerdict::origin_refused,
                               AdminVerdict::token_missing, AdminVerdict::token_wrong})
        CHECK_FALSE(explain(verdict).empty());
}
