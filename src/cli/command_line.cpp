#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "cli/command_tree.hpp"
#include "cli/version.hpp"

namespace gilmok::cli {

namespace {

// The first word that is no option, and where it stands. --lang takes a value.
std::size_t verb_at(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--lang")
            ++i;
        else if (!arguments[i].starts_with('-'))
            return i;
    }
    return arguments.size();
}

const CLI::App* find_verb(const CLI::App& app, std::string_view name) {
    for (const CLI::App* sub : app.get_subcommands({}))
        if (sub->get_name() == name) return sub;
    return nullptr;
}

std::string nearest(std::string_view wrong, const std::vector<std::string>& names) {
    std::string best;
    std::size_t best_distance = wrong.size() < 4 ? 2 : 3;   // farther ones are no typing errors
    for (const std::string& name : names)
        if (const std::size_t distance = edit_distance(wrong, name); distance < best_distance)
            best = name, best_distance = distance;
    return best;
}

CommandLine usage(std::string what) {
    CommandLine line;
    line.said = {exit_usage, {}, "gilmok: " + std::move(what) + '\n'};
    return line;
}

CommandLine unknown_verb(std::string_view word, const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
    const std::string near = nearest(word, names);
    return usage("there is no verb \"" + std::string(word) + "\"" +
                 (near.empty() ? "" : "; did you mean \"" + near + "\"?") + "\n`gilmok --help` lists the verbs.");
}

// An option that nobody knows: the nearest one of its verb.
CommandLine unknown_argument(const CLI::App& app, const std::vector<std::string>& arguments, std::size_t verb) {
    const CLI::App* sub = verb < arguments.size() ? find_verb(app, arguments[verb]) : nullptr;
    const std::vector<std::string> left = app.remaining(true);
    const std::string wrong = left.empty() ? "" : left.front();
    std::vector<std::string> names;
    for (const CLI::Option* option : (sub != nullptr ? sub : &app)->get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    const std::string near = nearest(wrong.substr(0, wrong.find('=')), names);
    const std::string where = sub != nullptr ? "gilmok " + sub->get_name() : "gilmok";
    return usage("\"" + where + "\" does not take \"" + wrong + "\"" +
                 (near.empty() ? "" : "; did you mean \"" + near + "\"?") + "\n`" + where +
                 " --help` lists what it takes.");
}

std::optional<Verb> own_words_of(std::string_view word) {
    constexpr std::pair<std::string_view, Verb> verbs[] = {
        {"key", Verb::key},     {"usage", Verb::usage},       {"spend", Verb::spend},  {"budget", Verb::budget},
        {"price", Verb::price}, {"forecast", Verb::forecast}, {"ledger", Verb::ledger},
        {"guard", Verb::guard}, {"evidence", Verb::evidence}, {"archive", Verb::archive}};
    for (const auto& [name, verb] : verbs)
        if (name == word) return verb;
    return std::nullopt;
}

CommandLine say_on_stdout(std::string text) {
    CommandLine line;
    line.said.out = std::move(text);
    return line;
}

}   // namespace

CommandLine parse_command_line(std::vector<std::string> arguments, Language language) {
    CommandTree tree;
    CommandLine& line = tree.line;
    line.language = language;
    // Found first, because help itself is in that language.
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string value;
        if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
        if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
        if (value == "ko" || value == "en") line.language = value == "ko" ? Language::ko : Language::en;
    }
    const std::string help = say(line.language, Text::help_top, {version});
    const std::size_t verb = verb_at(arguments);
    if (verb == arguments.size()) {
        const auto has = [&](std::string_view name) {
            return std::find(arguments.begin(), arguments.end(), name) != arguments.end();
        };
        if (has("--version")) return say_on_stdout("gilmok " + std::string(version) + "\n");
        if (has("--help") || has("-h")) return say_on_stdout(help);
        if (arguments.empty()) {
            CommandLine bare;
            bare.said = {exit_usage, {}, help};
            return bare;
        }
    } else if (arguments[verb] == "help") {
        if (verb + 1 == arguments.size()) return say_on_stdout(help);
        arguments = {arguments[verb + 1], "--help"};
        return parse_command_line(std::move(arguments), line.language);
    } else if (const auto own = own_words_of(arguments[verb])) {
        // It parses its own words, so that it can be tested and used whole.
        line.verb = *own;
        line.words.assign(arguments.begin() + static_cast<std::ptrdiff_t>(verb) + 1, arguments.end());
        return std::move(line);
    } else if (find_verb(tree.app(), arguments[verb]) == nullptr) {
        return unknown_verb(arguments[verb], tree.app());
    }
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());   // as CLI11 wants a vector
        tree.app().parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        const CLI::App* sub = verb < arguments.size() ? find_verb(tree.app(), arguments[verb]) : nullptr;
        return say_on_stdout(sub == nullptr ? help : sub->help("gilmok"));
    } catch (const CLI::ExtrasError&) {
        return unknown_argument(tree.app(), arguments, verb);
    } catch (const CLI::ParseError& error) {
        const std::string where = verb < arguments.size() ? "gilmok " + arguments[verb] : "gilmok";
        return usage(std::string(error.what()) + "\n`" + where + " --help` tells what it takes.");
    }
    return tree.finish();
}

}   // namespace gilmok::cli
