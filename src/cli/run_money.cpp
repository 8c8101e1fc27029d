#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/assert.hpp"
#include "cli/guard.hpp"
#include "cli/key.hpp"
#include "cli/run_money.hpp"
#include "io/linux/files.hpp"
#include "io/linux/loop.hpp"
#include "io/linux/machine.hpp"

namespace gilmok::cli {

namespace {

std::size_t terminal_columns() {
    constexpr std::size_t columns_default = 80;
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : columns_default;
}

void fill_random(std::span<char> out) {
    while (!out.empty()) {
        const ssize_t filled = ::getrandom(out.data(), out.size(), 0);
        // It blocks until the kernel has entropy; a key or a salt of anything less must not exist.
        GILMOK_ASSERT(filled > 0);
        out = out.subspan(static_cast<std::size_t>(filled));
    }
}

}   // namespace

Outcome forecast_here(const std::vector<std::string>& words, Language language) {
    io::linux_::LinuxFiles files;
    const bool is_terminal = io::linux_::is_terminal(STDOUT_FILENO);
    return forecast_command(
        words, {files, config::system_secrets(), io::linux_::wall_now(), language, is_terminal, terminal_columns()});
}

namespace {

// A verb that may write the ledger.
Outcome with_ledger(Outcome (*command)(const std::vector<std::string>&, const LedgerWorld&),
                    const std::vector<std::string>& words, Language language) {
    io::linux_::LinuxFiles files;
    const auto fetcher = make_fetcher(files);
    LedgerWorld world{files, config::system_secrets(), *fetcher, io::linux_::wall_now()};
    world.clock = io::linux_::monotonic_now;
    world.random_bytes = fill_random;
    const auto loop = io::linux_::make_loop();
    world.loop = loop.get();
    world.language = language;
    if (io::linux_::is_terminal(STDERR_FILENO))
        world.progress = [](std::string_view line) {
            std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
        };
    return command(words, world);
}

}   // namespace

Outcome key_here(const std::vector<std::string>& words) {
    io::linux_::LinuxFiles files;
    return key_command(words, {files, io::linux_::wall_now(), fill_random});
}

Outcome guard_here(const std::vector<std::string>& words, Language language) {
    io::linux_::LinuxFiles files;
    GuardWorld world{files, config::system_secrets(), language, io::linux_::monotonic_now, nullptr};
    world.read_input = [](std::size_t bytes_max) {
        std::string text;
        char part[4'096];
        for (std::size_t got = 1; got > 0 && text.size() < bytes_max;) {
            got = std::fread(part, 1, std::min(sizeof(part), bytes_max - text.size()), stdin);
            text.append(part, got);
        }
        return text;
    };
    return guard_command(words, world);
}

Outcome ledger_here(const std::vector<std::string>& words, Language language) {
    return with_ledger(ledger_command, words, language);
}

Outcome archive_here(const std::vector<std::string>& words, Language language) {
    return with_ledger(archive_command, words, language);
}

}   // namespace gilmok::cli
