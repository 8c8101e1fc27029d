#include "cli/command_line.hpp"

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

CommandLine unknown_verb(std::string_view word, const Command& top) {
    std::vector<std::string> names;
    for (const Offer& verb : top.offered_verbs()) names.push_back(verb.word);
    const std::string near = nearest(word, names);
    return usage("there is no verb \"" + std::string(word) + "\"" +
                 (near.empty() ? "" : "; did you mean \"" + near + "\"?") + "\n`gilmok --help` lists the verbs.");
}

// An option that nobody knows: the nearest one of its verb.
CommandLine unknown_argument(const Command& command, const std::string& where, const std::string& wrong) {
    std::vector<std::string> names;
    for (const Offer& option : command.offered_options()) names.push_back(option.word);
    const std::string near = nearest(wrong.substr(0, wrong.find('=')), names);
    return usage("\"" + where + "\" does not take \"" + wrong + "\"" +
                 (near.empty() ? "" : "; did you mean \"" + near + "\"?") + "\n`" + where +
                 " --help` lists what it takes.");
}

std::optional<Verb> own_words_of(std::string_view word) {
    constexpr std::pair<std::string_view, Verb> verbs[] = {
        {"key", Verb::key},           {"usage", Verb::usage},       {"spend", Verb::spend},   {"budget", Verb::budget},
        {"price", Verb::price},       {"forecast", Verb::forecast}, {"ledger", Verb::ledger}, {"guard", Verb::guard},
        {"evidence", Verb::evidence}, {"archive", Verb::archive}};
    for (const auto& [name, verb] : verbs)
        if (name == word) return verb;
    return std::nullopt;
}

// --lang may stand anywhere and was heard already. One with a language that we do not speak stays, to be told.
std::vector<std::string> without_language(std::vector<std::string> words) {
    const auto is_language = [](std::string_view word) { return word == "ko" || word == "en"; };
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].starts_with("--lang=") && is_language(words[i].substr(7))) continue;
        if (words[i] == "--lang" && i + 1 < words.size() && is_language(words[i + 1]))
            ++i;
        else
            kept.push_back(std::move(words[i]));
    }
    return kept;
}

CommandLine say_on_stdout(std::string text) {
    CommandLine line;
    line.said.out = std::move(text);
    return line;
}

}   // namespace

CommandLine parse_command_line(std::vector<std::string> arguments, Language language) {
    CommandTree tree;
    const Command top = tree.grammar().top();
    CommandLine& line = tree.line;
    line.language = language;
    // Found first, because help itself is in that language.
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string value;
        if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
        if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
        if (value == "ko" || value == "en") line.language = value == "ko" ? Language::ko : Language::en;
    }
    const std::string help = say(line.language, Text::help_top, {gilmok_version});
    const std::size_t verb = verb_at(arguments);
    if (verb == arguments.size()) {
        const auto has = [&](std::string_view name) {
            return std::find(arguments.begin(), arguments.end(), name) != arguments.end();
        };
        if (has("--version")) return say_on_stdout("gilmok " + std::string(gilmok_version) + "\n");
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
        line.words = without_language({arguments.begin() + static_cast<std::ptrdiff_t>(verb) + 1, arguments.end()});
        return std::move(line);
    } else if (!top.find_verb(arguments[verb])) {
        return unknown_verb(arguments[verb], top);
    }
    const auto sub = verb < arguments.size() ? top.find_verb(arguments[verb]) : std::nullopt;
    const std::string where = sub ? "gilmok " + sub->name() : "gilmok";
    const Grammar::Read read = tree.grammar().read(arguments);
    switch (read.reading) {
        case Grammar::Reading::understood: break;
        case Grammar::Reading::help: return say_on_stdout(sub ? sub->help("gilmok") : help);
        case Grammar::Reading::left_over: return unknown_argument(sub ? *sub : top, where, read.word);
        case Grammar::Reading::wrong: return usage(read.what + "\n`" + where + " --help` tells what it takes.");
    }
    return tree.finish();
}

}   // namespace gilmok::cli
