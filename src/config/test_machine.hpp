// A machine for tests of config/: files and secrets in memory.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/load.hpp"

namespace gilmok::config {

class FakeFiles final : public io::Files {
public:
    std::map<std::string, std::string> files;

    io::FileResult<std::string> read(const std::string& path, std::size_t bytes_max) override {
        const auto found = files.find(path);
        if (found == files.end()) return missing(path);
        if (found->second.size() > bytes_max)
            return tl::unexpected(io::FileError{27, "read " + path + ": File too large"});
        return found->second;
    }
    io::FileResult<bool> write_atomically(const std::string& path, std::string_view bytes, unsigned) override {
        files[path] = std::string(bytes);
        return true;
    }
    io::FileResult<std::unique_ptr<io::AppendFile>> open_append(const std::string& path, unsigned) override {
        return missing(path);
    }
    io::FileResult<std::vector<std::string>> list(const std::string& directory) override {
        std::vector<std::string> names;
        for (const auto& [path, text] : files)
            if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
        return names;
    }
    bool exists(const std::string& path) override {
        const auto next = files.lower_bound(path);
        return next != files.end() && (next->first == path || next->first.starts_with(path + "/"));
    }
    io::FileResult<bool> make_directory(const std::string&, unsigned) override { return true; }

private:
    static tl::unexpected<io::FileError> missing(const std::string& path) {
        return tl::unexpected(io::FileError{2, "open " + path + ": No such file or directory"});
    }
};

class FakeSecrets final : public Secrets {
public:
    std::map<std::string, std::string> variables;
    std::map<std::string, std::string> commands;

    std::optional<std::string> environment(const std::string& name) override { return in(variables, name); }
    std::optional<std::string> command(const std::string& line, std::string& failure) override {
        auto found = in(commands, line);
        if (!found) failure = "no such command";
        return found;
    }

private:
    static std::optional<std::string> in(const std::map<std::string, std::string>& from, const std::string& name) {
        const auto found = from.find(name);
        return found == from.end() ? std::nullopt : std::optional(found->second);
    }
};

}   // namespace gilmok::config
