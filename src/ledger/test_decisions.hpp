// Decisions of a TablesWorld, added up by a plain loop, and the answers of the tables in the same words.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/test_tables.hpp"

namespace gilmok::ledger {

inline std::vector<DecisionFilter> any_decision_filters(Prng& prng, std::size_t count) {
    std::vector<DecisionFilter> filters;
    const auto any = [&](std::initializer_list<const char*> of) {
        return std::string(*(of.begin() + static_cast<std::ptrdiff_t>(prng.below(of.size()))));
    };
    for (std::size_t i = 0; i < count; ++i) {
        DecisionFilter& filter = filters.emplace_back();
        filter.until = WallTime::max();
        const WallTime begin{std::chrono::seconds(world_begin_s)};
        if (prng.chance(1, 2)) filter.from = begin + std::chrono::seconds(prng.between(0, world_days * 43'200));
        if (prng.chance(1, 2))
            filter.until = begin + std::chrono::seconds(prng.between(world_days * 43'200, world_days * 86'400));
        if (prng.chance(1, 2)) filter.tenant = any({"acme", "acme/finance", "beta", "beta/한국", "nobody"});
        if (prng.chance(1, 4)) filter.application = any({"helpdesk", "hiring", "none"});
        if (prng.chance(1, 4)) filter.verdict_least = static_cast<model::GuardAction>(prng.below(5));
        if (prng.chance(1, 4)) filter.verdict_most = static_cast<model::GuardAction>(prng.below(5));
    }
    return filters;
}

inline std::string decision_line(const std::string& at, bool is_answer, const std::string& keys) {
    return at + (is_answer ? "|answer|" : "|request|") + keys;
}

inline std::string text_of_sums(const std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>& sums) {
    std::string text;
    for (const auto& [keys, sum] : sums)
        text += keys + " " + std::to_string(sum.first) + " " + std::to_string(sum.second) + "\n";
    return text;
}

// All four questions as one text.
inline std::string shown_decisions(Questions& questions, const DecisionFilter& filter) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> sums;
    for (const VerdictSum& sum : value_of(questions.verdicts(filter)))
        sums[decision_line("v", sum.is_answer,
                           std::string(name_of(sum.data_class)) + "|" + std::string(name_of(sum.verdict)) + "|" +
                               sum.place + "|" + sum.operator_ + "|" + sum.upstream + "|" + sum.rule)] = {sum.decisions,
                                                                                                          0};
    for (const FoundSum& sum : value_of(questions.found(filter)))
        sums[decision_line("f", sum.is_answer,
                           std::string(name_of(sum.kind)) + "|" + std::string(name_of(sum.action)) + "|" + sum.place +
                               "|" + sum.operator_ + "|" + sum.rule)] = {sum.decisions, sum.findings};
    std::string text = text_of_sums(sums);
    for (const DecisionRow& row : value_of(questions.decisions(filter, rows_max))) {
        text += std::to_string(row.index) + " " + std::string(row.decision.ref.exchange.view()) + " " +
                std::to_string(row.decision.ref.attempt) + " " + row.tenant + " " + row.application + " " +
                row.upstream + " " + std::string(name_of(row.decision.verdict)) + " " + row.verdict_rule +
                (row.decision.is_more ? " more" : "");
        for (std::size_t i = 0; i < row.rules.size(); ++i)
            text += " " + std::to_string(row.decision.entries[i].count) + ":" + row.rules[i];
        text += "\n";
    }
    for (const AttemptRow& row : value_of(questions.sent_though_refused(filter, rows_max)))
        text += "sent " + std::to_string(row.index) + "\n";
    return text;
}

inline std::string shown_decisions(const TablesWorld& world, const DecisionFilter& filter) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> sums;
    std::map<std::uint64_t, bool> sent;
    std::string rows;
    for (const auto& [index, decision] : world.decisions()) {
        const std::string tenant = world.text(decision.tenant);
        const bool is_below =
            filter.tenant.empty() || tenant == filter.tenant || tenant.starts_with(filter.tenant + "/");
        if (decision.at < filter.from || decision.at >= filter.until || !is_below) continue;
        if (!filter.application.empty() && world.text(decision.application) != filter.application) continue;
        for (const WorldAttempt& attempt : world.attempts())
            if (decision.verdict >= model::GuardAction::local && !decision.is_answer &&
                attempt.terminal.ref.exchange.view() == decision.ref.exchange.view() &&
                attempt.terminal.ref.attempt == decision.ref.attempt &&
                (decision.upstream == model::NameId::none || decision.upstream == attempt.terminal.upstream))
                sent[attempt.index] = true;
        if (decision.verdict < filter.verdict_least || decision.verdict > filter.verdict_most) continue;
        const std::string place = world.text(decision.place) + "|" + world.text(decision.operator_);
        sums[decision_line("v", decision.is_answer,
                           std::string(name_of(decision.data_class)) + "|" + std::string(name_of(decision.verdict)) +
                               "|" + place + "|" + world.text(decision.upstream) + "|" +
                               world.text(decision.verdict_rule))]
            .first += 1;
        rows += std::to_string(index) + " " + std::string(decision.ref.exchange.view()) + " " +
                std::to_string(decision.ref.attempt) + " " + tenant + " " + world.text(decision.application) + " " +
                world.text(decision.upstream) + " " + std::string(name_of(decision.verdict)) + " " +
                world.text(decision.verdict_rule) + (decision.is_more ? " more" : "");
        for (std::size_t i = 0; i < decision.entries_count; ++i) {
            const model::Decision::Entry& entry = decision.entries[i];
            auto& sum = sums[decision_line("f", decision.is_answer,
                                           std::string(name_of(entry.kind)) + "|" + std::string(name_of(entry.action)) +
                                               "|" + place + "|" + world.text(entry.rule))];
            sum.first += 1;
            sum.second += entry.count;
            rows += " " + std::to_string(entry.count) + ":" + world.text(entry.rule);
        }
        rows += "\n";
    }
    std::string text = text_of_sums(sums) + rows;
    for (const auto& [index, is_sent] : sent) text += "sent " + std::to_string(index) + "\n";
    return text;
}

}   // namespace gilmok::ledger
