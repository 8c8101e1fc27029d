#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/budget.hpp"
#include "cli/command_line.hpp"
#include "cli/doctor.hpp"
#include "cli/evidence.hpp"
#include "cli/price.hpp"
#include "cli/reload.hpp"
#include "cli/run_money.hpp"
#include "cli/usage.hpp"
#include "cli/version.hpp"
#include "io/linux/files.hpp"
#include "io/linux/loop.hpp"
#include "io/linux/machine.hpp"

namespace {

using namespace gilmok;
using namespace gilmok::cli;

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view(value);
}

// https://no-color.org: set and not empty.
bool may_colour(int descriptor) {
    return variable("NO_COLOR").empty() && variable("TERM") != "dumb" && io::linux_::is_terminal(descriptor);
}

int print(const Outcome& outcome) {
    errno = 0;
    std::fwrite(outcome.out.data(), 1, outcome.out.size(), stdout);
    // A full disk or a closed pipe must not look like success. What is larger than the buffer fails before the flush, which then has
    // nothing left to fail with: the stream's own mark tells of both.
    const bool is_flushed = std::fflush(stdout) == 0;
    const bool is_written = is_flushed && std::ferror(stdout) == 0;
    const int why = errno;
    std::fwrite(outcome.err.data(), 1, outcome.err.size(), stderr);
    // Who closes a pipe, as `head` does, knows that there was more.
    if (!is_written && why != EPIPE)
        std::fprintf(stderr, "gilmok: standard output could not be written (%s): what is there is not whole\n",
                     std::strerror(why));
    return is_written || outcome.exit_code != exit_ok ? outcome.exit_code : exit_failed;
}

int run(CommandLine line) {
    io::linux_::LinuxFiles files;
    config::Secrets& secrets = config::system_secrets();
    switch (line.verb) {
        case Verb::say: return print(line.said);
        case Verb::up: line.up.with_colour = may_colour(1); return run_up(line.up);
        case Verb::serve: return run_serve(line.serve);
        case Verb::sim: return run_sim(line.sim);
        case Verb::key: return print(key_here(line.words));
        case Verb::usage:
            return print(usage_command(line.words, money_world(files, secrets, io::linux_::wall_now(), line.language)));
        case Verb::spend: {
            MoneyWorld world = money_world(files, secrets, io::linux_::wall_now(), line.language);
            // A month of a busy gateway is not kept in memory.
            world.write = [](std::string_view part) { std::fwrite(part.data(), 1, part.size(), stdout); };
            return print(spend_command(line.words, world));
        }
        case Verb::budget: {
            MoneyWorld world = money_world(files, secrets, io::linux_::wall_now(), line.language);
            const auto fetcher = make_fetcher(files);
            world.fetcher = fetcher.get();
            return print(budget_command(line.words, world));
        }
        case Verb::price:
            return print(price_command(line.words, {files, secrets, io::linux_::wall_now(), line.language}));
        case Verb::forecast: return print(forecast_here(line.words, line.language));
        case Verb::ledger: return print(ledger_here(line.words, line.language));
        case Verb::guard: return print(guard_here(line.words, line.language));
        case Verb::evidence:
            return print(
                evidence_command(line.words, money_world(files, secrets, io::linux_::wall_now(), line.language)));
        case Verb::archive: return print(archive_here(line.words, line.language));
        case Verb::schema: return print({exit_ok, schema(line.schema), {}});
        case Verb::version: return print({exit_ok, version_text(line.is_json), {}});
        case Verb::check: {
            line.check.with_colour = may_colour(2);
            return print(check(line.check, files, secrets));
        }
        case Verb::reload: return print(reload(line.config_path, files, secrets, *make_fetcher(files)));
        case Verb::doctor: {
            const DoctorArgs args{line.config_path, line.language, line.is_json, may_colour(1)};
            return print(doctor(args, files, secrets, *make_fetcher(files)));
        }
        case Verb::completion: break;   // said already
    }
    return exit_usage;
}

}   // namespace

int main(int argc, char** argv) {
    io::linux_::ignore_sigpipe();
    const Language language = language_of({variable("LC_ALL"), variable("LC_MESSAGES"), variable("LANG")});
    return run(parse_command_line({argv + 1, argv + argc}, language));
}
