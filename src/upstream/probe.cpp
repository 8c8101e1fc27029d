#include "upstream/probe.hpp"

#include "base/block.hpp"
#include "base/text.hpp"
#include "upstream/attempt.hpp"

namespace gilmok::upstream {

namespace {

constexpr io::Events readable = 1U << 0;
constexpr io::Events writable = 1U << 1;
constexpr io::Events timer = 1U << 2;

std::string request_of(const config::Upstream& upstream, const FetchWhat& what) {
    std::string out = what.method + " " + what.path + " HTTP/1.1\r\nhost: " + upstream.authority +
                      "\r\naccept: */*\r\nconnection: close\r\n";
    if (!upstream.key.is_empty()) {
        out += "authorization: Bearer ";
        out += upstream.key.reveal();
        out += "\r\n";
    }
    out += what.header_lines;
    if (!what.body.empty()) {
        out += "content-type: application/json\r\ncontent-length: ";
        append_number(out, what.body.size());
        out += "\r\n";
    }
    return out + "\r\n" + what.body;
}

}   // namespace

io::Task<Result<Fetched>> fetch(io::Loop& loop, const config::Upstream& upstream, StatePtr state, FetchWhat what) {
    const std::string request = request_of(upstream, what);
    const std::string_view request_part = request;
    io::Waiter waiter(loop.ready());
    io::Timer deadline(loop.timers(), waiter, timer);
    deadline.arm(loop.now() + what.timeout);
    Pool pool(loop, state);
    Attempt attempt;
    attempt.begin(pool, upstream, true, waiter, readable, writable, loop.now());
    Block scratch = Block::take();
    auto head = std::make_unique<wire::http1::ResponseHead>();
    std::string_view rest;
    while (attempt.state() != Attempt::State::answering) {
        if (attempt.state() == Attempt::State::failed) co_return fail(attempt.error());
        if (attempt.state() == Attempt::State::ready_to_send) attempt.send({&request_part, 1});
        const Attempt::State before = attempt.state();
        const Attempt::State after = attempt.on_ready(scratch.space(0), *head, rest);
        if (after != before || after == Attempt::State::answering) continue;
        const io::Events events = co_await waiter.wait(readable | writable | timer);
        if ((events & timer) != 0) attempt.time_out();
    }
    Fetched fetched;
    fetched.status = head->status;
    const wire::http1::Limits limits;
    wire::http1::BodyReader body(head->framing, head->content_length, limits);
    for (;;) {
        while (!rest.empty() && !body.is_done()) {
            auto step = body.feed(rest);
            if (!step) co_return fail(Code::upstream_protocol, Fault::upstream, Retry::never, step.error().detail);
            rest.remove_prefix(step->consumed);
            if (fetched.body.size() + step->payload.size() > what.bytes_max)
                co_return fail(Code::upstream_too_large, Fault::upstream, Retry::never, "the answer is too large");
            fetched.body.append(step->payload);
        }
        if (body.is_done()) co_return fetched;
        const io::Transfer got = attempt.read(scratch.space(0));
        if (got.is_done()) {
            rest = scratch.view(0, got.bytes);
            continue;
        }
        if (got.state == io::Transfer::State::end && body.close_is_end()) co_return fetched;
        if (got.is_over())
            co_return fail(Code::upstream_closed, Fault::upstream, Retry::never,
                           "the upstream closed in the middle of its answer");
        const io::Events events = co_await waiter.wait(readable | timer);
        if ((events & timer) != 0)
            co_return fail(Code::first_byte_timeout, Fault::upstream, Retry::never, "no whole answer in time");
    }
}

}   // namespace gilmok::upstream
