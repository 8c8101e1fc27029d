#include "fleet/sim_log.hpp"

#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gilmok::fleet {

namespace {

void append_text(std::string& out, std::string_view name, std::string_view text) {
    out.append(",\"").append(name).append("\":\"");
    append_json_escaped(out, text);
    out.push_back('"');
}

template <class Number>
void append_count(std::string& out, std::string_view name, Number number) {
    out.append(",\"").append(name).append("\":");
    append_number(out, number);
}

}  // namespace

std::string_view name_of(SimOutcome outcome) {
    switch (outcome) {
        case SimOutcome::answered: return "answered";
        case SimOutcome::refused: return "refused";
        case SimOutcome::faulted: return "faulted";
        case SimOutcome::client_gone: return "client_gone";
        case SimOutcome::shut_down: return "shut_down";
        case SimOutcome::count_: break;
    }
    return "unknown";
}

void SimLog::close(SimEntry entry) {
    GILMOK_ASSERT(open_ > 0);
    --open_;
    ++requests_;
    ++outcomes_[static_cast<std::size_t>(entry.outcome)];
    tokens_prompt_ += entry.tokens_prompt;
    tokens_cached_ += entry.tokens_cached;
    tokens_made_ += entry.tokens_made;
    tokens_delivered_ += entry.tokens_delivered;
    if (entries_max_ == 0) return;
    if (entries_.size() == entries_max_) {
        entries_.pop_front();
        ++dropped_;
    }
    entries_.push_back(std::move(entry));
}

void SimLog::append_lines(std::string& out, std::uint64_t after) const {
    for (const SimEntry& entry : entries_) {
        if (entry.number <= after) continue;
        out.append("{\"number\":");
        append_number(out, entry.number);
        append_text(out, "request_id", entry.request_id);
        append_text(out, "path", entry.path);
        append_text(out, "model", entry.model);
        append_count(out, "status", entry.status);
        append_text(out, "outcome", name_of(entry.outcome));
        out.append(entry.is_stream ? ",\"stream\":true" : ",\"stream\":false");
        append_text(out, "fault", entry.fault);
        append_count(out, "tokens_prompt", entry.tokens_prompt);
        append_count(out, "tokens_cached", entry.tokens_cached);
        append_count(out, "tokens_made", entry.tokens_made);
        append_count(out, "tokens_delivered", entry.tokens_delivered);
        append_count(out, "ttft_us", to_us(entry.to_first_token));
        append_count(out, "total_us", to_us(entry.total));
        out.append("}\n");
    }
}

void SimLog::append_totals(std::string& out) const {
    out.append("\"requests\":");
    append_number(out, requests_);
    append_count(out, "open", open_);
    for (std::size_t index = 0; index < static_cast<std::size_t>(SimOutcome::count_); ++index)
        append_count(out, name_of(static_cast<SimOutcome>(index)), outcomes_[index]);
    append_count(out, "tokens_prompt", tokens_prompt_);
    append_count(out, "tokens_cached", tokens_cached_);
    append_count(out, "tokens_made", tokens_made_);
    append_count(out, "tokens_delivered", tokens_delivered_);
    append_count(out, "log_dropped", dropped_);
}

}  // namespace gilmok::fleet
