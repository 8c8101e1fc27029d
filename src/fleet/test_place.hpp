// For tests of the simulated engine: a world with one server in it, clients that speak to it, and readers of what came
// back.
#pragma once

#include <doctest/doctest.h>

#include <list>
#include <memory>
#include <string>

#include "base/prng.hpp"
#include "fleet/server.hpp"
#include "fleet/tokens.hpp"
#include "io/sim/world.hpp"
#include "wire/http1.hpp"
#include "wire/json.hpp"
#include "wire/prometheus.hpp"
#include "wire/sse.hpp"

namespace gilmok::fleet::test {

namespace json = wire::json;
namespace http1 = wire::http1;
using namespace std::chrono_literals;

inline const io::Address address{"10.0.0.1", 8000};
inline constexpr io::Events readable = 1, writable = 2, leave = 4;

// What a client got, as far as it can be told from the bytes.
struct Response {
    unsigned status = 0;
    unsigned informational = 0;
    bool is_whole = false;   // the message ended as HTTP says
    bool is_garbage = false;
    std::string headers;
    std::string body;
};

inline Response parse(std::string_view bytes, bool has_ended) {
    Response response;
    const http1::Limits limits;
    while (true) {
        http1::HeadParser parser(limits);
        http1::ResponseHead head;
        const auto state = parser.parse_response(bytes, false, head);
        if (!state) return response.is_garbage = true, response;
        if (*state == http1::HeadParser::State::need_more) return response;
        const std::string_view raw = bytes.substr(0, parser.bytes_consumed());
        bytes.remove_prefix(raw.size());
        if (head.status < 200) {
            ++response.informational;
            continue;
        }
        response.status = head.status;
        response.headers = raw;
        http1::BodyReader reader(head.framing, head.content_length, limits);
        while (!bytes.empty() && !reader.is_done()) {
            const auto step = reader.feed(bytes);
            if (!step) return response.is_garbage = true, response;
            response.body.append(step->payload);
            bytes.remove_prefix(step->consumed);
        }
        response.is_whole = reader.is_done() || (has_ended && reader.close_is_end());
        return response;
    }
}

class Client {
public:
    Client(io::Loop& loop, std::string request)
        : waiter_(loop.ready()),
          request_(std::move(request)),
          socket_(std::move(*loop.network().connect(address))),
          task_(talk()) {
        task_.start();
    }
    std::string received;
    bool is_over = false;
    bool was_reset = false;
    [[nodiscard]] Response response() const { return parse(received, is_over); }
    [[nodiscard]] bool is_answered() const { return is_over || response().is_whole; }
    void hang_up() { waiter_.notify(leave); }
    void send(std::string_view more) {
        request_.append(more);
        waiter_.notify(writable);
    }
    [[nodiscard]] bool has_left() const { return has_left_; }

private:
    io::Task<> talk() {
        socket_->watch(&waiter_, readable, writable);
        char block[4096];
        while (!is_over && !has_left_) {
            while (!request_.empty()) {
                const std::string_view parts[] = {request_};
                const io::Transfer put = socket_->write(parts);
                if (!put.is_done()) break;
                request_.erase(0, put.bytes);
            }
            while (true) {
                const io::Transfer got = socket_->read(block);
                if (got.is_done()) received.append(block, got.bytes);
                is_over = got.is_over();
                was_reset = got.state == io::Transfer::State::failed;
                if (!got.is_done()) break;
            }
            if (is_over) break;
            const io::Events events = co_await waiter_.wait(readable | writable | leave);
            has_left_ = (events & leave) != 0;
        }
        socket_.reset();
    }
    io::Waiter waiter_;
    std::string request_;
    io::SocketPtr socket_;
    bool has_left_ = false;
    io::Task<> task_;
};

inline SimConfig config_of(double time_scale = 0) {
    SimConfig config;
    config.engine.profile = *find_profile("h100/llama-3.1-8b");
    config.engine.kv_blocks = 2'000;
    config.models = {"sim", "sim-think"};
    config.time_scale = time_scale;
    return config;
}

inline std::string post(std::string_view path, std::string_view body, std::string_view headers = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nhost: sim\r\ncontent-type: application/json\r\n" +
           std::string(headers) + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string chat_body(std::string_view user, std::string_view more = "") {
    return "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"" + std::string(user) + "\"}]" +
           std::string(more) + "}";
}

inline std::string chat(std::string_view user, std::string_view more = "", std::string_view headers = "") {
    return post("/v1/chat/completions", chat_body(user, more), headers);
}

struct Place {
    explicit Place(SimConfig config = config_of(), std::uint64_t seed = 1)
        : world(seed), server(world, std::move(config)) {
        REQUIRE(server.listen(address));
    }
    Response fetch(std::string request, Duration most = 60s) {
        Client client(world, std::move(request));
        world.run_until(world.now() + most, [&] { return client.is_answered(); });
        last_was_reset = client.was_reset;
        last_is_over = client.is_over;
        Response response = client.response();
        client.hang_up();
        world.run_for(1s);
        return response;
    }
    Response get(std::string_view path, std::string_view headers = "") {
        return fetch("GET " + std::string(path) + " HTTP/1.1\r\nhost: sim\r\n" + std::string(headers) + "\r\n");
    }
    bool last_was_reset = false, last_is_over = false;
    io::sim::World world;
    SimServer server;
};

inline json::Value whole(const std::string& text) {
    const auto type = json::scan(text, json::Limits{}, nullptr);
    REQUIRE(type);
    return {*type, text};
}

// "choices.0.message.content"
inline json::Value at(json::Value value, std::string_view path) {
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        if (value.type == json::Type::array) {
            json::Cursor cursor(value);
            for (char index = '0'; cursor.next_element(value) && index < name.front(); ++index) {}
        } else {
            value = json::find(value, name);
        }
    }
    return value;
}

inline std::string text_at(const json::Value& value, std::string_view path) {
    std::string text;
    const json::Value found = at(value, path);
    if (found.type == json::Type::string && !found.text.empty()) json::append_unescaped(text, found, 1 << 20);
    return text;
}

inline std::int64_t number_at(const json::Value& value, std::string_view path) {
    std::int64_t number = -1;
    json::to_i64(at(value, path), number);
    return number;
}

inline std::vector<std::string> events_of(const std::string& body) {
    wire::sse::Framer framer(8 << 20);
    framer.feed(body);
    std::vector<std::string> events;
    for (wire::sse::Event event;;) {
        const auto got = framer.next(event);
        if (!got || !*got) return events;
        events.emplace_back(event.data);
    }
}

// Tokens of text in a stream, and the text.
inline std::string content_of(const std::vector<std::string>& events, std::uint64_t* tokens = nullptr) {
    std::string text;
    for (const std::string& event : events) {
        const auto type = json::scan(event, json::Limits{}, nullptr);
        if (!type) continue;
        const std::string delta = text_at({*type, event}, "choices.0.delta.content");
        text += delta;
        if (tokens != nullptr && !delta.empty()) ++*tokens;
    }
    return text;
}

}  // namespace gilmok::fleet::test
