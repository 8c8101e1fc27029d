#include "cli/up.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "auth/key_store.hpp"
#include "cli/check.hpp"
#include "cli/outcome.hpp"
#include "cli/up_config.hpp"
#include "cli/version.hpp"
#include "gateway/process.hpp"
#include "io/linux/files.hpp"
#include "io/linux/loop.hpp"

namespace gilmok::cli {

namespace {

constexpr std::uint16_t door_port = 8080;
constexpr std::uint16_t admin_port = 9090;
constexpr std::uint16_t ports_tried_max = 50;
constexpr std::string_view key_variable = "GILMOK_UP_KEY";
constexpr std::string_view token_variable = "GILMOK_UP_TOKEN";
constexpr const char* any_help = "Start an engine, set a key such as OPENAI_API_KEY, or leave --no-embedded out.";

int gave_up(int exit_code, const std::string& why) {
    std::fprintf(stderr, "gilmok up: %s\n", why.c_str());
    return exit_code;
}

// The first port from `wanted` on that is free; 0 when none is.
std::uint16_t free_port(Fetcher& fetcher, std::uint16_t wanted) {
    for (std::uint16_t i = 0; i < ports_tried_max && wanted + i <= 65'535; ++i) {
        const io::Address address{"127.0.0.1", static_cast<std::uint16_t>(wanted + i)};
        if (fetcher.can_listen(address)) return address.port;
    }
    return 0;
}

Secret random_key() {
    std::array<char, auth::key_random_bytes> random{};
    io::linux_::make_loop()->random_bytes(random);
    return auth::key_from(random);
}

// A key in the store of `state_dir`. Empty, and `problem` says why, when it cannot be kept.
Secret keep_new_key(io::Files& files, const std::string& state_dir, std::string& problem) {
    const auto made = files.make_directory(state_dir, 0700);
    if (!made) {
        problem = made.error().message;
        return {};
    }
    auth::KeyStore store(files, auth::key_store_path(state_dir));
    auto keys = store.read();
    if (!keys) {
        problem = keys.error().message;
        return {};
    }
    std::array<char, auth::key_random_bytes> random{};
    io::linux_::make_loop()->random_bytes(random);
    const auth::NewKey wanted{std::string(up_tenant), "up", {}, {}};
    auth::CreatedKey created = auth::create_key(*keys, wanted, random, io::linux_::wall_now());
    if (const auto written = store.write(*keys); !written) {
        problem = written.error().message;
        return {};
    }
    return std::move(created.key);
}

// One run of `up`, from looking around to the end of serving.
class Run {
public:
    explicit Run(const UpArgs& args)
        : args_(args), secrets_(config::system_secrets()), fetcher_(make_fetcher(files_)) {}

    int run() {
        if (!args_.save_path.empty() && files_.exists(args_.save_path))
            return gave_up(exit_failed, args_.save_path +
                                            " exists already and is not overwritten. Name another file, or serve with "
                                            "it: gilmok serve -c " +
                                            args_.save_path);
        found_ = discover(*fetcher_, secrets_);
        config_.found = &found_;
        if (const int code = choose_ports(); code != exit_ok) return code;
        if (!found_.has_upstreams()) {
            if (!args_.with_embedded)
                return gave_up(exit_failed, "no engine answers on this machine and no API key is in the environment. " +
                                                std::string(any_help));
            if (const std::string problem = fleet_.start(); !problem.empty()) return gave_up(exit_failed, problem);
        }
        if (const int code = make_credentials(); code != exit_ok) return code;
        if (const int code = save(); code != exit_ok) return code;
        return serve();
    }

private:
    int choose_ports() {
        const std::uint16_t wanted = args_.port.value_or(door_port);
        config_.door.port = args_.port ? wanted : free_port(*fetcher_, wanted);
        if (args_.port && wanted != 0 && !fetcher_->can_listen({"127.0.0.1", wanted}))
            return gave_up(exit_failed, "port " + std::to_string(wanted) +
                                            " is taken by another program (ss -ltnp shows which). "
                                            "Leave --port out and a free one is chosen.");
        // The door is not open yet, so its port still counts as free.
        config_.admin.port = free_port(*fetcher_, config_.door.port == admin_port ? admin_port + 1 : admin_port);
        if ((config_.door.port == 0 && !args_.port) || config_.admin.port == 0)
            return gave_up(exit_failed, "no port is free from 8080 and 9090 on. Choose one with --port.");
        facts_.port_wanted = config_.door.port != wanted ? wanted : 0;
        facts_.admin_port_wanted = config_.admin.port != admin_port ? admin_port : 0;
        return exit_ok;
    }

    int make_credentials() {
        if (args_.save_path.empty()) {
            config_.key_reference = "env:" + std::string(key_variable);
            config_.token_reference = "env:" + std::string(token_variable);
            key_ = random_key();
            token_ = random_key();
            secrets_.set(std::string(key_variable), key_.clone());
            secrets_.set(std::string(token_variable), token_.clone());
            return exit_ok;
        }
        config_.state_dir = default_state_dir(secrets_);
        if (config_.state_dir.empty())
            return gave_up(
                exit_failed,
                "there is no place to keep the key: neither XDG_STATE_HOME nor HOME is set. Set one of them.");
        std::string problem;
        key_ = keep_new_key(files_, config_.state_dir, problem);
        if (!problem.empty())
            return gave_up(exit_failed,
                           "the key cannot be kept: " + problem + ". Point XDG_STATE_HOME at a directory of yours.");
        return exit_ok;
    }

    int save() {
        if (args_.save_path.empty()) return exit_ok;
        const auto written = files_.write_atomically(args_.save_path, up_config_text(config_), 0600);
        if (!written) return gave_up(exit_failed, "the configuration cannot be saved: " + written.error().message);
        return exit_ok;
    }

    int serve() {
        config_.embedded = fleet_.engines();
        // Not for the file: whoever reads the terminal of `up` wants requests there, not routine.
        const std::string text = up_config_text(config_) + "\n[log]\nlevel = \"warn\"\n";
        const config::Loaded loaded = config::load_text(text, "gilmok up", files_, secrets_, 1);
        if (loaded.snapshot == nullptr)
            return gave_up(exit_config,
                           "what was found makes no configuration:\n" + problems_text(loaded.problems, false));
        mark_simulated(loaded);
        // A file cannot say that an engine is simulated, so with one a reload would lose the label.
        const bool is_any_simulated =
            std::any_of(loaded.snapshot->upstreams.begin(), loaded.snapshot->upstreams.end(),
                        [](const config::Upstream& upstream) { return upstream.is_simulated; });
        const bool can_reload = !args_.save_path.empty() && !is_any_simulated;
        gateway::Process::Options options;
        options.config_path = can_reload ? args_.save_path : "";
        options.version = gilmok_version;
        options.on_ready = [&](const gateway::Process& process) { print_banner(process, *loaded.snapshot); };
        gateway::Process process(files_, secrets_, std::move(options));
        const std::string problem = process.run(loaded.snapshot);
        return problem.empty() ? exit_ok : gave_up(exit_failed, problem);
    }

    // Only code may say that an upstream is simulated: a file could use it to hide where answers come from. Nobody shares
    // the snapshot yet, and load_text() made it as a mutable object.
    void mark_simulated(const config::Loaded& loaded) {
        auto snapshot = std::const_pointer_cast<config::Snapshot>(loaded.snapshot);
        for (config::Upstream& upstream : snapshot->upstreams) {
            const auto is_it = [&](const auto& engine) { return engine.name == upstream.name; };
            const auto engine = std::find_if(found_.engines.begin(), found_.engines.end(), is_it);
            upstream.is_simulated = std::any_of(config_.embedded.begin(), config_.embedded.end(), is_it) ||
                                    (engine != found_.engines.end() && engine->is_simulated);
        }
    }

    void print_banner(const gateway::Process& process, const config::Snapshot& snapshot) {
        facts_.found = &found_;
        facts_.is_simulated = !fleet_.engines().empty();
        facts_.door = process.door_addresses().front();
        facts_.admin = process.admin_address();
        facts_.key = key_.reveal();
        facts_.token = token_.reveal();
        facts_.saved_path = args_.save_path;
        if (!config_.state_dir.empty()) {
            facts_.token_file = config_.state_dir + "/admin.token";
            facts_.key_store = auth::key_store_path(config_.state_dir);
        }
        for (const config::Model& model : snapshot.models) facts_.models.push_back(model.name);
        facts_.model_to_try = model_to_try(config_);
        const std::string text = banner(facts_, args_.language, args_.with_colour);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }

    UpArgs args_;
    io::linux_::LinuxFiles files_;
    OwnSecrets secrets_;
    std::unique_ptr<Fetcher> fetcher_;
    Discovery found_;
    EmbeddedFleet fleet_;
    UpConfig config_;
    BannerFacts facts_;
    Secret key_, token_;
};

}   // namespace

std::optional<std::string> OwnSecrets::environment(const std::string& name) {
    for (const auto& [own, secret] : own_)
        if (own == name) return std::string(secret.reveal());
    return other_.environment(name);
}

std::string default_state_dir(config::Secrets& environment) {
    if (const auto state = environment.environment("XDG_STATE_HOME"); state && state->starts_with('/'))
        return *state + "/gilmok";
    if (const auto home = environment.environment("HOME"); home && home->starts_with('/'))
        return *home + "/.local/state/gilmok";
    return {};
}

int run_up(const UpArgs& args) {
    io::linux_::ignore_sigpipe();
    Run run(args);
    return run.run();
}

}   // namespace gilmok::cli
