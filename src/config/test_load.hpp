// What the tests of load() share: a machine with files and secrets, the smallest sound file, and "exactly this problem".
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include "config/reader.hpp"
#include "config/test_machine.hpp"

namespace gilmok::config {

struct Machine {
    FakeFiles files;
    FakeSecrets secrets;
    Machine() {
        files.files = {{"/etc/cert.pem", "-"},
                       {"/etc/key.pem", "-"},
                       {"/run/fin", "finance-secret-0123456789\n"},
                       {"/run/empty", "\n"},
                       {"/run/two", "one\ntwo\n"}};
        secrets.variables = {{"OPENAI_API_KEY", "sk-test-openai"},
                             {"EMPTY", ""},
                             {"DATABASE", "postgresql://gilmok:database-secret@db/gilmok"},
                             {"WEBHOOK", "webhook-secret-0123456789"},
                             {"MASTER", std::string(64, 'a')}};
        secrets.commands = {{"vault read lab", "lab-secret-abcdefghijklm\n"}};
    }
    Loaded load(std::string_view text) { return load_text(text, "gilmok.toml", files, secrets, 7); }
};

inline std::string all_of(const Loaded& loaded) {
    std::string out;
    for (const Problem& problem : loaded.problems) out += render(problem, false);
    return out;
}

// The smallest file without problems, and more of it.
inline std::string with(std::string_view more) {
    return "[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\n[model.m]\ntry = [\"a/m\"]\n" + std::string(more);
}
inline std::string with_upstream(std::string_view more) {
    return "[model.m]\ntry = [\"a/m\"]\n[upstream.a]\nurl = \"http://127.0.0.1:8000/v1\"\n" + std::string(more);
}

// Exactly one problem, with this code; returns how it looks.
inline std::string only(std::string_view text, std::string_view code) {
    Machine machine;
    const Loaded loaded = machine.load(text);
    const std::string shown = all_of(loaded);
    INFO(std::string(text));
    INFO(shown);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(loaded.problems[0].code == code);
    CHECK((loaded.snapshot != nullptr) == code.starts_with("W"));
    return shown;
}
// What is written of a configuration reads back to the same; returns it as both documents have it.
inline std::array<std::string, 2> written_and_read(Machine& machine, const Snapshot& first) {
    std::array<std::string, 2> texts{render_toml(first), render_everything(first)};
    for (const std::string& text : texts) {
        INFO(text);
        const Loaded second = machine.load(text);
        INFO(all_of(second));
        REQUIRE(second.snapshot);
        CHECK(render_everything(first) == render_everything(*second.snapshot));
        CHECK(second.snapshot->guard.rules.size() == first.guard.rules.size());
    }
    return texts;
}

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}   // namespace gilmok::config
