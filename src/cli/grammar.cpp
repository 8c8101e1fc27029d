#include "cli/grammar.hpp"

#include <CLI/CLI.hpp>

#include "config/schema.hpp"

namespace gilmok::cli {

Option& Option::required() { return option_->required(), *this; }
Option& Option::type_name(const char* name) { return option_->type_name(name), *this; }
Option& Option::one_of(std::vector<std::string> words) {
    return option_->check(CLI::IsMember(std::move(words))), *this;
}
Option& Option::within(int least, int most) { return option_->check(CLI::Range(least, most)), *this; }
Option& Option::within(std::uint64_t least, std::uint64_t most) {
    return option_->check(CLI::Range(least, most)), *this;
}
Option& Option::shows_default() { return option_->capture_default_str(), *this; }
Option& Option::by_commas() { return option_->delimiter(','), *this; }
Option& Option::several() { return option_->expected(1, -1), *this; }
Option& Option::value_may_miss(const char* shown) { return option_->expected(0, 1)->default_str(shown), *this; }
bool Option::is_given() const { return option_->count() > 0; }

template <class T>
Option Command::option(const char* names, T& value, const std::string& help) const {
    return Option(app_->add_option(names, value, help));
}
template Option Command::option(const char*, std::string&, const std::string&) const;
template Option Command::option(const char*, std::vector<std::string>&, const std::string&) const;
template Option Command::option(const char*, std::uint32_t&, const std::string&) const;
template Option Command::option(const char*, std::uint64_t&, const std::string&) const;
template Option Command::option(const char*, double&, const std::string&) const;

void Command::option(const char* names, const std::string& help) const { app_->add_option(names, help); }
void Command::flag(const char* names, bool& value, const std::string& help) const {
    app_->add_flag(names, value, help);
}
void Command::flag(const char* names, const std::string& help) const { app_->add_flag(names)->description(help); }
Command Command::verb(const char* name, const char* help) const { return Command(app_->add_subcommand(name, help)); }
void Command::footer(const std::string& text) const { app_->footer(text); }
void Command::wants_verb(bool is_required) const { app_->require_subcommand(is_required ? 1 : 0, 1); }

Option Command::config(std::string& path, const char* help) const {
    return option("-c,--config", path, help).type_name("FILE").shows_default();
}

void Command::output(std::string& format, std::vector<std::string> formats) const {
    option("-o,--output", format, "Format").one_of(std::move(formats)).shows_default();
}

bool Command::is_parsed() const { return app_->parsed(); }
std::string Command::name() const { return app_->get_name(); }

std::vector<Command> Command::verbs() const {
    std::vector<Command> verbs;
    for (CLI::App* verb : app_->get_subcommands({})) verbs.emplace_back(verb);
    return verbs;
}

std::optional<Command> Command::find_verb(std::string_view name) const {
    for (const Command verb : verbs())
        if (verb.app_->get_name() == name) return verb;
    return std::nullopt;
}

std::vector<Offer> Command::offered_verbs() const {
    std::vector<Offer> offers;
    for (const Command verb : verbs()) offers.push_back({verb.app_->get_name(), verb.app_->get_description()});
    return offers;
}

std::vector<Offer> Command::offered_options() const {
    std::vector<Offer> offers;
    for (const CLI::Option* option : app_->get_options())
        for (const std::string& name : option->get_lnames()) offers.push_back({"--" + name, option->get_description()});
    return offers;
}

std::string Command::help(const std::string& before) const { return app_->help(before); }

Grammar::Grammar(const char* about, std::string_view verb)
    : app_(std::make_unique<CLI::App>(about, std::string(verb))) {}
Grammar::~Grammar() = default;
Command Grammar::top() const { return Command(app_.get()); }
void Grammar::inherit_options() const { app_->fallthrough(); }

namespace {

// Where a verb is wanted and none that is known stands first: the one that was probably meant, or all. "" = not here.
std::string verbs_instead(const Command& top, const std::vector<std::string>& words) {
    const bool is_named = !words.empty() && !words.front().starts_with('-');
    if (!is_named && !words.empty()) return {};
    const std::string first = is_named ? words.front() : std::string();
    config::Nearest nearest(first);
    bool is_any = false;
    for (const Offer& verb : top.offered_verbs()) {
        if (verb.word == first) return {};
        nearest.offer(verb.word);
        is_any = true;
    }
    if (!is_any) return {};
    return is_named ? "there is no \"" + first + "\"; " + nearest.fix_or_all()
                    : "a word is missing that says what to do; " + nearest.fix_or_all();
}

}   // namespace

Grammar::Read Grammar::read(const std::vector<std::string>& words) const {
    try {
        std::vector<std::string> reversed(words.rbegin(), words.rend());   // as CLI11 wants a vector
        app_->parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) { return {Reading::help}; } catch (const CLI::ExtrasError& error) {
        const std::vector<std::string> left = app_->remaining(true);
        return {Reading::left_over, error.what(), left.empty() ? "" : left.front()};
    } catch (const CLI::ParseError& error) { return {Reading::wrong, error.what()}; }
    return {};
}

std::optional<Outcome> Grammar::refuse(const std::vector<std::string>& words) const {
    const Read got = read(words);
    if (got.reading == Reading::understood) return std::nullopt;
    // CLI11 shows the help of the verb below, where one was named.
    if (got.reading == Reading::help) return Outcome{exit_ok, app_->help(), {}};
    const std::string verb = app_->get_name();
    const std::string known = verbs_instead(top(), words);
    return failed(exit_usage, verb,
                  (known.empty() ? got.what : known) + "\n`" + verb + " --help` tells what it takes.");
}

}   // namespace gilmok::cli
