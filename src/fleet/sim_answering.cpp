// How a simulated engine answers one request: the entry in its log, its jobs in the engine, and the bytes as they become
// ready. sim_misbehaving.cpp is the part about faults.
#include <algorithm>
#include <utility>

#include "base/prng.hpp"
#include "base/text.hpp"
#include "fleet/sim_connection.hpp"
#include "fleet/tokens.hpp"

namespace gilmok::fleet {

namespace {

namespace http1 = wire::http1;
using What = Fault::What;

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

}   // namespace

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
        if (!ordered) return make_api_error(400, "x-sim-fault was not understood");
        faults_ = std::move(*ordered);
    } else if (!server_.config().faults.is_empty()) {
        faults_ = server_.config().faults.draw(prng);
    }
    entry_.fault = names_of(faults_);
    frame_.created_s = unix_ms(server_.loop().wall_now()) / 1000;
    frame_.usage_null = server_.config().usage_null;
    frame_.lie = Fault::Lie::none;
    if (const Fault* lie = find(What::lie); lie != nullptr)
        frame_.lie = lie->lie != Fault::Lie::none ? lie->lie : static_cast<Fault::Lie>(1 + prng.below(8));
    if (!server_.config().api_key.empty() && request_.authorization != "Bearer " + server_.config().api_key)
        return make_api_error(401, "invalid API key");
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

io::Task<> SimConnection::answer_api(SimKind kind) {
    std::optional<ApiError> refusal = open_entry();
    if (!refusal) {
        const bool is_over = co_await misbehave_before_head();
        if (is_over) co_return;
    }
    std::optional<SimRequest> request;
    if (!refusal) {
        auto read = read_sim_request(kind, body_);
        if (read)
            request = std::move(*read);
        else
            refusal = std::move(read.error());
    }
    if (!refusal) refusal = make_jobs(*request);
    if (refusal) {
        write_error(*refusal);
        co_await flush();
        close_entry(SimOutcome::refused);
        co_return;
    }
    if (request->is_stream && (kind == SimKind::chat || kind == SimKind::completions))
        co_await answer_stream(*request);
    else
        co_await answer_whole(*request);
}

std::optional<ApiError> SimConnection::make_jobs(const SimRequest& request) {
    entry_.model = request.model;
    entry_.is_stream = request.is_stream;
    if (!server_.knows_model(request.model)) {
        ApiError error = make_api_error(404, "The model `" + request.model + "` does not exist.");
        error.param = "model";
        error.code = "model_not_found";
        return error;
    }
    frame_.id = random_name(request.kind == SimKind::chat          ? "chatcmpl-"
                            : request.kind == SimKind::completions ? "cmpl-"
                                                                   : "sim-",
                            server_.config().seed * 1'000'003 + entry_.number);
    if (request.kind == SimKind::chat || request.kind == SimKind::completions) return make_answer_jobs(request);
    jobs_.resize(request.prompts.size());
    std::vector<std::uint32_t> tokens;
    for (const std::string& input : request.prompts)
        tokens.push_back(std::max(1u, count_tokens(input) + count_tokens(request.query)));
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
        const std::uint64_t asked =
            tokens.back() + static_cast<std::uint64_t>(std::max<std::int64_t>(request.tokens_max, 1));
        if (asked > most) {
            ApiError error =
                make_api_error(400, "This model's maximum context length is " + std::to_string(most) +
                                        " tokens. However, you requested " + std::to_string(asked) + " tokens.");
            error.param = request.kind == SimKind::chat ? "messages" : "prompt";
            error.code = "context_length_exceeded";
            return error;
        }
        jobs_[index].answer = make_answer(request, prompt, index % choices, server_.config().answers,
                                          server_.config().seed, most - tokens.back());
    }
    return submit_jobs(request, tokens);
}

std::optional<ApiError> SimConnection::submit_jobs(const SimRequest& request,
                                                   const std::vector<std::uint32_t>& tokens) {
    const std::size_t per_prompt = jobs_.size() / request.prompts.size();
    const std::uint64_t salt = hash_of(request.model, request.cache_salt);
    for (std::size_t index = 0; index < jobs_.size(); ++index) {
        SimJob& job = jobs_[index];
        const std::string& prompt = request.prompts[index / per_prompt];
        if (index % per_prompt == 0) tokens_prompt_ += tokens[index / per_prompt];
        // The answer's blocks are named too: the next turn of this conversation brings them back as its prompt.
        auto hashes = index % per_prompt == 0 && !job.answer.text.empty() ? block_hashes(prompt + job.answer.text, salt)
                                                                          : block_hashes(prompt, salt);
        job.waiter = &waiter_;
        switch (server_.submit(job, tokens[index / per_prompt], std::move(hashes))) {
            case Engine::Admission::accepted: break;
            case Engine::Admission::too_long: return make_api_error(400, "the input is longer than the engine's cache");
            case Engine::Admission::queue_full: return make_api_error(503, "the engine's queue is full");
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
    const std::size_t dimensions =
        request.dimensions > 0 ? static_cast<std::size_t>(request.dimensions) : config.dimensions;
    if (request.kind == SimKind::embeddings)
        append_embeddings(body, request, frame_, usage_now(), dimensions, config.seed);
    else if (request.kind == SimKind::rerank)
        append_rerank(body, request, frame_, usage_now(), config.seed);
    else
        append_whole(body, request, frame_, answers, usage_now());
    const Fault* cut = cutting_fault();
    if (cut != nullptr && cut->what == What::error_event) {
        write_error(make_api_error(500, "simulated failure of the engine"));
        co_await flush();
        close_entry(SimOutcome::refused);
        co_return;
    }
    if (cut != nullptr) {
        const bool is_short = cut->what == What::truncate;
        write_head(200, json_type,
                   is_short ? body.size() / 2 : body.size() + (cut->what == What::wrong_length ? 13 : 0));
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

}   // namespace gilmok::fleet
