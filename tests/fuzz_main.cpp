// Drives a fuzz target without libFuzzer, so that every compiler runs every property in the ordinary suite: replays the
// seeds of the corpus folder, then mutates them for about a second with a fixed seed. A failure aborts and leaves the
// input in the file it names; `PROGRAM FILE` replays it.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/prng.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::string current;   // what is being tried, for the abort handler

void save_and_die(int) {
    if (FILE* file = std::fopen("fuzz-failure.bin", "wb")) {
        std::fwrite(current.data(), 1, current.size(), file);
        std::fclose(file);
    }
    std::fputs("fuzz: the failing input is in fuzz-failure.bin; run this program with it as its argument\n", stderr);
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
}

void try_one(const std::string& input) {
    current = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutate(const std::string& seed, const std::vector<std::string>& seeds, gilmok::Prng& prng) {
    std::string input = seed;
    for (std::uint64_t round = prng.below(4) + 1; round > 0; --round) {
        const std::size_t at = input.empty() ? 0 : prng.below(input.size());
        switch (prng.below(6)) {
            case 0: if (!input.empty()) input[at] = static_cast<char>(prng.next()); break;
            case 1: input.insert(at, 1, static_cast<char>(prng.next())); break;
            case 2: if (!input.empty()) input.erase(at, prng.below(8) + 1); break;
            case 3: if (!input.empty()) input.insert(at, input.substr(prng.below(input.size()), prng.below(32))); break;
            case 4: {
                const std::string& other = seeds[prng.below(seeds.size())];
                if (!other.empty()) input.insert(at, other.substr(prng.below(other.size()), prng.below(64)));
                break;
            }
            default: {
                static constexpr char interesting[] = "\r\n:;,{}[]\"\\0\t -+eE";
                input.insert(at, 1, interesting[prng.below(sizeof interesting - 1)]);
            }
        }
    }
    return input;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGABRT, save_and_die);
    std::vector<std::string> seeds{""};
    if (argc > 1 && std::filesystem::is_regular_file(argv[1])) {
        try_one(read_file(argv[1]));
        return 0;
    }
    if (argc > 1 && std::filesystem::is_directory(argv[1]))
        for (const auto& entry : std::filesystem::directory_iterator(argv[1])) seeds.push_back(read_file(entry.path()));
    for (const auto& seed : seeds) try_one(seed);
    gilmok::Prng prng{20261121};
    std::uint64_t tried = seeds.size();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (std::chrono::steady_clock::now() < until) {
        try_one(mutate(seeds[prng.below(seeds.size())], seeds, prng));
        ++tried;
    }
    std::printf("%llu inputs, %zu seeds\n", static_cast<unsigned long long>(tried), seeds.size() - 1);
    return 0;
}
