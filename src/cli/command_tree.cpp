#include "cli/command_tree.hpp"

#include "base/text.hpp"

namespace gilmok::cli {

CommandTree::CommandTree() : grammar_("The one gate between your applications and every language model", "gilmok") {
    const Command top = grammar_.top();
    top.wants_verb();
    grammar_.inherit_options();   // --lang may stand after the verb
    top.option("--lang", language_, "Language of help, banner and doctor").one_of({"ko", "en"});
    top.flag("--version", "The version, and nothing else");
    add_run_verbs();
    add_look_verbs();
    add_own_words();
}

Command CommandTree::add(Verb verb, const char* name, const char* help, const char* example) {
    const Command sub = grammar_.top().verb(name, help);
    sub.footer(example);
    verbs_.emplace_back(verb, sub);
    return sub;
}

void CommandTree::add_run_verbs() {
    const Command up =
        add(Verb::up, "up", "Look around, open a door in front of what is there, and serve until Ctrl-C",
            "Looks for engines on the usual local ports, keys of hosted APIs in the environment, and accelerators. "
            "Where there is\n"
            "neither engine nor key, two simulated engines stand in; everything says that they are simulated.\n\n"
            "  gilmok up\n  gilmok up --save           writes gilmok.toml, keeps the key\n  OPENAI_API_KEY=… gilmok up "
            "--port 8088");
    save_ = up.option("--save", line.up.save_path, "Write the configuration there (gilmok.toml when no FILE is named)")
                .type_name("FILE")
                .value_may_miss("gilmok.toml");
    up.option("--port", port_, "Port of the door; without it the first free one from 8080 on").type_name("PORT");
    up.flag("--no-embedded", without_embedded_, "Fail instead of starting simulated engines");

    const Command serve =
        add(Verb::serve, "serve", "Serve with a configuration file, until SIGTERM; SIGHUP reloads it",
            "SIGTERM and SIGINT end it in order: running answers may finish for drain_timeout; a second signal ends it "
            "at once.\n"
            "The access log goes to standard output, the process log to standard error, one JSON object a line.\n\n"
            "  gilmok serve -c /etc/gilmok/gilmok.toml");
    serve.config(line.serve.config_path);

    const Command reload =
        add(Verb::reload, "reload", "Make a running gateway read its configuration again",
            "All or nothing: a file with any error changes nothing, and the errors are shown (exit code 3). Nobody "
            "there: 4.\n"
            "Finds the gateway through [server] of the file: admin address, and the token in state_dir.");
    reload.config(line.config_path, "Configuration file of the running gateway");

    const Command sim =
        add(Verb::sim, "sim", "Simulated engines on a port, with faults on order, until SIGTERM",
            "  gilmok sim --listen 127.0.0.1:8000 --fault stall=0.01,reset=0.01\n  gilmok sim --list-profiles");
    SimArgs& args = line.sim;
    sim.option("--listen", args.listen, "Address of the first engine; the others take the ports after it")
        .shows_default();
    sim.option("--engines", args.engines, "How many").within(1, 256).shows_default();
    sim.option("--profile", args.profile, "chip[xN]/model").shows_default();
    sim.flag("--list-profiles", args.list_profiles, "Show the profiles and what they rest on");
    sim.option("--model", args.models, "Served names, separated by commas; without it the profile's model").by_commas();
    sim.option("--style", args.style, "Whose /metrics: vllm, furiosa, sglang, llama.cpp").shows_default();
    sim.option("--seed", args.seed, "Of answers and faults").shows_default();
    sim.option("--time-scale", args.time_scale, "Real seconds for a simulated one; 0 answers at once").shows_default();
    sim.option("--ttft", args.ttft, "Fixed time to the first token, such as 120ms; goes with --tpot");
    sim.option("--tpot", args.tpot, "Fixed time per output token, such as 8ms");
    sim.option("--fault", args.fault, "NAME=SHARE, separated by commas");
    sim.option("--api-key", args.api_key, "Ask for this key");
    sim.option("--kv-blocks", args.kv_blocks, "KV cache blocks; 0: what the memory holds").shows_default();
    sim.option("--waiting-max", args.waiting_max, "Requests that may wait; then 503").shows_default();
    sim.option("--tokens-min", args.tokens_min, "Shortest answer when the request does not say").shows_default();
    sim.option("--tokens-max", args.tokens_max, "Longest answer when the request does not say").shows_default();
    sim.flag("--usage-null,!--no-usage-null", args.usage_null, "Chunks carry \"usage\":null, as OpenAI's do");
}

void CommandTree::add_look_verbs() {
    const auto add_output = [this](const Command sub) {
        sub.option("-o,--output", output_, "Format").one_of({"table", "json"}).shows_default();
        sub.flag("--json", is_json_, "The same as -o json");
    };
    const Command check =
        add(Verb::check, "check", "Tell everything that is wrong with a configuration; starts nothing",
            "Exit code 0: sound, 3: refused. Secrets are looked up and never shown.");
    check.config(line.check.config_path);
    check.flag("--strict", line.check.is_strict, "Warnings refuse as well");
    add_output(check);

    const Command doctor =
        add(Verb::doctor, "doctor", "Look over machine, configuration and upstreams; name each problem and its fix",
            "Exit code 0: nothing failed (warnings may stand), 1: something did. Sends no prompt and changes nothing.");
    doctor.config(line.config_path);
    add_output(doctor);

    const Command schema = add(Verb::schema, "schema", "Print what the configuration may say, as JSON Schema", "");
    schema.flag("--docs", line.schema.is_docs, "As Markdown: docs/config.md");

    const Command version = add(Verb::version, "version", "Tell what this build is", "");
    add_output(version);

    const Command completion = add(
        Verb::completion, "completion", "Print a completion script",
        "  gilmok completion bash > /etc/bash_completion.d/gilmok\n  gilmok completion zsh > \"${fpath[1]}/_gilmok\"\n"
        "  gilmok completion fish > ~/.config/fish/completions/gilmok.fish");
    completion.option("shell", shell_, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"});
}

// For help and completion only: each of these verbs parses its own words.
void CommandTree::add_own_words() {
    const auto add_common = [](const Command& verb) {
        verb.option("-c,--config", "Configuration file");
        verb.option("-o,--output", "Format");
    };
    const auto add_parts = [&](const Command& verb, std::initializer_list<std::pair<const char*, const char*>> parts) {
        for (const auto& [name, help] : parts) add_common(verb.verb(name, help));
    };
    add_parts(add(Verb::key, "key", "Create, list, revoke and rotate API keys", ""),
              {{"create", "Make a key and print it, once"},
               {"list", "Show the keys"},
               {"revoke", "Close a key for good"},
               {"rotate", "Make a new key with the same rights and close the old one"}});
    const Command usage = add(Verb::usage, "usage", "Show what was used: tokens by kind, requests, energy", "");
    const Command spend = add(Verb::spend, "spend", "Show what it cost; statements, other prices, a FOCUS file", "");
    add_parts(spend, {{"statement", "The month's bill of each payer"},
                      {"elsewhere", "What the same tokens would have cost at other prices"},
                      {"export", "The month as a FOCUS file"}});
    for (const Command question : {usage, spend}) {
        for (const char* option : {"-c,--config", "-o,--output", "--by", "--period", "--from", "--to", "--tenant",
                                   "--key", "--model", "--upstream", "--place", "--class", "--tag"})
            question.option(option);
        question.flag("--no-simulated");
    }
    add_common(add(Verb::budget, "budget", "Show budgets: limit, spent, set aside, left", ""));
    add_parts(add(Verb::price, "price", "Show what models cost, find gaps, take in price lists", ""),
              {{"list", "Show the prices that hold now"},
               {"show", "Show one price card and where it was read"},
               {"check", "Look for models without a price and for old exchange rates"},
               {"import", "Compare somebody's price list with the present prices"}});
    const Command forecast =
        add(Verb::forecast, "forecast", "Tell how much more will be spent, and how sure that is", "");
    add_common(forecast);
    forecast.option("--tenant", "A node of the tenant tree");
    forecast.option("--period", "this-month, or a month such as 2026-11");
    forecast.flag("--by-hour", "Steps of an hour");
    add_parts(add(Verb::ledger, "ledger", "Verify, prove, export and rebuild the ledger", ""),
              {{"show", "How large it is, who signs it, until where"},
               {"verify", "Find what is not as it was signed"},
               {"proof", "Prove one request to somebody else, or check such a proof"},
               {"export", "Write it as static tiles that other tools can read"},
               {"rebuild", "Compute the tables again from the log"},
               {"erase", "Forget who a user was"},
               {"rerate", "Charge a span of time again at the present prices"}});
    add_parts(add(Verb::guard, "guard", "Show which rule decides what may go where; try a text", ""),
              {{"rules", "Show the rules in the order in which they are asked, or explain one case"},
               {"test", "Look through a text: what is found, and what would go where"},
               {"bench", "Measure how fast texts are looked through on this machine"}});
    const Command evidence = add(Verb::evidence, "evidence",
                                 "Report for an auditor: what left, to where, under which rule, with proofs", "");
    for (const char* option :
         {"-c,--config", "-o,--output", "--period", "--from", "--to", "--tenant", "--proofs", "--list", "--language"})
        evidence.option(option);
    add_parts(add(Verb::archive, "archive", "Look into the archive of prompts and answers, destroy a tenant's key", ""),
              {{"list", "What is kept of whom"},
               {"show", "Prompt and answer of one request"},
               {"destroy-key", "Make what was kept of a tenant unreadable, for good"},
               {"status", "How much there is, and who writes it"}});
}

CommandLine CommandTree::finish() {
    for (const auto& [verb, sub] : verbs_)
        if (sub.is_parsed()) line.verb = verb;
    line.is_json = is_json_ || output_ == "json";
    line.check.is_json = line.is_json;
    line.up.with_embedded = !without_embedded_;
    line.up.language = line.language;
    if (line.verb == Verb::up && line.up.save_path.empty() && save_->is_given()) line.up.save_path = "gilmok.toml";
    if (!port_.empty()) {
        const auto port = parse_u64(port_);
        if (!port || *port > 65'535) {
            line.verb = Verb::say;
            line.said = {
                exit_usage,
                {},
                "gilmok: --port wants a number from 0 to 65535 (0: the system picks), not \"" + port_ + "\"\n"};
            return std::move(line);
        }
        line.up.port = static_cast<std::uint16_t>(*port);
    }
    if (line.verb == Verb::completion) {
        line.said = completion(shell_);
        line.verb = Verb::say;
    }
    return std::move(line);
}

}   // namespace gilmok::cli
