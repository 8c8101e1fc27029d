// Names of people, made unreadable: for each (tenant, user) a random salt, kept in the ledger's file `salts`, and in the
// records only HMAC-SHA-256(salt, user), cut to 16 bytes. Erasing the salt erases the person; the records and their proofs
// stay. docs/ledger-format.md, "Names of people".
//
// A line of `salts` is "<place> <salt>", both hex; place is HMAC(pepper, tenant and user), so that not even this file
// names anybody; the first line is the pepper. New lines are appended by flush(), off the path: a crash between loses a salt,
// and with it only the way back from a few records to a person.
// Owner: the process. Thread-safe, one short lock; asked only for requests that name a user.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/secret.hpp"
#include "io/files.hpp"

namespace gilmok::ledger {

using PersonId = std::array<std::uint8_t, 16>;

class People {
public:
    static constexpr std::size_t people_max = 4'000'000;   // then new ones have no id
    using Random = std::function<void(std::span<char>)>;

    // Reads `path`, or makes it with a new pepper. A line that cannot be read is an error that names it.
    static io::FileResult<std::unique_ptr<People>> open(io::Files& files, std::string path, Random random);

    // The id of a user of a tenant; the same for both always, until erased. Zeros for "" and beyond people_max.
    PersonId id_of(std::string_view tenant, std::string_view user);
    // The same without making anybody up: zeros when the person is not known (or was erased). For questions.
    PersonId find(std::string_view tenant, std::string_view user);
    // Writes down who came since. Called off the path.
    io::FileResult<bool> flush();
    // Forgets the person, in memory and in the file (written anew, the old text gone). False: there was nobody.
    io::FileResult<bool> erase(std::string_view tenant, std::string_view user);
    [[nodiscard]] std::size_t size() const;
    // Counts up with every erasure: whoever keeps ids for a while throws them away when it has moved.
    [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

private:
    using Place = std::array<std::uint8_t, 16>;
    using Salt = std::array<std::uint8_t, 32>;
    struct Hash {
        std::size_t operator()(const Place& place) const;
    };
    People(io::Files& files, std::string path, Random random);
    [[nodiscard]] Place place_of(std::string_view tenant, std::string_view user) const;
    [[nodiscard]] std::string render() const;

    io::Files& files_;
    std::string path_;
    Random random_;
    mutable std::mutex mutex_;
    Salt pepper_{};
    std::unordered_map<Place, Salt, Hash> salts_;
    std::string unwritten_;
    std::atomic<std::uint64_t> generation_{0};
};

}   // namespace gilmok::ledger
