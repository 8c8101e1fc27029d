// All verbs and options, once: parsing, help and completion read the same tree.
#pragma once

#include "cli/command_line.hpp"
#include "cli/grammar.hpp"

namespace gilmok::cli {

class CommandTree {
public:
    CommandTree();

    [[nodiscard]] const Grammar& grammar() const { return grammar_; }
    // After a parse that went well.
    CommandLine finish();

    CommandLine line;   // what the options write into

private:
    void add_run_verbs();
    void add_look_verbs();
    void add_own_words();
    Command add(Verb verb, const char* name, const char* help, const char* example);

    Grammar grammar_;
    std::vector<std::pair<Verb, Command>> verbs_;
    std::string language_, output_ = "table", shell_;
    std::string port_;
    std::optional<Option> save_;
    bool is_json_ = false, without_embedded_ = false;
};

}   // namespace gilmok::cli
