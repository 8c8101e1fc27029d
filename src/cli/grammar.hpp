// What words a verb takes, and the reading of them: options, the verbs below it, help, and what is said of wrong words. It is the
// only door to CLI11, whose header costs each file that includes it seconds to compile: grammar.cpp alone does.
// Options write into the variables they were declared with, which must outlive the reading.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/outcome.hpp"

namespace CLI {
class App;
class Option;
}   // namespace CLI

namespace gilmok::cli {

// One option; a handle, good as long as its Grammar.
class Option {
public:
    explicit Option(CLI::Option* option) : option_(option) {}
    Option& required();
    Option& type_name(const char* name);   // what help shows for the value: FILE, DIR
    Option& one_of(std::vector<std::string> words);
    Option& within(int least, int most);
    Option& within(std::uint64_t least, std::uint64_t most);
    Option& shows_default();   // help tells what the variable holds now
    Option& by_commas();       // one word may hold several values
    Option& several();         // at least one value, and as many as follow
    Option& value_may_miss(const char* shown);
    [[nodiscard]] bool is_given() const;

private:
    CLI::Option* option_;
};

// A name with the text that explains it, for completion and for hints.
struct Offer {
    std::string word;
    std::string help;
};

// The program, a verb, or a verb below one; a handle, good as long as its Grammar.
class Command {
public:
    explicit Command(CLI::App* app) : app_(app) {}
    // T: std::string, a vector of them, std::uint32_t, std::uint64_t, double.
    template <class T>
    Option option(const char* names, T& value, const std::string& help) const;
    // Only named, for help and completion: whoever reads it declares it again.
    void option(const char* names, const std::string& help = {}) const;
    void flag(const char* names, bool& value, const std::string& help) const;
    void flag(const char* names, const std::string& help = {}) const;
    [[nodiscard]] Command verb(const char* name, const char* help) const;
    void footer(const std::string& text) const;
    void wants_verb(bool is_required = true) const;   // required: exactly one of its verbs; else one at most

    // -c FILE and -o FORMAT, which nearly every verb has.
    Option config(std::string& path, const char* help = "Configuration file") const;
    void output(std::string& format, std::vector<std::string> formats) const;

    [[nodiscard]] bool is_parsed() const;
    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::vector<Command> verbs() const;
    [[nodiscard]] std::optional<Command> find_verb(std::string_view name) const;
    [[nodiscard]] std::vector<Offer> offered_verbs() const;
    [[nodiscard]] std::vector<Offer> offered_options() const;   // the long names, with their "--"
    // `before`: the words that lead to it.
    [[nodiscard]] std::string help(const std::string& before) const;

private:
    CLI::App* app_;
};

class Grammar {
public:
    // `verb` as people type it: "gilmok usage".
    Grammar(const char* about, std::string_view verb);
    ~Grammar();
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    [[nodiscard]] Command top() const;
    void inherit_options() const;   // those of the top may stand after a verb; before any verb is declared

    enum class Reading : std::uint8_t { understood, help, left_over, wrong };
    struct Read {
        Reading reading = Reading::understood;
        std::string what{};   // left_over, wrong: a sentence
        std::string word{};   // left_over: the first that nobody takes
    };
    [[nodiscard]] Read read(const std::vector<std::string>& words) const;

    // For a verb that reads its own words. Nothing: they were understood. Else help, or what is wrong with exit_usage.
    [[nodiscard]] std::optional<Outcome> refuse(const std::vector<std::string>& words) const;

private:
    std::unique_ptr<CLI::App> app_;
};

}   // namespace gilmok::cli
