// gilmok.toml and conf.d/*.toml → Snapshot. All problems are found and told at once; a file with any problem changes
// nothing. One table (config/schema.cpp) drives the reader, `gilmok schema`, the docs and the hints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "io/files.hpp"

namespace gilmok::config {

// One problem, whole: what, where, why, how to mend it.
struct Problem {
    std::string code;         // "E0101", stable; docs/config.md explains each
    std::string path;         // file
    std::uint32_t line = 0;   // from 1; 0 = the whole file
    std::uint32_t column = 0;
    std::string what;          // "unknown key \"tpto\""
    std::string why;           // "keys that nobody reads hide typing errors"; may be empty
    std::string fix;           // "did you mean \"tpot\"?"; may be empty
    std::string source_line;   // the line itself, for the caret
    std::uint32_t caret_length = 1;
    bool is_warning = false;
};
// As a compiler shows it:
//   error[E0101] gilmok.toml:28:26: unknown key "tpto"
//    28 | slo = { ttft = "800ms", tpto = "40ms" }
//       |                         ^^^^ did you mean "tpot"?
std::string render(const Problem& problem, bool with_colour);

// How `env:`, `file:` and `cmd:` references are resolved; a test passes its own.
class Secrets {
public:
    virtual ~Secrets() = default;
    virtual std::optional<std::string> environment(const std::string& name) = 0;
    // Standard output of a command (no shell; split at spaces), at most 64 KiB, within 5 s.
    virtual std::optional<std::string> command(const std::string& line, std::string& failure) = 0;
};
Secrets& system_secrets();

// What config/ cannot judge itself, such as whether a pattern compiles: looked at by a stage above once all else is sound, and
// told in its place like every other problem. Null: nobody looks.
struct Flaw {
    std::string section, name, key;   // "guard.pattern", "project", "regex"
    std::string code;                 // "E0311"
    std::string what, why, fix;
};
using Examiner = std::vector<Flaw> (*)(const Snapshot& snapshot, io::Files& files);

struct Loaded {
    SnapshotPtr snapshot;            // null when any problem is an error
    std::vector<Problem> problems;   // errors and warnings, in file order
};
// `path` and the *.toml files of the directory conf.d beside it, in name order. A table or key given twice is an error.
Loaded load(const std::string& path, io::Files& files, Secrets& secrets, std::uint64_t version,
            Examiner examine = nullptr);
// The same from text, for `gilmok up`, tests and fuzzing.
Loaded load_text(std::string_view text, const std::string& name, io::Files& files, Secrets& secrets,
                 std::uint64_t version, Examiner examine = nullptr);

// Appends the rules of the packs that `guard` names and settles what they say of classes. Part of load(); by itself for who has no
// file. Names of packs that nobody knows are passed over: load() tells of them.
void apply_packs(Guard& guard);

// JSON Schema (draft 2020-12) of the file.
std::string json_schema();
// The configuration as TOML again, secrets as their references: what `gilmok up --save` writes.
std::string render_toml(const Snapshot& snapshot);

}   // namespace gilmok::config
