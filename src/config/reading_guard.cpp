// Classes and kinds, as rules of the guard name them.
#include <algorithm>

#include "config/reading.hpp"

namespace gilmok::config {

using wire::TomlNode;

namespace {

constexpr std::string_view family_prefix = "family:";

std::string nearest_kind(std::string_view wrong) {
    Nearest nearest(wrong);
    nearest.offer("all");
    for (std::size_t i = 0; i < model::data_kinds_count; ++i)
        nearest.offer(model::name_of(static_cast<model::DataKind>(i)));
    for (std::size_t i = 0; i < static_cast<std::size_t>(model::DataFamily::count_); ++i) {
        const std::string name(model::name_of(static_cast<model::DataFamily>(i)));
        if (wrong == name) return "did you mean " + quoted(std::string(family_prefix) + name) + "?";
        nearest.offer(std::string(family_prefix) + name);
    }
    return nearest.fix_or("docs/guard.md lists the kinds");
}

}   // namespace

bool Reading::data_classes(std::vector<model::DataClass>& into) const {
    const auto read = [this](const TomlNode& from, model::DataClass& one) {
        const auto data_class = model::data_class_named(from.text);
        if (!data_class)
            return refuse_at(from.place, "E0106", quoted(field.name) + " cannot be" + shown(from.text),
                             "it is one of \"C\" (classified), \"S\" (sensitive), \"O\" (open)", {});
        one = *data_class;
        return true;
    };
    if (!list(into, static_cast<std::size_t>(model::DataClass::count_), false, read)) return false;
    std::sort(into.begin(), into.end());
    return std::adjacent_find(into.begin(), into.end()) == into.end() ||
           refuse("E0308", "one class stands twice in " + quoted(field.name), {}, "remove one of the two");
}

bool Reading::data_kinds(GuardRule& into) const {
    std::vector<model::KindSet> sets;
    const auto read = [this](const TomlNode& from, model::KindSet& one) {
        const auto kinds = model::kinds_named(from.text);
        if (!kinds)
            return refuse_at(from.place, "E0106", "there is no kind" + shown(from.text), {}, nearest_kind(from.text));
        one = *kinds;
        return true;
    };
    if (!list(sets, model::data_kinds_count, false, read)) return false;
    into.kinds = {};
    for (const model::KindSet& set : sets) into.kinds.add(set);
    into.has_kinds = !into.kinds.is_empty();
    return true;
}

}   // namespace gilmok::config
