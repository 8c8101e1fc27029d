// Completion scripts. Words are offered by verb; values of options are left to the shell, which completes files.
#include "cli/command_tree.hpp"

namespace gilmok::cli {

namespace {

std::string words_of(const std::vector<Offer>& offers) {
    std::string out;
    for (const Offer& offer : offers) (out += out.empty() ? "" : " ") += offer.word;
    return out;
}

// What follows a verb: its own verbs, its options, and for `completion` the shells.
std::vector<Offer> offers_of(const Command& sub) {
    std::vector<Offer> offers = sub.offered_verbs();
    if (sub.name() == "completion") offers = {{"bash", ""}, {"zsh", ""}, {"fish", ""}};
    for (Offer& offer : sub.offered_options()) offers.push_back(std::move(offer));
    return offers;
}

std::string bash(const Command& top) {
    std::string out =
        "# bash completion of gilmok; made by `gilmok completion bash`\n"
        "_gilmok() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} verb= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        [[ ${COMP_WORDS[i]} != -* ]] && { verb=${COMP_WORDS[i]}; break; }\n"
        "    done\n"
        "    case $verb in\n";
    for (const Command& sub : top.verbs())
        out += "        " + sub.name() + ") COMPREPLY=($(compgen -W '" + words_of(offers_of(sub)) +
               "' -- \"$word\")) ;;\n";
    out += "        *) COMPREPLY=($(compgen -W '" + words_of(top.offered_verbs()) + " " +
           words_of(top.offered_options()) + "' -- \"$word\")) ;;\n";
    return out + "    esac\n}\ncomplete -o default -F _gilmok gilmok\n";
}

// For a text inside single quotes, where zsh's _describe ends the word at a colon.
std::string escaped(std::string_view text, std::string_view specials) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
            continue;
        }
        if (specials.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_list(const std::vector<Offer>& offers) {
    std::string out;
    for (const Offer& offer : offers)
        out += " '" + escaped(offer.word, ":") + (offer.help.empty() ? "" : ":" + escaped(offer.help, "")) + "'";
    return out;
}

std::string zsh(const Command& top) {
    std::string out =
        "#compdef gilmok\n# zsh completion of gilmok; made by `gilmok completion zsh`\n"
        "_gilmok() {\n    local -a offers\n    local verb= i\n"
        "    for ((i = 2; i < CURRENT; i++)); do\n        [[ ${words[i]} != -* ]] && { verb=${words[i]}; break }\n    "
        "done\n"
        "    case $verb in\n";
    for (const Command& sub : top.verbs())
        out += "        " + sub.name() + ") offers=(" + zsh_list(offers_of(sub)) + ") ;;\n";
    out += "        *) offers=(" + zsh_list(top.offered_verbs()) + zsh_list(top.offered_options()) + ") ;;\n";
    return out + "    esac\n    _describe 'gilmok' offers || _files\n}\n_gilmok \"$@\"\n";
}

std::string fish(const Command& top) {
    std::string out = "# fish completion of gilmok; made by `gilmok completion fish`\n";
    const auto describe = [](const Offer& offer) {
        return offer.help.empty() ? "" : " -d '" + escaped(offer.help, "\\") + "'";
    };
    for (const Offer& verb : top.offered_verbs())
        out += "complete -c gilmok -n __fish_use_subcommand -f -a " + verb.word + describe(verb) + "\n";
    for (const Command& sub : top.verbs())
        for (const Offer& offer : offers_of(sub)) {
            const bool is_option = offer.word.starts_with("--");
            out += "complete -c gilmok -n '__fish_seen_subcommand_from " + sub.name() + "' ";
            out += is_option ? "-l " + offer.word.substr(2) : "-f -a " + offer.word;
            out += describe(offer) + "\n";
        }
    return out;
}

}   // namespace

Outcome completion(std::string_view shell) {
    CommandTree tree;
    if (shell == "bash") return {exit_ok, bash(tree.grammar().top()), {}};
    if (shell == "zsh") return {exit_ok, zsh(tree.grammar().top()), {}};
    return {exit_ok, fish(tree.grammar().top()), {}};
}

}   // namespace gilmok::cli
