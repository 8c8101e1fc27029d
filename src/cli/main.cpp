#include <CLI/CLI.hpp>

#include "cli/serve.hpp"
#include "cli/version.hpp"

int main(int argc, char** argv) {
    using namespace gilmok::cli;
    CLI::App app{"gilmok: the one gate between your applications and every language model"};
    app.require_subcommand(1);
    ServeArgs serve_args;
    CLI::App* serve = app.add_subcommand("serve", "Serve with a configuration file, until SIGTERM; SIGHUP reloads");
    serve->add_option("-c,--config", serve_args.config_path, "Configuration file")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    if (serve->parsed()) return run_serve(serve_args);
    return 2;
}
