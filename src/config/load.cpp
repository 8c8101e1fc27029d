#include "config/load.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "config/problems.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "wire/toml.hpp"

namespace gilmok::config {
namespace {

using wire::TomlMember;
using wire::TomlNode;

constexpr std::size_t file_bytes_max = 1 << 20;
constexpr std::size_t conf_d_files_max = 100;

// Two tables of one of these names are two descriptions of one thing, however different their keys.
bool has_form(std::string_view name, Section::Form form) {
    const auto all = sections();
    return std::any_of(all.begin(), all.end(),
                       [&](const Section& each) { return each.path == name && each.form == form; });
}

class Merger {
public:
    explicit Merger(Problems& problems) : problems_(problems) {}

    // `path` is the dotted one of the table: "", "guard", "guard.pattern".
    void merge(TomlNode& into, TomlNode&& from, const std::string& path = {}) {
        const bool is_whole_entry = !path.empty() && has_form(path, Section::Form::named);
        for (TomlMember& member : from.members) {
            const auto found = std::find_if(into.members.begin(), into.members.end(),
                                            [&](const TomlMember& each) { return each.name == member.name; });
            if (found == into.members.end()) {
                into.members.push_back(std::move(member));
                continue;
            }
            TomlNode& value = found->value;
            const bool are_tables = value.is_table() && member.value.is_table();
            if (path.empty() && member.name == "schema") continue;   // every file may say which format it has
            const std::string below = path.empty() ? member.name : path + "." + member.name;
            if (are_tables && !is_whole_entry) {
                merge(value, std::move(member.value), below);
            } else if (has_form(below, Section::Form::list) && value.is_array() && member.value.is_array()) {
                std::move(member.value.elements.begin(), member.value.elements.end(),
                          std::back_inserter(value.elements));
            } else {
                problems_.add(member.place,
                              {"E0004",
                               std::string(are_tables ? "this table" : "this key") + " also stands in " +
                                   problems_.words_of(found->place),
                               "which of the two is meant cannot be known", "remove one of the two", true});
            }
        }
    }

private:
    Problems& problems_;
};

struct Loading {
    io::Files& files;
    Secrets& secrets;
    Problems problems{};
    TomlNode root{};
    std::string sources{};
    bool is_readable = true;   // every file was read and is TOML; otherwise follow-up errors would mislead

    void add_text(std::string path, std::string text) {
        sources += (sources.empty() ? "" : ", ") + path;
        const std::uint32_t file = problems.add_file(std::move(path), text);
        wire::TomlLimits limits;
        limits.bytes_max = file_bytes_max;
        wire::TomlDocument document = wire::parse_toml(text, file, limits);
        if (!document.is_whole) {
            is_readable = false;
            problems.add(document.mistake_place, {"E0002", "this is not TOML: " + document.mistake, {}, {}, true});
            return;
        }
        // An unknown schema in a later file would be lost in the merge.
        if (const TomlNode* schema = document.root.find("schema");
            file > 0 && schema != nullptr && (schema->type != TomlNode::Type::integer || schema->integer != 1))
            problems.add(schema->place, {"E0309", "this gilmok reads schema 1", {}, "write schema = 1"});
        if (root.members.empty()) root.place = document.root.place;
        Merger(problems).merge(root, std::move(document.root));
    }

    void add_file(const std::string& path) {
        auto text = files.read(path, file_bytes_max);
        if (text) {
            add_text(path, std::move(*text));
            return;
        }
        is_readable = false;
        const std::uint32_t file = problems.add_file(path, {});
        problems.add({file, 0, 0, 1},
                     {"E0001", "it cannot be read: " + text.error().message, {}, "gilmok up --save writes one"});
    }

    void add_directory(const std::string& directory) {
        if (!files.exists(directory)) return;
        const auto names = files.list(directory);
        if (!names) {
            is_readable = false;
            const std::uint32_t file = problems.add_file(directory, {});
            problems.add({file, 0, 0, 1}, {"E0001", "it cannot be read: " + names.error().message});
            return;
        }
        std::size_t count = 0;
        for (const std::string& name : *names) {
            if (!name.ends_with(".toml") || name.front() == '.') continue;   // editors leave hidden copies
            if (++count > conf_d_files_max) {
                is_readable = false;
                const std::uint32_t file = problems.add_file(directory, {});
                problems.add({file, 0, 0, 1}, {"E0003", "more than " + std::to_string(conf_d_files_max) + " files"});
                return;
            }
            add_file(directory + "/" + name);
        }
    }

    Loaded finish(std::uint64_t version, Examiner examine) {
        auto snapshot = std::make_shared<Snapshot>();
        snapshot->version = version;
        snapshot->source = sources;
        if (is_readable) {
            const Places places = read_snapshot({root, problems, files, secrets}, *snapshot);
            check(*snapshot, places, problems);
            if (examine != nullptr && !problems.has_errors())
                for (Flaw& flaw : examine(*snapshot, files)) {
                    const std::string table = Places::join(Places::of_section(flaw.section), flaw.name);
                    problems.add(places.of(Places::join(table, flaw.key)),
                                 {flaw.code, std::move(flaw.what), std::move(flaw.why), std::move(flaw.fix)});
                }
        }
        Loaded loaded;
        if (!problems.has_errors()) loaded.snapshot = std::move(snapshot);
        loaded.problems = problems.take();
        return loaded;
    }
};

}   // namespace

Loaded load(const std::string& path, io::Files& files, Secrets& secrets, std::uint64_t version, Examiner examine) {
    Loading loading{files, secrets};
    loading.add_file(path);
    const auto slash = path.rfind('/');
    loading.add_directory(slash == std::string::npos ? "conf.d" : path.substr(0, slash + 1) + "conf.d");
    return loading.finish(version, examine);
}

Loaded load_text(std::string_view text, const std::string& name, io::Files& files, Secrets& secrets,
                 std::uint64_t version, Examiner examine) {
    Loading loading{files, secrets};
    loading.add_text(name, std::string(text));
    return loading.finish(version, examine);
}

}   // namespace gilmok::config
