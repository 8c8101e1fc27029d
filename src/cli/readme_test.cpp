// Goal: what a reader copies from the READMEs works, and both of them tell the same.
#include <doctest/doctest.h>

#include <vector>

#include "cli/command_line.hpp"
#include "config/test_machine.hpp"
#include "io/linux/files.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

std::string readme(const std::string& name) {
    io::linux_::LinuxFiles files;
    const auto text = files.read(GILMOK_SOURCE_DIR "/" + name, 1 << 20);
    REQUIRE(text.has_value());
    return *text;
}

// The insides of the blocks that begin with this fence.
std::vector<std::string> blocks(const std::string& text, const std::string& fence) {
    std::vector<std::string> found;
    for (auto at = text.find("\n" + fence + "\n"); at != std::string::npos;
         at = text.find("\n" + fence + "\n", at + 1)) {
        const auto begin = at + fence.size() + 2;
        found.push_back(text.substr(begin, text.find("\n```", begin) + 1 - begin));
    }
    return found;
}

}   // namespace

TEST_CASE("readme: the configuration loads without a warning, in both languages") {
    for (const char* name : {"README.md", "README.ko.md"}) {
        CAPTURE(name);
        config::FakeFiles files;
        config::FakeSecrets secrets;
        secrets.variables["OPENAI_API_KEY"] = "sk-0123456789abcdef0123456789";
        const auto configurations = blocks(readme(name), "```toml");
        REQUIRE(!configurations.empty());
        const config::Loaded loaded = config::load_text(configurations.front(), name, files, secrets, 1);
        CHECK(loaded.snapshot != nullptr);
        std::string problems;
        for (const config::Problem& problem : loaded.problems) problems += config::render(problem, false);
        CHECK(problems == "");
    }
}

TEST_CASE("readme: every verb it names exists") {
    for (const char* name : {"README.md", "README.ko.md"}) {
        const std::string text = readme(name);
        for (auto at = text.find("`gilmok "); at != std::string::npos; at = text.find("`gilmok ", at + 1)) {
            const auto begin = at + 8;
            const std::string verb = text.substr(begin, text.find_first_of(" `|\n", begin) - begin);
            CAPTURE(verb);
            CHECK(parse_command_line({verb, "--help"}, Language::en).said.exit_code == exit_ok);
        }
    }
}

TEST_CASE("readme: both languages have the same sections and the same blocks of code") {
    const auto headings = [](const std::string& text) {
        std::size_t count = 0;
        for (auto at = text.find("\n#"); at != std::string::npos; at = text.find("\n#", at + 1)) ++count;
        return count;
    };
    const std::string en = readme("README.md"), ko = readme("README.ko.md");
    CHECK(headings(en) == headings(ko));
    for (const char* fence : {"```toml", "```python", "```js", "```"}) {
        CAPTURE(fence);
        CHECK(blocks(en, fence).size() == blocks(ko, fence).size());
    }
}
