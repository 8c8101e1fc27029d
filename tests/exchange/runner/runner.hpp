// Runs one script with one seed: the gateway, its clients and its upstreams in one World, step after step. An
// expectation lets the world run until it is met or its patience is over; every other step takes no time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config_text.hpp"
#include "endpoint.hpp"
#include "gateway_under_test.hpp"
#include "script.hpp"

namespace gilmok::exchange {

struct Failure {
    std::uint32_t line = 0;   // 0: at the end of the script
    std::string what;
};

class Runner {
public:
    Runner(const Script& script, std::uint64_t seed, StartGateway start);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    std::optional<Failure> run();

private:
    using Outcome = std::optional<std::string>;   // what went wrong

    struct Client {
        std::unique_ptr<Endpoint> endpoint;
        std::size_t answers_taken = 0;   // `expect status` takes the next
        std::size_t event_at = 0;        // in the body of the answer
        std::string held_body;           // of a request that waits for 100 Continue
    };
    struct Upstream {
        std::unique_ptr<Server> server;
        Endpoint* current = nullptr;   // of the request taken last
        std::size_t request = 0;       // its index there
        enum class Body : std::uint8_t { none, chunked, plain } body = Body::none;
    };

    Outcome run_step(const Step& step);
    Outcome start();
    Outcome finish();
    bool wait_for(const std::function<bool()>& is_met, Duration patience);
    void settle() { (void)world_.run_for(std::chrono::milliseconds(50)); }

    // client_steps.cpp
    Outcome client_step(const Step& step);
    Outcome client_send(Client& client, const Step& step);
    Outcome client_expect(Client& client, const Step& step);
    Outcome client_expect_no(Client& client, const Step& step);
    Outcome expect_status(Client& client, const Step& step, Duration patience);
    Outcome expect_event(Client& client, const Step& step, Duration patience);
    Outcome expect_end(Client& client, bool is_proper, Duration patience);
    Endpoint& connect(Client& client);
    static Message* answer_of(Client& client);

    // upstream_steps.cpp
    Outcome upstream_step(const Step& step);
    Outcome upstream_expect(Upstream& upstream, const Step& step);
    Outcome take_request(Upstream& upstream, const Step& step, bool head_only, Duration patience);
    Outcome upstream_reply(Upstream& upstream, const Step& step);
    static void send_body(Upstream& upstream, std::string_view bytes);
    static Message* request_of(Upstream& upstream);

    // runner.cpp
    Outcome gateway_step(const Step& step);
    Outcome network_step(const Step& step);
    Outcome record_step(const Step& step);

    const Script& script_;
    StartGateway start_;
    io::sim::World world_;
    ConfigText config_;
    std::map<std::string, Client> clients_;
    std::map<std::string, Upstream> upstreams_;
    std::map<std::string, io::sim::Faults> faults_;   // "" = the door
    std::unique_ptr<GatewayUnderTest> gateway_;
};

// Shared by the steps.
Duration patience_of(const Step& step, Duration otherwise);
// `contains TEXT` or `is TEXT` from word `at` on; what is wrong, given what was seen.
std::optional<std::string> compare(const Step& step, std::size_t at, std::string_view what, const std::string& seen);
std::optional<std::string> compare_json(const Step& step, std::size_t at, const std::string& json);
std::optional<std::string> compare_header(const Step& step, std::size_t at, const Message& message);
// The text of the word behind `x`, or 1: `raw "a" x 1000`.
std::size_t repeats_of(const Step& step);
std::string shortened(std::string_view text);

}   // namespace gilmok::exchange
