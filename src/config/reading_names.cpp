// Values that name another thing of the file, which must have been read before.
#include <array>
#include <utility>

#include "config/reading.hpp"

namespace gilmok::config {

using wire::TomlNode;

namespace {

constexpr std::array<std::pair<std::string_view, AtLimit>, 3> at_limit_names{
    {{"reject", AtLimit::reject}, {"queue", AtLimit::queue}, {"local-only", AtLimit::local_only}}};

}   // namespace

bool Reading::candidate(const TomlNode& from, Candidate& into) const {
    const auto slash = from.text.find('/');
    if (slash == std::string::npos || slash == 0 || !is_name(std::string_view(from.text).substr(slash + 1), true))
        return refuse_at(from.place, "E0107", "a candidate is written \"upstream/served-name\"",
                         "the served name is what the upstream itself calls the model", {});
    const std::string_view name = std::string_view(from.text).substr(0, slash);
    Nearest nearest(name);
    const auto& upstreams = context.snapshot.upstreams;
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        nearest.offer(upstreams[i].name);
        if (upstreams[i].name != name) continue;
        into = {static_cast<model::UpstreamId>(i), from.text.substr(slash + 1)};
        return true;
    }
    return refuse_at(from.place, "E0301", "there is no upstream" + shown(name), {},
                     nearest.fix_or_all("add [upstream.NAME] with its url"));
}

bool Reading::candidates(std::vector<Candidate>& into) const {
    if (!list(into, candidates_max, false,
              [this](const TomlNode& from, Candidate& one) { return candidate(from, one); }))
        return false;
    if (into.empty())
        return refuse("E0105", "\"try\" is empty", "a model that nobody serves cannot be asked for",
                      "write [\"upstream/served-name\"]");
    for (std::size_t i = 0; i < into.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (into[i].upstream == into[j].upstream && into[i].served_name == into[j].served_name)
                return refuse_at(node.elements[i].place, "E0308", "this candidate stands twice", {},
                                 "remove one of the two");
    return true;
}

bool Reading::model_name(const TomlNode& from, std::string_view name) const {
    Nearest nearest(name);
    for (const Model& each : context.snapshot.models) {
        if (each.name == name) return true;
        nearest.offer(each.name);
    }
    return refuse_at(from.place, "E0303", "there is no model" + shown(name), {},
                     nearest.fix_or_all("add [model.NAME] with its try"));
}

bool Reading::names(std::vector<std::string>& into) const {
    const bool are_models = field.shape == Shape::model_names;
    const auto read = [&](const TomlNode& from, std::string& one) {
        return text(from, one) && (!are_models || one == "*" || model_name(from, one));
    };
    return list(into, models_max, false, read);
}

std::optional<model::TenantId> Reading::tenant_named(const TomlNode& from, const std::string& path) const {
    Nearest nearest(path);
    const auto& tenants = context.snapshot.tenants;
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        if (tenants[i].path == path) return static_cast<model::TenantId>(i);
        nearest.offer(tenants[i].path);
    }
    refuse_at(from.place, "E0304", "there is no tenant" + shown(path), {},
              nearest.fix_or("add [tenant." + quoted(path) + "]"));
    return std::nullopt;
}

bool Reading::tenant(model::TenantId& into) const {
    std::string path;
    if (!text(node, path)) return false;
    const auto found = tenant_named(node, path);
    if (found) into = *found;
    return found.has_value();
}

bool Reading::tenant_path(const TomlNode& from, std::string& into) const {
    std::string path;
    if (!text(from, path)) return false;
    const bool may_be_empty = !field.is_required && path.empty();
    if (!may_be_empty && !tenant_named(from, path)) return false;
    into = path;
    return true;
}

bool Reading::tenant_paths(std::vector<std::string>& into) const {
    const auto read = [this](const TomlNode& from, std::string& one) {
        return text(from, one) && tenant_named(from, one).has_value();
    };
    return list(into, models_max, false, read);
}

bool Reading::limit(Tenant& into) const {
    static constexpr std::string_view degrade = "degrade:";
    std::string words;
    if (!text(node, words)) return false;
    Nearest nearest(words);
    for (const auto& [name, at_limit] : at_limit_names) {
        if (words == name) {
            into.at_limit = at_limit;
            into.degrade_to.clear();
            return true;
        }
        nearest.offer(name);
    }
    if (!words.starts_with(degrade) || words.size() == degrade.size())
        return refuse("E0106", quoted(field.name) + " cannot be" + shown(words),
                      "it is one of \"reject\", \"queue\", \"degrade:MODEL\", \"local-only\"",
                      words.starts_with("degrade") ? "write \"degrade:\" and the name of a model" : nearest.fix());
    if (!model_name(node, std::string_view(words).substr(degrade.size()))) return false;
    into.at_limit = AtLimit::degrade;
    into.degrade_to = words.substr(degrade.size());
    return true;
}

}   // namespace gilmok::config
