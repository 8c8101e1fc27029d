#include "fault_judge.hpp"

#include <array>
#include <vector>

#include "fault_money.hpp"

namespace load {
namespace {

// The error body of the OpenAI API, whole.
bool is_error_object(std::string_view text) {
    return is_json(text) && text.starts_with(R"({"error":)") && text.find(R"("message")") != std::string_view::npos;
}

// Data of the events of a stream; an unfinished event at the end is left out and told.
struct Events {
    std::vector<std::string> data;
    bool ends_clean = true;
};

Events read_events(std::string_view body) {
    Events events;
    std::string data;
    while (!body.empty()) {
        const std::size_t end = body.find('\n');
        if (end == std::string_view::npos) {
            events.ends_clean = false;
            return events;
        }
        std::string_view line = body.substr(0, end);
        body.remove_prefix(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("data:")) {
            line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
            data += (data.empty() ? "" : "\n") + std::string(line);
        } else if (line.empty() && !data.empty()) {
            // Engines that say "usage":null in every event say it to who asked for usage, too.
            constexpr std::string_view no_usage = R"(,"usage":null})";
            if (data.ends_with(no_usage)) data.replace(data.size() - no_usage.size(), no_usage.size(), "}");
            events.data.push_back(std::move(data));
            data.clear();
        }
    }
    events.ends_clean = data.empty();
    return events;
}

std::vector<std::string> right_events(const Plan& plan) {
    std::vector<std::string> data;
    for (std::uint32_t piece = 0; piece < plan.pieces; ++piece) data.push_back(event_data(plan, piece));
    data.push_back(finish_data(plan));
    const bool has_usage = plan.model == 0 || !final_usage(plan).empty();
    if (plan.asks_usage && has_usage) data.push_back(usage_data(plan));
    data.push_back("[DONE]");
    return data;
}

Verdict wrong(Outcome outcome, std::string why) { return {.outcome = outcome, .violation = std::move(why)}; }

Verdict judge_stream(const Plan& plan, const Seen& seen) {
    const Events events = read_events(seen.body);
    const std::vector<std::string> right = right_events(plan);
    if (!seen.content_type.starts_with("text/event-stream"))
        return wrong(Outcome::answered, "a stream of type " + seen.content_type);
    std::size_t same = 0;
    while (same < events.data.size() && same < right.size() && events.data[same] == right[same]) ++same;
    if (!seen.is_whole) return wrong(Outcome::cut_off, "the stream broke off without an error event");
    if (!events.ends_clean) return wrong(Outcome::cut_off, "the stream ended inside an event");
    if (same == events.data.size()) {
        if (same == right.size()) return {.outcome = Outcome::answered, .violation = {}};
        return wrong(Outcome::cut_off, "the stream ended short, without an error event");
    }
    const std::string& odd = events.data[same];
    if (odd == "[DONE]") return wrong(Outcome::cut_off, "[DONE] behind a truncated stream");
    if (!is_error_object(odd)) return wrong(Outcome::answered, "an event that nobody ordered: " + odd.substr(0, 160));
    for (std::size_t i = same + 1; i < events.data.size(); ++i)
        if (events.data[i] != "[DONE]")
            return wrong(Outcome::error_event, "an event behind the error event: " + events.data[i].substr(0, 160));
    return {.outcome = Outcome::error_event, .violation = {}};
}

Verdict judge_json(const Plan& plan, const Seen& seen) {
    const std::string right = json_answer(plan);
    if (!seen.content_type.starts_with("application/json"))
        return wrong(Outcome::answered, "an answer of type " + seen.content_type);
    if (!std::string_view(right).starts_with(seen.body))
        return wrong(Outcome::answered, "bytes that are not of this answer: " + seen.body.substr(0, 160));
    if (!seen.is_whole) return {.outcome = Outcome::cut_off, .violation = {}};
    const bool is_short_by_order = plan.fault == Fault::length_short && seen.body.size() == plan.cut;
    if (seen.body == right || is_short_by_order) return {.outcome = Outcome::answered, .violation = {}};
    return wrong(Outcome::answered, "an answer of " + std::to_string(seen.body.size()) + " bytes in place of " +
                                        std::to_string(right.size()));
}

// Which outcomes the plan leaves open. A faulty first attempt may be made good before the first byte.
bool allows(const Plan& plan, Outcome outcome) {
    switch (plan.fault) {
        case Fault::none:
        case Fault::delay:
        case Fault::drip:
        case Fault::interim_few:
        case Fault::lying_usage:
        case Fault::second_answer:
        case Fault::close_after:
        case Fault::until_close: return outcome == Outcome::answered;
        case Fault::interim_flood: return outcome == Outcome::answered || outcome == Outcome::error_status;
        case Fault::stall_head:
        case Fault::reset_head:
        case Fault::garbage_head:
        case Fault::status_400:
        case Fault::status_500:
        case Fault::status_503:
            return outcome == Outcome::error_status || (plan.only_once && outcome == Outcome::answered);
        case Fault::length_short: return outcome != Outcome::error_event && outcome != Outcome::left;
        case Fault::stall_body:
        case Fault::reset_body:
        case Fault::half_close:
        case Fault::length_long:
        case Fault::garbage_chunk:
        case Fault::error_event:
        case Fault::truncated_stream:
            if (outcome == Outcome::error_status || (plan.only_once && outcome == Outcome::answered)) return true;
            return outcome == (plan.is_stream ? Outcome::error_event : Outcome::cut_off);
        case Fault::count_: break;
    }
    return false;
}

// A strict reader of JSON that keeps nothing; `at` moves behind the value.
class JsonReader {
public:
    explicit JsonReader(std::string_view text) : text_(text) {}
    bool read_whole() {
        if (!value(0)) return false;
        space();
        return at_ == text_.size();
    }

private:
    static constexpr int depth_max = 64;
    bool value(int depth) {   // NOLINT(misc-no-recursion): bounded by depth_max
        space();
        if (at_ == text_.size() || depth > depth_max) return false;
        if (text_[at_] == '{') return members(depth, '}', true);
        if (text_[at_] == '[') return members(depth, ']', false);
        if (text_[at_] == '"') return string();
        for (const std::string_view word : {"true", "false", "null"})
            if (text_.substr(at_).starts_with(word)) return take(word.size());
        const std::size_t start = at_;
        while (at_ < text_.size() && std::string_view("+-0123456789.eE").find(text_[at_]) != std::string_view::npos)
            ++at_;
        return at_ > start;
    }
    bool members(int depth, char close, bool has_names) {   // NOLINT(misc-no-recursion): bounded by depth_max
        ++at_;
        space();
        if (at_ < text_.size() && text_[at_] == close) return take(1);
        for (;;) {
            space();
            if (has_names && (!string() || !colon())) return false;
            if (!value(depth + 1)) return false;
            space();
            if (at_ == text_.size()) return false;
            const char c = text_[at_++];
            if (c == close) return true;
            if (c != ',') return false;
        }
    }
    bool string() {
        if (at_ == text_.size() || text_[at_] != '"') return false;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') return take(1);
            if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
            if (text_[at_] == '\\') ++at_;
        }
        return false;
    }
    bool colon() {
        space();
        return at_ < text_.size() && text_[at_] == ':' && take(1);
    }
    void space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    }
    bool take(std::size_t count) {
        at_ += count;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}   // namespace

bool is_json(std::string_view text) { return JsonReader(text).read_whole(); }

std::string_view name_of(Outcome outcome) {
    constexpr std::array<std::string_view, 6> names{"answered", "error_status", "error_event",
                                                    "cut_off",  "left",         "shed"};
    return names[static_cast<std::size_t>(outcome)];
}

Verdict judge(const Plan& plan, const Seen& seen) {
    if (seen.ending == Ending::left) return {.outcome = Outcome::left, .violation = {}};
    if (seen.ending == Ending::timed_out) return wrong(Outcome::cut_off, "no end within the driver's patience");
    if (seen.is_bad) return wrong(Outcome::cut_off, "broken framing");
    if (seen.has_surplus) return wrong(Outcome::answered, "bytes behind the answer");
    if (seen.status == 0) return wrong(Outcome::cut_off, "the connection ended without an answer");
    Verdict verdict;
    if (seen.status == 200) {
        verdict = plan.is_stream ? judge_stream(plan, seen) : judge_json(plan, seen);
    } else {
        verdict.outcome = Outcome::error_status;
        if (seen.status < 400 || !seen.is_whole || !is_error_object(seen.body))
            verdict.violation = "status " + std::to_string(seen.status) + " with " + seen.body.substr(0, 160);
    }
    const bool is_shed = seen.status == 503 && !seen.retry_after.empty() &&
                         seen.body.find(R"("code":"overloaded")") != std::string::npos;
    if (verdict.violation.empty() && is_shed)
        verdict.outcome = Outcome::shed;
    else if (verdict.violation.empty() && !allows(plan, verdict.outcome))
        verdict.violation = "an outcome that the plan does not explain" +
                            (seen.status == 200 ? std::string() : ": " + seen.body.substr(0, 200));
    return verdict;
}

}   // namespace load
