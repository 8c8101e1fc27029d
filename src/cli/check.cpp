#include "cli/check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "guard/examine.hpp"

namespace gilmok::cli {
namespace {

using config::Problem;

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

struct Counts {
    std::size_t errors = 0;
    std::size_t warnings = 0;
};
Counts count(const std::vector<Problem>& problems) {
    Counts counts;
    for (const Problem& problem : problems) ++(problem.is_warning ? counts.warnings : counts.errors);
    return counts;
}

std::string summary(const config::Snapshot& snapshot) {
    return snapshot.source + ": sound: " + counted(snapshot.upstreams.size(), "upstream") + ", " +
           counted(snapshot.models.size(), "model") + ", " + counted(snapshot.tenants.size(), "tenant") + ", " +
           counted(snapshot.keys.size(), "key") + "\n";
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out += std::string(",\"") + std::string(name) + "\":\"";
    append_json_escaped(out, text);
    out += '"';
}

std::string json(const std::vector<Problem>& problems, bool is_refused) {
    std::string out = std::string("{\"ok\":") + (is_refused ? "false" : "true") + ",\"problems\":[";
    for (const Problem& problem : problems) {
        if (out.back() != '[') out += ',';
        out += std::string("\n {\"severity\":\"") + (problem.is_warning ? "warning" : "error") + '"';
        append_member(out, "code", problem.code);
        append_member(out, "path", problem.path);
        out += ",\"line\":" + std::to_string(problem.line) + ",\"column\":" + std::to_string(problem.column);
        append_member(out, "what", problem.what);
        append_member(out, "why", problem.why);
        append_member(out, "fix", problem.fix);
        out += '}';
    }
    return out + "]}\n";
}

}   // namespace

std::string problems_text(const std::vector<Problem>& problems, bool with_colour) {
    std::string out;
    for (const Problem& problem : problems) out += config::render(problem, with_colour);
    const Counts counts = count(problems);
    if (counts.errors > 0) out += counted(counts.errors, "error") + (counts.warnings > 0 ? ", " : "\n");
    if (counts.warnings > 0) out += counted(counts.warnings, "warning") + "\n";
    return out;
}

Outcome check(const CheckArgs& args, io::Files& files, config::Secrets& secrets) {
    const config::Loaded loaded = config::load(args.config_path, files, secrets, 1, guard::examine);
    const bool is_refused = !loaded.snapshot || (args.is_strict && !loaded.problems.empty());
    Outcome result;
    result.exit_code = is_refused ? exit_config : 0;
    if (args.is_json) {
        result.out = json(loaded.problems, is_refused);
        return result;
    }
    result.err = problems_text(loaded.problems, args.with_colour);
    if (!is_refused)
        result.out = summary(*loaded.snapshot);
    else if (loaded.snapshot)
        result.err += "warnings refuse because of --strict\n";
    return result;
}

}   // namespace gilmok::cli
