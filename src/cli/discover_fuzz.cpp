// Property: whatever a local port answers, what `up` makes of it is a configuration that loads. A program on this machine
// must not be able to keep the door shut, or to write its own lines into the file of `--save`.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "cli/up_config.hpp"
#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 16 * 1'024) return 0;
    std::string body;
    for (std::size_t i = 0; i < size; ++i) body += static_cast<char>(data[i]);
    static constexpr std::uint16_t ports[] = {8000, 11'434, 8080, 30'000, 1234};
    Discovery found;
    for (const std::uint16_t port : ports) {
        auto engine = recognise(port, body);
        if (!engine) continue;
        engine->address = {"127.0.0.1", port};
        engine->name += "-" + std::to_string(port);
        found.engines.push_back(std::move(*engine));
    }
    UpConfig config;
    config.found = &found;
    config::FakeFiles files;
    config::FakeSecrets secrets;
    const config::Loaded loaded = config::load_text(up_config_text(config), "up", files, secrets, 1);
    GILMOK_ASSERT(loaded.snapshot != nullptr);
    GILMOK_ASSERT(loaded.snapshot->upstreams.size() == found.engines.size());
    for (const FoundEngine& engine : found.engines)
        for (const std::string& id : engine.models) GILMOK_ASSERT(loaded.snapshot->models_by_name.contains(id));
    return 0;
}
