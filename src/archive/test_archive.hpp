// What tests of the archive share: a disk in memory and a source of bytes that repeats itself.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "archive/archive.hpp"
#include "archive/reader.hpp"
#include "base/prng.hpp"
#include "io/sim/files.hpp"

namespace gilmok::archive {

inline RandomBytes random_of(std::uint64_t seed) {
    return [prng = std::make_shared<Prng>(seed)](std::span<char> out) {
        for (char& c : out) c = static_cast<char>(prng->next());
    };
}

template <class T>
T value_of(io::FileResult<T> result) {
    if (!result) FAIL(result.error().message);
    return std::move(*result);
}

inline config::Archive settings_of(std::vector<std::string> tenants) {
    config::Archive settings;
    settings.dir = "archive";
    settings.tenants = std::move(tenants);
    settings.key = Secret(std::string(64, 'a'));
    return settings;
}

inline const WallTime noon = *parse_rfc3339("2026-11-22T12:00:00Z");

inline model::RequestId request_at(WallTime at, std::uint64_t number) {
    return model::make_request_id(unix_ms(at), 7, number);
}

// An archive and its disk.
struct World {
    io::sim::SimFiles files;
    config::Archive settings;
    RandomBytes random = random_of(1);
    std::unique_ptr<Archive> archive;

    explicit World(std::vector<std::string> tenants = {"acme"}) : settings(settings_of(std::move(tenants))) {}
    ~World() { archive.reset(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] Key master() { return value_of(load_master_key(files, settings, "", {})); }
    void open(WallTime now = noon) {
        archive.reset();
        archive = value_of(Archive::open(files, "archive", settings, master(), random, now));
    }
    std::size_t store(std::string_view tenant, std::uint64_t number, std::string_view text, WallTime now = noon,
                      What what = What::prompt) {
        static_cast<void>(archive->put(tenant, request_at(now, number), now, what, text));
        return archive->turn(now);
    }
    Shown shown(std::uint64_t number, WallTime at = noon) {
        return value_of(show(files, "archive", master(), request_at(at, number)));
    }
    // Paths of the day files of a tenant.
    std::vector<std::string> files_of(std::string_view tenant) {
        std::vector<std::string> paths;
        const std::string in = tenant_directory("archive", tenant);
        for (const std::string& name : value_of(files.list(in)))
            if (day_of_name(name)) paths.push_back(in + "/" + name);
        return paths;
    }
};

}   // namespace gilmok::archive
