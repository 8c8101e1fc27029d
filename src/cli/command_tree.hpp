// All verbs and options, once: parsing, help and completion read the same tree.
#pragma once

#include <memory>

#include "cli/command_line.hpp"

namespace CLI {
class App;
}

namespace gilmok::cli {

class CommandTree {
public:
    CommandTree();
    ~CommandTree();
    CommandTree(const CommandTree&) = delete;
    CommandTree& operator=(const CommandTree&) = delete;

    [[nodiscard]] CLI::App& app() { return *app_; }
    // After a parse that went well.
    CommandLine finish();

    CommandLine line;   // what the options write into

private:
    void add_run_verbs();
    void add_look_verbs();
    void add_key();
    void add_money_verbs();
    CLI::App* add(Verb verb, const char* name, const char* help, const char* example);

    std::unique_ptr<CLI::App> app_;
    std::vector<std::pair<Verb, CLI::App*>> verbs_;
    std::string language_, output_ = "table", shell_;
    std::string port_;
    bool is_version_ = false, is_json_ = false, without_embedded_ = false;
};

}   // namespace gilmok::cli
