// `gilmok guard test` and `bench`: the detector at work on a text.
#include <algorithm>
#include <cstdio>

#include "base/text.hpp"
#include "cli/guard_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "guard/dictionary.hpp"
#include "guard/inspect.hpp"
#include "guard/patterns.hpp"
#include "guard/redact.hpp"
#include "report/json_writer.hpp"
#include "wire/json.hpp"

namespace gilmok::cli {
namespace {

constexpr std::size_t text_bytes_max = 4U << 20;

struct Place {
    std::string place, operator_, who;   // `who`: upstreams there
};

std::vector<Place> places_of(const GuardOptions& options, const config::Snapshot& snapshot) {
    if (!options.place.empty() || !options.operator_.empty()) return {{options.place, options.operator_, {}}};
    std::vector<Place> out;
    const auto add = [&out](std::string_view place, std::string_view operator_, const std::string& who) {
        for (Place& each : out)
            if (each.place == place && each.operator_ == operator_) {
                if (each.who.find(who) == std::string::npos) each.who += ", " + who;
                return;
            }
        out.push_back({std::string(place), std::string(operator_), who});
    };
    for (const config::Model& model : snapshot.models)
        for (const config::Candidate& candidate : model.candidates) {
            const config::Upstream& upstream = snapshot.upstream(candidate.upstream);
            add(guard::place_of(upstream, candidate.served_name), upstream.operator_, upstream.name);
        }
    // Without a fleet: the kinds of place that there are.
    if (out.empty()) out = {{"kr-onprem", "", ""}, {"kr-cloud", "", ""}, {"us-cloud", "", ""}, {"", "", ""}};
    return out;
}

// What a place would be sent: the text as it stands in a request, cut and put together by the same code.
struct Looked {
    std::string body;
    guard::DetectScratch scratch;
    guard::Inspection inspection;
    std::vector<model::Finding> findings;   // positions in the text
};

std::string content_of(std::string_view body) {
    const wire::json::Value whole{wire::json::Type::object, body};
    std::string out;
    if (!wire::json::append_unescaped(out, wire::json::find(whole, "content"), text_bytes_max)) out.clear();
    return out;
}

struct Sent {
    Place place;
    guard::Verdict verdict;
    std::string text;   // "" = nothing leaves
};

Sent send(const Looked& looked, const Place& place, const guard::Rules& rules, model::DataClass data_class,
          model::TenantId tenant, const config::Snapshot& snapshot) {
    Sent sent{place, rules.decide({data_class, tenant, looked.findings}, {place.place, place.operator_}), {}};
    if (!sent.verdict.leaves()) return sent;
    // Pseudonyms of a test: another secret than the gateway's, so that none can be looked up in its traffic.
    const Secret secret("gilmok guard test");
    guard::Pseudonyms pseudonyms(secret, "test", "test");
    std::string redacted;
    const guard::RedactOptions options{snapshot.guard.strips_images, false};
    const auto is_changed =
        guard::redact(looked.inspection, guard::actions_of(sent.verdict), options, pseudonyms, redacted);
    sent.text = content_of(is_changed && *is_changed ? redacted : looked.body);
    if (!is_changed) sent.text.clear();
    return sent;
}

std::string action_words(const Sent& sent) {
    switch (sent.verdict.action) {
        case model::GuardAction::allow: return "goes as it is";
        case model::GuardAction::swap: return "goes with stand-ins";
        case model::GuardAction::mask: return "goes with parts masked";
        case model::GuardAction::local: return "does not go there";
        case model::GuardAction::block: return "is refused";
        case model::GuardAction::count_: break;
    }
    return {};
}

std::string place_words(const Place& place) {
    std::string out = place.place.empty() ? "an unknown place" : place.place;
    if (!place.operator_.empty()) out += ", " + place.operator_;
    return place.who.empty() ? out : out + " (" + place.who + ")";
}

std::string json_of(const Looked& looked, const std::string& text, model::DataClass data_class,
                    const std::vector<Sent>& all, const guard::Rules& rules) {
    report::JsonWriter json;
    json.begin_object();
    json.text("class", model::name_of(data_class));
    json.begin_array("findings");
    for (const model::Finding& finding : looked.findings) {
        json.begin_object();
        json.text("kind", model::name_of(finding.kind));
        json.number("begin", finding.begin);
        json.number("end", finding.end);
        json.number("score", std::uint32_t{finding.score});
        json.text("text", std::string_view(text).substr(finding.begin, finding.end - finding.begin));
        json.end_object();
    }
    json.end_array();
    json.begin_array("places");
    for (const Sent& sent : all) {
        json.begin_object();
        json.text_or_null("place", sent.place.place);
        json.text_or_null("operator", sent.place.operator_);
        json.text("action", model::name_of(sent.verdict.action));
        json.text("rule", rules.rules()[sent.verdict.rule].name);
        json.text("where", rules.rules()[sent.verdict.rule].where);
        json.text_or_null("sent", sent.text);
        json.begin_array("kinds");
        for (const guard::Verdict::Of& of : sent.verdict.kinds) {
            json.begin_object();
            json.text("kind", model::name_of(of.kind));
            json.number("count", of.count);
            json.text("action", model::name_of(of.action));
            json.text("rule", rules.rules()[of.rule].name);
            json.end_object();
        }
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take() + '\n';
}

std::string text_of(const Looked& looked, const std::string& text, model::DataClass data_class,
                    const std::vector<Sent>& all, const guard::Rules& rules, Language language) {
    std::string out;
    Table spans({"KIND", "WHAT", ">SCORE", ">FROM", ">TO", "TEXT"});
    for (const model::Finding& finding : looked.findings)
        spans.add({std::string(model::name_of(finding.kind)),
                   std::string(language == Language::ko ? model::korean_title_of(finding.kind)
                                                        : model::title_of(finding.kind)),
                   std::to_string(finding.score), std::to_string(finding.begin), std::to_string(finding.end),
                   text.substr(finding.begin, finding.end - finding.begin)});
    out += spans.is_empty() ? "nothing was found\n" : spans.text();
    out += "\nclass " + std::string(model::name_of(data_class)) + "\n";
    for (const Sent& sent : all) {
        out += "\nto " + place_words(sent.place) + ": " + action_words(sent) + ", by " +
               rules.rules()[sent.verdict.rule].name + "\n";
        for (const guard::Verdict::Of& of : sent.verdict.kinds)
            out += "  " + std::to_string(of.count) + " " + std::string(model::name_of(of.kind)) + ": " +
                   std::string(model::name_of(of.action)) + ", by " + rules.rules()[of.rule].name + "\n";
        if (sent.verdict.changes_text() && !sent.text.empty()) out += "  sent: " + sent.text + "\n";
    }
    return out;
}

}   // namespace

std::unique_ptr<guard::Detector> make_detector(const config::Snapshot& snapshot, const model::KindSet& kinds,
                                               io::Files& files, Outcome& outcome) {
    guard::DetectorOptions options;
    options.kinds = kinds;
    options.score_min = static_cast<std::uint8_t>(snapshot.guard.score_min);
    const auto patterns = guard::Patterns::compile(snapshot.guard.patterns);
    if (!patterns) {
        outcome = failed(exit_config, guard_verb, patterns.error().front().text);
        return nullptr;
    }
    options.patterns = *patterns;
    std::vector<std::string> texts;   // terms and signature of each
    for (const config::GuardDictionary& from : snapshot.guard.dictionaries) {
        const std::string signature = from.signature_file.empty() ? from.file + ".sig" : from.signature_file;
        auto terms = files.read(from.file, guard::Dictionary::file_bytes_max);
        auto signed_by =
            from.public_key.empty() ? io::FileResult<std::string>(std::string()) : files.read(signature, 4'096);
        if (!terms || !signed_by) {
            outcome = failed(exit_config, guard_verb, (terms ? signed_by : terms).error().message);
            return nullptr;
        }
        texts.push_back(std::move(*terms));
        texts.push_back(std::move(*signed_by));
    }
    std::vector<guard::Dictionary::Source> sources;
    for (std::size_t i = 0; i < snapshot.guard.dictionaries.size(); ++i) {
        const config::GuardDictionary& from = snapshot.guard.dictionaries[i];
        sources.push_back({from.name, texts[2 * i], texts[2 * i + 1], from.public_key, from.score, from.is_whole_word});
    }
    if (!sources.empty()) {
        const auto dictionary = guard::Dictionary::build(sources);
        if (!dictionary) {
            outcome = failed(exit_config, guard_verb, dictionary.error());
            return nullptr;
        }
        options.dictionary = *dictionary;
    }
    return std::make_unique<guard::Detector>(std::move(options));
}

Outcome guard_test(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    std::string text;
    if (options.file == "-") {
        if (world.read_input == nullptr) return failed(exit_usage, guard_verb, "there is no standard input");
        text = world.read_input(text_bytes_max);
    } else {
        auto read = world.files.read(options.file, text_bytes_max);
        if (!read) return failed(exit_config, guard_verb, options.file + " cannot be read: " + read.error().message);
        text = std::move(*read);
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const guard::Rules rules(snapshot);
    model::DataClass data_class{};
    model::TenantId tenant = model::TenantId::none;
    Outcome outcome;
    if (!declared_class(options, snapshot, rules, data_class, tenant, outcome)) return outcome;
    // Every kind is shown, also those that no rule speaks of.
    const auto detector = make_detector(snapshot, model::KindSet::all(), world.files, outcome);
    if (detector == nullptr) return outcome;
    Looked looked;
    looked.body = "{\"content\":\"";
    append_json_escaped(looked.body, text);
    looked.body += "\"}";
    const auto is_read = looked.inspection.read(looked.body, detector.get(), looked.scratch);
    if (!is_read || !detector->scan(text, looked.scratch, looked.findings))
        return failed(exit_failed, guard_verb, "the text could not be looked through, so nothing of it would leave");
    data_class = rules.raise(data_class, looked.findings);
    std::vector<Sent> all;
    for (const Place& place : places_of(options, snapshot))
        all.push_back(send(looked, place, rules, data_class, tenant, snapshot));
    return {exit_ok,
            options.is_json() ? json_of(looked, text, data_class, all, rules)
                              : text_of(looked, text, data_class, all, rules, world.language),
            {}};
}

Outcome guard_bench(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
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
    if (world.now == nullptr) return failed(exit_failed, guard_verb, "there is no clock");
    Outcome outcome;
    const guard::Rules rules(snapshot);
    const auto detector = make_detector(snapshot, rules.kinds(), world.files, outcome);
    if (detector == nullptr) return outcome;
    Table table({"TEXT", ">MB/S", ">FINDINGS/MB"});
    guard::DetectScratch scratch;
    for (const Sample& sample : samples) {
        std::string text;
        while (text.size() < sample_bytes) text += sample.text;
        std::vector<model::Finding> findings;
        double bytes = 0, seconds = 0;
        const Instant begin = world.now();
        while (seconds < options.seconds) {
            findings.clear();
            if (!detector->scan(text, scratch, findings))
                return failed(exit_failed, guard_verb, "the text could not be looked through");
            bytes += static_cast<double>(text.size());
            seconds = std::chrono::duration<double>(world.now() - begin).count();
        }
        char rate[32];
        std::snprintf(rate, sizeof(rate), "%.0f", bytes / seconds / 1e6);
        table.add({std::string(sample.name), rate, std::to_string(findings.size() * 1'000'000 / text.size())});
    }
    return {
        exit_ok,
        "one core of this machine, one text of 1 MiB after another; docs/guard.md tells what it means\n" + table.text(),
        {}};
}

}   // namespace gilmok::cli
