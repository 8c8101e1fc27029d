// How a simulated engine misbehaves as ordered: before its head, between its events, and where an answer is to break off.
#include "fleet/sim_connection.hpp"

namespace gilmok::fleet {

namespace {

namespace http1 = wire::http1;
using What = Fault::What;

constexpr std::size_t big_event_bytes = 2 << 20;

}   // namespace

const Fault* SimConnection::find(What what) const {
    for (const Fault& fault : faults_)
        if (fault.what == what) return &fault;
    return nullptr;
}

// The fault that ends this answer, if one is ordered.
const Fault* SimConnection::cutting_fault() const {
    for (const What what : {What::stall, What::reset, What::half_close, What::early_close, What::truncate,
                            What::error_event, What::garbage_chunk, What::wrong_length})
        if (const Fault* fault = find(what); fault != nullptr) return fault;
    return nullptr;
}
// True when nothing is left to answer.
io::Task<bool> SimConnection::misbehave_before_head() {
    if (const Fault* flood = find(What::informational); flood != nullptr) {
        for (std::uint32_t index = 0; index < flood->count; ++index)
            out_.append("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
        if (!co_await flush()) {
            close_entry(SimOutcome::client_gone);
            co_return true;
        }
    }
    if (const Fault* status = find(What::status); status != nullptr) {
        write_error(make_api_error(static_cast<std::uint16_t>(status->count), "ordered by a fault"));
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
    if (cut->what == What::stall || cut->what == What::reset || cut->what == What::half_close ||
        cut->what == What::early_close) {
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
            write_event(
                "data: {\"error\":{\"message\":\"simulated failure of the "
                "engine\",\"type\":\"server_error\",\"param\":null,\"code\":500}}\n\n");
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

}   // namespace gilmok::fleet
