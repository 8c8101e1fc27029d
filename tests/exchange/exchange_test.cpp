// Runs exchange scripts against the gateway in a simulated world, each with several seeds.
//   exchange_test [--seeds N] [--seed S] SCRIPT…
// A failure names script, line, what was seen and the seed that shows it.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "runner/gateway_under_test.hpp"
#include "runner/runner.hpp"
#include "runner/script.hpp"

using namespace gilmok;
using namespace gilmok::exchange;

namespace {

bool run_script(const std::string& path, std::uint64_t first_seed, std::uint64_t seeds) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        std::printf("%s: cannot be read\n", path.c_str());
        return false;
    }
    const Script script = parse_script(std::string(std::istreambuf_iterator<char>(file), {}));
    for (const Problem& problem : script.problems)
        std::printf("%s:%u: %s\n", path.c_str(), problem.line, problem.what.c_str());
    if (!script.problems.empty()) return false;
    for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
        Runner runner(script, seed, start_gateway);
        const auto failure = runner.run();
        if (!failure) continue;
        std::printf("%s:%u: %s\n", path.c_str(), failure->line, failure->what.c_str());
        std::printf("    the script claims: %s\n    replay: exchange_test --seed %llu %s\n", script.claim.c_str(),
                    static_cast<unsigned long long>(seed), path.c_str());
        return false;
    }
    return true;
}

}   // namespace

int main(int argc, char** argv) {
    std::uint64_t seed = 1, seeds = 8;
    std::vector<std::string> paths;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if ((word == "--seed" || word == "--seeds") && i + 1 < argc) {
            const std::uint64_t number = parse_u64(argv[++i]).value_or(1);
            if (word == "--seeds") {
                seeds = number;
            } else {
                seed = number;
                seeds = 1;
            }
        } else {
            paths.emplace_back(word);
        }
    }
    log::set_level(log::Level::error);
    int failures = 0;
    for (const std::string& path : paths) failures += run_script(path, seed, seeds) ? 0 : 1;
    std::printf("%zu scripts, %d failed, %llu seeds each\n", paths.size(), failures,
                static_cast<unsigned long long>(seeds));
    return failures == 0 && !paths.empty() ? 0 : 1;
}
