#include "report/evidence.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "config/schema.hpp"

namespace gilmok::report {
namespace {

using model::DataClass;
using model::GuardAction;

constexpr std::uint64_t attempts_judged_max = 10'000;   // single attempts looked at for each class, tenant and place

bool is_ended_by_guard(const model::Terminal& end) {
    return end.code == Code::guard_refused || end.code == Code::guard_failed;
}

class Gathering {
public:
    Gathering(ledger::Questions& tables, const EvidenceContext& context, Evidence& evidence)
        : tables_(tables), context_(context), evidence_(evidence) {
        filter_.from = evidence.period.from;
        filter_.until = evidence.period.until;
        filter_.tenant = evidence.tenant;
    }

    Told<bool> run() {
        const auto folded = tables_.folded();
        if (!folded) return tell(folded.error().message);
        evidence_.records = folded->records;
        evidence_.is_judged = static_cast<bool>(context_.judge);
        if (auto done = know_tenant(); !done) return done;
        if (auto done = sums(); !done) return done;
        if (auto done = lists(); !done) return done;
        if (auto done = sent_though_refused(); !done) return done;
        if (auto done = classes(); !done) return done;
        return others();
    }

private:
    Told<bool> know_tenant() {
        const std::string& tenant = evidence_.tenant;
        const auto& known = context_.snapshot.tenants_by_path;
        if (tenant.empty() || known.contains(tenant)) return true;
        // Of one that was removed since, the ledger still tells.
        ledger::Filter ever;
        ever.until = evidence_.made_at + std::chrono::days(1);
        ever.tenant = tenant;
        const std::array by{ledger::Dimension::tenant};
        const auto used = tables_.usage(ever, by, evidence_.utc_offset_minutes);
        if (!used) return tell(used.error().message);
        if (!used->empty()) return true;
        ledger::DecisionFilter decided = filter_;
        decided.from = ever.from;
        decided.until = ever.until;
        const auto verdicts = tables_.verdicts(decided);
        if (!verdicts) return tell(verdicts.error().message);
        if (!verdicts->empty()) return true;
        config::Nearest nearest(tenant);
        for (const config::Tenant& each : context_.snapshot.tenants) nearest.offer(each.path);
        return tell("there is no tenant \"" + tenant + "\", neither in the configuration nor in the ledger; " +
                    nearest.fix_or_all("check how it is written"));
    }

    Told<bool> sums() {
        auto verdicts = tables_.verdicts(filter_);
        if (!verdicts) return tell(verdicts.error().message);
        auto found = tables_.found(filter_);
        if (!found) return tell(found.error().message);
        evidence_.verdicts = std::move(*verdicts);
        evidence_.found = std::move(*found);
        for (const ledger::VerdictSum& sum : evidence_.verdicts) {
            (sum.verdict >= GuardAction::local ? evidence_.refusals_all : evidence_.left_all) += sum.decisions;
            if (!sum.upstream.empty()) operators_.emplace(sum.upstream, sum.operator_);
        }
        // What the configuration says now comes after what was written down then.
        for (const config::Upstream& upstream : context_.snapshot.upstreams)
            operators_.emplace(upstream.name, upstream.operator_);
        return true;
    }

    Told<bool> lists() {
        const std::uint64_t most = std::min(context_.listed_max, evidence_listed_max);
        ledger::DecisionFilter refused = filter_;
        refused.verdict_least = GuardAction::local;
        auto refusals = tables_.decisions(refused, most);
        if (!refusals) return tell(refusals.error().message);
        evidence_.refusals = std::move(*refusals);
        ledger::DecisionFilter gone = filter_;
        gone.verdict_most = GuardAction::mask;
        auto left = tables_.decisions(gone, most);
        if (!left) return tell(left.error().message);
        evidence_.left = std::move(*left);
        return true;
    }

    Told<bool> sent_though_refused() {
        auto rows = tables_.sent_though_refused(filter_, evidence_listed_max);
        if (!rows) return tell(rows.error().message);
        for (ledger::AttemptRow& row : *rows) {
            known_.insert(row.index);
            evidence_.breaches.push_back({.attempt = std::move(row), .was_refused = true, .rule = {}});
        }
        return true;
    }

    Told<bool> classes() {
        ledger::Filter filter;
        filter.from = filter_.from;
        filter.until = filter_.until;
        filter.tenant = filter_.tenant;
        for (const DataClass data_class : {DataClass::classified, DataClass::sensitive}) {
            filter.data_class = model::name_of(data_class);
            const std::array by{ledger::Dimension::tenant, ledger::Dimension::place, ledger::Dimension::upstream};
            const auto rows = tables_.usage(filter, by, evidence_.utc_offset_minutes);
            if (!rows) return tell(rows.error().message);
            for (const ledger::UsageRow& row : *rows)
                if (auto done = judge(data_class, row, filter); !done) return done;
        }
        return true;
    }

    // What is neither C nor S: an auditor asks where it went, too.
    Told<bool> others() {
        ledger::Filter filter;
        filter.from = filter_.from;
        filter.until = filter_.until;
        filter.tenant = filter_.tenant;
        const std::array by{ledger::Dimension::data_class, ledger::Dimension::place, ledger::Dimension::upstream};
        const auto rows = tables_.usage(filter, by, evidence_.utc_offset_minutes);
        if (!rows) return tell(rows.error().message);
        for (const ledger::UsageRow& row : *rows) {
            if (row.keys[0] == model::name_of(DataClass::classified) ||
                row.keys[0] == model::name_of(DataClass::sensitive))
                continue;
            ClassAtPlace at;
            at.data_class = row.keys[0];
            at.place = row.keys[1];
            at.upstream = row.keys[2];
            at.attempts = row.attempts;
            if (const auto known = operators_.find(at.upstream); known != operators_.end())
                at.operator_ = known->second;
            evidence_.others.push_back(std::move(at));
        }
        return true;
    }

    Told<bool> judge(DataClass data_class, const ledger::UsageRow& row, const ledger::Filter& filter) {
        ClassAtPlace at{.data_class = filter.data_class,
                        .tenant = row.keys[0],
                        .place = row.keys[1],
                        .operator_ = {},
                        .upstream = row.keys[2],
                        .attempts = row.attempts,
                        .rule = {}};
        if (const auto known = operators_.find(at.upstream); known != operators_.end()) at.operator_ = known->second;
        if (context_.judge) {
            ClassJudged judged = context_.judge(data_class, at.tenant, at.place, at.operator_);
            at.is_judged = true;
            at.is_allowed = judged.is_allowed;
            at.rule = std::move(judged.rule);
        }
        evidence_.classes.push_back(at);
        return at.is_judged && !at.is_allowed ? breaches_of(at, filter) : Told<bool>(true);
    }

    Told<bool> breaches_of(const ClassAtPlace& at, ledger::Filter filter) {
        filter.tenant = at.tenant;
        filter.place = at.place;
        filter.upstream = at.upstream;
        auto rows = tables_.attempts(filter, attempts_judged_max);
        if (!rows) return tell(rows.error().message);
        evidence_.is_cut |= rows->size() >= attempts_judged_max;
        for (ledger::AttemptRow& row : *rows) {
            // The filter takes tenants below and, where a name is empty, all: here each place is judged by itself.
            const bool is_it = row.tenant == at.tenant && row.place == at.place && row.upstream == at.upstream;
            if (!is_it || is_ended_by_guard(row.terminal) || !known_.insert(row.index).second) continue;
            evidence_.breaches.push_back({.attempt = std::move(row), .was_refused = false, .rule = at.rule});
        }
        return true;
    }

    ledger::Questions& tables_;
    const EvidenceContext& context_;
    Evidence& evidence_;
    ledger::DecisionFilter filter_;
    std::map<std::string, std::string, std::less<>> operators_;   // by upstream
    std::set<std::uint64_t> known_;                               // breaches, by the index of their end
};

}   // namespace

std::vector<model::RequestId> Evidence::requests() const {
    std::vector<model::RequestId> ids;
    std::set<std::string_view> known;
    const auto add = [&](const model::RequestId& id) {
        if (known.insert(id.view()).second) ids.push_back(id);
    };
    for (const Breach& breach : breaches) add(breach.attempt.terminal.ref.exchange);
    for (const ledger::DecisionRow& row : refusals) add(row.decision.ref.exchange);
    for (const ledger::DecisionRow& row : left) add(row.decision.ref.exchange);
    return ids;
}

Told<Evidence> evidence(ledger::Questions& tables, const EvidenceContext& context, const Asked& asked,
                        const Clock& clock) {
    const auto question = read_question(asked, "", clock);
    if (!question) return tell(question.error());
    Evidence evidence;
    evidence.period = question->period;
    evidence.utc_offset_minutes = clock.utc_offset_minutes;
    evidence.tenant = asked.tenant;
    evidence.made_at = clock.now;
    Gathering gathering(tables, context, evidence);
    if (auto done = gathering.run(); !done) return tell(done.error());
    return evidence;
}

}   // namespace gilmok::report
