#include "guard/examine.hpp"

#include "guard/dictionary.hpp"
#include "guard/patterns.hpp"

namespace gilmok::guard {
namespace {

constexpr std::string_view unusable = "E0311";
constexpr std::size_t signature_bytes_max = 4'096;

void add_patterns(const config::Guard& guard, std::vector<config::Flaw>& flaws) {
    const Patterns::Made made = Patterns::compile(guard.patterns);
    if (made) return;
    for (const PatternProblem& problem : made.error()) {
        const std::string where = problem.column == 0 ? "" : " (at its byte " + std::to_string(problem.column) + ")";
        const std::string& name = guard.patterns[problem.pattern].name;
        flaws.push_back({"guard.pattern", name, "regex", std::string(unusable), problem.text + where, {}, {}});
    }
}

// Each by itself, so that the flaw stands where the dictionary is named.
void add_dictionary(const config::GuardDictionary& from, io::Files& files, std::vector<config::Flaw>& flaws) {
    const auto add = [&](std::string key, std::string what) {
        flaws.push_back(
            {"guard.dictionary", from.name, std::move(key), std::string(unusable), std::move(what), {}, {}});
    };
    const auto terms = files.read(from.file, Dictionary::file_bytes_max);
    if (!terms) return add("file", "it cannot be read: " + terms.error().message);
    std::string signature;
    if (!from.public_key.empty()) {
        const std::string path = from.signature_file.empty() ? from.file + ".sig" : from.signature_file;
        auto read = files.read(path, signature_bytes_max);
        if (!read) return add("signature_file", "its signature cannot be read: " + read.error().message);
        signature = std::move(*read);
    }
    const Dictionary::Source source{from.name, *terms, signature, from.public_key, from.score, from.is_whole_word};
    const Dictionary::Made made = Dictionary::build({&source, 1});
    if (!made) add("file", made.error());
}

}   // namespace

std::vector<config::Flaw> examine(const config::Snapshot& snapshot, io::Files& files) {
    std::vector<config::Flaw> flaws;
    if (!snapshot.guard.is_on) return flaws;
    add_patterns(snapshot.guard, flaws);
    for (const config::GuardDictionary& each : snapshot.guard.dictionaries) add_dictionary(each, files, flaws);
    return flaws;
}

}   // namespace gilmok::guard
