#include "judge.hpp"

#include <map>
#include <optional>

namespace gilmok::worldtest {

using model::Outcome;
using model::Record;

namespace {

constexpr std::string_view nonce_begin = "nonce-";

std::string trace_of(const Record& record) { return {record.trace_id.data(), record.trace_id.size()}; }

std::string describe(const Ticket& ticket, const Record* record) {
    std::string text =
        "request " + std::to_string(ticket.number) + " ask=" + std::to_string(static_cast<int>(ticket.ask));
    text += " status=" + std::to_string(ticket.status) + " whole=" + std::to_string(ticket.is_whole) +
            " stream=" + std::to_string(ticket.is_event_stream) + " done=" + std::to_string(ticket.has_done()) +
            " error_event=" + std::to_string(ticket.has_error_event()) + " left=" + std::to_string(ticket.has_left) +
            " reset=" + std::to_string(ticket.was_reset) + " ended=" + std::to_string(ticket.has_connection_ended) +
            " sent=" + std::to_string(ticket.is_sent) + " http10=" + std::to_string(ticket.is_http10) +
            " slow=" + std::to_string(ticket.is_read_slowly) + " body_bytes=" + std::to_string(ticket.body.size());
    if (record != nullptr)
        text += "; record outcome=" + std::string(model::name_of(record->outcome)) +
                " code=" + std::string(name_of(record->code)) + " status=" + std::to_string(record->status) +
                " attempts=" + std::to_string(record->attempts_count) +
                " bytes_out=" + std::to_string(record->bytes_out);
    return text;
}

// An answer must hold its own nonce and nobody else's.
bool has_foreign_nonce(const Ticket& ticket) {
    for (const std::string& text : {ticket.content(), ticket.body})
        for (std::size_t at = text.find(nonce_begin); at != std::string::npos; at = text.find(nonce_begin, at + 1)) {
            constexpr std::size_t nonce_bytes = 22;
            const std::string found = text.substr(at, nonce_bytes);
            if (found.size() == nonce_bytes && !ticket.text.starts_with(found)) return true;
        }
    return false;
}

std::string check_without_record(const Ticket& ticket) {
    if (ticket.has_head && ticket.status != 400 && ticket.status != 408) return "an answer without a record";
    return {};
}

std::string check_pair(const Ticket& ticket, const Record& record, bool is_door_calm) {
    if (!ticket.is_head_sent) return "a record of a request whose head was never whole";
    if (ticket.comes_after_close) return "a request behind the last answer of its connection was taken";
    if (ticket.has_head && ticket.request_id != record.id.view()) return "the answer bears the id of another record";
    if (ticket.has_head && record.status != ticket.status) return "the record has another status than the answer";
    const bool is_error = ticket.is_whole && ticket.status >= 300;
    // Only his own leaving or the network may have kept the end from the client; or he reads so slowly that the connection
    // was closed over requests behind this one before he had read the answer, which TCP then destroys.
    // A connection that is cut at the end of a drain does not wait for him either.
    const bool may_be_destroyed = ticket.was_reset && (ticket.is_read_slowly || record.code == Code::draining);
    const bool must_have_seen = is_door_calm && !ticket.has_left && !may_be_destroyed;
    switch (record.outcome) {
        case Outcome::answered:
            if (is_error || ticket.has_error_event()) return "recorded as answered, but the client saw an error";
            if (must_have_seen && !ticket.is_answered())
                return "recorded as answered, but the client has no whole answer";
            break;
        case Outcome::refused:
        case Outcome::upstream_refused:
        case Outcome::failed:
            if (ticket.has_head && ticket.status < 300) return "recorded as an error, but the client saw a success";
            if (must_have_seen && !is_error) return "recorded as refused, but the client was not told";
            break;
        case Outcome::cut_off:
            if (ticket.is_answered()) return "recorded as cut off, but the client has a whole answer";
            if (ticket.is_whole && !ticket.has_error_event() && ticket.status < 300)
                return "an answer cut off looks whole";
            if (is_door_calm && !ticket.has_left && !ticket.was_reset && !ticket.has_error_event())
                return "cut off without a sign";
            break;
        case Outcome::client_gone:
            if (is_door_calm && !ticket.has_left && !ticket.was_reset)
                return "recorded as gone, but the client was there";
            break;
        case Outcome::count_: return "no outcome";
    }
    return {};
}

std::string check_content(const Ticket& ticket) {
    if (ticket.is_garbage) return "the client got bytes that are not HTTP";
    if (has_foreign_nonce(ticket)) return "the client saw the nonce of another";
    // A JSON answer that the engine itself broke off, in a message that ends properly, is passed on as it is.
    const bool is_comparable =
        ticket.ask == Ask::chat_stream || (ticket.ask == Ask::chat && ticket.body.ends_with("}"));
    if (is_comparable && ticket.is_answered() && ticket.content() != ticket.text)
        return "the whole answer is not the answer: " + ticket.content();
    if (ticket.has_done() && ticket.has_error_event()) return "[DONE] beside an error";
    return {};
}

std::string check_record(const Record& record) {
    if (record.attempts_count > 3) return "more attempts than attempts_max";
    std::size_t answered = 0;
    for (std::size_t i = 0; i < record.attempts_count; ++i)
        answered += record.attempts[i].end == model::AttemptEnd::answered ? 1U : 0U;
    if (answered > 1) return "two attempts answered";
    if (record.outcome == Outcome::answered && record.attempts_count > 0 && answered != 1) return "answered by nobody";
    return {};
}

}   // namespace

std::string judge(const std::deque<Ticket>& tickets, const std::deque<Record>& records, bool is_door_calm) {
    std::map<std::string, const Record*> by_trace;
    std::map<std::string, const Record*> by_id;
    for (const Record& record : records) {
        if (!by_trace.emplace(trace_of(record), &record).second)
            return "two records of one request, trace " + trace_of(record);
        if (!by_id.emplace(record.id.view(), &record).second) return "two records with one id";
        if (const std::string problem = check_record(record); !problem.empty())
            return problem + ", trace " + trace_of(record);
    }
    std::size_t met = 0;
    for (const Ticket& ticket : tickets) {
        const auto found = by_trace.find(ticket.trace_id);
        const Record* record = found == by_trace.end() ? nullptr : found->second;
        met += record != nullptr ? 1U : 0U;
        std::string problem = check_content(ticket);
        if (problem.empty())
            problem = record == nullptr ? check_without_record(ticket) : check_pair(ticket, *record, is_door_calm);
        if (!problem.empty()) return problem + ": " + describe(ticket, record);
    }
    if (met != records.size()) return "a record of a request that nobody sent";
    return {};
}

}   // namespace gilmok::worldtest
