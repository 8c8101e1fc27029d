// The story of an exchange, stage by stage. Whatever refuses returns an Error; run() turns it into an answer and every
// way out into one record.
#include "gateway/exchange.hpp"

#include <algorithm>

#include "auth/credentials.hpp"
#include "base/assert.hpp"
#include "wire/inflate.hpp"

namespace gilmok::gateway {

using model::Endpoint;
using model::Outcome;
using wire::http1::Known;
using wire::http1::Method;

namespace {
constexpr std::string_view json_type = "application/json";
}   // namespace

Exchange::Exchange(Connection& connection)
    : connection_(connection), shard_(connection.shard()), setup_(shard_.setup()) {
    const wire::http1::RequestHead& head = connection_.head();
    client_version_minor_ = head.version_minor;
    client_keeps_alive_ = head.keep_alive;
    is_head_method_ = head.method == Method::head;
    record_.started = now();
    record_.started_wall = shard_.loop().wall_now();
    record_.id = model::make_request_id(unix_ms(record_.started_wall), shard_.prng().next(), shard_.prng().next());
    if (const auto caller = meter::parse_traceparent(head.headers.value(Known::traceparent))) {
        parent_span_ = caller->span_id;
        trace_ = meter::child_of(*caller, shard_.prng().next());
    } else {
        trace_ = meter::make_trace(shard_.prng().next(), shard_.prng().next(), shard_.prng().next(), false);
        trace_.is_sampled = meter::is_in_sample(trace_, snapshot().telemetry.sample_ratio);
    }
    record_.trace_id = trace_.trace_id;
    record_.span_id = trace_.span_id;
    shard_.metrics().exchanges_running.add(1);
    connection_.waiter().clear(event::upstream | event::hedge | event::timer);
}

Exchange::~Exchange() {
    // A connection that is destroyed in the middle still owes its record.
    if (!is_recorded_) {
        record_.outcome = answer_begun_ ? Outcome::cut_off : Outcome::failed;
        record_.code = Code::draining;
        record_.fault = Fault::gateway;
        settle();
    }
}

io::Task<bool> Exchange::run() {
    const Result<bool> told = co_await tell();
    if (!told) refuse(told.error());
    // relay: the answer, as it comes. From here, because what tell() keeps in its frame is not needed for hours of a stream.
    if (winner_ != nullptr) co_await relay();
    // What was answered here, without an upstream, may be more than the client takes at once.
    if (connection_.has_unsent()) {
        const bool is_sent = co_await connection_.flush();
        if (!is_sent) lose_client();
    }
    settle();
    co_return client_keeps_alive_&& connection_.body_is_whole() && !connection_.has_client_left();
}

io::Task<Result<bool>> Exchange::tell() {
    // accept, parse: the head is understood already; what does it ask for?
    if (auto found = find_endpoint(); !found) co_return found;
    if (record_.endpoint == Endpoint::none) co_return true;   // a probe, answered

    // authenticate before a byte of the body is taken: who may not ask may not make us work
    if (auto known = authenticate(); !known) co_return known;
    if (auto shed = shed_early(); !shed) co_return shed;
    if (!connection_.body_is_whole()) {
        Result<bool> whole = co_await connection_.read_body();
        if (!whole) co_return whole;
    }
    if (auto decoded = decode_body(); !decoded) co_return decoded;
    if (record_.endpoint == Endpoint::models) co_return answer_locally();
    if (auto read = read_request(); !read) co_return read;
    if (auto found = find_model(); !found) co_return found;

    // inspect: what the text holds, and of which class it is
    if (auto inspected = inspect(); !inspected) co_return inspected;

    // admit: a place for the tenant and all its ancestors
    if (auto admitted = admit(); !admitted) co_return admitted;
    if (auto remembered = remember(); !remembered) co_return remembered;
    if (record_.status != 0) co_return true;   // answered before, and the answer was given again

    // inspect once more, where somebody else is asked about what may go abroad
    if (needs_external()) {
        Result<bool> heard = co_await ask_external();
        if (!heard) co_return heard;
    }

    // route, dispatch: the candidates in order of their predicted wait, until one answers
    plan_route();
    Result<bool> answered = co_await dispatch();
    co_return answered;
}

Result<bool> Exchange::find_endpoint() {
    const auto& head = connection_.head();
    if (auto begun = connection_.begin_body(); !begun) return begun;
    if (head.path == "/livez" || head.path == "/readyz") {
        const bool is_ready = head.path == "/livez" || !shard_.is_draining();
        reply_json(is_ready ? 200 : 503, "text/plain; charset=utf-8", is_ready ? "ok\n" : "draining\n");
        return true;
    }
    record_.endpoint = dialect::openai::endpoint_of(head.path);
    if (record_.endpoint == Endpoint::none) {
        detail_ = head.path;
        return fail(Code::not_found, Fault::client, Retry::never, "no such path");
    }
    if (!dialect::openai::allows(record_.endpoint, head.method))
        return fail(Code::method_not_allowed, Fault::client, Retry::never, "the path does not take this method");
    return true;
}

Result<bool> Exchange::authenticate() {
    GILMOK_TRY(presented, auth::read_credentials(connection_.head().headers));
    GILMOK_TRY(key, setup_->keyring->lookup(presented, record_.started_wall));
    key_ = key;
    record_.key = key->key;
    record_.tenant = key->tenant;
    return true;
}

Result<bool> Exchange::shed_early() {
    if (shard_.is_draining()) return fail(Code::draining, Fault::gateway, Retry::never, "the gateway is shutting down");
    if (auto admitted = shard_.overload().admit(); !admitted) return admitted;
    GILMOK_TRY(ticket, shard_.admission().begin_exchange());
    exchange_ticket_ = std::move(ticket);
    return true;
}

Result<bool> Exchange::decode_body() {
    record_.bytes_in = connection_.body().bytes_received();
    GILMOK_TRY(coding, wire::parse_content_encoding(connection_.head().headers.value(Known::content_encoding)));
    if (coding == wire::Coding::identity) return true;
    GILMOK_TRY(decoded, wire::inflate(coding, connection_.body().body(), snapshot().server.limits.body_bytes_max));
    is_decoded_ = true;
    return connection_.body().replace(std::move(decoded));
}

Result<bool> Exchange::read_request() {
    const std::string_view body = connection_.body().body();
    if (!dialect::openai::has_json_body(record_.endpoint)) {
        GILMOK_TRY(read, dialect::openai::read_multipart(connection_.head().headers.value(Known::content_type), body));
        request_ = read;
        return true;
    }
    const wire::json::Limits limits{.depth_max = snapshot().server.limits.json_depth_max};
    GILMOK_TRY(read, dialect::openai::read_request(record_.endpoint, body, limits));
    request_ = read;
    record_.is_stream = request_.is_stream;
    return true;
}

Result<bool> Exchange::find_model() {
    const auto found = snapshot().models_by_name.find(request_.model);
    if (found == snapshot().models_by_name.end()) {
        detail_ = request_.model;
        return fail(Code::model_unknown, Fault::client, Retry::never, "no such model");
    }
    record_.model = found->second;
    model_ = &snapshot().model(found->second);
    shard_.metrics().model(record_.model, snapshot()).exchanges_running.add();
    if (auto allowed = auth::check_model(*key_, record_.model); !allowed) {
        detail_ = request_.model;
        return allowed;
    }
    return true;
}

Result<bool> Exchange::admit() {
    model::TenantId refused_by = model::TenantId::none;
    auto ticket = setup_->tenants->acquire(record_.tenant, &refused_by);
    if (!ticket) {
        if (refused_by != model::TenantId::none)
            detail_ = "streams_max of tenant " + snapshot().tenant(refused_by).path;
        return fail(ticket.error());
    }
    tenant_ticket_ = std::move(*ticket);
    return true;
}

bool Exchange::answer_locally() {
    constexpr std::string_view list_path = "/v1/models";
    const std::string_view path = connection_.head().path;
    const std::int64_t created_s = unix_ms(record_.started_wall) / 1000;
    std::string json;
    if (path == list_path) {
        json = R"({"object":"list","data":[)";
        bool is_first = true;
        for (std::size_t i = 0; i < snapshot().models.size(); ++i) {
            if (!auth::check_model(*key_, static_cast<model::ModelId>(i))) continue;
            if (!is_first) json += ',';
            is_first = false;
            dialect::openai::append_model(json, snapshot().models[i].name, created_s, "gilmok");
        }
        json += "]}";
    } else {
        const auto found = snapshot().models_by_name.find(path.substr(list_path.size() + 1));
        if (found == snapshot().models_by_name.end() || !auth::check_model(*key_, found->second)) {
            detail_ = path.substr(list_path.size() + 1);
            hide_detail();
            const Error unknown{Code::model_unknown, Fault::client, Retry::never, "no such model"};
            std::string error;
            dialect::openai::append_error(error, unknown, record_.id.view(), detail_);
            record_.code = unknown.code;
            record_.outcome = Outcome::refused;
            reply_json(404, json_type, error);
            return true;
        }
        record_.model = found->second;
        dialect::openai::append_model(json, snapshot().model(found->second).name, created_s, "gilmok");
    }
    reply_json(200, json_type, json);
    return true;
}

Reply Exchange::reply() const {
    Reply reply;
    reply.request_id = record_.id.view();
    reply.client_version_minor = client_version_minor_;
    reply.keep_alive = client_keeps_alive_ && connection_.body_is_whole();
    reply.is_head = is_head_method_;
    return reply;
}

void Exchange::reply_json(std::uint16_t status, std::string_view content_type, std::string_view body,
                          std::string_view more_headers) {
    std::string& out = shard_.scratch().out;
    out.clear();
    Reply with = reply();
    with.more_headers = more_headers;
    append_reply(out, with, status, content_type, body, shard_.date_line());
    record_.status = status;
    if (status < 300) record_.outcome = Outcome::answered;
    record_.bytes_out = body.size();
    client_keeps_alive_ = with.keep_alive;
    connection_.send(out);
}

void Exchange::refuse(const Error& error) {
    record_.code = error.code;
    record_.fault = error.fault;
    if (error.code == Code::client_gone) {
        record_.outcome = Outcome::client_gone;
        record_.status = dialect::openai::status_of(error.code);
        connection_.fail();
        return;
    }
    record_.outcome = record_.attempts_count > 0 || error.fault == Fault::upstream ? Outcome::failed : Outcome::refused;
    record_.status = dialect::openai::status_of(error.code);
    Reply with = reply();
    with.retry_after_s = admit::retry_after_s(error.code, shard_.prng().next());
    if (error.code == Code::budget_exhausted || error.code == Code::rate_limited) {
        // A budget says itself when there will be room; a limit larger than the request could ever fit under says nothing.
        constexpr std::int64_t retry_after_max_s = 86'400;
        const std::int64_t wait_s = (to_ms(refusal_.retry_after) + 999) / 1000;
        if (refusal_.is_never)
            with.retry_after_s = 0;
        else if (wait_s > 0)
            with.retry_after_s = static_cast<std::uint32_t>(std::min(wait_s, retry_after_max_s));
    }
    hide_detail();
    std::string standing;
    if (key_ != nullptr && model_ != nullptr) append_standing(standing);
    with.more_headers = standing;
    if (error.code == Code::method_not_allowed)
        with.allow = record_.endpoint == Endpoint::models ? "GET, HEAD" : "POST";
    std::string& out = shard_.scratch().out;
    out.clear();
    append_error_reply(out, with, error, detail_, shard_.date_line());
    client_keeps_alive_ = with.keep_alive;
    connection_.send(out);
}

// The client took not all of his answer. A refusal stays one: it had been decided.
void Exchange::lose_client() {
    client_keeps_alive_ = false;
    if (record_.outcome != Outcome::answered) return;
    record_.outcome = Outcome::client_gone;
    record_.code = Code::client_gone;
    record_.fault = Fault::client;
}

void Exchange::settle() {
    GILMOK_ASSERT(!is_recorded_);
    is_recorded_ = true;
    if (first_.is_running) end_try(first_, model::AttemptEnd::cancelled, record_.code, 0);
    if (hedge_ != nullptr && hedge_->is_running) end_try(*hedge_, model::AttemptEnd::cancelled, record_.code, 0);
    end_remembering();
    record_.total = now() - record_.started;
    exchange_ticket_.release();
    tenant_ticket_.release();
    shard_.metrics().exchanges_running.add(-1);
    if (model_ != nullptr) shard_.metrics().model(record_.model, snapshot()).exchanges_running.sub();
    if (record_.endpoint == Endpoint::none && record_.code == Code::none) return;   // probes leave no line
    const meter::LineContext context{.key_id = key_ != nullptr ? std::string_view(key_->id) : std::string_view{},
                                     .client = connection_.client(),
                                     .parent_span_id = parent_span_[0] != 0
                                                           ? std::string_view(parent_span_.data(), parent_span_.size())
                                                           : std::string_view{}};
    shard_.finished(record_, snapshot(), context, trace_.is_sampled);
}

}   // namespace gilmok::gateway
