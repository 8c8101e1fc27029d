// What the guard answers when somebody asks it: its rules, which of them decides a case, what a text would become for each place, and how
// fast texts are looked through. One set of answers for the command line and the admin API. Pure, but for the clock handed in.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/snapshot.hpp"
#include "guard/decide.hpp"
#include "guard/detector.hpp"
#include "model/guarded.hpp"
#include "report/question.hpp"

namespace gilmok::gateway {

using report::Told;   // what is wrong is told in people's words

// A request and where it would go, by names; "" = nobody said. Without a place: those of the configuration.
struct GuardAsked {
    std::string data_class, tenant, place, operator_;
};

// All that are in force, in the order in which they are asked; or those of one pack, whether it is switched on or not.
Told<std::vector<config::GuardRule>> guard_rules_of(const config::Snapshot& snapshot, std::string_view pack);
std::string guard_rules_json(std::span<const config::GuardRule> rules);

// The rule that decides about one kind of data.
struct GuardExplained {
    std::string kind;
    model::DataClass data_class{};
    GuardAsked asked;
    model::GuardAction action{};
    config::GuardRule rule;
};
Told<GuardExplained> guard_explain(const config::Snapshot& snapshot, std::string_view kind, const GuardAsked& asked);
std::string guard_explained_json(const GuardExplained& explained);

// What is found in a text, and what each place would be sent of it: cut and put together by the code that does so for requests.
struct GuardTried {
    struct Of {
        model::DataKind kind{};
        std::size_t count = 0;
        model::GuardAction action{};
        std::string rule;
    };
    struct Place {
        std::string place, operator_, who;   // `who`: upstreams there
        model::GuardAction action{};
        std::string rule, where;
        bool changes_text = false;
        std::string sent;   // "" = nothing leaves
        std::vector<Of> kinds;
    };
    model::DataClass data_class{};
    std::vector<model::Finding> findings;   // positions in the text
    std::vector<Place> places;
};
inline constexpr std::size_t guard_text_bytes_max = 4U << 20;
Told<GuardTried> guard_try(const config::Snapshot& snapshot, const guard::Detector& detector, std::string_view text,
                           const GuardAsked& asked);
std::string guard_tried_json(const GuardTried& tried, std::string_view text);

// Texts of the product's own, one after another on this core, each for at least `span`.
struct GuardSpeed {
    std::string_view text;   // its name
    double bytes_per_s = 0;
    std::size_t findings_per_mb = 0;
};
Told<std::vector<GuardSpeed>> guard_speed(const guard::Detector& detector, Instant (*clock)(), Duration span);
std::string guard_speed_json(std::span<const GuardSpeed> speeds);

}   // namespace gilmok::gateway
