// Where an exchange meets the guard: what its text holds, of which class it is, which candidates' places may get it, what is
// swapped or masked for the one that does, what of the answer may come back, and the record of all that. Looking is
// guard/inspect, deciding guard/decide; here is only the order.
#include <algorithm>
#include <optional>

#include "base/give_back.hpp"
#include "gateway/exchange.hpp"
#include "gateway/guarded.hpp"
#include "gateway/guards.hpp"
#include "gateway/head_scan.hpp"
#include "guard/conversation.hpp"
#include "guard/redact.hpp"

namespace gilmok::gateway {

using model::DataClass;
using model::GuardAction;

namespace {

// What stays the same over the turns of a conversation: the client's own id, else how it began.
std::string conversation_of(const wire::http1::Headers& headers, const dialect::openai::Request& request) {
    const auto* line = headers.find(wire::http1::Known::gilmok_conversation);
    if (line != nullptr && !line->value.empty()) return "id " + std::string(line->value);
    return "begins " + std::string(guard::beginning_of_conversation(request.text));
}

}   // namespace

// A refusal shows the name that was wrong. Whoever puts a key where a name belongs must not find it in a log of errors.
void Exchange::hide_detail() {
    if (detail_.empty() || record_.code == Code::guard_refused || !setup_->guards->is_on) return;
    std::vector<model::Finding> findings;
    const bool is_looked_at = setup_->guards->detector->scan(detail_, shard_.scratch().detect, findings);
    if (!is_looked_at || !findings.empty()) detail_ = "not shown: it holds what the guard looks for";
}

// A tag goes to no model, but into a ledger from which nothing is ever removed.
bool Exchange::may_be_written(std::string_view tag) const {
    if (!setup_->guards->is_on) return true;
    std::vector<model::Finding> findings;
    if (!setup_->guards->detector->scan(tag, shard_.scratch().detect, findings)) return false;
    return std::none_of(findings.begin(), findings.end(), [](const model::Finding& finding) {
        const model::DataFamily family = model::family_of(finding.kind);
        return family == model::DataFamily::secret || family == model::DataFamily::unique_id ||
               family == model::DataFamily::financial || finding.kind == model::DataKind::email;
    });
}

// What is in the text, and of which class the request therefore is. Nothing that could not be looked at leaves.
Result<bool> Exchange::inspect() {
    const Guards& guards = *setup_->guards;
    if (!guards.is_on) return true;
    const DataClass declared = guards.rules.class_of(record_.tenant);
    record_.data_class = declared;
    const auto& headers = connection_.head().headers;
    // Each that stands there: whoever passed the request on may have raised what the client said.
    for (const auto& line : headers) {
        if (line.known != wire::http1::Known::gilmok_class) continue;
        const auto named = model::data_class_named(line.value);
        if (!named)
            return gilmok::fail(Code::member_invalid, Fault::client, Retry::never, "x-gilmok-class must be C, S or O");
        if (*named < declared) {
            detail_ = "x-gilmok-class " + std::string(model::name_of(*named)) + " is below the class " +
                      std::string(model::name_of(declared)) + " of tenant " + snapshot().tenant(record_.tenant).path;
            return gilmok::fail(Code::guard_refused, Fault::client, Retry::never, "a class can be raised, not lowered");
        }
        record_.data_class = std::max(record_.data_class, *named);
    }
    guard::Inspection found;
    const guard::Detector& detector = *guards.detectors[model::index_of(record_.model)];
    guard::DetectScratch& scratch = shard_.scratch().detect;
    GILMOK_TRY(is_read,
               request_.is_multipart
                   ? found.read_form(headers.value(wire::http1::Known::content_type), request_.text, &detector, scratch)
                   : found.read(request_.text, &detector, scratch, {&shard_.clean_memory(), record_.tenant}));
    static_cast<void>(is_read);
    std::vector<model::Finding> fixed;
    HeadScan head(detector, scratch, shard_.clean_memory(), record_.tenant, fixed);
    if (!head.run(connection_.head()))
        return gilmok::fail(Code::guard_failed, Fault::gateway, Retry::never, "the headers cannot be looked through");
    record_.data_class = guards.rules.raise(guards.rules.raise(record_.data_class, found.findings()), fixed);
    if (found.is_empty() && fixed.empty()) return true;
    guarded_ = std::make_unique<Guarded>(std::move(found));
    guarded_->fixed = std::move(fixed);
    return true;
}

// Leaves the candidates to whose place a rule lets this request go, in their order. When there is none, the refusal names
// the rule that kept it from the first.
void Exchange::keep_allowed() {
    const Guards& guards = *setup_->guards;
    if (!guards.is_on || order_count_ == 0) return;
    std::uint8_t kept = 0;
    bool is_unasked = false;   // only the external detector's answer is missing
    const guard::Verdict* refused = nullptr;
    std::uint8_t refused_candidate = 0;
    for (std::uint8_t i = 0; i < order_count_; ++i) {
        const std::uint8_t candidate = order_[i];
        const guard::Destination destination = guards.destination(snapshot(), model_->candidates[candidate]);
        if (guarded_ == nullptr && record_.data_class == DataClass::open &&
            guards.rules.allows_plain(record_.tenant, destination)) {
            if (lacks_external(destination))
                is_unasked = true;
            else
                order_[kept++] = candidate;
            continue;
        }
        if (guarded_ == nullptr) guarded_ = std::make_unique<Guarded>(guard::Inspection{});
        auto& verdict = guarded_->verdicts[candidate];
        verdict = decide(destination);
        if (!verdict->leaves() || !can_redact(*verdict)) {
            if (refused == nullptr) {
                refused = &*verdict;
                refused_candidate = candidate;
            }
        } else if (lacks_external(destination)) {
            is_unasked = true;
        } else {
            order_[kept++] = candidate;
        }
    }
    order_count_ = kept;
    if (kept == 0 && is_unasked)
        last_error_ = {Code::guard_failed, Fault::gateway, Retry::never, "the external detector gave no answer"};
    if (kept > 0 || is_unasked || refused == nullptr) return;
    const config::GuardRule& rule = guards.rules.rules()[refused->rule];
    detail_ = "rule " + rule.name;
    if (!rule.where.empty()) detail_ += " at " + rule.where;
    for (const auto& of : refused->kinds)
        if (of.rule == refused->rule && of.count > 0)
            detail_ += ": " + std::string(model::title_of(of.kind)) + " (" + std::string(model::name_of(of.kind)) + ")";
    detail_ += ", class " + std::string(model::name_of(record_.data_class));
    if (rule.name == "built-in/unknown-place") detail_ += "; give the upstream its `place`";
    last_error_ = {Code::guard_refused, Fault::client, Retry::never, "a rule of the guard"};
    shard_.metrics().guard_refusals.add();
    // Should this fail, nothing leaves all the same.
    write_decision(*refused, refused_candidate, record_.attempts_count);
}

guard::Verdict Exchange::decide(const guard::Destination& destination) const {
    const guard::Rules& rules = setup_->guards->rules;
    const auto found = guarded_->inspection.findings();
    if (guarded_->fixed.empty()) return rules.decide({record_.data_class, record_.tenant, found}, destination);
    std::vector<model::Finding> all(found.begin(), found.end());
    all.insert(all.end(), guarded_->fixed.begin(), guarded_->fixed.end());
    return rules.decide({record_.data_class, record_.tenant, all}, destination);
}

// A form, a query and a header are not written anew: what would have to be changed in them does not leave.
bool Exchange::can_redact(const guard::Verdict& verdict) const {
    if (request_.is_multipart && verdict.changes_text()) return false;
    return std::all_of(guarded_->fixed.begin(), guarded_->fixed.end(),
                       [&](const model::Finding& finding) { return verdict.of(finding.kind) == GuardAction::allow; });
}

// The request as the candidate may get it. Errors: guard_failed.
Result<const dialect::openai::Request*> Exchange::request_for(std::uint8_t candidate) {
    if (guarded_ == nullptr || !guarded_->verdicts[candidate] || guarded_->inspection.is_empty()) return &request_;
    if (auto& made = guarded_->bodies[candidate]) return &made->request;
    const Guards& guards = *setup_->guards;
    if (!guarded_->pseudonyms)
        guarded_->pseudonyms.emplace(guards.secret, snapshot().tenant(record_.tenant).path,
                                     conversation_of(connection_.head().headers, request_));
    auto body = std::make_unique<Guarded::Body>();
    const guard::Actions actions = guard::actions_of(*guarded_->verdicts[candidate]);
    const guard::RedactOptions options{.strips_images = snapshot().guard.strips_images, .refuses_images = true};
    GILMOK_TRY(is_changed, guard::redact(guarded_->inspection, actions, options, *guarded_->pseudonyms, body->text));
    if (!is_changed) return &request_;
    const wire::json::Limits limits{.depth_max = snapshot().server.limits.json_depth_max};
    auto read = dialect::openai::read_request(record_.endpoint, body->text, limits);
    // Our own text: what is wrong with it is not the client's fault.
    if (!read)
        return gilmok::fail(Code::guard_failed, Fault::gateway, Retry::never, "the redacted request cannot be read");
    body->request = *read;
    guarded_->bodies[candidate] = std::move(body);
    return &guarded_->bodies[candidate]->request;
}

// The attempt is about to be sent: what leaves, to where, under which rule, is written down first.
// False when there is no room for it: then it must not be sent.
bool Exchange::record_decision(const Try& slot) {
    if (guarded_ == nullptr || !guarded_->verdicts[slot.candidate]) return true;
    return write_decision(*guarded_->verdicts[slot.candidate], slot.candidate, slot.record_index);
}

bool Exchange::write_decision(const guard::Verdict& verdict, std::uint8_t candidate, std::uint8_t attempt) {
    record_.guard_action = std::max(record_.guard_action, verdict.action);
    record_.findings_count = 0;
    for (const auto& of : verdict.kinds) {
        record_.findings_count += of.count;
        shard_.metrics().guard_findings[static_cast<std::size_t>(of.kind)][static_cast<std::size_t>(of.action)].add(
            of.count);
    }
    ledger::Lane* lane = shard_.lane();
    if (lane == nullptr) return true;
    model::Decision decision = decision_for(candidate, attempt);
    add_entries(decision, verdict);
    return lane->append(decision, decision.at).has_value();
}

void Exchange::add_entries(model::Decision& decision, const guard::Verdict& verdict) const {
    const Guards& guards = *setup_->guards;
    decision.verdict = verdict.action;
    decision.verdict_rule = guards.rule_names[verdict.rule];
    for (const auto& of : verdict.kinds) {
        if (decision.entries_count == model::Decision::entries_max) {
            decision.is_more = true;
            break;
        }
        decision.entries[decision.entries_count++] = {
            of.kind, of.action, static_cast<std::uint16_t>(std::min<std::uint32_t>(of.count, 0xffff)),
            guards.rule_names[of.rule]};
    }
}

model::Decision Exchange::decision_for(std::uint8_t candidate, std::uint8_t attempt) const {
    const Guards& guards = *setup_->guards;
    const Accounts& accounts = *setup_->accounts;
    const model::UpstreamId upstream = model_->candidates[candidate].upstream;
    model::Decision decision;
    decision.ref = {record_.id, attempt};
    decision.at = shard_.loop().wall_now();
    decision.tenant = accounts.tenants[model::index_of(record_.tenant)];
    decision.upstream = accounts.upstreams[model::index_of(upstream)];
    decision.place = guards.places[model::index_of(record_.model)][candidate];
    decision.operator_ = guards.operators[model::index_of(upstream)];
    const std::uint32_t application = guards.application_of[model::index_of(record_.tenant)];
    if (application != Guards::no_application) decision.application = guards.applications[application];
    decision.data_class = record_.data_class;
    return decision;
}

// Whether anything may be changed in the answer: then it has to be read, and must not come compressed.
bool Exchange::reads_answer() const {
    const Guards& guards = *setup_->guards;
    // What users are to be told is told also where nothing is looked at.
    if (!guards.labels.of(record_.tenant).notice_first.empty()) return true;
    if (!guards.is_on) return false;
    if (guarded_ != nullptr && guarded_->pseudonyms && !guarded_->pseudonyms->is_empty()) return true;
    if (!snapshot().guard.looks_at_answers) return false;
    const auto& rules = guards.rules.for_answers(record_.data_class, record_.tenant);
    return !rules.masked.is_empty() || !rules.blocked.is_empty();
}

// The guard's part of the way back; null when the answer passes as it comes.
std::unique_ptr<GuardedAnswer> Exchange::guard_answer() {
    if (!reads_answer()) return nullptr;
    const Guards& guards = *setup_->guards;
    guard::RestoreOptions options;
    options.endpoint = record_.endpoint;
    options.content_is_json = request_.wants_json;
    const guard::Label& label = guards.labels.of(record_.tenant);
    if (!label.notice_first.empty() && guard::is_first_turn(request_.text))
        options.notice = label.notice_first + "\n\n";
    if (guarded_ != nullptr && guarded_->pseudonyms) options.pseudonyms = &*guarded_->pseudonyms;
    if (guards.is_on && snapshot().guard.looks_at_answers) {
        const auto& rules = guards.rules.for_answers(record_.data_class, record_.tenant);
        options.detector = guards.answers_detector.get();
        options.masked = rules.masked;
        options.blocked = rules.blocked;
        if (guarded_ != nullptr)
            for (std::size_t i = 0; i < guarded_->inspection.findings().size(); ++i)
                options.sent.emplace_back(guarded_->inspection.value(i));
    }
    return std::make_unique<GuardedAnswer>(std::move(options), shard_.scratch().restore);
}

// What a machine can tell a generated answer by, and what its reader is to be told. An upstream's refusal is no answer of a model: marked,
// the mark would say nothing.
void Exchange::append_labels(std::string& headers, std::uint16_t status) const {
    const Guards& guards = *setup_->guards;
    if (!model::is_generative(record_.endpoint) || status < 200 || status > 299) return;
    for (const guard::Label::Header& header : guards.labels.of(record_.tenant).headers)
        wire::http1::append_header(headers, wire::http1::HeaderName::checked(header.name), header.value);
}

// What the answer held is a decision of its own.
void Exchange::record_answer(const GuardedAnswer& answer) {
    const auto& done = answer.restorer().done();
    for (const auto& entry : done)
        shard_.metrics()
            .guard_findings[static_cast<std::size_t>(entry.kind)][static_cast<std::size_t>(entry.action)]
            .add(entry.count);
    ledger::Lane* lane = shard_.lane();
    if (done.empty() || lane == nullptr) return;
    const Guards& guards = *setup_->guards;
    const auto& rules = guards.rules.for_answers(record_.data_class, record_.tenant);
    model::Decision decision = decision_for(winner_->candidate, winner_->record_index);
    decision.is_answer = true;
    for (model::Decision::Entry entry : done) {
        if (decision.entries_count == model::Decision::entries_max) {
            decision.is_more = true;
            break;
        }
        entry.rule = guards.rule_names[rules.rule[static_cast<std::size_t>(entry.kind)]];
        if (entry.action >= decision.verdict) {
            decision.verdict = entry.action;
            decision.verdict_rule = entry.rule;
        }
        decision.entries[decision.entries_count++] = entry;
    }
    static_cast<void>(lane->append(decision, decision.at));
}

// Texts are kept where the tenant's owner said so, and only there: what went out, or what the client wrote; of each attempt, because
// another place may have got another text.
void Exchange::archive_prompt(const Try& slot) {
    archive::Archive* archive = shard_.archive();
    if (archive == nullptr) return;
    const bool is_redacted = snapshot().archive.keeps_redacted && slot.request != &request_;
    const std::string_view text = is_redacted ? slot.request->text : request_.text;
    const archive::Taken taken = archive->put(snapshot().tenant(record_.tenant).path, record_.id, record_.started_wall,
                                              archive::What::prompt, text, is_redacted);
    is_archived_ = taken != archive::Taken::not_kept && snapshot().archive.keeps_answers;
}

void Exchange::archive_answer(std::string_view text) {
    if (text.empty()) return;
    // What was put back for the client alone is taken out again: else the archive would hold in answers what it must not hold in prompts.
    const bool is_redacted = snapshot().archive.keeps_redacted && guarded_ != nullptr && guarded_->pseudonyms &&
                             !guarded_->pseudonyms->is_empty();
    std::string hidden;
    if (is_redacted) guarded_->pseudonyms->hide(text, hidden);
    // Counted by the archive itself when it finds no room.
    static_cast<void>(shard_.archive()->put(snapshot().tenant(record_.tenant).path, record_.id,
                                            shard_.loop().wall_now(), archive::What::answer,
                                            is_redacted ? hidden : text, is_redacted));
}

// The bytes of what was sent are no longer needed once the answer has begun.
void Exchange::forget_bodies() {
    if (guarded_ == nullptr) return;
    for (auto& body : guarded_->bodies) {
        if (body == nullptr) continue;
        give_back(body->text);
        body->request.text = {};
    }
    guarded_->inspection = {};
}

}   // namespace gilmok::gateway
