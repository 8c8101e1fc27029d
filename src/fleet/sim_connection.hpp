// One client's connection to a simulated engine: reads requests, gives answers, misbehaves on order.
// Owner: SimServer. Destroying it closes the socket and cancels what it had in the engine.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/answer_json.hpp"
#include "fleet/server.hpp"
#include "wire/http1.hpp"

namespace gilmok::fleet {

class SimConnection {
public:
    SimConnection(SimServer& server, io::SocketPtr socket);
    SimConnection(const SimConnection&) = delete;
    SimConnection& operator=(const SimConnection&) = delete;
    ~SimConnection();

    void start();
    [[nodiscard]] std::list<std::unique_ptr<SimConnection>>::iterator place() const { return place_; }
    void set_place(std::list<std::unique_ptr<SimConnection>>::iterator place) { place_ = place; }

private:
    static constexpr io::Events readable = 1, writable = 2, timeout = 8;
    static_assert((SimServer::tokens_came & (readable | writable | timeout)) == 0);
    static constexpr std::string_view json_type = "application/json";

    // What of a request outlives the bytes it came in.
    struct Request {
        wire::http1::Method method = wire::http1::Method::other;
        std::string path, query;
        std::string id;   // x-request-id
        std::string authorization;
        std::string faults;        // x-sim-fault
        std::string load_format;   // endpoint-load-metrics-format
        bool has_faults = false;
        bool keep_alive = true;
        bool expects_continue = false;
        std::uint8_t version_minor = 1;
        wire::http1::Framing framing = wire::http1::Framing::none;
        std::uint64_t content_length = 0;
    };
    enum class Step : std::uint8_t { wait, cut, done };

    io::Task<> serve();
    io::Task<bool> read_request();
    io::Task<bool> read_body();
    io::Task<bool> read_more(Instant deadline);
    io::Task<bool> flush();
    io::Task<> linger();
    io::Task<> answer();
    io::Task<> answer_api(SimKind kind);
    io::Task<bool> misbehave_before_head();
    io::Task<> answer_stream(const SimRequest& request);
    io::Task<> answer_whole(const SimRequest& request);
    io::Task<bool> wait_for_engine();
    io::Task<> break_off(const Fault& fault);
    io::Task<bool> wait_until(Instant time);

    Result<bool> parse_head();
    void note_request(const wire::http1::RequestHead& head);
    void refuse_bytes(const Error& error);
    std::optional<ApiError> open_entry();
    std::optional<ApiError> make_jobs(const SimRequest& request);
    std::optional<ApiError> make_answer_jobs(const SimRequest& request);
    std::optional<ApiError> submit_jobs(const SimRequest& request, const std::vector<std::uint32_t>& tokens);
    Step produce(const SimRequest& request, StreamWriter& writer, std::string& event);
    void note_cached(const SimRequest& request);
    void deliver_token(SimJob& job);
    void close_entry(SimOutcome outcome);
    void write_head(unsigned status, std::string_view content_type, std::optional<std::uint64_t> length);
    void write_simple(unsigned status, std::string_view content_type, std::string_view body);
    void write_error(const ApiError& error);
    void write_event(std::string_view event);
    void write_oddities(std::string& event);
    [[nodiscard]] SimUsage usage_now() const;
    [[nodiscard]] const Fault* find(Fault::What what) const;
    [[nodiscard]] const Fault* cutting_fault() const;
    [[nodiscard]] bool client_is_gone() const { return socket_->has_hung_up(); }
    [[nodiscard]] Instant now() const { return server_.loop().now(); }

    SimServer& server_;
    io::SocketPtr socket_;
    std::list<std::unique_ptr<SimConnection>>::iterator place_{};
    io::Waiter waiter_;
    io::Timer timer_;
    wire::http1::Limits limits_;
    wire::http1::HeadParser parser_;
    std::string in_;    // received, not yet consumed
    std::string out_;   // to be sent
    std::string body_;
    Request request_;
    std::uint32_t requests_ = 0;
    bool goes_on_ = false;   // after this answer the connection serves another
    bool is_chunked_ = false;
    bool must_linger_ = false;   // the client may still be sending what we refused

    // Of the request that is being answered.
    std::vector<SimJob> jobs_;
    std::vector<Fault> faults_;
    AnswerFrame frame_;
    SimEntry entry_;
    bool has_entry_ = false;
    bool is_streaming_ = false;
    bool has_oddity_ = false;   // a fault that happens once was done
    std::uint64_t tokens_sent_ = 0;
    std::uint64_t tokens_prompt_ = 0;
    Instant began_{};
    Instant last_token_{};
    Instant next_token_{};   // when a slow one may speak again

    io::Task<> task_;
};

}  // namespace gilmok::fleet
