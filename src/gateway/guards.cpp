#include "gateway/guards.hpp"

#include <algorithm>

#include "guard/dictionary.hpp"
#include "guard/patterns.hpp"

namespace gilmok::gateway {

using ledger::NameKind;
using model::NameId;

namespace {

using Problem = tl::unexpected<std::string>;

constexpr std::size_t signature_bytes_max = 4'096;

// The text of a file, or a problem that says which dictionary wants it.
tl::expected<std::string, std::string> text_of(io::Files& files, const std::string& dictionary, const std::string& path,
                                               std::size_t bytes_max) {
    auto text = files.read(path, bytes_max);
    if (!text) return Problem("guard.dictionary." + dictionary + ": " + text.error().message);
    return std::move(*text);
}

tl::expected<std::shared_ptr<const guard::Dictionary>, std::string> read_dictionaries(const config::Snapshot& snapshot,
                                                                                      io::Files& files) {
    const auto& wanted = snapshot.guard.dictionaries;
    if (wanted.empty()) return nullptr;
    std::vector<std::string> texts;   // two of each: terms and signature
    texts.reserve(wanted.size() * 2);
    std::vector<guard::Dictionary::Source> sources;
    for (const config::GuardDictionary& dictionary : wanted) {
        auto terms = text_of(files, dictionary.name, dictionary.file, guard::Dictionary::file_bytes_max);
        if (!terms) return Problem(terms.error());
        std::string signature;
        if (!dictionary.public_key.empty()) {
            const std::string path =
                dictionary.signature_file.empty() ? dictionary.file + ".sig" : dictionary.signature_file;
            auto read = text_of(files, dictionary.name, path, signature_bytes_max);
            if (!read) return Problem(read.error());
            signature = std::move(*read);
        }
        texts.push_back(std::move(*terms));
        texts.push_back(std::move(signature));
        sources.push_back({.name = dictionary.name,
                           .terms = texts[texts.size() - 2],
                           .signature = texts.back(),
                           .public_key = dictionary.public_key,
                           .score = dictionary.score,
                           .is_whole_word = dictionary.is_whole_word});
    }
    return guard::Dictionary::build(sources);
}

tl::expected<std::shared_ptr<const guard::Patterns>, std::string> compile_patterns(const config::Snapshot& snapshot) {
    const auto& wanted = snapshot.guard.patterns;
    if (wanted.empty()) return nullptr;
    auto compiled = guard::Patterns::compile(wanted);
    if (compiled) return *compiled;
    std::string problems;
    for (const guard::PatternProblem& problem : compiled.error())
        problems +=
            (problems.empty() ? "" : "; ") + ("guard.pattern." + wanted[problem.pattern].name) + ": " + problem.text;
    return Problem(problems);
}

// The longest path that the tenant lies below decides.
std::uint32_t application_of(const config::Snapshot& snapshot, const std::string& tenant) {
    std::uint32_t found = Guards::no_application;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < snapshot.applications.size(); ++i) {
        const std::string& path = snapshot.applications[i].tenant;
        const bool is_above = tenant == path || (tenant.starts_with(path) && tenant[path.size()] == '/');
        if (!is_above || path.size() < longest) continue;
        found = static_cast<std::uint32_t>(i);
        longest = path.size();
    }
    return found;
}

// The kinds that are not simply allowed wherever the model is served, whatever the class of the request.
model::KindSet kinds_of(const config::Snapshot& snapshot, const Guards& guards, const config::Model& model) {
    model::KindSet kinds;
    const auto tenant = snapshot.tenants.empty() ? model::TenantId::none : static_cast<model::TenantId>(0);
    for (const config::Candidate& candidate : model.candidates) {
        const guard::Destination destination = guards.destination(snapshot, candidate);
        for (std::size_t c = 0; c < static_cast<std::size_t>(model::DataClass::count_); ++c)
            for (std::size_t k = 0; k < model::data_kinds_count; ++k) {
                const auto kind = static_cast<model::DataKind>(k);
                const model::Finding finding{.begin = 0, .end = 1, .kind = kind, .score = 100};
                const guard::Verdict verdict =
                    guards.rules.decide({static_cast<model::DataClass>(c), tenant, {&finding, 1}}, destination);
                if (verdict.of(kind) != model::GuardAction::allow) kinds.add(kind);
            }
    }
    return kinds;
}

model::KindSet kinds_of_answers(const config::Snapshot& snapshot, const Guards& guards) {
    model::KindSet kinds;
    const auto tenant = snapshot.tenants.empty() ? model::TenantId::none : static_cast<model::TenantId>(0);
    for (std::size_t c = 0; c < static_cast<std::size_t>(model::DataClass::count_); ++c) {
        const auto& rules = guards.rules.for_answers(static_cast<model::DataClass>(c), tenant);
        kinds.add(rules.masked);
        kinds.add(rules.blocked);
    }
    return kinds;
}

// One number may look like another: a corporate registration number has a resident's form. Which of them it is can only be
// told among all, so whoever asks for one kind of number asks for every kind.
void add_rivals(model::KindSet& kinds) {
    model::KindSet numbers;
    for (std::size_t k = 0; k < model::data_kinds_count; ++k) {
        const auto kind = static_cast<model::DataKind>(k);
        switch (model::family_of(kind)) {
            case model::DataFamily::unique_id:
            case model::DataFamily::financial:
            case model::DataFamily::business:
            case model::DataFamily::network: break;
            case model::DataFamily::contact:
            case model::DataFamily::location:
                if (kind == model::DataKind::email || kind == model::DataKind::kr_address) continue;
                break;
            case model::DataFamily::person:
            case model::DataFamily::secret:
            case model::DataFamily::own:
            case model::DataFamily::media:
            case model::DataFamily::count_: continue;
        }
        numbers.add(kind);
    }
    for (std::size_t k = 0; k < model::data_kinds_count; ++k)
        if (const auto kind = static_cast<model::DataKind>(k); numbers.has(kind) && kinds.has(kind))
            return kinds.add(numbers);
}

// Detectors for few kinds; models that ask for the same share one.
void make_detectors(Guards& guards, const config::Snapshot& snapshot, const guard::DetectorOptions& all) {
    const bool is_simple = guards.rules.is_plain();
    std::vector<std::pair<model::KindSet, std::shared_ptr<const guard::Detector>>> made;
    const auto detector_of = [&](model::KindSet kinds) {
        add_rivals(kinds);
        for (const auto& [known, detector] : made)
            if (known == kinds) return detector;
        guard::DetectorOptions options = all;
        options.kinds = kinds;
        if (!kinds.has(model::DataKind::pattern)) options.patterns.reset();
        if (!kinds.has(model::DataKind::term)) options.dictionary.reset();
        made.emplace_back(kinds, std::make_shared<const guard::Detector>(std::move(options)));
        return made.back().second;
    };
    model::KindSet degraded;   // of models that a budget may choose in place of another
    for (const config::Tenant& tenant : snapshot.tenants)
        if (const auto found = snapshot.models_by_name.find(tenant.degrade_to); found != snapshot.models_by_name.end())
            degraded.add(kinds_of(snapshot, guards, snapshot.model(found->second)));
    for (const config::Model& model : snapshot.models) {
        model::KindSet kinds = is_simple ? kinds_of(snapshot, guards, model) : all.kinds;
        kinds.add(degraded);
        guards.detectors.push_back(detector_of(kinds));
    }
    guards.answers_detector = detector_of(is_simple ? kinds_of_answers(snapshot, guards) : all.kinds);
}

void name_everything(Guards& guards, const config::Snapshot& snapshot, ledger::Keeper* keeper, WallTime now) {
    const auto name = [&](NameKind kind, std::string_view text) {
        return keeper == nullptr || text.empty() ? NameId::none : keeper->intern(kind, text, now);
    };
    // With its line: a report must lead to the text that decided, also when the file has changed since.
    for (const config::GuardRule& rule : guards.rules.rules())
        guards.rule_names.push_back(
            name(NameKind::rule, rule.where.empty() ? rule.name : rule.name + " (" + rule.where + ")"));
    if (guards.external != model::UpstreamId::none)
        guards.external_place = name(NameKind::place, snapshot.upstream(guards.external).place);
    for (std::size_t i = 0; i < static_cast<std::size_t>(model::DataClass::count_); ++i)
        guards.classes.push_back(name(NameKind::data_class, model::name_of(static_cast<model::DataClass>(i))));
    for (const config::Upstream& upstream : snapshot.upstreams)
        guards.operators.push_back(name(NameKind::operator_, upstream.operator_));
    for (const config::Application& application : snapshot.applications)
        guards.applications.push_back(name(NameKind::application, application.name));
    for (const config::Model& model : snapshot.models) {
        auto& places = guards.places.emplace_back();
        for (const config::Candidate& candidate : model.candidates)
            places.push_back(name(NameKind::place, guards.destination(snapshot, candidate).place));
    }
}

}   // namespace

guard::Destination Guards::destination(const config::Snapshot& snapshot, const config::Candidate& candidate) const {
    const config::Upstream& upstream = snapshot.upstream(candidate.upstream);
    return {guard::place_of(upstream, candidate.served_name), upstream.operator_};
}

tl::expected<guard::DetectorOptions, std::string> detector_options(const config::Snapshot& snapshot, io::Files& files,
                                                                   const model::KindSet& kinds) {
    auto patterns = compile_patterns(snapshot);
    if (!patterns) return Problem(patterns.error());
    auto dictionary = read_dictionaries(snapshot, files);
    if (!dictionary) return Problem(dictionary.error());
    guard::DetectorOptions options;
    options.kinds = kinds;
    options.score_min = static_cast<std::uint8_t>(std::clamp<std::uint32_t>(snapshot.guard.score_min, 1, 100));
    options.patterns = std::move(*patterns);
    options.dictionary = std::move(*dictionary);
    return options;
}

tl::expected<GuardsPtr, std::string> build_guards(const config::Snapshot& snapshot, io::Files& files,
                                                  const Secret& secret, ledger::Keeper* keeper, WallTime now) {
    auto guards = std::make_shared<Guards>(snapshot);
    guards->is_on = snapshot.guard.is_on;
    auto options = detector_options(snapshot, files, guards->rules.kinds());
    if (!options) return Problem(options.error());
    make_detectors(*guards, snapshot, *options);
    guards->detector = std::make_unique<guard::Detector>(std::move(*options));
    guards->secret = (snapshot.guard.secret.is_empty() ? secret : snapshot.guard.secret).clone();
    for (const config::Tenant& tenant : snapshot.tenants)
        guards->application_of.push_back(application_of(snapshot, tenant.path));
    for (std::size_t i = 0; i < snapshot.upstreams.size(); ++i)
        if (snapshot.upstreams[i].name == snapshot.guard.external.upstream)
            guards->external = static_cast<model::UpstreamId>(i);
    name_everything(*guards, snapshot, keeper, now);
    return guards;
}

}   // namespace gilmok::gateway
