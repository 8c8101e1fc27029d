// The evidence for programs: JSON and CSV.
#include "report/answer.hpp"
#include "report/evidence.hpp"
#include "report/json_writer.hpp"

namespace gilmok::report {
namespace {

void write_decision(JsonWriter& json, const ledger::DecisionRow& row) {
    const model::Decision& decision = row.decision;
    json.begin_object();
    json.number("index", row.index);
    json.text("request_id", decision.ref.exchange.view());
    json.number("attempt", std::uint32_t{decision.ref.attempt});
    json.text("at", rfc3339(decision.at));
    json.text("about", decision.is_answer ? "answer" : "request");
    json.text("verdict", model::name_of(decision.verdict));
    json.text_or_null("rule", row.verdict_rule);
    json.text("class", model::name_of(decision.data_class));
    json.text_or_null("tenant", row.tenant);
    json.text_or_null("application", row.application);
    json.text_or_null("upstream", row.upstream);
    json.text_or_null("place", row.place);
    json.text_or_null("operator", row.operator_);
    json.begin_array("found");
    for (std::size_t i = 0; i < decision.entries_count; ++i) {
        const model::Decision::Entry& entry = decision.entries[i];
        json.begin_object();
        json.text("kind", model::name_of(entry.kind));
        json.text("action", model::name_of(entry.action));
        json.number("count", std::uint32_t{entry.count});
        json.text_or_null("rule", i < row.rules.size() ? row.rules[i] : std::string());
        json.end_object();
    }
    json.end_array();
    json.flag("more", decision.is_more);
    json.end_object();
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<ledger::DecisionRow>& rows,
                std::uint64_t all) {
    json.begin_object(name);
    json.number("all", all);
    json.begin_array("listed");
    for (const ledger::DecisionRow& row : rows) write_decision(json, row);
    json.end_array();
    json.end_object();
}

void write_sums(JsonWriter& json, const Evidence& evidence) {
    json.begin_array("verdicts");
    for (const ledger::VerdictSum& sum : evidence.verdicts) {
        json.begin_object();
        json.text("about", sum.is_answer ? "answer" : "request");
        json.text("class", model::name_of(sum.data_class));
        json.text("verdict", model::name_of(sum.verdict));
        json.text_or_null("place", sum.place);
        json.text_or_null("operator", sum.operator_);
        json.text_or_null("upstream", sum.upstream);
        json.text_or_null("rule", sum.rule);
        json.number("decisions", sum.decisions);
        json.end_object();
    }
    json.end_array();
    json.begin_array("found");
    for (const ledger::FoundSum& sum : evidence.found) {
        json.begin_object();
        json.text("about", sum.is_answer ? "answer" : "request");
        json.text("kind", model::name_of(sum.kind));
        json.text("action", model::name_of(sum.action));
        json.text_or_null("place", sum.place);
        json.text_or_null("operator", sum.operator_);
        json.text_or_null("rule", sum.rule);
        json.number("decisions", sum.decisions);
        json.number("findings", sum.findings);
        json.end_object();
    }
    json.end_array();
}

// In an object that is open.
void write_where(JsonWriter& json, const ClassAtPlace& at) {
    json.text_or_null("place", at.place);
    json.text_or_null("operator", at.operator_);
    json.text_or_null("upstream", at.upstream);
    json.number("attempts", at.attempts);
}

void write_statement(JsonWriter& json, const Evidence& evidence) {
    json.begin_object("classes_c_and_s");
    json.flag("judged", evidence.is_judged);
    json.flag("stayed_where_allowed", evidence.is_clean());
    json.flag("cut", evidence.is_cut);
    json.begin_array("places");
    for (const ClassAtPlace& at : evidence.classes) {
        json.begin_object();
        json.text("class", at.data_class);
        json.text_or_null("tenant", at.tenant);
        write_where(json, at);
        if (at.is_judged)
            json.flag("allowed", at.is_allowed);
        else
            json.null("allowed");
        json.text_or_null("rule", at.rule);
        json.end_object();
    }
    json.end_array();
    json.begin_array("other_classes");
    for (const ClassAtPlace& at : evidence.others) {
        json.begin_object();
        json.text_or_null("class", at.data_class);
        write_where(json, at);
        json.end_object();
    }
    json.end_array();
    json.begin_array("breaches");
    for (const Breach& breach : evidence.breaches) {
        const model::Terminal& end = breach.attempt.terminal;
        json.begin_object();
        json.number("index", breach.attempt.index);
        json.text("request_id", end.ref.exchange.view());
        json.number("attempt", std::uint32_t{end.ref.attempt});
        json.text("ended", rfc3339(end.at));
        json.text("why", breach.was_refused ? "refused_then" : "not_allowed_now");
        json.text_or_null("rule", breach.rule);
        json.text_or_null("class", breach.attempt.data_class);
        json.text_or_null("tenant", breach.attempt.tenant);
        json.text_or_null("upstream", breach.attempt.upstream);
        json.text_or_null("place", breach.attempt.place);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
    json.begin_array(name);
    for (const std::string& text : texts) json.text({}, text);
    json.end_array();
}

void write_configuration(JsonWriter& json, const Evidence& evidence, const config::Snapshot& snapshot) {
    json.begin_object("configuration");
    json.text("source", snapshot.source);
    json.number("version", snapshot.version);
    json.flag("guard", snapshot.guard.is_on);
    write_texts(json, "packs", snapshot.guard.packs);
    json.text("class_default", snapshot.guard.class_default);
    json.begin_array("rules");
    for (const config::GuardRule& rule : snapshot.guard.rules) {
        json.begin_object();
        json.text("name", rule.name);
        json.text("where", rule.where);
        json.text("action", model::name_of(rule.action));
        json.flag("obligatory", rule.is_obligatory);
        json.text_or_null("basis", rule.basis);
        write_texts(json, "citations", rule.citations);
        json.text_or_null("effective", rule.effective);
        json.text_or_null("evidence", rule.evidence);
        json.end_object();
    }
    json.end_array();
    json.begin_array("applications");
    for (const config::Application& application : snapshot.applications) {
        if (!evidence.is_about(application.tenant)) continue;
        json.begin_object();
        json.text("name", application.name);
        json.text_or_null("tenant", application.tenant);
        json.text_or_null("purpose", application.purpose);
        json.text_or_null("owner", application.owner);
        json.text_or_null("domain", application.domain);
        json.flag("high_impact", application.is_high_impact);
        json.text_or_null("decided_by", application.decided_by);
        json.text_or_null("decided_on", application.decided_on);
        json.text_or_null("basis", application.basis);
        json.text_or_null("notice", application.notice);
        json.flag("notice_first", application.is_notice_first);
        json.flag("label", application.is_label_on);
        json.text_or_null("oversight", application.oversight);
        json.number("retention_days", application.retention_days);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_archive(JsonWriter& json, const EvidenceContext& context) {
    const config::Archive& archive = context.snapshot.archive;
    json.begin_object("archive");
    json.flag("on", !archive.tenants.empty());
    write_texts(json, "tenants", archive.tenants);
    json.number("retention_days", archive.retention_days);
    json.flag("answers", archive.keeps_answers);
    json.flag("redacted", archive.keeps_redacted);
    if (context.archive.is_readable) {
        json.number("keys_destroyed", context.archive.destroyed.size());
        json.begin_array("destroyed");
        for (const ArchiveFacts::Destroyed& gone : context.archive.destroyed) {
            json.begin_object();
            json.text_or_null("tenant", gone.tenant);
            json.text("at", gone.at);
            json.end_object();
        }
        json.end_array();
        json.number("texts", context.archive.texts);
        json.number("bytes", context.archive.bytes);
        write_texts(json, "problems", context.archive.problems);
    }
    json.end_object();
}

}   // namespace

std::string evidence_json(const Evidence& evidence, const EvidenceContext& context) {
    JsonWriter json;
    json.begin_object();
    json.text("from", rfc3339(evidence.period.from));
    json.text("until", rfc3339(evidence.period.until));
    json.text("made_at", rfc3339(evidence.made_at));
    json.text_or_null("tenant", evidence.tenant);
    json.begin_object("ledger");
    json.number("records", evidence.records);
    json.text_or_null("origin", context.checkpoint.origin);
    json.number("checkpoint_size", context.checkpoint.size);
    json.text_or_null("root", context.checkpoint.root_hex);
    json.text_or_null("key", context.checkpoint.key);
    json.text_or_null("checkpoint", context.checkpoint.note);
    json.end_object();
    write_statement(json, evidence);
    write_sums(json, evidence);
    write_list(json, "refusals", evidence.refusals, evidence.refusals_all);
    write_list(json, "left", evidence.left, evidence.left_all);
    write_configuration(json, evidence, context.snapshot);
    write_archive(json, context);
    json.end_object();
    return json.take() + '\n';
}

std::string evidence_csv(const Evidence& evidence) {
    std::string out = "part,about,class,verdict_or_action,kind,place,operator,upstream,rule,decisions,findings\n";
    const auto row = [&](std::initializer_list<std::string_view> fields) {
        bool is_first = true;
        for (const std::string_view field : fields) {
            append_csv_text(out, field, is_first);
            is_first = false;
        }
        out += '\n';
    };
    for (const ledger::VerdictSum& sum : evidence.verdicts)
        row({"verdict", sum.is_answer ? "answer" : "request", model::name_of(sum.data_class),
             model::name_of(sum.verdict), "", sum.place, sum.operator_, sum.upstream, sum.rule,
             std::to_string(sum.decisions), ""});
    for (const ledger::FoundSum& sum : evidence.found)
        row({"found", sum.is_answer ? "answer" : "request", "", model::name_of(sum.action), model::name_of(sum.kind),
             sum.place, sum.operator_, "", sum.rule, std::to_string(sum.decisions), std::to_string(sum.findings)});
    for (const ClassAtPlace& at : evidence.classes)
        row({"class_at_place", "request", at.data_class,
             !at.is_judged   ? "unjudged"
             : at.is_allowed ? "allowed"
                             : "not_allowed",
             "", at.place, at.operator_, at.upstream, at.rule, std::to_string(at.attempts), ""});
    for (const ClassAtPlace& at : evidence.others)
        row({"class_at_place", "request", at.data_class, "unjudged", "", at.place, at.operator_, at.upstream, "",
             std::to_string(at.attempts), ""});
    for (const Breach& breach : evidence.breaches)
        row({"breach", "request", breach.attempt.data_class, breach.was_refused ? "refused_then" : "not_allowed_now",
             "", breach.attempt.place, "", breach.attempt.upstream, breach.rule, "1", ""});
    return out;
}

}   // namespace gilmok::report
