#include "gateway/guard_answers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "catalog/jurisdictions.hpp"
#include "config/load.hpp"
#include "config/schema.hpp"
#include "guard/inspect.hpp"
#include "guard/redact.hpp"
#include "report/json_writer.hpp"
#include "wire/json.hpp"

namespace gilmok::gateway {

namespace {

using config::GuardRule;
using report::JsonWriter;

// Class and tenant that the rules are asked with.
struct Declared {
    model::DataClass data_class{};
    model::TenantId tenant = model::TenantId::none;
};

Told<Declared> declared(const config::Snapshot& snapshot, const guard::Rules& rules, const GuardAsked& asked) {
    Declared out;
    if (!asked.tenant.empty()) {
        const auto found = snapshot.tenants_by_path.find(asked.tenant);
        if (found == snapshot.tenants_by_path.end()) return report::tell("there is no tenant \"" + asked.tenant + '"');
        out.tenant = found->second;
    }
    out.data_class = rules.class_of(out.tenant);
    if (asked.data_class.empty()) return out;
    const auto named = model::data_class_named(asked.data_class);
    if (!named) return report::tell("the class is C, S or O");
    out.data_class = std::max(out.data_class, *named);
    return out;
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
    json.begin_array(name);
    for (const std::string& text : texts) json.text({}, text);
    json.end_array();
}

void write_rule(JsonWriter& json, const GuardRule& rule) {
    const catalog::JurisdictionRule* from = catalog::jurisdiction_rule(rule.name);
    json.begin_object();
    json.text("name", rule.name);
    json.text("where", rule.where);
    json.text_or_null("title", from == nullptr ? "" : from->title);
    json.text_or_null("title_ko", from == nullptr ? "" : from->title_ko);
    json.begin_array("classes");
    for (const model::DataClass each : rule.classes) json.text({}, model::name_of(each));
    json.end_array();
    write_list(json, "kinds", model::words_of(rule.kinds));
    write_list(json, "places", rule.places);
    write_list(json, "places_not", rule.places_not);
    write_list(json, "operators", rule.operators);
    write_list(json, "operators_not", rule.operators_not);
    write_list(json, "tenants", rule.tenants);
    json.number("findings_min", rule.findings_min);
    json.text("action", model::name_of(rule.action));
    json.flag("obligatory", rule.is_obligatory);
    json.text_or_null("basis", rule.basis);
    json.flag("answers", rule.is_for_answers);
    write_list(json, "citations", rule.citations);
    json.text_or_null("effective", rule.effective);
    json.text_or_null("evidence", rule.evidence);
    json.text_or_null("source", from == nullptr ? "" : from->provenance.source);
    json.text_or_null("read_on", from == nullptr ? "" : from->provenance.date);
    if (from != nullptr) json.flag("verified", from->provenance.is_verified);
    json.end_object();
}

std::vector<GuardTried::Place> places_of(const GuardAsked& asked, const config::Snapshot& snapshot) {
    const auto place = [](std::string_view name, std::string_view operator_, std::string_view who) {
        GuardTried::Place made;
        made.place = name, made.operator_ = operator_, made.who = who;
        return made;
    };
    std::vector<GuardTried::Place> out;
    if (!asked.place.empty() || !asked.operator_.empty()) return {place(asked.place, asked.operator_, {})};
    for (const config::Model& model : snapshot.models)
        for (const config::Candidate& candidate : model.candidates) {
            const config::Upstream& upstream = snapshot.upstream(candidate.upstream);
            const std::string_view name = guard::place_of(upstream, candidate.served_name);
            const auto known = std::find_if(out.begin(), out.end(), [&](const GuardTried::Place& each) {
                return each.place == name && each.operator_ == upstream.operator_;
            });
            if (known == out.end())
                out.push_back(place(name, upstream.operator_, upstream.name));
            else if (known->who.find(upstream.name) == std::string::npos)
                known->who += ", " + upstream.name;
        }
    // Without a fleet: the kinds of place that there are.
    if (out.empty())
        for (const std::string_view name : {"kr-onprem", "kr-cloud", "us-cloud", ""})
            out.push_back(place(name, {}, {}));
    return out;
}

std::string content_of(std::string_view body) {
    const wire::json::Value whole{wire::json::Type::object, body};
    std::string out;
    if (!wire::json::append_unescaped(out, wire::json::find(whole, "content"), guard_text_bytes_max)) out.clear();
    return out;
}

// What leaves for a place, by its verdict.
std::string text_for(const guard::Inspection& inspection, const std::string& body, const guard::Verdict& verdict,
                     const config::Snapshot& snapshot) {
    if (!verdict.leaves()) return {};
    // Stand-ins of a test: another secret than the gateway's, so that none can be looked up in its traffic.
    const Secret secret("gilmok guard test");
    guard::Pseudonyms pseudonyms(secret, "test", "test");
    std::string redacted;
    const guard::RedactOptions options{snapshot.guard.strips_images, false};
    const auto is_changed = guard::redact(inspection, guard::actions_of(verdict), options, pseudonyms, redacted);
    return is_changed ? content_of(*is_changed ? redacted : body) : std::string{};
}

}   // namespace

Told<std::vector<GuardRule>> guard_rules_of(const config::Snapshot& snapshot, std::string_view pack) {
    if (pack.empty()) {
        const guard::Rules all(snapshot);
        return std::vector<GuardRule>(all.rules().begin(), all.rules().end());
    }
    if (catalog::jurisdiction(pack) == nullptr) {
        std::string known;
        for (const catalog::Jurisdiction& each : catalog::jurisdictions()) known += " " + each.id;
        return report::tell("there is no pack \"" + std::string(pack) + "\"; there are" + known);
    }
    config::Guard guard;
    guard.packs = {std::string(pack)};
    config::apply_packs(guard);
    return std::move(guard.rules);
}

std::string guard_rules_json(std::span<const GuardRule> rules) {
    JsonWriter json;
    json.begin_array();
    for (const GuardRule& rule : rules) write_rule(json, rule);
    json.end_array();
    return json.take();
}

namespace {

std::string no_such_kind(std::string_view kind) {
    config::Nearest nearest(kind);
    for (std::size_t i = 0; i < model::data_kinds_count; ++i)
        nearest.offer(model::name_of(static_cast<model::DataKind>(i)));
    return "there is no kind \"" + std::string(kind) + "\"; " + nearest.fix_or("docs/guard.md lists them");
}

}   // namespace

Told<GuardExplained> guard_explain(const config::Snapshot& snapshot, std::string_view kind, const GuardAsked& asked) {
    const auto named = model::data_kind_named(kind);
    if (!named) return report::tell(no_such_kind(kind));
    const guard::Rules rules(snapshot);
    const auto from = declared(snapshot, rules, asked);
    if (!from) return report::tell(from.error());
    const model::Finding finding{.begin = 0, .end = 1, .kind = *named, .score = 100};
    const std::vector<model::Finding> findings{finding};
    GuardExplained out;
    out.kind = kind;
    out.asked = asked;
    out.data_class = rules.raise(from->data_class, findings);
    const guard::Verdict verdict =
        rules.decide({out.data_class, from->tenant, findings}, {asked.place, asked.operator_});
    out.action = verdict.action;
    out.rule = rules.rules()[verdict.rule];
    return out;
}

std::string guard_explained_json(const GuardExplained& explained) {
    JsonWriter json;
    json.begin_object();
    json.text("kind", explained.kind);
    json.text("class", model::name_of(explained.data_class));
    json.text_or_null("place", explained.asked.place);
    json.text_or_null("operator", explained.asked.operator_);
    json.text("action", model::name_of(explained.action));
    json.text("rule", explained.rule.name);
    json.text("where", explained.rule.where);
    json.end_object();
    return json.take();
}

Told<GuardTried> guard_try(const config::Snapshot& snapshot, const guard::Detector& detector, std::string_view text,
                           const GuardAsked& asked) {
    const guard::Rules rules(snapshot);
    const auto from = declared(snapshot, rules, asked);
    if (!from) return report::tell(from.error());
    std::string body = "{\"content\":\"";   // the text as it stands in a request
    append_json_escaped(body, text);
    body += "\"}";
    guard::DetectScratch scratch;
    guard::Inspection inspection;
    GuardTried tried;
    const auto is_read = inspection.read(body, &detector, scratch);
    if (!is_read || !detector.scan(text, scratch, tried.findings))
        return report::tell("the text could not be looked through, so nothing of it would leave");
    tried.data_class = rules.raise(from->data_class, tried.findings);
    tried.places = places_of(asked, snapshot);
    for (GuardTried::Place& place : tried.places) {
        const guard::Verdict verdict =
            rules.decide({tried.data_class, from->tenant, tried.findings}, {place.place, place.operator_});
        place.action = verdict.action;
        place.rule = rules.rules()[verdict.rule].name;
        place.where = rules.rules()[verdict.rule].where;
        place.changes_text = verdict.changes_text();
        place.sent = text_for(inspection, body, verdict, snapshot);
        for (const guard::Verdict::Of& of : verdict.kinds)
            place.kinds.push_back({of.kind, of.count, of.action, rules.rules()[of.rule].name});
    }
    return tried;
}

std::string guard_tried_json(const GuardTried& tried, std::string_view text) {
    JsonWriter json;
    json.begin_object();
    json.text("class", model::name_of(tried.data_class));
    json.begin_array("findings");
    for (const model::Finding& finding : tried.findings) {
        json.begin_object();
        json.text("kind", model::name_of(finding.kind));
        json.number("begin", finding.begin);
        json.number("end", finding.end);
        json.number("score", std::uint32_t{finding.score});
        json.text("text", text.substr(finding.begin, finding.end - finding.begin));
        json.end_object();
    }
    json.end_array();
    json.begin_array("places");
    for (const GuardTried::Place& place : tried.places) {
        json.begin_object();
        json.text_or_null("place", place.place);
        json.text_or_null("operator", place.operator_);
        json.text("action", model::name_of(place.action));
        json.text("rule", place.rule);
        json.text("where", place.where);
        json.text_or_null("sent", place.sent);
        json.begin_array("kinds");
        for (const GuardTried::Of& of : place.kinds) {
            json.begin_object();
            json.text("kind", model::name_of(of.kind));
            json.number("count", of.count);
            json.text("action", model::name_of(of.action));
            json.text("rule", of.rule);
            json.end_object();
        }
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

Told<std::vector<GuardSpeed>> guard_speed(const guard::Detector& detector, Instant (*clock)(), Duration span) {
    struct Sample {
        std::string_view name, text;
    };
    constexpr Sample samples[] = {
        {"clean Korean",
         "우리 부서는 지난 분기에 새로운 업무 절차를 마련했고, 모든 직원이 함께 읽고 의견을 냈습니다. "},
        {"clean English",
         "The committee met twice last month and agreed that the new procedure should be tried in one team. "},
        {"dense",
         "담당 김철수 대리 010-1234-5678, kim@example.com, 카드 4111 1111 1111 1111, 서울특별시 중구 세종대로 110 "},
    };
    constexpr std::size_t sample_bytes = 1U << 20;
    std::vector<GuardSpeed> speeds;
    guard::DetectScratch scratch;
    std::vector<model::Finding> findings;
    for (const Sample& sample : samples) {
        std::string text;
        while (text.size() < sample_bytes) text += sample.text;
        double bytes = 0;
        const Instant begin = clock();
        Duration taken{};
        do {
            findings.clear();
            if (!detector.scan(text, scratch, findings)) return report::tell("the text could not be looked through");
            bytes += static_cast<double>(text.size());
            taken = clock() - begin;
        } while (taken < span);
        speeds.push_back({sample.name, bytes / std::chrono::duration<double>(taken).count(),
                          findings.size() * 1'000'000 / text.size()});
    }
    return speeds;
}

std::string guard_speed_json(std::span<const GuardSpeed> speeds) {
    JsonWriter json;
    json.begin_array();
    for (const GuardSpeed& speed : speeds) {
        json.begin_object();
        json.text("text", speed.text);
        json.number("bytes_per_s", static_cast<std::uint64_t>(speed.bytes_per_s));
        json.number("findings_per_mb", speed.findings_per_mb);
        json.end_object();
    }
    json.end_array();
    return json.take();
}

}   // namespace gilmok::gateway
