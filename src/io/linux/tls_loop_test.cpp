// Goal: TLS goes on over real, edge-triggered sockets without missing a wake, with more under way than the kernel's
// buffers hold, in both directions at once. Method: both ends on one loop over loopback, port 0.
#include <doctest/doctest.h>

#include "base/prng.hpp"
#include "io/linux/loop.hpp"
#include "io/task.hpp"
#include "io/test_certificates.hpp"
#include "io/tls.hpp"

namespace gilmok::io::linux_ {
namespace {

constexpr Events readable = 1;
constexpr Events writable = 2;
constexpr Events acceptable = 4;

// Sends all of `text` and reads as much, whichever is possible first; then leaves in order.
Task<void> exchange(Socket& socket, Waiter& waiter, std::string_view text, std::string& heard) {
    static char buffer[20'000];   // shared by both ends: each uses it between two waits only
    const std::size_t bytes = text.size();
    while (!text.empty() || heard.size() < bytes) {
        bool has_moved = false;
        if (!text.empty()) {
            const Transfer sent = socket.write({&text, 1});
            if (sent.is_over()) co_return;
            if (sent.is_done()) text.remove_prefix(sent.bytes);
            has_moved = sent.is_done();
        }
        const Transfer got = socket.read(buffer);
        if (got.is_over()) co_return;
        if (got.is_done()) heard.append(buffer, got.bytes);
        if (!has_moved && !got.is_done()) co_await waiter.wait(readable | writable);
    }
    socket.shutdown_write();
    for (;;) {
        const Transfer got = socket.read(buffer);
        if (got.is_over()) co_return;
        if (got.would_block()) co_await waiter.wait(readable);
    }
}

Task<void> serve(Loop& loop, Listener& listener, TlsContextPtr context, std::string_view text, std::string& heard) {
    Waiter waiter(loop.ready());
    listener.watch(&waiter, acceptable);
    SocketPtr plain;
    while ((plain = listener.accept()) == nullptr) co_await waiter.wait(acceptable);
    listener.watch(nullptr, 0);
    const SocketPtr socket = tls_server(std::move(plain), *context);
    socket->watch(&waiter, readable, writable);
    co_await exchange(*socket, waiter, text, heard);
}

Task<void> ask(Loop& loop, Address address, TlsContextPtr context, std::string_view text, std::string& heard) {
    Waiter waiter(loop.ready());
    auto plain = loop.network().connect(address);
    REQUIRE(plain.has_value());
    const SocketPtr socket = tls_client(std::move(*plain), *context, "gate.test");
    socket->watch(&waiter, readable, writable);
    for (;;) {
        const auto state = socket->is_connected();
        REQUIRE(state.has_value());
        if (*state) break;
        co_await waiter.wait(readable | writable);
    }
    co_await exchange(*socket, waiter, text, heard);
}

Task<void> run_both(Loop& loop, Task<void> first, bool& is_done) {
    co_await first;
    is_done = true;
    loop.stop();
}

Task<void> stop_after(Loop& loop, Duration limit) {
    Waiter waiter(loop.ready());
    Timer timer(loop.timers(), waiter, 1);
    timer.arm(loop.now() + limit);
    co_await waiter.wait(1);
    loop.stop();
}

}   // namespace

TEST_CASE("tls over real sockets: megabytes pass both ways at once and both ends leave in order") {
    const TestAuthority authority;
    const TestIdentity identity = authority.issue({});
    const auto server_context = TlsContext::server(identity.certificate_pem, identity.key_pem);
    const auto client_context = TlsContext::client(authority.pem());
    REQUIRE(server_context.has_value());
    REQUIRE(client_context.has_value());
    const auto loop = make_loop();
    const Address any{"127.0.0.1", 0};
    const auto listener = loop->network().listen(any, {});
    REQUIRE(listener.has_value());
    std::string text(8 << 20, '\0');
    Prng prng{11};
    for (char& c : text) c = static_cast<char>(prng.next());
    std::string heard_by_server;
    std::string heard_by_client;
    bool is_served = false;
    bool is_asked = false;
    Task<void> watchdog = stop_after(*loop, std::chrono::seconds(60));
    Task<void> server = run_both(*loop, serve(*loop, **listener, *server_context, text, heard_by_server), is_served);
    Task<void> client =
        run_both(*loop, ask(*loop, (*listener)->address(), *client_context, text, heard_by_client), is_asked);
    watchdog.start();
    server.start();
    client.start();
    while (!watchdog.is_done() && !(is_served && is_asked)) loop->run();
    CHECK(is_served);
    CHECK(is_asked);
    CHECK((heard_by_server == text));
    CHECK((heard_by_client == text));
}

}   // namespace gilmok::io::linux_
