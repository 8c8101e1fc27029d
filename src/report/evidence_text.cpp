// The evidence for people, in English and Korean.
#include "report/evidence.hpp"

namespace gilmok::report {
namespace {

using model::GuardAction;

std::string offset_text(std::int32_t minutes) {
    const std::int32_t away = minutes < 0 ? -minutes : minutes;
    const auto two = [](std::int32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return (minutes < 0 ? "-" : "+") + two(away / 60) + ":" + two(away % 60);
}

class Text {
public:
    Text(const Evidence& evidence, const EvidenceContext& context, bool is_korean)
        : evidence_(evidence), context_(context), is_korean_(is_korean) {}

    std::string write() {
        head();
        statement();
        sums();
        decisions(say("4. What was refused", "4. 내보내지 않은 것"), evidence_.refusals, evidence_.refusals_all);
        decisions(
            say("5. What was let out, with something found in it (also where the upstream then could not be reached)",
                "5. 무엇인가 찾았고 내보내도 된 것(그 뒤 업스트림에 닿지 못한 것도 포함)"),
            evidence_.left, evidence_.left_all);
        applications();
        rules();
        keeping();
        checking();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string_view say(std::string_view english, std::string_view korean) const {
        return is_korean_ ? korean : english;
    }
    void line(std::string_view text) { out_.append(text).append("\n"); }
    void title(std::string_view text) { out_.append("\n").append(text).append("\n"); }
    void fact(std::string_view name, std::string_view value) {
        out_.append("  ").append(name).append(": ");
        line(value.empty() ? say("unknown", "알 수 없음") : value);
    }
    [[nodiscard]] std::string named(std::string_view text) const { return text.empty() ? "-" : std::string(text); }
    [[nodiscard]] std::string_view kind(model::DataKind kind) const {
        return is_korean_ ? model::korean_title_of(kind) : model::title_of(kind);
    }
    [[nodiscard]] std::string_view action(GuardAction action) const {
        switch (action) {
            case GuardAction::allow: return say("left unchanged", "그대로 나감");
            case GuardAction::swap: return say("swapped for pseudonyms", "가명으로 바뀌어 나감");
            case GuardAction::mask: return say("masked", "가려져 나감");
            case GuardAction::local: return say("kept from this place", "이 장소로 나가지 않음");
            case GuardAction::block: return say("refused", "거부됨");
            case GuardAction::count_: break;
        }
        return "";
    }
    [[nodiscard]] std::string where(std::string_view place, std::string_view operator_,
                                    std::string_view upstream) const {
        return named(place) + " / " + named(operator_) + (upstream.empty() ? "" : " / " + std::string(upstream));
    }

    void head() {
        line(say("EVIDENCE OF THE GUARD", "가드 증적 보고서"));
        fact(say("period", "기간"), rfc3339(evidence_.period.from) + " – " + rfc3339(evidence_.period.until) + "  (" +
                                        std::string(say("days of UTC", "날짜 기준 UTC")) +
                                        offset_text(evidence_.utc_offset_minutes) + ")");
        fact(say("tenant", "테넌트"), evidence_.tenant.empty() ? say("all", "전체") : evidence_.tenant);
        fact(say("made", "작성 시각"), rfc3339(evidence_.made_at));
        const config::Snapshot& snapshot = context_.snapshot;
        fact(say("configuration", "설정"), snapshot.source);
        std::string packs;
        for (const std::string& pack : snapshot.guard.packs) packs.append(packs.empty() ? "" : ", ").append(pack);
        fact(say("guard", "가드"), snapshot.guard.is_on ? say("on", "켜짐") : say("off", "꺼짐"));
        fact(say("jurisdiction packs", "관할 규칙 묶음"), packs.empty() ? say("none", "없음") : packs);
        fact(say("records in the ledger's tables", "원장 표의 기록 수"), std::to_string(evidence_.records));
        fact(say("checkpoint", "체크포인트"), context_.checkpoint.origin.empty()
                                                  ? std::string()
                                                  : context_.checkpoint.origin + ", " +
                                                        std::to_string(context_.checkpoint.size) + ", " +
                                                        context_.checkpoint.root_hex);
        fact(say("verifier key", "검증 키"), context_.checkpoint.key);
    }

    void statement() {
        title(say("1. Classes C and S", "1. C등급과 S등급"));
        if (!evidence_.is_judged)
            line(say("  NOT JUDGED: the rules were not at hand; the places are listed only.",
                     "  판정하지 않음: 규칙을 쓸 수 없어 장소만 나열함."));
        else if (evidence_.is_clean())
            line(say(
                "  Nothing of class C or S was sent to a place that the rules do not allow. Computed from the ends of "
                "all attempts of the period.",
                "  C등급·S등급 자료가 규칙이 허용하지 않는 장소로 나간 일이 없음. 기간 중 모든 시도의 종료 기록에서 "
                "계산함."));
        else if (evidence_.breaches.empty())
            line(say(
                "  NOT JUDGED: at a place that the rules do not allow there were more attempts than are looked at one "
                "by one; ask for a shorter span.",
                "  판정하지 않음: 규칙이 허용하지 않는 장소의 시도가 하나씩 살펴볼 수 있는 수보다 많음. 기간을 줄여 "
                "다시 "
                "물을 것."));
        else
            line("  " + std::string(say("ATTEMPTS THAT MUST NOT HAVE BEEN: ", "있어서는 안 될 시도: ")) +
                 std::to_string(evidence_.breaches.size()) +
                 std::string(evidence_.is_cut ? say(" at least", " 이상") : std::string_view{}));
        for (const Breach& breach : evidence_.breaches) {
            const model::Terminal& end = breach.attempt.terminal;
            line("    " + rfc3339(end.at) + "  " + std::string(end.ref.exchange.view()) + " #" +
                 std::to_string(end.ref.attempt) + "  " + named(breach.attempt.data_class) + "  " +
                 where(breach.attempt.place, {}, breach.attempt.upstream) + "  " +
                 std::string(breach.was_refused
                                 ? say("a decision had refused it", "결정이 이미 거부한 것")
                                 : say("not allowed by the present rules", "현재 규칙이 허용하지 않음")) +
                 (breach.rule.empty() ? "" : ": " + breach.rule));
        }
        if (evidence_.classes.empty()) line(say("  No attempt of class C or S.", "  C등급·S등급 시도 없음."));
        for (const ClassAtPlace& at : evidence_.classes) {
            const std::string_view word = !at.is_judged   ? say("not judged", "판정 안 함")
                                          : at.is_allowed ? say("allowed", "허용")
                                                          : say("NOT ALLOWED", "허용 안 됨");
            line("    " + at.data_class + "  " + named(at.tenant) + "  " + where(at.place, at.operator_, at.upstream) +
                 "  " + std::to_string(at.attempts) + "  " + std::string(word) +
                 (at.rule.empty() ? "" : " (" + at.rule + ")"));
        }
        if (evidence_.others.empty()) return;
        line(say("  Of the other classes, counted and not judged:", "  그 밖의 등급(판정하지 않고 셈):"));
        for (const ClassAtPlace& at : evidence_.others)
            line("    " + named(at.data_class) + "  " + where(at.place, at.operator_, at.upstream) + "  " +
                 std::to_string(at.attempts));
    }

    void sums() {
        title(say("2. What was decided: class, place / operator / upstream, rule, how often",
                  "2. 결정: 등급, 장소 / 운영자 / 업스트림, 규칙, 횟수"));
        if (evidence_.verdicts.empty()) line(say("  Nothing.", "  없음."));
        for (const ledger::VerdictSum& sum : evidence_.verdicts)
            line("    " + std::string(model::name_of(sum.data_class)) + "  " + std::string(action(sum.verdict)) + "  " +
                 where(sum.place, sum.operator_, sum.upstream) + "  " + named(sum.rule) + "  " +
                 std::to_string(sum.decisions) + (sum.is_answer ? std::string(say("  (answer)", "  (답변)")) : ""));
        title(say("3. What was found: kind, what was done, place / operator, rule, findings",
                  "3. 찾은 것: 종류, 조치, 장소 / 운영자, 규칙, 건수"));
        if (evidence_.found.empty()) line(say("  Nothing.", "  없음."));
        for (const ledger::FoundSum& sum : evidence_.found)
            line("    " + std::string(kind(sum.kind)) + "  " + std::string(action(sum.action)) + "  " +
                 where(sum.place, sum.operator_, {}) + "  " + named(sum.rule) + "  " + std::to_string(sum.findings) +
                 (sum.is_answer ? std::string(say("  (answer)", "  (답변)")) : ""));
    }

    void decisions(std::string_view name, const std::vector<ledger::DecisionRow>& rows, std::uint64_t all) {
        title(std::string(name) + ": " + std::to_string(all));
        for (const ledger::DecisionRow& row : rows) {
            const model::Decision& decision = row.decision;
            std::string text = "    " + rfc3339(decision.at) + "  " + std::string(decision.ref.exchange.view()) + " #" +
                               std::to_string(decision.ref.attempt) + "  " +
                               std::string(model::name_of(decision.data_class)) + "  " + named(row.tenant) + "  " +
                               named(row.application) + "  " + where(row.place, row.operator_, row.upstream) + "  " +
                               std::string(action(decision.verdict)) + ": " + named(row.verdict_rule);
            for (std::size_t i = 0; i < decision.entries_count; ++i)
                text += "; " + std::to_string(decision.entries[i].count) + " " +
                        std::string(kind(decision.entries[i].kind));
            line(text);
        }
        if (rows.size() < all)
            line("    " + std::string(say("and more, not listed: ", "나열하지 않은 나머지: ")) +
                 std::to_string(all - rows.size()));
    }

    void applications() {
        title(say("6. Register of applications", "6. 응용 등록부"));
        bool is_any = false;
        for (const config::Application& app : context_.snapshot.applications) {
            if (!evidence_.is_about(app.tenant)) continue;
            is_any = true;
            line("    " + app.name + "  (" + named(app.tenant) + ")  " + app.purpose);
            line("      " +
                 std::string(app.is_high_impact ? say("high impact", "고영향")
                                                : say("not of high impact", "고영향 아님")) +
                 ", " + std::string(say("decided by ", "판단자 ")) + named(app.decided_by) + " " + app.decided_on +
                 " " + app.basis);
            line("      " + std::string(say("notice: ", "사전 고지: ")) + named(app.notice) +
                 std::string(app.is_label_on ? say("; answers are marked", "; 답변에 표시함")
                                             : say("; ANSWERS ARE NOT MARKED", "; 답변에 표시하지 않음")) +
                 std::string(say("; oversight: ", "; 사람의 감독: ")) + named(app.oversight));
        }
        if (!is_any) line(say("  Nothing is registered.", "  등록된 것이 없음."));
    }

    void rules() {
        title(say("7. Rules in force when this was made", "7. 작성 시점에 적용되는 규칙"));
        for (const config::GuardRule& rule : context_.snapshot.guard.rules) {
            std::string text = "    " + rule.name + "  " + std::string(model::name_of(rule.action)) + "  " + rule.where;
            for (const std::string& citation : rule.citations) text += "; " + citation;
            if (!rule.effective.empty()) text += " (" + rule.effective + ")";
            line(text);
        }
        line(say("  A NOTE in the ledger tells each change of the configuration, with its hash.",
                 "  설정이 바뀔 때마다 그 해시가 원장의 NOTE에 남음."));
    }

    void keeping() {
        title(say("8. What is kept", "8. 보관"));
        line(say("  Decision records: in the ledger, which nothing is ever removed from.",
                 "  결정 기록: 원장에 있으며, 원장에서는 아무것도 지워지지 않음."));
        for (const config::Application& app : context_.snapshot.applications)
            if (evidence_.is_about(app.tenant))
                line("    " + app.name + ": " + std::string(say("at least, days: ", "최소 보관 일수: ")) +
                     std::to_string(app.retention_days));
        const config::Archive& archive = context_.snapshot.archive;
        if (archive.tenants.empty()) {
            line(say("  Prompts and answers: not kept.", "  프롬프트와 답변: 보관하지 않음."));
            return;
        }
        std::string tenants;
        for (const std::string& tenant : archive.tenants) tenants.append(tenants.empty() ? "" : ", ").append(tenant);
        line("  " + std::string(say("Prompts and answers: encrypted, of ", "프롬프트와 답변: 암호화하여 보관, ")) +
             tenants + std::string(say("; days: ", "; 일수: ")) + std::to_string(archive.retention_days));
        if (!context_.archive.is_readable) {
            line(say("    how much there is was not looked at, or could not be",
                     "    보관량은 확인하지 않았거나 확인할 수 없음"));
            return;
        }
        line("    " + std::string(say("texts ", "건수 ")) + std::to_string(context_.archive.texts) +
             std::string(say(", keys destroyed ", ", 파기한 키 ")) + std::to_string(context_.archive.destroyed.size()));
        for (const ArchiveFacts::Destroyed& gone : context_.archive.destroyed)
            line("      " + named(gone.tenant) + "  " + gone.at);
        for (const std::string& problem : context_.archive.problems) line("    " + problem);
    }

    void checking() {
        title(say("9. How to check this", "9. 확인하는 방법"));
        line(
            say("  gilmok evidence … --proofs DIR writes a proof for each request above. Whoever has the verifier key, "
                "and no "
                "gilmok of ours:",
                "  gilmok evidence … --proofs DIR 은 위의 각 요청에 대한 증명을 씀. 검증 키만 있으면:"));
        line("    gilmok ledger proof --check DIR/REQUEST.proof --key KEY");
        line(say(
            "  By hand: \"extra\" in base64 is the record (docs/ledger-format.md); SHA-256 of a zero byte and the "
            "record is the leaf; "
            "the lines below \"index\" lead to the root (RFC 9162, 2.1.3.2); the note below is signed with Ed25519 "
            "(C2SP "
            "tlog-proof, signed-note).",
            "  손으로: \"extra\"의 base64가 기록(docs/ledger-format.md)이고, 0 바이트와 기록의 SHA-256이 잎이며, "
            "\"index\" 아래의 "
            "줄이 뿌리로 이어지고(RFC 9162, 2.1.3.2), 그 아래 노트는 Ed25519로 서명됨(C2SP tlog-proof, signed-note)."));
        line(say(
            "  That nothing was left out: gilmok ledger verify --against CHECKPOINT, with one that was kept elsewhere.",
            "  빠진 것이 없음은: 다른 곳에 보관한 체크포인트로 gilmok ledger verify --against CHECKPOINT."));
        line(say(
            "  That the sums are those of the log: they come from tables that nobody signs. gilmok ledger rebuild, "
            "with the gateway stopped, computes them again from the log; then ask for this report again.",
            "  합계가 로그와 같음은: 표에는 서명이 없으므로 게이트웨이를 멈추고 gilmok ledger rebuild 로 로그에서 다시 "
            "계산한 뒤 이 보고서를 다시 만듦."));
    }

    const Evidence& evidence_;
    const EvidenceContext& context_;
    bool is_korean_;
    std::string out_;
};

}   // namespace

std::string evidence_text(const Evidence& evidence, const EvidenceContext& context, bool is_korean) {
    return Text(evidence, context, is_korean).write();
}

}   // namespace gilmok::report
