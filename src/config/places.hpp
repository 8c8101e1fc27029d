// Where each key stood, so that checks made after reading can point at it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wire/toml.hpp"

namespace gilmok::config {

class Places {
public:
    // "server.limits" + "head_bytes_max". Names may hold dots; the separator may not.
    static std::string join(std::string_view table, std::string_view name) {
        return table.empty() ? std::string(name) : std::string(table) + '\x1f' + std::string(name);
    }
    // Of a section: "server.limits".
    static std::string of_section(std::string_view section) {
        std::string path(section);
        std::replace(path.begin(), path.end(), '.', '\x1f');
        return path;
    }
    void set(std::string path, const wire::TextPlace& place) { places_.insert_or_assign(std::move(path), place); }
    [[nodiscard]] bool has(const std::string& path) const { return places_.contains(path); }
    // The place of the path, of the nearest table around it, or the first file as a whole.
    [[nodiscard]] wire::TextPlace of(std::string path) const {
        for (;;) {
            if (const auto found = places_.find(path); found != places_.end()) return found->second;
            const auto cut = path.rfind('\x1f');
            if (cut == std::string::npos) return {};
            path.resize(cut);
        }
    }

private:
    std::unordered_map<std::string, wire::TextPlace> places_;
};

}   // namespace gilmok::config
