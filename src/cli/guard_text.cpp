// `gilmok guard test` and `bench`: the detector at work on a text.
#include <cstdio>
#include <optional>

#include "cli/guard_inside.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "gateway/guard_answers.hpp"
#include "gateway/guards.hpp"

namespace gilmok::cli {
namespace {

using gateway::GuardTried;

std::string action_words(model::GuardAction action, bool is_korean) {
    switch (action) {
        case model::GuardAction::allow: return is_korean ? "그대로 나감" : "goes as it is";
        case model::GuardAction::swap: return is_korean ? "가명으로 바뀌어 나감" : "goes with stand-ins";
        case model::GuardAction::mask: return is_korean ? "일부가 가려져 나감" : "goes with parts masked";
        case model::GuardAction::local: return is_korean ? "이 장소로 나가지 않음" : "does not go there";
        case model::GuardAction::block: return is_korean ? "거부됨" : "is refused";
        case model::GuardAction::count_: break;
    }
    return {};
}

std::string place_words(const GuardTried::Place& place, bool is_korean) {
    std::string out = !place.place.empty() ? place.place : is_korean ? "알 수 없는 장소" : "an unknown place";
    if (!place.operator_.empty()) out += ", " + place.operator_;
    return place.who.empty() ? out : out + " (" + place.who + ")";
}

std::string text_of(const GuardTried& tried, const std::string& text, Language language) {
    const bool is_korean = language == Language::ko;
    std::string out;
    Table spans({"KIND", "WHAT", ">SCORE", ">FROM", ">TO", "TEXT"});
    for (const model::Finding& finding : tried.findings)
        spans.add({std::string(model::name_of(finding.kind)),
                   std::string(is_korean ? model::korean_title_of(finding.kind) : model::title_of(finding.kind)),
                   std::to_string(finding.score), std::to_string(finding.begin), std::to_string(finding.end),
                   text.substr(finding.begin, finding.end - finding.begin)});
    const std::string by = is_korean ? ", 규칙 " : ", by ";
    out += !spans.is_empty() ? spans.text() : is_korean ? "찾은 것이 없음\n" : "nothing was found\n";
    out += (is_korean ? "\n등급 " : "\nclass ") + std::string(model::name_of(tried.data_class)) + "\n";
    for (const GuardTried::Place& place : tried.places) {
        out += (is_korean ? "\n장소 " : "\nto ") + place_words(place, is_korean) + ": " +
               action_words(place.action, is_korean) + by + place.rule + " (" + place.where + ")\n";
        for (const GuardTried::Of& of : place.kinds)
            out += "  " + std::to_string(of.count) + " " + std::string(model::name_of(of.kind)) + ": " +
                   std::string(model::name_of(of.action)) + by + of.rule + "\n";
        if (place.changes_text && !place.sent.empty())
            out += (is_korean ? "  보내는 글: " : "  sent: ") + place.sent + "\n";
    }
    return out;
}

std::unique_ptr<guard::Detector> make_detector(const config::Snapshot& snapshot, const model::KindSet& kinds,
                                               io::Files& files, Outcome& outcome) {
    auto options = gateway::detector_options(snapshot, files, kinds);
    if (options) return std::make_unique<guard::Detector>(std::move(*options));
    outcome = failed(exit_config, guard_verb, options.error());
    return nullptr;
}

// What is to be looked through; nothing, and why in `outcome`.
std::optional<std::string> text_for(const GuardOptions& options, const GuardWorld& world, Outcome& outcome) {
    if (!options.text.empty()) return options.text;
    if (options.file != "-") {
        auto read = world.files.read(options.file, gateway::guard_text_bytes_max);
        if (read) return std::move(*read);
        outcome = failed(exit_config, guard_verb,
                         read.error().message + "; a text itself is given with --text, or by standard input");
        return std::nullopt;
    }
    if (world.read_input != nullptr) return world.read_input(gateway::guard_text_bytes_max);
    outcome = failed(exit_usage, guard_verb, "there is no standard input");
    return std::nullopt;
}

}   // namespace

Outcome guard_test(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    Outcome outcome;
    std::optional<std::string> given = text_for(options, world, outcome);
    if (!given) return outcome;
    std::string& text = *given;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    // Every kind is shown, also those that no rule speaks of.
    const auto detector = make_detector(snapshot, model::KindSet::all(), world.files, outcome);
    if (detector == nullptr) return outcome;
    const auto tried = gateway::guard_try(snapshot, *detector, text, options.asked);
    if (!tried) return failed(exit_usage, guard_verb, tried.error());
    return {exit_ok,
            options.is_json() ? gateway::guard_tried_json(*tried, text) + '\n' : text_of(*tried, text, world.language),
            {}};
}

Outcome guard_bench(const GuardOptions& options, const GuardWorld& world, const config::Snapshot& snapshot) {
    if (world.now == nullptr) return failed(exit_failed, guard_verb, "there is no clock");
    Outcome outcome;
    const guard::Rules rules(snapshot);
    const auto detector = make_detector(snapshot, rules.kinds(), world.files, outcome);
    if (detector == nullptr) return outcome;
    const auto speeds = gateway::guard_speed(*detector, world.now, std::chrono::seconds(options.seconds));
    if (!speeds) return failed(exit_failed, guard_verb, speeds.error());
    Table table({"TEXT", ">MB/S", ">FINDINGS/MB"});
    for (const gateway::GuardSpeed& speed : *speeds) {
        char rate[32];
        std::snprintf(rate, sizeof(rate), "%.0f", speed.bytes_per_s / 1e6);
        table.add({std::string(speed.text), rate, std::to_string(speed.findings_per_mb)});
    }
    return {
        exit_ok,
        "one core of this machine, one text of 1 MiB after another; docs/guard.md tells what it means\n" + table.text(),
        {}};
}

}   // namespace gilmok::cli
