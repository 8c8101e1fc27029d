#include "fleet/sim_connection.hpp"

#include <algorithm>
#include <utility>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "fleet/tokens.hpp"

namespace gilmok::fleet {

namespace {

namespace http1 = wire::http1;
using What = Fault::What;

constexpr io::Events readable = 1;
constexpr io::Events writable = 2;
constexpr io::Events timeout = 8;
static_assert((SimServer::tokens_came & (readable | writable | timeout)) == 0);

constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t big_event_bytes = 2 << 20;
constexpr Duration request_time_max = std::chrono::minutes(1);   // from its first byte to its last
constexpr Duration linger_time = std::chrono::seconds(1);
constexpr std::size_t linger_bytes_max = 1 << 20;
constexpr std::string_view json_type = "application/json";

ApiError make_error(std::uint16_t status, std::string message) {
    ApiError error;
    error.status = status;
    error.type = status == 401 ? "authentication_error" : status == 404 ? "not_found_error" : status == 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
    error.message = std::move(message);
    return error;
}

std::uint16_t status_of(const Error& error) {
    if (error.code == Code::uri_too_long) return 414;
    if (error.code == Code::headers_too_large) return 431;
    if (error.code == Code::version_unsupported) return 505;
    if (error.code == Code::expectation_failed) return 417;
    return 400;
}

std::string random_name(std::string_view prefix, std::uint64_t seed) {
    Prng prng{seed};
    std::string name(prefix);
    for (int index = 0; index < 24; ++index) name.push_back("0123456789abcdef"[prng.below(16)]);
    return name;
}

std::string names_of(const std::vector<Fault>& faults) {
    std::string names;
    for (const Fault& fault : faults) names.append(names.empty() ? "" : ",").append(name_of(fault.what));
    return names;
}

}  // namespace

SimConnection::SimConnection(SimServer& server, io::SocketPtr socket)
    : server_(server), socket_(std::move(socket)), waiter_(server.loop().ready()), timer_(server.loop().timers(), waiter_, timeout), parser_(limits_) {}

SimConnection::~SimConnection() { close_entry(SimOutcome::shut_down); }

void SimConnection::start() {
    task_ = serve();
    task_.start();
}

io::Task<> SimConnection::serve() {
    socket_->watch(&waiter_, readable, writable);
    while (co_await read_request()) {
        co_await answer();
        if (!goes_on_) break;
    }
    if (must_linger_) co_await linger();
    timer_.disarm();
    socket_.reset();
    server_.retire(*this);
}

// Waits for more bytes and adds them to in_. False: the client is gone or it took too long.
io::Task<bool> SimConnection::read_more(Instant deadline) {
    timer_.arm(deadline);
    while (true) {
        const std::size_t held = in_.size();
        in_.resize(held + read_bytes);
        const io::Transfer got = socket_->read(std::span(in_).subspan(held));
        in_.resize(held + (got.is_done() ? got.bytes : 0));
        if (got.is_done()) co_return true;
        if (got.is_over() || now() >= deadline) co_return false;
        co_await waiter_.wait(readable | timeout);
    }
}

io::Task<bool> SimConnection::read_request() {
    const Instant idle_until = now() + server_.config().idle_timeout;
    Instant deadline = idle_until;
    parser_.reset();
    goes_on_ = false;
    while (true) {
        if (!in_.empty()) {
            if (deadline == idle_until) deadline = now() + request_time_max;
            const Result<bool> is_whole = parse_head();
            if (!is_whole) {
                refuse_bytes(is_whole.error());
                co_await flush();
                co_return false;
            }
            if (*is_whole) break;
        }
        if (!co_await read_more(deadline)) co_return false;
    }
    in_.erase(0, parser_.bytes_consumed());
    co_return co_await read_body();
}

// Not part of the coroutine, because a head is too large for a frame.
Result<bool> SimConnection::parse_head() {
    http1::RequestHead head;
    const auto state = parser_.parse_request(in_, head);
    if (!state) return fail(state.error());
    if (*state == http1::HeadParser::State::need_more) return false;
    note_request(head);
    return true;
}

void SimConnection::note_request(const http1::RequestHead& head) {
    const auto text = [&](std::string_view name) {
        const http1::Header* header = head.headers.find(name);
        return header == nullptr ? std::string() : std::string(header->value);
    };
    request_ = {};
    request_.method = head.method;
    request_.path = head.path;
    request_.query = head.query;
    request_.id = text("x-request-id");
    request_.authorization = text("authorization");
    request_.faults = text("x-sim-fault");
    request_.has_faults = head.headers.find("x-sim-fault") != nullptr;
    request_.load_format = text("endpoint-load-metrics-format");
    request_.expects_continue = head.expects_continue;
    request_.version_minor = head.version_minor;
    request_.framing = head.framing;
    request_.content_length = head.content_length;
    const std::uint32_t most = server_.config().requests_per_connection_max;
    ++requests_;
    request_.keep_alive = head.keep_alive && (most == 0 || requests_ < most);
}

void SimConnection::refuse_bytes(const Error& error) {
    request_ = {};
    request_.keep_alive = false;
    must_linger_ = true;
    write_error(make_error(status_of(error), std::string(error.detail)));
}

io::Task<bool> SimConnection::read_body() {
    body_.clear();
    const std::uint64_t bytes_max = server_.config().body_bytes_max;
    bool is_too_large = request_.framing == http1::Framing::length && request_.content_length > bytes_max;
    http1::BodyReader reader(request_.framing, request_.content_length, limits_);
    const Instant deadline = now() + request_time_max;
    if (request_.expects_continue && !is_too_large && in_.empty()) {
        out_.append("HTTP/1.1 100 Continue\r\n\r\n");
        if (!co_await flush()) co_return false;
    }
    while (!is_too_large && !reader.is_done()) {
        std::size_t used = 0;
        while (used < in_.size() && !reader.is_done()) {
            const auto step = reader.feed(std::string_view(in_).substr(used));
            if (!step) {
                refuse_bytes(step.error());
                co_await flush();
                co_return false;
            }
            body_.append(step->payload);
            used += step->consumed;
        }
        in_.erase(0, used);
        is_too_large = body_.size() > bytes_max;
        if (is_too_large || reader.is_done()) break;
        if (!co_await read_more(deadline)) co_return false;
    }
    if (!is_too_large) co_return true;
    request_.keep_alive = false;
    must_linger_ = true;
    write_error(make_error(413, "the body is too large"));
    co_await flush();
    co_return false;
}

// False: the client is gone.
io::Task<bool> SimConnection::flush() {
    std::size_t sent = 0;
    while (sent < out_.size()) {
        const std::string_view parts[] = {std::string_view(out_).substr(sent)};
        const io::Transfer put = socket_->write(parts);
        if (put.is_over()) {
            out_.clear();
            goes_on_ = false;
            co_return false;
        }
        if (put.is_done()) sent += put.bytes;
        else co_await waiter_.wait(writable);
    }
    out_.clear();
    co_return true;
}

// A close with unread bytes would reset the connection and destroy the answer on its way (RFC 9112 section 9.6).
io::Task<> SimConnection::linger() {
    socket_->shutdown_write();
    const Instant deadline = now() + linger_time;
    for (std::size_t dropped = 0; dropped < linger_bytes_max; dropped += in_.size()) {
        in_.clear();
        if (!co_await read_more(deadline)) break;
    }
}

io::Task<bool> SimConnection::wait_until(Instant time) {
    timer_.arm(time);
    while (now() < time) {
        if (client_is_gone()) co_return false;
        co_await waiter_.wait(timeout | readable);
    }
    co_return !client_is_gone();
}

void SimConnection::write_head(unsigned status, std::string_view content_type, std::optional<std::uint64_t> length) {
    goes_on_ = request_.keep_alive && (length || request_.version_minor >= 1);
    out_.append("HTTP/1.1 ");
    append_number(out_, status);
    out_.append(" ").append(http1::reason_phrase(status)).append("\r\nserver: gilmok-sim\r\nx-gilmok-simulated: true\r\n");
    if (!content_type.empty()) http1::append_header(out_, "content-type", content_type);
    if (!request_.id.empty()) http1::append_header(out_, "x-request-id", request_.id);
    if (!request_.load_format.empty())
        if (const std::string report = orca_report(request_.load_format, server_.engine().stats()); !report.empty()) http1::append_header(out_, "endpoint-load-metrics", report);
    if (status == 429 || status == 503) out_.append("retry-after: 1\r\n");
    is_chunked_ = !length && request_.version_minor >= 1;
    if (length) {
        out_.append("content-length: ");
        append_number(out_, *length);
        out_.append("\r\n");
    } else if (is_chunked_) {
        out_.append("transfer-encoding: chunked\r\n");
    }
    out_.append(goes_on_ ? (request_.version_minor >= 1 ? "\r\n" : "connection: keep-alive\r\n\r\n") : "connection: close\r\n\r\n");
    if (has_entry_) entry_.status = static_cast<std::uint16_t>(status);
}

void SimConnection::write_simple(unsigned status, std::string_view content_type, std::string_view body) {
    write_head(status, content_type, body.size());
    if (request_.method != http1::Method::head) out_.append(body);
}

void SimConnection::write_error(const ApiError& error) {
    std::string body;
    append_api_error(body, error);
    write_simple(error.status, json_type, body);
}

void SimConnection::write_event(std::string_view event) {
    if (event.empty()) return;
    if (is_chunked_) http1::append_chunk_size(out_, event.size());
    out_.append(event);
    if (is_chunked_) out_.append("\r\n");
}

io::Task<> SimConnection::answer() {
    const auto kind = request_.path == "/v1/chat/completions" ? std::optional(SimKind::chat)
                      : request_.path == "/v1/completions"    ? std::optional(SimKind::completions)
                      : request_.path == "/v1/embeddings"     ? std::optional(SimKind::embeddings)
                      : request_.path == "/v1/rerank"         ? std::optional(SimKind::rerank)
                                                              : std::nullopt;
    if (kind) {
        if (request_.method == http1::Method::post) {
            co_await answer_api(*kind);
            co_return;
        }
        write_error(make_error(405, "this path takes POST"));
    } else if (request_.method != http1::Method::get && request_.method != http1::Method::head) {
        write_error(make_error(404, "no such path"));
    } else if (request_.path == "/health" || request_.path == "/ping") {
        write_simple(200, {}, {});
    } else {
        std::string_view type;
        const std::string page = server_.page(request_.path, request_.query, type);
        if (page.empty()) write_error(make_error(404, "no such path or model"));
        else write_simple(200, type, page);
    }
    co_await flush();
}

// The entry of this request in the log, and the faults it gets.
std::optional<ApiError> SimConnection::open_entry() {
    server_.log().open();
    has_entry_ = true;
    entry_ = {};
    entry_.number = server_.next_number();
    entry_.request_id = request_.id;
    entry_.path = request_.path;
    began_ = now();
    last_token_ = next_token_ = {};
    tokens_sent_ = tokens_prompt_ = 0;
    has_oddity_ = is_streaming_ = false;
    jobs_.clear();
    Prng prng{server_.config().seed ^ (entry_.number * 0x9e3779b97f4a7c15u)};
    faults_.clear();
    if (request_.has_faults) {
        auto ordered = parse_faults(request_.faults);
        if (!ordered) return make_error(400, "x-sim-fault was not understood");
        faults_ = std::move(*ordered);
    } else if (!server_.config().faults.is_empty()) {
        faults_ = server_.config().faults.draw(prng);
    }
    entry_.fault = names_of(faults_);
    frame_.created_s = unix_ms(server_.loop().wall_now()) / 1000;
    frame_.usage_null = server_.config().usage_null;
    frame_.lie = Fault::Lie::none;
    if (const Fault* lie = find(What::lie); lie != nullptr) frame_.lie = lie->lie != Fault::Lie::none ? lie->lie : static_cast<Fault::Lie>(1 + prng.below(8));
    if (!server_.config().api_key.empty() && request_.authorization != "Bearer " + server_.config().api_key) return make_error(401, "invalid API key");
    return std::nullopt;
}

void SimConnection::close_entry(SimOutcome outcome) {
    for (SimJob& job : jobs_) {
        entry_.tokens_made += job.ready;
        server_.cancel(job);
    }
    jobs_.clear();
    if (!has_entry_) return;
    has_entry_ = false;
    entry_.outcome = outcome;
    entry_.tokens_prompt = tokens_prompt_;
    entry_.total = now() - began_;
    if (outcome == SimOutcome::answered) server_.meters().whole.add(entry_.total);
    server_.log().close(std::move(entry_));
}

const Fault* SimConnection::find(What what) const {
    for (const Fault& fault : faults_)
        if (fault.what == what) return &fault;
    return nullptr;
}

// The fault that ends this answer, if one is ordered.
const Fault* SimConnection::cutting_fault() const {
    for (const What what : {What::stall, What::reset, What::half_close, What::early_close, What::truncate, What::error_event, What::garbage_chunk, What::wrong_length})
        if (const Fault* fault = find(what); fault != nullptr) return fault;
    return nullptr;
}

io::Task<> SimConnection::answer_api(SimKind kind) {
    std::optional<ApiError> refusal = open_entry();
    if (!refusal && co_await misbehave_before_head()) co_return;
    std::optional<SimRequest> request;
    if (!refusal) {
        auto read = read_sim_request(kind, body_);
        if (read) request = std::move(*read);
        else refusal = std::move(read.error());
    }
    if (!refusal) refusal = make_jobs(*request);
    if (refusal) {
        write_error(*refusal);
        co_await flush();
        close_entry(SimOutcome::refused);
        co_return;
    }
    if (request->is_stream && (kind == SimKind::chat || kind == SimKind::completions)) co_await answer_stream(*request);
    else co_await answer_whole(*request);
}

// True when nothing is left to answer.
io::Task<bool> SimConnection::misbehave_before_head() {
    if (const Fault* flood = find(What::informational); flood != nullptr) {
        for (std::uint32_t index = 0; index < flood->count; ++index) out_.append("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
        if (!co_await flush()) {
            close_entry(SimOutcome::client_gone);
            co_return true;
        }
    }
    if (const Fault* status = find(What::status); status != nullptr) {
        write_error(make_error(static_cast<std::uint16_t>(status->count), "ordered by a fault"));
        co_await flush();
        close_entry(SimOutcome::refused);
        co_return true;
    }
    if (find(What::garbage) != nullptr) {
        out_.append("\x15\x03\x01 this is no HTTP \xff\r\n\r\n");
        co_await flush();
        goes_on_ = false;
        close_entry(SimOutcome::faulted);
        co_return true;
    }
    const Fault* cut = cutting_fault();
    if (cut == nullptr || cut->at != 0 || cut->what == What::wrong_length) co_return false;
    if (cut->what == What::stall || cut->what == What::reset || cut->what == What::half_close || cut->what == What::early_close) {
        co_await break_off(*cut);
        co_return true;
    }
    co_return false;
}

// Ends an answer in the way that was ordered; what was written before has been sent.
io::Task<> SimConnection::break_off(const Fault& fault) {
    const What what = fault.what;   // faults_ may be gone after close_entry()
    goes_on_ = false;
    if (what == What::truncate || what == What::error_event) {
        if (what == What::error_event) {
            write_event("data: {\"error\":{\"message\":\"simulated failure of the engine\",\"type\":\"server_error\",\"param\":null,\"code\":500}}\n\n");
            write_event(StreamWriter::done);
        }
        if (is_chunked_) out_.append(http1::last_chunk);
        goes_on_ = is_chunked_ && request_.keep_alive;
        co_await flush();
    } else if (what == What::garbage_chunk) {
        out_.append("zz\r\nno chunk at all\r\n");
        co_await flush();
    } else if (what == What::wrong_length) {
        out_.append(is_chunked_ ? "400\r\ndata: cut" : "");
        co_await flush();
    } else if (what == What::half_close) {
        socket_->shutdown_write();
    } else if (what == What::reset) {
        socket_->reset_on_close();
    }
    for (SimJob& job : jobs_) server_.cancel(job);
    if (what == What::stall || what == What::half_close) {
        const Instant until = now() + server_.config().stall_max;
        co_await wait_until(until);
    }
    close_entry(SimOutcome::faulted);
}

std::optional<ApiError> SimConnection::make_jobs(const SimRequest& request) {
    entry_.model = request.model;
    entry_.is_stream = request.is_stream;
    if (!server_.knows_model(request.model)) {
        ApiError error = make_error(404, "The model `" + request.model + "` does not exist.");
        error.param = "model";
        error.code = "model_not_found";
        return error;
    }
    frame_.id = random_name(request.kind == SimKind::chat ? "chatcmpl-" : request.kind == SimKind::completions ? "cmpl-" : "sim-", server_.config().seed * 1'000'003 + entry_.number);
    if (request.kind == SimKind::chat || request.kind == SimKind::completions) return make_answer_jobs(request);
    jobs_.resize(request.prompts.size());
    std::vector<std::uint32_t> tokens;
    for (const std::string& input : request.prompts) tokens.push_back(std::max(1u, count_tokens(input) + count_tokens(request.query)));
    return submit_jobs(request, tokens);
}

std::optional<ApiError> SimConnection::make_answer_jobs(const SimRequest& request) {
    const auto choices = static_cast<std::size_t>(request.choices);
    std::vector<std::uint32_t> tokens;
    jobs_.resize(request.prompts.size() * choices);
    for (std::size_t index = 0; index < jobs_.size(); ++index) {
        const std::size_t prompt = index / choices;
        if (index % choices == 0) tokens.push_back(std::max(1u, count_tokens(request.prompts[prompt])));
        const std::uint64_t most = server_.tokens_context_max();
        const std::uint64_t asked = tokens.back() + static_cast<std::uint64_t>(std::max<std::int64_t>(request.tokens_max, 1));
        if (asked > most) {
            ApiError error = make_error(400, "This model's maximum context length is " + std::to_string(most) + " tokens. However, you requested " + std::to_string(asked) + " tokens.");
            error.param = request.kind == SimKind::chat ? "messages" : "prompt";
            error.code = "context_length_exceeded";
            return error;
        }
        jobs_[index].answer = make_answer(request, prompt, index % choices, server_.config().answers, server_.config().seed, most - tokens.back());
    }
    return submit_jobs(request, tokens);
}

std::optional<ApiError> SimConnection::submit_jobs(const SimRequest& request, const std::vector<std::uint32_t>& tokens) {
    const std::size_t per_prompt = jobs_.size() / request.prompts.size();
    const std::uint64_t salt = hash_of(request.model, request.cache_salt);
    for (std::size_t index = 0; index < jobs_.size(); ++index) {
        SimJob& job = jobs_[index];
        const std::string& prompt = request.prompts[index / per_prompt];
        if (index % per_prompt == 0) tokens_prompt_ += tokens[index / per_prompt];
        // The answer's blocks are named too: the next turn of this conversation brings them back as its prompt.
        auto hashes = index % per_prompt == 0 && !job.answer.text.empty() ? block_hashes(prompt + job.answer.text, salt) : block_hashes(prompt, salt);
        job.waiter = &waiter_;
        switch (server_.submit(job, tokens[index / per_prompt], std::move(hashes))) {
            case Engine::Admission::accepted: break;
            case Engine::Admission::too_long: return make_error(400, "the input is longer than the engine's cache");
            case Engine::Admission::queue_full: return make_error(503, "the engine's queue is full");
        }
    }
    return std::nullopt;
}

SimUsage SimConnection::usage_now() const {
    SimUsage usage;
    usage.prompt = tokens_prompt_;
    usage.cached = entry_.tokens_cached;
    for (const SimJob& job : jobs_) {
        const std::uint32_t tokens = is_streaming_ ? job.sent : job.ready;
        usage.completion += tokens;
        usage.reasoning += std::min(job.answer.tokens_reasoning(), tokens);
    }
    return usage;
}

// A choice beyond the first shares its prompt; what it finds in the cache is not the client's saving.
void SimConnection::note_cached(const SimRequest& request) {
    const std::size_t per_prompt = jobs_.size() / request.prompts.size();
    entry_.tokens_cached = 0;
    for (std::size_t index = 0; index < jobs_.size(); index += per_prompt) entry_.tokens_cached += jobs_[index].cached;
}

void SimConnection::deliver_token(SimJob& job) {
    const Instant time = now();
    if (tokens_sent_ == 0) {
        entry_.to_first_token = time - began_;
        server_.meters().to_first_token.add(entry_.to_first_token);
    } else {
        server_.meters().between_tokens.add(time - last_token_);
    }
    last_token_ = time;
    ++job.sent;
    ++tokens_sent_;
    ++entry_.tokens_delivered;
}

// Things that are wrong once and then go on.
void SimConnection::write_oddities(std::string& event) {
    if (has_oddity_) return;
    if (const Fault* odd = find(What::garbage_event); odd != nullptr && tokens_sent_ >= odd->at) {
        has_oddity_ = true;
        write_event("data: {\"choices\":[{\"delta\":\n\n");
    }
    if (const Fault* odd = find(What::big_event); odd != nullptr && tokens_sent_ >= odd->at) {
        has_oddity_ = true;
        event.assign("data: {\"choices\":[],\"padding\":\"");
        event.append(big_event_bytes, 'x').append("\"}\n\n");
        write_event(event);
    }
}

// Writes every token that is there, up to the next fault.
SimConnection::Step SimConnection::produce(const SimRequest& request, StreamWriter& writer, std::string& event) {
    const auto usage = [&] { return request.wants_running_usage ? usage_now() : SimUsage{}; };
    const Fault* cut = cutting_fault();
    const Fault* slow = find(What::slow);
    bool is_done = true;
    for (std::size_t choice = 0; choice < jobs_.size(); ++choice) {
        SimJob& job = jobs_[choice];
        while (job.sent < job.ready) {
            if (cut != nullptr && tokens_sent_ >= cut->at) return Step::cut;
            write_oddities(event);
            if (slow != nullptr && now() < next_token_) return Step::wait;
            if (slow != nullptr) next_token_ = now() + slow->delay;
            const std::uint32_t index = job.sent;
            deliver_token(job);
            event.clear();
            writer.piece(event, choice, job.answer, index, usage());
            write_event(event);
        }
        if (job.is_finished && !job.is_closed) {
            // An answer shorter than the order is cut before its end, so that an ordered fault always happens.
            if (cut != nullptr) return Step::cut;
            job.is_closed = true;
            ++server_.meters().finished[static_cast<std::size_t>(job.answer.finish)];
            event.clear();
            writer.close(event, choice, job.answer, usage());
            write_event(event);
        }
        is_done = is_done && job.is_closed;
    }
    return is_done ? Step::done : Step::wait;
}

io::Task<> SimConnection::answer_stream(const SimRequest& request) {
    StreamWriter writer(request, frame_);
    std::string event;
    is_streaming_ = true;
    write_head(200, "text/event-stream; charset=utf-8", std::nullopt);
    for (std::size_t choice = 0; choice < jobs_.size(); ++choice) {
        event.clear();
        writer.open(event, choice, usage_now());
        write_event(event);
    }
    if (const Fault* slow = find(What::slow); slow != nullptr) next_token_ = now() + slow->delay;
    while (true) {
        note_cached(request);
        const Step step = produce(request, writer, event);
        const bool is_there = co_await flush();
        if (!is_there || client_is_gone()) {
            goes_on_ = false;
            close_entry(SimOutcome::client_gone);
            co_return;
        }
        if (step == Step::cut) {
            co_await break_off(*cutting_fault());
            co_return;
        }
        if (step == Step::done) break;
        if (next_token_ > now()) timer_.arm(next_token_);
        co_await waiter_.wait(SimServer::tokens_came | readable | timeout);
    }
    event.clear();
    writer.usage(event, usage_now());
    write_event(event);
    write_event(StreamWriter::done);
    if (is_chunked_) out_.append(http1::last_chunk);
    const bool is_sent = co_await flush();
    close_entry(is_sent ? SimOutcome::answered : SimOutcome::client_gone);
}

// False: the client left before the engine was done.
io::Task<bool> SimConnection::wait_for_engine() {
    while (!std::all_of(jobs_.begin(), jobs_.end(), [](const SimJob& job) { return job.is_finished; })) {
        if (client_is_gone()) co_return false;
        co_await waiter_.wait(SimServer::tokens_came | readable);
    }
    if (const Fault* slow = find(What::slow); slow != nullptr) {
        std::int64_t tokens = 1;
        for (const SimJob& job : jobs_) tokens += job.answer.tokens();
        const Instant until = now() + slow->delay * tokens;
        if (!co_await wait_until(until)) co_return false;
    }
    co_return !client_is_gone();
}

io::Task<> SimConnection::answer_whole(const SimRequest& request) {
    if (!co_await wait_for_engine()) {
        goes_on_ = false;
        close_entry(SimOutcome::client_gone);
        co_return;
    }
    note_cached(request);
    std::vector<const Answer*> answers;
    for (const SimJob& job : jobs_) answers.push_back(&job.answer);
    std::string body;
    const SimConfig& config = server_.config();
    const std::size_t dimensions = request.dimensions > 0 ? static_cast<std::size_t>(request.dimensions) : config.dimensions;
    if (request.kind == SimKind::embeddings) append_embeddings(body, request, frame_, usage_now(), dimensions, config.seed);
    else if (request.kind == SimKind::rerank) append_rerank(body, request, frame_, usage_now(), config.seed);
    else append_whole(body, request, frame_, answers, usage_now());
    const Fault* cut = cutting_fault();
    if (cut != nullptr && cut->what == What::error_event) {
        write_error(make_error(500, "simulated failure of the engine"));
        co_await flush();
        close_entry(SimOutcome::refused);
        co_return;
    }
    if (cut != nullptr) {
        const bool is_short = cut->what == What::truncate;
        write_head(200, json_type, is_short ? body.size() / 2 : body.size() + (cut->what == What::wrong_length ? 13 : 0));
        out_.append(body, 0, cut->what == What::wrong_length ? body.size() : body.size() / 2);
        co_await flush();
        const bool may_go_on = is_short && request_.keep_alive;
        co_await break_off(*cut);
        goes_on_ = may_go_on;
        co_return;
    }
    write_simple(200, json_type, body);
    if (!co_await flush()) {
        close_entry(SimOutcome::client_gone);
        co_return;
    }
    for (SimJob& job : jobs_) {
        while (job.sent < job.ready) deliver_token(job);
        ++server_.meters().finished[static_cast<std::size_t>(job.answer.finish)];
    }
    close_entry(SimOutcome::answered);
}

}  // namespace gilmok::fleet
