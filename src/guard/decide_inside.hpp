// The rules as they are asked: what of each is looked at for a request, by kind, and what can be known before any request comes.
// Made by decide_compile.cpp, asked by decide.cpp; for nobody else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/decide.hpp"

namespace gilmok::guard {

struct Rules::Inside {
    // What of a rule is asked for each request.
    struct Compiled {
        std::uint8_t classes = 0;     // bits
        std::uint16_t group = 0;      // 0 = own; else a pack
        bool names_unknown = false;   // the place "" itself
        bool names_classified = false;
        std::vector<bool> tenants;   // by id; empty = all
    };
    // The rules that match a place and operator, which upstreams have.
    struct Known {
        std::string place, operator_;
        std::vector<bool> matches;
        [[nodiscard]] std::pair<std::string_view, std::string_view> key() const { return {place, operator_}; }
    };
    using List = std::vector<std::uint16_t>;

    bool is_on = true;
    bool is_plain = true;
    std::vector<config::GuardRule> rules;   // the built-in ones last
    std::vector<Compiled> compiled;
    std::array<List, model::data_kinds_count> by_kind;
    List of_request;
    std::vector<Known> known;   // sorted by place and operator
    std::uint16_t unknown_place = 0, classified = 0, otherwise = 0;
    std::optional<model::DataClass> detected;
    model::DataClass class_default = model::DataClass::open;
    std::vector<model::DataClass> tenant_classes;
    model::KindSet kinds;
    std::vector<ForAnswers> answers;              // classes_count for each of the tenants' profiles
    std::vector<std::uint32_t> answers_profile;   // by tenant
    std::uint32_t answers_nobody = 0;             // profile of who is no tenant

    static constexpr std::size_t classes_count = static_cast<std::size_t>(model::DataClass::count_);
    static constexpr std::uint16_t none = 0xFFFF;

    explicit Inside(const config::Snapshot& snapshot);

    static std::uint8_t bit(model::DataClass data_class) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(data_class));
    }
    [[nodiscard]] std::vector<bool> matches_of(const Destination& to, std::size_t count) const;
    [[nodiscard]] const std::vector<bool>* known_matches(const Destination& to) const;
    [[nodiscard]] bool is_of_tenant(std::size_t rule, model::TenantId tenant) const;

    struct Pick {
        model::GuardAction action = model::GuardAction::allow;
        std::uint16_t rule = none;   // none: no rule speaks of it
        void take(model::GuardAction other, std::uint16_t its_rule) {
            if (rule == none || other > action) *this = {other, its_rule};
        }
    };

    // The answer of own rules and packs, as the head of decide.hpp tells. `list` is in the order of rules.
    template <class Matches>
    [[nodiscard]] Pick pick(const List& list, Matches matches) const {
        Pick out;
        bool is_own = false, has_basis = false;
        std::uint16_t done = 0;   // the pack that has answered
        for (const std::uint16_t index : list) {
            const config::GuardRule& rule = rules[index];
            const std::uint16_t group = compiled[index].group;
            const bool is_settled = group == 0 ? is_own && (has_basis || rule.basis.empty()) : group == done;
            if (is_settled || !matches(index)) continue;
            if (group == 0) {
                if (!is_own) out.take(rule.action, index);
                is_own = true;
                has_basis = has_basis || !rule.basis.empty();
                continue;
            }
            done = group;
            if (!is_own || (rule.is_obligatory && !has_basis)) out.take(rule.action, index);
        }
        return out;
    }

    struct Counts;
    struct Case;
    [[nodiscard]] bool is_asked(std::uint16_t index, const Case& one) const;
    [[nodiscard]] Pick decide(const List& list, const Case& one, bool is_finding) const;
    [[nodiscard]] Verdict decide(const Asked& asked, const Destination& to, const std::vector<bool>& matches) const;

private:
    void compile(const config::Snapshot& snapshot);
    void know_destinations(const config::Snapshot& snapshot, std::size_t count);
    void know_classes(const config::Snapshot& snapshot);
    void know_answers(const config::Snapshot& snapshot, std::size_t count);
    void know_kinds(const config::Snapshot& snapshot, std::size_t count);
    [[nodiscard]] ForAnswers answers_of(const List& list, model::DataClass data_class) const;
};

bool raises_class(model::DataKind kind);   // where findings raise the class

}   // namespace gilmok::guard
