#include "gateway/admin_server.hpp"

#include <algorithm>

#include "auth/admin_guard.hpp"
#include "base/block.hpp"
#include "door/body.hpp"
#include "gateway/reply.hpp"

namespace gilmok::gateway {

namespace {
constexpr io::Events acceptable = 1U << 0;
constexpr io::Events over = 1U << 1;   // a session has ended
constexpr io::Events readable = 1U << 0;
constexpr io::Events writable = 1U << 1;
constexpr io::Events timer = 1U << 2;
constexpr Duration request_timeout = std::chrono::seconds(10);
// For the page; on other answers they do no harm. Nothing is loaded from elsewhere, nothing may frame the page.
constexpr std::string_view protections =
    "cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-frame-options: DENY\r\nreferrer-policy: "
    "no-referrer\r\n"
    "cross-origin-opener-policy: same-origin\r\ncross-origin-resource-policy: same-origin\r\n"
    "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
    "data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

std::string_view code_of(auth::AdminVerdict verdict) {
    switch (verdict) {
        case auth::AdminVerdict::allowed: return "allowed";
        case auth::AdminVerdict::host_refused: return "host_refused";
        case auth::AdminVerdict::origin_refused: return "origin_refused";
        case auth::AdminVerdict::token_missing: return "token_missing";
        case auth::AdminVerdict::token_wrong: return "token_wrong";
    }
    return "refused";
}
}   // namespace

struct AdminServer::Session {
    Session(io::Loop& loop, io::SocketPtr socket_)
        : socket(std::move(socket_)), waiter(loop.ready()), deadline(loop.timers(), waiter, timer) {}
    io::SocketPtr socket;
    io::Waiter waiter;
    io::Timer deadline;
    Block block;
    bool is_over = false;
    io::Task<> task;
};

AdminServer::AdminServer(Control& control, Secret token) : control_(control), token_(std::move(token)) {}
AdminServer::~AdminServer() = default;

Result<io::Address> AdminServer::listen(const io::Address& address) {
    const io::ListenOptions options;
    GILMOK_TRY(listener, control_.loop().network().listen(address, options));
    listener_ = std::move(listener);
    address_ = listener_->address();
    waiter_ = std::make_unique<io::Waiter>(control_.loop().ready());
    task_ = accept();
    task_.start();
    return address_;
}

io::Task<> AdminServer::accept() {
    listener_->watch(waiter_.get(), acceptable);
    for (;;) {
        co_await waiter_->wait(acceptable | over);
        std::erase_if(sessions_, [](const auto& session) { return session->is_over; });
        while (sessions_.size() < connections_max) {
            io::SocketPtr socket = listener_->accept();
            if (socket == nullptr) break;
            sessions_.push_back(std::make_unique<Session>(control_.loop(), std::move(socket)));
            Session& session = *sessions_.back();
            session.task = serve(session);
            session.task.start();
        }
    }
}

AdminResponse AdminServer::respond(const wire::http1::RequestHead& head, std::string_view body) {
    using auth::AdminVerdict;
    const AdminRequest request{.method = head.method,
                               .path = head.path,
                               .query = head.query,
                               .content_type = head.headers.value(wire::http1::Known::content_type),
                               .body = body};
    const SetupPtr setup = control_.setup();
    const auth::AdminPolicy policy{
        .address = address_, .hosts = setup->snapshot->server.admin_hosts, .token = token_.reveal()};
    const AdminVerdict verdict = auth::check_admin(head.headers, policy, admin_needs_token(request));
    if (verdict == AdminVerdict::allowed) return answer_admin(control_, request);
    const bool is_token = verdict == AdminVerdict::token_missing || verdict == AdminVerdict::token_wrong;
    return refuse_admin(is_token ? 401 : 403, {.code = code_of(verdict), .what = std::string(auth::explain(verdict))});
}

// One request, one answer, close: an admin connection holds nothing open.
io::Task<> AdminServer::serve(Session& session) {
    io::Loop& loop = control_.loop();
    session.socket->watch(&session.waiter, readable, writable);
    session.deadline.arm(loop.now() + request_timeout);
    session.block = Block::take();
    const wire::http1::Limits limits;
    wire::http1::HeadParser parser(limits);
    wire::http1::RequestHead head;
    door::BodyBudget budget(body_bytes_max * 2);
    door::BodyCollector body(limits, body_bytes_max, budget);
    std::size_t filled = 0;
    bool is_head_done = false, is_whole = false;
    Result<bool> so_far = true;
    while (so_far && !is_whole) {
        const std::span<char> space = is_head_done ? body.space() : session.block.space(filled);
        const io::Transfer got = session.socket->read(space);
        if (got.is_over()) break;
        if (got.would_block()) {
            const io::Events events = co_await session.waiter.wait(readable | timer);
            if ((events & timer) != 0) break;
            continue;
        }
        if (is_head_done) {
            so_far = body.received(got.bytes);
        } else {
            filled += got.bytes;
            const auto parsed = parser.parse_request(session.block.view(0, filled), head);
            if (!parsed)
                so_far = fail(parsed.error());
            else if (*parsed == wire::http1::HeadParser::State::done) {
                is_head_done = true;
                so_far = body.begin(head, session.block, parser.bytes_consumed(), filled);
            } else
                continue;
        }
        is_whole = so_far && *so_far;
    }

    std::string out;
    Reply reply;
    reply.keep_alive = false;
    reply.request_id = "admin";
    if (!so_far) {
        append_error_reply(out, reply, so_far.error(), {}, {});
    } else if (is_whole) {
        // The block does not move: the head's views still hold.
        const AdminResponse response = respond(head, body.body());
        reply.is_head = head.method == wire::http1::Method::head;
        reply.allow = response.allow;
        append_reply(out, reply, response.status, response.content_type, response.body, protections);
    }
    std::string_view left = out;
    while (!left.empty()) {
        const io::Transfer sent = session.socket->write({&left, 1});
        if (sent.is_over()) break;
        if (sent.is_done()) {
            left.remove_prefix(sent.bytes);
            continue;
        }
        const io::Events events = co_await session.waiter.wait(writable | timer);
        if ((events & timer) != 0) break;
    }
    session.socket.reset();
    session.block.release();
    session.is_over = true;
    waiter_->notify(over);
}

}   // namespace gilmok::gateway
