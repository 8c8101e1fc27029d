// Goal: every lookup is answered exactly once, in time, with what the name server or /etc/hosts says. Method: a name
// server on loopback that answers as the test wants; nothing leaves the machine.
#include "io/linux/dns.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

namespace gilmok::io::linux_ {
namespace {

using namespace std::chrono_literals;

// Answers A and AAAA questions by the first label: "one" has both families (77 s), "many" 25 addresses, "zero" a TTL of
// 0, "slow" is never answered, everything else does not exist.
class NameServer {
public:
    NameServer() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&address), length) == 0);
        REQUIRE(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        address_ = address;
        thread_ = std::thread([this] { serve(); });
    }
    ~NameServer() {
        sendto(fd_, "", 0, 0, reinterpret_cast<sockaddr*>(&address_), sizeof address_);   // an empty question ends it
        thread_.join();
        close(fd_);
    }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }
    std::atomic<int> questions{0};

private:
    void serve() {
        char packet[512];
        for (;;) {
            sockaddr_in from{};
            socklen_t length = sizeof from;
            const ssize_t got = recvfrom(fd_, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &length);
            if (got <= 0) return;
            ++questions;
            const std::string answer = answer_to({packet, static_cast<std::size_t>(got)});
            if (!answer.empty())
                sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
        }
    }

    // RFC 1035 section 4: header, question, answers whose name is a pointer to the question's.
    static std::string answer_to(const std::string& question) {
        const std::size_t name_end = question.find('\0', 12);
        const std::string label = question.substr(13, static_cast<std::size_t>(question[12]));
        const bool is_v6 = question[name_end + 2] == 28;
        if (label == "slow") return {};
        const int count = label == "one" || label == "zero" ? 1 : label == "many" && !is_v6 ? 25 : 0;
        const bool is_known = count > 0 || label == "many";
        const char ttl = label == "zero" ? 0 : 77;
        std::string answer = question.substr(0, 2);
        answer += '\x85';                       // an authoritative answer
        answer += is_known ? '\x80' : '\x83';   // no error, or no such name
        answer += std::string("\0\1\0", 3) + static_cast<char>(count) + std::string(4, '\0');
        answer += question.substr(12, name_end + 5 - 12);
        for (int index = 1; index <= count; ++index) {
            answer += std::string("\xc0\x0c\0", 3) + (is_v6 ? '\x1c' : '\x01') + std::string("\0\x01\0\0\0", 5) + ttl;
            answer += is_v6 ? std::string("\0\x10\xfd\0", 4) + std::string(13, '\0') : std::string("\0\x04\x0a\0\0", 5);
            answer += static_cast<char>(index);
        }
        return answer;
    }

    int fd_;
    sockaddr_in address_{};
    std::thread thread_;
};

Result<Resolved> ask(Dns& dns, const std::string& name, std::uint16_t port = 443) {
    // Shared, because set_value() may still be returning when get() has returned.
    auto promise = std::make_shared<std::promise<Result<Resolved>>>();
    auto future = promise->get_future();
    dns.resolve(name, port, [promise](Result<Resolved> result) { promise->set_value(std::move(result)); });
    REQUIRE(future.wait_for(20s) == std::future_status::ready);
    return future.get();
}

bool has(const Resolved& resolved, const Address& address) {
    return std::find(resolved.addresses.begin(), resolved.addresses.end(), address) != resolved.addresses.end();
}

}   // namespace

TEST_CASE("dns: numeric addresses are answered at once, without a name server") {
    Resolver resolver(ResolverOptions{.servers = "127.0.0.1:1"});
    for (const std::string name : {"10.0.0.7", "127.0.0.1", "::1", "fd00::12"}) {
        bool is_done = false;
        resolver.resolve(name, 8000, [&](Result<Resolved> result) {
            is_done = result.has_value() && result->addresses == std::vector<Address>{{name, 8000}};
        });
        CHECK(is_done);
    }
}

TEST_CASE("dns: /etc/hosts is honoured") {
    Resolver resolver(ResolverOptions{.servers = "127.0.0.1:1"});
    const auto result = ask(resolver, "localhost");
    REQUIRE(result.has_value());
    CHECK((has(*result, {"127.0.0.1", 443}) || has(*result, {"::1", 443})));
    CHECK(result->ttl >= 1s);
}

TEST_CASE("dns: both families come, with the TTL that the server gave") {
    NameServer server;
    Resolver resolver(ResolverOptions{.servers = server.address()});
    const auto result = ask(resolver, "one.test", 8443);
    REQUIRE(result.has_value());
    CHECK(result->addresses.size() == 2);
    CHECK(has(*result, {"10.0.0.1", 8443}));
    CHECK(has(*result, {"fd00::1", 8443}));
    CHECK(result->ttl == 77s);
    SUBCASE("a TTL of zero is kept for a second") { CHECK(ask(resolver, "zero.test")->ttl == 1s); }
    SUBCASE("more addresses than we keep are cut") {
        CHECK(ask(resolver, "many.test")->addresses.size() == Resolved::addresses_max);
    }
}

TEST_CASE("dns: a failure says which") {
    NameServer server;
    Resolver resolver(ResolverOptions{.servers = server.address(), .timeout = 200ms});
    const auto unknown = ask(resolver, "unknown.test");
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().code == Code::connect_failed);
    CHECK(unknown.error().fault == Fault::upstream);
    CHECK(unknown.error().retry == Retry::other_upstream);
    CHECK(unknown.error().detail == "the name has no address");

    const auto slow = ask(resolver, "slow.test");
    REQUIRE_FALSE(slow.has_value());
    CHECK(slow.error().code == Code::connect_timeout);

    for (const std::string& name : {std::string(), std::string(254, 'a'), std::string("one.test\0.evil", 14)}) {
        const auto bad = ask(resolver, name);
        REQUIRE_FALSE(bad.has_value());
        CHECK(bad.error().detail == "this is not a name");
    }
}

TEST_CASE("dns: lookups beyond the limit are refused, and the limit is freed again") {
    NameServer server;
    std::atomic<int> answered{0};
    Resolver resolver(ResolverOptions{.servers = server.address(), .lookups_max = 3});
    for (int index = 0; index < 3; ++index)
        resolver.resolve("slow.test", 1, [&](const Result<Resolved>&) { ++answered; });
    const auto refused = ask(resolver, "one.test");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().detail == "too many names are being resolved");
    Resolver other(ResolverOptions{.servers = server.address(), .lookups_max = 1});
    for (int index = 0; index < 10; ++index) {
        // The last answer is given just before its place is free.
        for (int attempt = 0; attempt < 1'000'000; ++attempt) {
            const auto result = ask(other, "one.test");
            if (result.has_value()) break;
            REQUIRE(result.error().detail == "too many names are being resolved");
        }
    }
    CHECK(answered == 0);
}

TEST_CASE("dns: a resolver that goes answers what still runs, once") {
    NameServer server;
    std::atomic<int> answered{0};
    std::atomic<int> failed{0};
    {
        Resolver resolver(ResolverOptions{.servers = server.address()});
        for (int index = 0; index < 100; ++index)
            resolver.resolve(index % 2 == 0 ? "slow.test" : "one.test", 1, [&](const Result<Resolved>& result) {
                ++answered;
                if (!result.has_value()) ++failed;
            });
    }
    CHECK(answered == 100);
    CHECK(failed >= 50);
}

TEST_CASE("dns: many threads may ask at a time") {
    NameServer server;
    Resolver resolver(ResolverOptions{.servers = server.address()});
    std::atomic<int> found{0};
    std::vector<std::thread> threads;
    for (int index = 0; index < 4; ++index)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 50; ++turn)
                if (ask(resolver, "one.test").has_value()) ++found;
        });
    for (auto& thread : threads) thread.join();
    CHECK(found == 200);
}

}   // namespace gilmok::io::linux_
