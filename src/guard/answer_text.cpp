#include "guard/answer_text.hpp"

#include <algorithm>

#include "base/give_back.hpp"
#include "base/text.hpp"
#include "guard/redact.hpp"

namespace gilmok::guard {

using model::DataKind;
using model::GuardAction;

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// Digits and at-signs: what words that were passed on already may give a meaning to.
bool wants_context(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '@' || c == '='; });
}

bool is_secret(DataKind kind) { return kind < DataKind::count_ && model::family_of(kind) == model::DataFamily::secret; }

// How much of `text` still belongs to a secret that began so long before that its first part has been masked already: a token to its
// end, a key to the end of its lines.
std::size_t rest_of_secret(DataKind kind, std::string_view text) {
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        const bool is_line_end = kind == DataKind::private_key && (c == '\n' || c == '\r');
        if (!is_line_end && (c <= ' ' || c >= '\x7F' || c == '"')) break;
    }
    return end;
}

// The secret half of an AWS key has no form but its length: where the last run of its letters begins.
constexpr std::size_t half_key_bytes = 40, pair_bytes_max = 160;   // as secret_tokens.cpp looks behind an access key
std::size_t half_key_begin(std::string_view text) {
    std::size_t begin = text.size();
    const auto is_of_key = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '+';
    };
    while (begin > 0 && is_of_key(text[begin - 1])) --begin;
    return text.size() - begin <= half_key_bytes ? begin : text.size();
}

// Letters and digits only, so that "900101-1234567" and "9001011234567" are one value.
std::string as_compared(std::string_view value) {
    std::string out;
    for (const char c : value)
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            static_cast<unsigned char>(c) >= 0x80)
            out += ascii_lower(c);
    return out;
}

}   // namespace

void InsideJson::pass(std::string_view text) {
    for (const char c : text) {
        if (is_escaped_)
            is_escaped_ = false;
        else if (c == '\\')
            is_escaped_ = is_in_string_;
        else if (c == '"')
            is_in_string_ = !is_in_string_;
    }
}

AnswerText::AnswerText(const RestoreOptions& options, RestoreScratch& scratch) : options_(options), scratch_(scratch) {
    if (options.pseudonyms != nullptr && !options.pseudonyms->is_empty()) pseudonyms_ = options.pseudonyms;
    kinds_.add(options.masked);
    kinds_.add(options.blocked);
    if (!kinds_.is_empty()) detector_ = options.detector;
}

bool AnswerText::is_idle() const { return pseudonyms_ == nullptr && detector_ == nullptr && options_.notice.empty(); }

Result<bool> AnswerText::take(Channel& channel, std::string_view text, bool is_last, std::string& out) {
    const std::size_t begin = out.size();
    const bool had_held = !channel.held.empty();
    std::string_view pending = text;
    if (channel.running != DataKind::count_) {
        pending.remove_prefix(rest_of_secret(channel.running, pending));
        if (!pending.empty()) channel.running = DataKind::count_;
    }
    if (had_held) {
        scratch_.pending.assign(channel.held).append(text);
        pending = scratch_.pending;
    }
    GILMOK_TRY(found, find_changes(channel, pending));
    static_cast<void>(found);
    const std::size_t stop = is_last ? pending.size() : hold_begin(channel, pending);
    // What is held back is judged when it is whole: it may become something else yet.
    for (const Change& change : scratch_.changes)
        if (change.begin < stop && change.value == nullptr && options_.blocked.has(change.kind)) {
            count(change.kind, GuardAction::block);
            return fail(Code::guard_answer_blocked, Fault::gateway, Retry::never,
                        "the answer holds a kind of data that a rule keeps from being answered");
        }
    if (stop > 0 && channel.takes_notice) {
        channel.takes_notice = false;
        out += options_.notice;
    }
    apply(channel, pending.substr(0, stop), out);
    if (stop < pending.size())
        channel.held.assign(pending.substr(stop));
    else if (had_held)
        give_back(channel.held);
    return std::string_view(out).substr(begin) != text;
}

Result<bool> AnswerText::find_changes(const Channel& channel, std::string_view pending) {
    scratch_.changes.clear();
    if (pseudonyms_ != nullptr)
        for (auto hit = pseudonyms_->next(pending, 0); hit.value != nullptr; hit = pseudonyms_->next(pending, hit.end))
            scratch_.changes.push_back({hit.begin, hit.end, hit.value, DataKind::count_});
    if (!looks_through(channel)) return true;
    return find_findings(channel, pending);
}

Result<bool> AnswerText::find_findings(const Channel& channel, std::string_view pending) {
    const bool has_context =
        !channel.passed.empty() && (channel.is_of_secret || channel.pair_bytes > 0 || wants_context(pending));
    std::size_t before = 0;
    if (has_context) {
        scratch_.window = channel.passed;
        before = scratch_.window.size();
        scratch_.window += pending;
    }
    scratch_.found.clear();
    const std::string_view looked_at = has_context ? std::string_view(scratch_.window) : pending;
    if (!detector_->scan_behind(looked_at, before, scratch_.detect, scratch_.found))
        return fail(Code::guard_failed, Fault::gateway, Retry::never, "the answer could not be looked through");
    scratch_.findings.clear();
    for (const model::Finding& finding : scratch_.found) {
        if (finding.end <= before) continue;
        const bool is_blocked = options_.blocked.has(finding.kind);
        if (!is_blocked && !options_.masked.has(finding.kind)) continue;
        if (was_sent(looked_at.substr(finding.begin, finding.end - finding.begin))) continue;
        scratch_.findings.push_back(
            {finding.begin > before ? finding.begin - before : 0, finding.end - before, nullptr, finding.kind});
    }
    if (scratch_.findings.empty()) return true;
    // A stand-in is nobody's data, so a finding inside one is none; a finding around one takes it along.
    std::erase_if(scratch_.findings, [&](const Change& finding) {
        return std::any_of(scratch_.changes.begin(), scratch_.changes.end(),
                           [&](const Change& hit) { return hit.begin <= finding.begin && finding.end <= hit.end; });
    });
    std::erase_if(scratch_.changes, [&](const Change& hit) {
        return std::any_of(scratch_.findings.begin(), scratch_.findings.end(),
                           [&](const Change& finding) { return finding.begin < hit.end && hit.begin < finding.end; });
    });
    scratch_.changes.insert(scratch_.changes.end(), scratch_.findings.begin(), scratch_.findings.end());
    std::sort(scratch_.changes.begin(), scratch_.changes.end(),
              [](const Change& left, const Change& right) { return left.begin < right.begin; });
    return true;
}

// Where the tail begins that must wait: what may become a stand-in behind the last one, what may become a finding, and what
// of the changes reaches into it.
std::size_t AnswerText::hold_begin(Channel& channel, std::string_view pending) const {
    std::size_t stop = pending.size();
    if (pseudonyms_ != nullptr) {
        std::size_t behind = 0;
        for (const Change& change : scratch_.changes)
            if (change.value != nullptr) behind = change.end;
        stop -= pseudonyms_->open_tail(pending.substr(behind));
    }
    if (looks_through(channel)) {
        const std::size_t passed = std::min(channel.passed.size(), Detector::passed_bytes);
        scratch_.window.assign(channel.passed, channel.passed.size() - passed).append(pending);
        const OpenTail::Tail tail = detector_->open_tail_behind(scratch_.window, passed, kinds_);
        channel.is_of_secret = tail.is_of_secret;
        stop = std::min(stop, pending.size() - std::min(pending.size(), tail.bytes));
    }
    DataKind running = DataKind::count_;
    bool has_pair = channel.pair_bytes > 0;
    for (const Change& change : scratch_.changes) has_pair = has_pair || change.kind == DataKind::aws_access_key;
    if (has_pair) stop = std::min(stop, half_key_begin(pending));
    for (const Change& change : scratch_.changes) {
        // A secret that ends with the text is not over before something else follows.
        const bool is_open = is_secret(change.kind) && change.end == pending.size();
        if (is_open) running = change.kind;
        if (change.begin < stop && (stop < change.end || is_open)) stop = change.begin;
    }
    while (stop > 0 && stop < pending.size() && is_continuation(pending[stop])) --stop;
    if (pending.size() - stop <= hold_bytes_max) return stop;
    channel.running = running;
    return pending.size();
}

void AnswerText::apply(Channel& channel, std::string_view text, std::string& out) {
    std::size_t at = 0;
    for (const Change& change : scratch_.changes) {
        if (change.begin >= text.size()) break;
        const std::size_t begin = std::max(change.begin, at);
        out += text.substr(at, begin - at);
        pass(channel, text.substr(at, begin - at));
        if (change.value != nullptr) {
            append_escaped(out, *change.value, channel.is_json ? 1 : 0);
            ++restored_;
        } else {
            const bool is_bare = channel.is_json && !channel.json.is_in_string();
            if (is_bare) out += '"';
            out += mask_of(change.kind);
            if (is_bare) out += '"';
            count(change.kind, GuardAction::mask);
            if (change.kind == DataKind::aws_access_key) channel.pair_bytes = pair_bytes_max;
        }
        at = std::min(change.end, text.size());
        if (change.value != nullptr)
            pass(channel, text.substr(begin, at - begin));
        else
            remember(channel, text.substr(begin, at - begin));   // what it was names what follows: half a pair of keys
    }
    out += text.substr(at);
    pass(channel, text.substr(at));
}

void AnswerText::pass(Channel& channel, std::string_view text) const {
    if (!looks_through(channel)) return;
    if (channel.is_json) channel.json.pass(text);
    channel.pair_bytes -= std::min(channel.pair_bytes, text.size());
    remember(channel, text);
}

void AnswerText::remember(Channel& channel, std::string_view text) const {
    if (!looks_through(channel)) return;
    if (text.size() > context_bytes_max) text.remove_prefix(text.size() - context_bytes_max);
    std::string& passed = channel.passed;
    // Cut only now and then: most deltas are a few bytes. Never larger, for it is held as long as the stream runs.
    if (passed.size() + text.size() > context_bytes_max + context_cut_bytes)
        passed.erase(0, passed.size() + text.size() - context_bytes_max);
    if (passed.capacity() < passed.size() + text.size() && passed.size() + text.size() > context_bytes_max / 2)
        passed.reserve(context_bytes_max + context_cut_bytes);
    passed += text;
}

bool AnswerText::was_sent(std::string_view value) {
    if (options_.sent.empty()) return false;
    if (sent_ == nullptr) {
        sent_ = std::make_unique<std::set<std::string, std::less<>>>();
        for (const std::string& sent : options_.sent) sent_->insert(as_compared(sent));
    }
    return sent_->contains(as_compared(value));
}

void AnswerText::count(DataKind kind, GuardAction action) {
    for (model::Decision::Entry& entry : done_)
        if (entry.kind == kind && entry.action == action) {
            if (entry.count < UINT16_MAX) ++entry.count;
            return;
        }
    done_.push_back({.kind = kind, .action = action, .count = 1});
}

}   // namespace gilmok::guard
