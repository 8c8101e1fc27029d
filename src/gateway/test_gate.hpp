// For tests: control, one shard and the admin listener on one seeded world, clients that speak to them, and servers that
// play upstreams and collectors.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "auth/admin_token.hpp"
#include "base/text.hpp"
#include "config/test_machine.hpp"
#include "gateway/admin_server.hpp"
#include "gateway/control.hpp"
#include "gateway/shard.hpp"
#include "io/sim/files.hpp"
#include "io/sim/world.hpp"

namespace gilmok::gateway {

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Sends one text and keeps what comes back.
class TestClient {
public:
    TestClient(io::sim::World& world, const io::Address& to, std::string text)
        : waiter_(world.ready()), text_(std::move(text)), socket_(*world.network().connect(to)), task_(run()) {
        socket_->watch(&waiter_, 1, 2);
        task_.start();
    }
    std::string received;
    bool is_over = false;
    [[nodiscard]] int status() const {
        return received.size() < 12 ? 0
                                    : static_cast<int>(parse_u64(std::string_view(received).substr(9, 3)).value_or(0));
    }
    [[nodiscard]] std::string body() const {
        const std::size_t end = received.find("\r\n\r\n");
        return end == std::string::npos ? std::string() : received.substr(end + 4);
    }

private:
    io::Task<> run() {
        std::string_view left = text_;
        char block[4096];
        while (!is_over) {
            bool has_moved = false;
            if (!left.empty()) {
                const io::Transfer put = socket_->write({&left, 1});
                if (put.is_done()) left.remove_prefix(put.bytes), has_moved = true;
            }
            const io::Transfer got = socket_->read(block);
            if (got.is_done()) received.append(block, got.bytes), has_moved = true;
            is_over = got.is_over();
            if (!has_moved && !is_over) co_await waiter_.wait(3);
        }
    }
    io::Waiter waiter_;
    std::string text_;
    io::SocketPtr socket_;
    io::Task<> task_;
};

// Answers every request with what `answer` says; the connection stays open.
class TestServer {
public:
    using Answer = std::function<std::string(const std::string& request)>;
    TestServer(io::sim::World& world, const io::Address& address, Answer answer)
        : world_(world),
          listener_(*world.network().listen(address, {})),
          waiter_(world.ready()),
          answer_(std::move(answer)),
          task_(accept()) {
        listener_->watch(&waiter_, 1);
        task_.start();
    }
    std::vector<std::string> requests;

private:
    static bool is_whole(const std::string& text) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const std::size_t at = text.find("content-length: ");
        const std::uint64_t length =
            at > end ? 0 : parse_u64(text.substr(at + 16, text.find('\r', at) - at - 16)).value_or(0);
        return text.size() >= end + 4 + length;
    }
    io::Task<> accept() {
        for (;;) {
            while (io::SocketPtr socket = listener_->accept()) {
                connections_.push_back(serve(std::move(socket)));
                connections_.back().start();
            }
            co_await waiter_.wait(1);
        }
    }
    io::Task<> serve(io::SocketPtr accepted) {
        const io::SocketPtr socket = std::move(accepted);
        io::Waiter waiter(world_.ready());
        socket->watch(&waiter, 1, 2);
        std::string request, out;
        char block[4096];
        for (;;) {
            const io::Transfer got = socket->read(block);
            if (got.is_over()) co_return;
            if (got.is_done()) request.append(block, got.bytes);
            if (is_whole(request)) {
                requests.push_back(request);
                out += answer_(request);
                request.clear();
            }
            std::string_view left = out;
            const io::Transfer put =
                left.empty() ? io::Transfer{io::Transfer::State::would_block} : socket->write({&left, 1});
            if (put.is_done()) out.erase(0, put.bytes);
            if (got.would_block() && !put.is_done()) co_await waiter.wait(3);
        }
    }
    io::sim::World& world_;
    io::ListenerPtr listener_;
    io::Waiter waiter_;
    Answer answer_;
    std::list<io::Task<>> connections_;
    io::Task<> task_;
};

inline std::string http_answer(std::string_view body) {
    return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

class TestGate {
public:
    static constexpr std::string_view token = "admin-token-of-the-test-0123456789";
    static constexpr std::string_view fixed_key = "sk-fixed-key-0123456789abcdefghij";
    static constexpr std::string_view config_path = "gilmok.toml";
    io::Address door{"127.0.0.1", 8080}, console{"127.0.0.1", 9090}, upstream{"10.0.0.1", 8000};

    static std::string toml(std::string_view more = {}) {
        return R"(schema = 1
[server]
listen = "127.0.0.1:8080"
admin = "127.0.0.1:9090"
shards = 1
state_dir = "/state"
[log]
access = "off"
[upstream.a]
url = "http://10.0.0.1:8000/v1"
key = "env:UPSTREAM_KEY"
place = "kr-onprem"
scrape_interval = "0ms"
[model.chat]
try = ["a/served"]
[tenant.team]
streams_max = 5
[[key]]
name = "fixed"
tenant = "team"
secret = "env:FIXED_KEY"
)" + std::string(more);
    }

    // What that refers to.
    static config::FakeSecrets known_secrets() {
        config::FakeSecrets made;
        made.variables["UPSTREAM_KEY"] = "sk-upstream-secret-0123456789";
        made.variables["FIXED_KEY"] = fixed_key;
        return made;
    }

    using Ask = std::function<ledger::TablesResult<std::unique_ptr<ledger::Questions>>()>;
    // `tables` answers questions to the ledger; none: there is no ledger.
    explicit TestGate(const std::string& text = toml(), std::string path = std::string(config_path), Ask tables = {}) {
        files.put(std::string(config_path), text);
        const config::Loaded loaded = config::load(std::string(config_path), files, secrets, 1);
        for (const auto& found : loaded.problems)
            if (!found.is_warning) problem += config::render(found, false);
        if (loaded.snapshot == nullptr) return;
        if (!loaded.snapshot->archive.tenants.empty()) {
            const archive::RandomBytes random = [this](std::span<char> bytes) { world.random_bytes(bytes); };
            auto master = archive::load_master_key(files, loaded.snapshot->archive, "/state", random);
            auto opened = archive::Archive::open(files, "/state/archive", loaded.snapshot->archive, std::move(*master),
                                                 random, world.wall_now());
            if (opened) archive = std::move(*opened);
        }
        Control::Services services{world, files, secrets, nullptr, std::move(path), &spans};
        services.ask = std::move(tables);
        services.archive = archive.get();
        control = std::make_unique<Control>(services);
        control->process().version = "9.9.9";
        problem += control->apply(loaded.snapshot).value_or("");
        Shard::Outlets outlets;
        outlets.archive = archive.get();
        if (!loaded.snapshot->telemetry.otlp_endpoint.empty()) outlets.spans = &spans;
        shard = std::make_unique<Shard>(world, 0, control->setup(), std::move(outlets));
        if (!shard->listen(door, false)) problem += "the door cannot listen";
        control->add_shard(*shard);
        admin = std::make_unique<AdminServer>(*control, Secret(std::string(token)));
        if (!admin->listen(console)) problem += "the admin listener cannot listen";
        control->watch();
    }
    ~TestGate() {
        admin.reset();
        control.reset();
        shard.reset();
    }

    static std::string request(std::string_view method, std::string_view path, std::string_view body = {},
                               std::string_view headers = default_headers()) {
        return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\n" + std::string(headers) +
               "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    }
    static std::string_view default_headers() {
        static const std::string text =
            "host: 127.0.0.1:9090\r\ncontent-type: application/json\r\nauthorization: Bearer " + std::string(token) +
            "\r\n";
        return text;
    }
    std::unique_ptr<TestClient> ask_raw(const std::string& text) {
        auto client = std::make_unique<TestClient>(world, console, text);
        run_until([&] { return client->is_over; });
        return client;
    }
    std::unique_ptr<TestClient> ask(std::string_view method, std::string_view path, std::string_view body = {}) {
        return ask_raw(request(method, path, body));
    }
    // A streamed chat through the door, left open.
    std::unique_ptr<TestClient> chat(std::string_view key) {
        const std::string body = R"({"model":"chat","messages":[{"role":"user","content":"hi"}],"stream":true})";
        return std::make_unique<TestClient>(
            world, door,
            request("POST", "/v1/chat/completions", body,
                    "host: gate.test\r\ncontent-type: application/json\r\nauthorization: Bearer " + std::string(key) +
                        "\r\n"));
    }
    bool run_until(const std::function<bool()>& is_enough, Duration patience = std::chrono::seconds(30)) {
        world.run_until(world.now() + patience, is_enough);
        return is_enough();
    }
    // The text of a member in a flat place of a JSON text.
    static std::string member(const std::string& json, const std::string& name) {
        const std::size_t at = json.find("\"" + name + "\":\"");
        return at == std::string::npos
                   ? std::string()
                   : json.substr(at + name.size() + 4, json.find('"', at + name.size() + 4) - at - name.size() - 4);
    }

    io::sim::World world{7};
    io::sim::SimFiles files;
    config::FakeSecrets secrets = known_secrets();
    meter::SpanQueue spans;
    std::string problem;                         // "" or why it did not start
    std::unique_ptr<archive::Archive> archive;   // where the configuration names tenants for it
    std::unique_ptr<Control> control;
    std::unique_ptr<Shard> shard;
    std::unique_ptr<AdminServer> admin;
};

// An answer that streams one event and then says nothing more.
inline std::string open_stream(const std::string&) {
    const std::string event = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
    char size[16];
    const auto end = std::to_chars(size, size + sizeof size, event.size(), 16).ptr;
    return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" +
           std::string(size, end) + "\r\n" + event + "\r\n";
}

}   // namespace gilmok::gateway
