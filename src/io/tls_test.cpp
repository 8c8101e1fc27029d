// Goal: what TLS promises holds over any socket, however torn its bytes are, and every way to weaken it is refused.
// Method: both ends over a pair of in-memory sockets, with certificates made on the spot; peers that do what ours never
// would are driven with OpenSSL itself.
#include "io/tls.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/prng.hpp"
#include "io/task.hpp"
#include "io/test_certificates.hpp"
#include "io/test_memory_socket.hpp"

namespace gilmok::io {
namespace {

const TestAuthority& authority() {
    static const TestAuthority made;
    return made;
}

TlsContextPtr server_context(const TestWish& wish = {}) {
    const TestIdentity identity = authority().issue(wish);
    auto context = TlsContext::server(identity.certificate_pem + authority().pem(), identity.key_pem);
    REQUIRE(context.has_value());
    return *context;
}

TlsContextPtr client_context() {
    auto context = TlsContext::client(authority().pem());
    REQUIRE(context.has_value());
    return *context;
}

struct Ends {
    SocketPtr client;
    SocketPtr server;
    std::shared_ptr<MemorySocket::Pipe> to_server;
    std::shared_ptr<MemorySocket::Pipe> to_client;
};

Ends make_ends(const TlsContextPtr& server, const std::string& name = "gate.test", MemoryLink link = {}) {
    MemoryPair pair = memory_pair(link);
    Ends ends;
    ends.to_server = pair.left->out;
    ends.to_client = pair.left->in;
    ends.client = tls_client(std::move(pair.left), *client_context(), name);
    ends.server = tls_server(std::move(pair.right), *server);
    return ends;
}

// Drives the handshake from both ends until nothing moves. True when both say that they are connected.
bool shake_hands(Ends& ends) {
    for (int turn = 0; turn < 100'000; ++turn) {
        const auto client = ends.client->is_connected();
        const auto server = ends.server->is_connected();
        if (!client || !server) return false;
        if (*client && *server) return true;
    }
    return false;
}

Transfer write_one(Socket& socket, std::string_view text) { return socket.write({&text, 1}); }

// Everything that can be read now.
std::string drain(Socket& socket, Transfer::State* last = nullptr) {
    std::string text;
    char buffer[5000];
    for (;;) {
        const Transfer transfer = socket.read(buffer);
        if (!transfer.is_done()) {
            if (last != nullptr) *last = transfer.state;
            return text;
        }
        text.append(buffer, transfer.bytes);
    }
}

std::string carry(Socket& from, Socket& to, std::string_view text) {
    std::string arrived;
    for (int turn = 0; turn < 1'000'000 && arrived.size() < text.size(); ++turn) {
        static std::size_t sent;
        if (turn == 0) sent = 0;
        if (sent < text.size()) {
            const Transfer transfer = write_one(from, text.substr(sent));
            REQUIRE(transfer.state != Transfer::State::failed);
            if (transfer.is_done()) sent += transfer.bytes;
        } else {
            char none[1];
            CHECK(from.read(none).would_block());   // also sends what still waits
        }
        arrived += drain(to);
    }
    return arrived;
}

std::string noise(std::size_t bytes, std::uint64_t seed) {
    Prng prng{seed};
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(prng.next());
    return text;
}

std::string_view detail_of(Socket& socket) {
    const auto state = socket.is_connected();
    return state ? std::string_view() : state.error().detail;
}

}   // namespace

TEST_CASE("tls: bytes arrive whole and in order however the connection tears them") {
    const TlsContextPtr server = server_context();
    const std::string request = noise(40'000, 1);
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 16U, 100U, 1400U, 20'000U}) {
        for (const std::size_t capacity : {1U, 6U, 300U, 70'000U}) {
            CAPTURE(piece);
            CAPTURE(capacity);
            Ends ends = make_ends(server, "gate.test", {piece, piece, capacity});
            REQUIRE(shake_hands(ends));
            const std::string_view up = std::string_view(request).substr(0, piece * capacity < 100 ? 1'000
                                                                            : piece < 16           ? 5'000
                                                                                                   : 40'000);
            CHECK(carry(*ends.client, *ends.server, up) == up);
            CHECK(carry(*ends.server, *ends.client, up.substr(7)) == up.substr(7));
            CHECK(ends.to_server->history.find(up.substr(0, 16)) == std::string::npos);
        }
    }
}

TEST_CASE("tls: a write takes all its parts as one record") {
    Ends ends = make_ends(server_context());
    REQUIRE(shake_hands(ends));
    const std::size_t before = ends.to_client->history.size();
    const std::string_view parts[] = {"HTTP/1.1 200 OK\r\n", "", "content-length: 5\r\n", "\r\n", "hello"};
    const Transfer transfer = ends.server->write(parts);
    REQUIRE(transfer.is_done());
    CHECK(transfer.bytes == 17 + 19 + 2 + 5);
    CHECK(ends.to_client->history.size() == before + transfer.bytes + 5 + 1 + 16);   // header, content type, tag
    CHECK(drain(*ends.client) == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
}

TEST_CASE("tls: a writer that was told that all is taken need not come back") {
    Ends ends = make_ends(server_context(), "gate.test", {1 << 20, 1 << 20, 4'000});
    REQUIRE(shake_hands(ends));
    drain(*ends.client);
    const std::string text = noise(10'000, 3);
    const Transfer first = write_one(*ends.server, text);
    REQUIRE(first.is_done());
    CHECK(first.bytes == text.size() - 1);   // the record is not out yet
    const std::string_view last = std::string_view(text).substr(first.bytes);
    CHECK(write_one(*ends.server, last).would_block());
    std::string arrived = drain(*ends.client);
    while (!write_one(*ends.server, last).is_done()) arrived += drain(*ends.client);
    ends.server.reset();
    Transfer::State state{};
    CHECK(arrived + drain(*ends.client, &state) == text);
    CHECK(state == Transfer::State::end);

    SUBCASE("and one that goes on with other bytes is cut off") {
        Ends other = make_ends(server_context(), "gate.test", {1 << 20, 1 << 20, 4'000});
        REQUIRE(shake_hands(other));
        drain(*other.client);
        const Transfer taken = write_one(*other.server, text);
        REQUIRE(taken.bytes == text.size() - 1);
        const std::string_view wrong = text.back() == 'a' ? "b" : "a";
        for (int turn = 0; turn < 10; ++turn) {
            drain(*other.client);
            CHECK_FALSE(write_one(*other.server, wrong).is_done());
        }
        CHECK(write_one(*other.server, text).state == Transfer::State::failed);
    }
}

namespace {
constexpr Events readable = 1;
constexpr Events writable = 2;

Task<void> send_all(Socket& socket, Waiter& waiter, std::string_view text) {
    while (!text.empty()) {
        const Transfer transfer = socket.write({&text, 1});
        if (transfer.is_done())
            text.remove_prefix(transfer.bytes);
        else if (transfer.would_block())
            co_await waiter.wait(writable);
        else
            co_return;
    }
}

Task<void> receive_all(Socket& socket, Waiter& waiter, std::size_t bytes, std::string& into) {
    char buffer[333];
    while (into.size() < bytes) {
        const Transfer transfer = socket.read(buffer);
        if (transfer.is_done())
            into.append(buffer, transfer.bytes);
        else if (transfer.would_block())
            co_await waiter.wait(readable);
        else
            co_return;
    }
}

Task<void> speak_then_listen(Socket& socket, ReadyQueue& ready, std::string_view text, std::string& heard) {
    Waiter waiter(ready);
    socket.watch(&waiter, readable, writable);
    co_await send_all(socket, waiter, text);
    co_await receive_all(socket, waiter, text.size(), heard);
    socket.watch(nullptr, 0, 0);
}

Task<void> listen_then_speak(Socket& socket, ReadyQueue& ready, std::string_view text, std::string& heard) {
    Waiter waiter(ready);
    socket.watch(&waiter, readable, writable);
    co_await receive_all(socket, waiter, text.size(), heard);
    co_await send_all(socket, waiter, text);
    socket.watch(nullptr, 0, 0);
}
}   // namespace

TEST_CASE("tls: a coroutine that waits is always woken, for the side that TLS needs") {
    const TlsContextPtr server = server_context();
    for (const std::size_t capacity : {1U, 50U, 1'000U, 16'384U, 16'406U, 100'000U}) {
        CAPTURE(capacity);
        Ends ends = make_ends(server, "gate.test", {1 << 20, 1 << 20, capacity});
        ReadyQueue ready;
        const std::string text = noise(capacity < 10 ? 3'000 : 150'000, 5);
        std::string heard_by_server;
        std::string heard_by_client;
        Task<void> server_task = listen_then_speak(*ends.server, ready, text, heard_by_server);
        Task<void> client_task = speak_then_listen(*ends.client, ready, text, heard_by_client);
        server_task.start();
        client_task.start();
        ready.run();
        CHECK(server_task.is_done());   // not done: somebody waits for an event that nobody will send
        CHECK(client_task.is_done());
        CHECK(heard_by_server == text);
        CHECK(heard_by_client == text);
    }
}

TEST_CASE("tls: bytes that OpenSSL already holds count as readable") {
    Ends ends = make_ends(server_context());
    REQUIRE(shake_hands(ends));
    drain(*ends.client);
    REQUIRE(write_one(*ends.server, "ten bytes!").is_done());
    CHECK(ends.client->is_readable());
    char four[4];
    REQUIRE(ends.client->read(four).is_done());
    CHECK(ends.client->is_readable());
    ReadyQueue ready;
    Waiter waiter(ready);
    ends.client->watch(&waiter, readable, writable);
    CHECK((waiter.pending() & readable) != 0);
    CHECK(drain(*ends.client) == "bytes!");
    CHECK_FALSE(ends.client->is_readable());
    ends.client->watch(nullptr, 0, 0);
}

TEST_CASE("tls: the peer's leaving is seen through the wrapper") {
    Ends ends = make_ends(server_context());
    REQUIRE(shake_hands(ends));
    CHECK_FALSE(ends.client->has_hung_up());
    CHECK(ends.client->peer() == Address{"127.0.0.1", 7});
    ends.server.reset();
    CHECK(ends.client->has_hung_up());
    CHECK(ends.client->is_readable());
}

TEST_CASE("tls: one side may end while the other goes on") {
    Ends ends = make_ends(server_context());
    REQUIRE(shake_hands(ends));
    REQUIRE(write_one(*ends.client, "question").is_done());
    ends.client->shutdown_write();
    Transfer::State state{};
    CHECK(drain(*ends.server, &state) == "question");
    CHECK(state == Transfer::State::end);
    CHECK(write_one(*ends.client, "more").state == Transfer::State::failed);
    REQUIRE(write_one(*ends.server, "answer").is_done());
    ends.server->shutdown_write();
    CHECK(drain(*ends.client, &state) == "answer");
    CHECK(state == Transfer::State::end);
    CHECK(ends.to_server->is_ended);
}

TEST_CASE("tls: an end without close_notify is a failure wherever the stream is cut") {
    const TlsContextPtr server = server_context();
    std::size_t whole = 0;
    for (std::size_t cut = 0; cut == 0 || cut <= whole; cut += 3) {
        CAPTURE(cut);
        Ends ends = make_ends(server);
        REQUIRE(shake_hands(ends));
        drain(*ends.client);
        REQUIRE(write_one(*ends.server, "{\"answer\": \"yes\"}").is_done());
        ends.server->shutdown_write();
        whole = ends.to_client->bytes.size();
        if (cut >= whole) break;
        ends.to_client->bytes.resize(cut);
        Transfer::State state{};
        const std::string seen = drain(*ends.client, &state);
        CHECK(state == Transfer::State::failed);
        CHECK((seen.empty() || seen == "{\"answer\": \"yes\"}"));
        CHECK(ends.client->read({&ends.to_client->bytes[0], 1}).state == Transfer::State::failed);   // and stays one
    }
}

TEST_CASE("tls: a reset does not look like an orderly end") {
    Ends ends = make_ends(server_context());
    REQUIRE(shake_hands(ends));
    drain(*ends.client);
    const std::size_t before = ends.to_client->history.size();
    ends.server->reset_on_close();
    ends.server.reset();
    CHECK(ends.to_client->history.size() == before);
    CHECK(ends.to_client->is_reset);
    char byte[1];
    CHECK(ends.client->read(byte).state == Transfer::State::failed);
}

TEST_CASE("tls: a changed byte on the wire ends the connection") {
    Ends ends = make_ends(server_context());
    REQUIRE(shake_hands(ends));
    drain(*ends.client);
    REQUIRE(write_one(*ends.server, "transfer 1 won").is_done());
    ends.to_client->bytes[ends.to_client->bytes.size() / 2] ^= 1;
    char byte[1];
    CHECK(ends.client->read(byte).state == Transfer::State::failed);
    CHECK(write_one(*ends.client, "x").state == Transfer::State::failed);
}

TEST_CASE("tls: an upstream is believed only with a valid certificate for its name") {
    struct Case {
        TestWish wish;
        std::string name;
        std::string_view detail;   // "" = connects
    };
    const Case cases[] = {
        {{}, "gate.test", ""},
        {{.alternative_names = "DNS:*.fleet.test"}, "a.fleet.test", ""},
        {{.alternative_names = "DNS:*.fleet.test"}, "a.b.fleet.test", "hostname mismatch"},
        {{.alternative_names = "DNS:f*.test"}, "fleet.test", "hostname mismatch"},
        {{.alternative_names = "IP:10.0.0.7,IP:::1"}, "10.0.0.7", ""},
        {{.alternative_names = "IP:10.0.0.7,IP:::1"}, "::1", ""},
        {{.alternative_names = "IP:10.0.0.7"}, "10.0.0.8", "IP address mismatch"},
        {{.alternative_names = "DNS:10.0.0.7"}, "10.0.0.7", "IP address mismatch"},
        {{}, "other.test", "hostname mismatch"},
        {{.alternative_names = ""}, "gate.test", "hostname mismatch"},   // a common name is no name (RFC 9525)
        {{.ends_s = -60}, "gate.test", "certificate has expired"},
        {{.begins_s = 60}, "gate.test", "certificate is not yet valid"},
        {{}, "", "the name to verify is no DNS name and no address"},
        {{}, std::string("gate.test\0.evil", 15), "the name to verify is no DNS name and no address"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CAPTURE(one.wish.alternative_names);
        Ends ends = make_ends(server_context(one.wish), one.name);
        CHECK(shake_hands(ends) == one.detail.empty());
        if (one.detail.empty()) continue;
        const auto state = ends.client->is_connected();
        REQUIRE_FALSE(state.has_value());
        CHECK(state.error().code == Code::tls_failed);
        CHECK(state.error().fault == Fault::upstream);
        CHECK(state.error().retry == Retry::other_upstream);
        CHECK(state.error().detail == one.detail);
        CHECK(write_one(*ends.client, "secret").state == Transfer::State::failed);
        CHECK(ends.client->has_hung_up());
    }
}

TEST_CASE("tls: an upstream of an authority that we do not know is refused") {
    const TestAuthority stranger;
    const TestIdentity identity = stranger.issue({});
    for (const std::string& chain : {identity.certificate_pem, identity.certificate_pem + stranger.pem()}) {
        auto context = TlsContext::server(chain, identity.key_pem);
        REQUIRE(context.has_value());
        Ends ends = make_ends(*context);
        CHECK_FALSE(shake_hands(ends));
        const std::string_view detail = detail_of(*ends.client);
        CHECK((detail == "unable to get local issuer certificate" ||
               detail == "self-signed certificate in certificate chain"));
    }
    SUBCASE("and the system's authorities do not know ours") {
        auto system = TlsContext::client("");
        REQUIRE(system.has_value());
        MemoryPair pair = memory_pair();
        Ends ends;
        ends.client = tls_client(std::move(pair.left), **system, "gate.test");
        ends.server = tls_server(std::move(pair.right), *server_context());
        CHECK_FALSE(shake_hands(ends));
    }
}

TEST_CASE("tls: the client's fault is named when his handshake is junk") {
    for (const std::string_view junk :
         {"GET / HTTP/1.1\r\nhost: gate.test\r\n\r\n", "\x16\x03\x01\xff\xff", "\x80\x2e\x01\x00\x02 sslv2 hello"}) {
        MemoryPair pair = memory_pair();
        SocketPtr server = tls_server(std::move(pair.right), *server_context());
        REQUIRE(write_one(*pair.left, junk).is_done());
        pair.left->shutdown_write();
        char byte[1];
        CHECK(server->read(byte).state == Transfer::State::failed);
        const auto state = server->is_connected();
        REQUIRE_FALSE(state.has_value());
        CHECK(state.error().code == Code::tls_failed);
        CHECK(state.error().fault == Fault::client);
        CHECK_FALSE(state.error().detail.empty());
    }
}

TEST_CASE("tls: nothing passes before the handshake is over") {
    SUBCASE("plain text of an upstream is never taken for an answer") {
        MemoryPair pair = memory_pair();
        SocketPtr client = tls_client(std::move(pair.left), *client_context(), "gate.test");
        REQUIRE(write_one(*pair.right, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_done());
        CHECK_FALSE(client->is_connected().has_value());
        char buffer[100];
        CHECK(client->read(buffer).state == Transfer::State::failed);
    }
    SUBCASE("what we write waits, and is sent encrypted") {
        Ends ends = make_ends(server_context());
        CHECK(write_one(*ends.client, "Bearer secret").would_block());
        CHECK(write_one(*ends.server, "early answer").would_block());
        char buffer[100];
        CHECK(ends.client->read(buffer).would_block());
        REQUIRE(shake_hands(ends));
        CHECK(ends.to_server->history.find("Bearer") == std::string::npos);
        REQUIRE(write_one(*ends.client, "Bearer secret").is_done());
        CHECK(drain(*ends.server) == "Bearer secret");
        CHECK(ends.to_server->history.find("Bearer") == std::string::npos);
    }
    SUBCASE("a shutdown before the handshake is a failure") {
        Ends ends = make_ends(server_context());
        ends.client->shutdown_write();
        CHECK_FALSE(ends.client->is_connected().has_value());
    }
    SUBCASE("a peer that leaves in the middle is told so") {
        Ends ends = make_ends(server_context());
        CHECK(ends.client->is_connected().value() == false);
        ends.server.reset();
        CHECK(detail_of(*ends.client) == "the connection was closed during the TLS handshake");
    }
}

namespace {

// Files whose contents the test changes.
class FakeFiles final : public Files {
public:
    std::string certificate, key;
    bool is_gone = false;
    FileResult<std::string> read(const std::string& path, std::size_t) override {
        if (is_gone) return tl::unexpected<FileError>(FileError{2, "open " + path + ": No such file or directory"});
        return path == "cert.pem" ? certificate : key;
    }
    FileResult<bool> write_atomically(const std::string&, std::string_view, unsigned) override { return false; }
    FileResult<std::unique_ptr<AppendFile>> open_append(const std::string&, unsigned) override {
        return tl::unexpected<FileError>(FileError{});
    }
    FileResult<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{}; }
    bool exists(const std::string&) override { return true; }
    FileResult<bool> make_directory(const std::string&, unsigned) override { return false; }
};

}   // namespace

TEST_CASE("tls: a certificate is changed without a restart, and running connections keep theirs") {
    FakeFiles files;
    const TestIdentity before = authority().issue({});
    const TestIdentity after = authority().issue({.alternative_names = "DNS:new.test", .ends_s = 86'400});
    files.certificate = before.certificate_pem;
    files.key = before.key_pem;
    const auto first = read_tls_server(files, "cert.pem", "key.pem", "");
    REQUIRE(first.has_value());
    REQUIRE(first->context != nullptr);
    Ends running = make_ends(first->context);
    REQUIRE(shake_hands(running));

    const auto same = read_tls_server(files, "cert.pem", "key.pem", first->hash);
    REQUIRE(same.has_value());
    CHECK(same->context == nullptr);

    files.certificate = after.certificate_pem;   // half of a rotation: the key is still the old one
    const auto half = read_tls_server(files, "cert.pem", "key.pem", first->hash);
    REQUIRE_FALSE(half.has_value());
    CHECK(half.error().what == "cert.pem, key.pem: the key does not belong to the first certificate of the chain");
    CHECK(half.error().fix.starts_with("give the key"));

    files.key = after.key_pem;
    const auto second = read_tls_server(files, "cert.pem", "key.pem", first->hash);
    REQUIRE(second.has_value());
    REQUIRE(second->context != nullptr);
    CHECK(second->context->expires() > first->context->expires());
    Ends fresh = make_ends(second->context, "new.test");
    CHECK(shake_hands(fresh));
    CHECK(carry(*running.client, *running.server, "still here") == "still here");
}

TEST_CASE("tls: material that cannot be used is told with its mending") {
    const TestIdentity identity = authority().issue({});
    const std::string& good = identity.certificate_pem;
    struct Case {
        std::string chain, key;
        std::string_view what;
    };
    const Case cases[] = {
        {"", identity.key_pem, "there is no certificate in the file"},
        {identity.key_pem, identity.key_pem, "there is no certificate in the file"},
        {good, "", "there is no usable private key in the file"},
        {good, good, "there is no usable private key in the file"},
        {good, encrypted_test_key(identity.key_pem), "the key has a passphrase"},
        {good, authority().issue({}).key_pem, "the key does not belong to the first certificate of the chain"},
        {authority().pem() + good, identity.key_pem, "the key does not belong to the first certificate of the chain"},
        {good + good.substr(0, good.size() / 2), identity.key_pem, "certificate 2 of the file is damaged"},
        {good + std::string(1 << 20, '\n'), identity.key_pem, "the certificate file is larger than 1 MiB"},
    };
    for (const Case& one : cases) {
        const auto context = TlsContext::server(one.chain, one.key);
        REQUIRE_FALSE(context.has_value());
        CHECK(context.error().what == one.what);
        CHECK_FALSE(context.error().fix.empty());
    }
    FakeFiles files;
    files.is_gone = true;
    const auto gone = read_tls_server(files, "cert.pem", "key.pem", "");
    REQUIRE_FALSE(gone.has_value());
    CHECK(gone.error().what == "open cert.pem: No such file or directory");
    CHECK_FALSE(TlsContext::client("no certificate").has_value());
}

TEST_CASE("tls: authorities come from their file, and an empty file does not mean the system's") {
    FakeFiles files;
    CHECK_FALSE(read_tls_client(files, "cert.pem", "").has_value());
    files.certificate = authority().pem();
    const auto own = read_tls_client(files, "cert.pem", "");
    REQUIRE(own.has_value());
    CHECK(own->context != nullptr);
    CHECK(read_tls_client(files, "cert.pem", own->hash)->context == nullptr);
    files.is_gone = true;
    CHECK_FALSE(read_tls_client(files, "cert.pem", own->hash).has_value());
    const auto system = read_tls_client(files, "", "");
    REQUIRE(system.has_value());
    CHECK(read_tls_client(files, "", system->hash)->context == nullptr);
}

}   // namespace gilmok::io
