#include "gateway/persons.hpp"

#include <doctest/doctest.h>

#include "io/sim/files.hpp"

using namespace gilmok;
using namespace gilmok::gateway;

namespace {

std::unique_ptr<ledger::People> people_in(io::sim::SimFiles& files) {
    auto people = ledger::People::open(files, "/salts", [next = 0](std::span<char> bytes) mutable {
        for (char& byte : bytes) byte = static_cast<char>(++next * 37);
    });
    REQUIRE(people);
    return std::move(*people);
}

}   // namespace

TEST_CASE("kept ids are those that the ledger gives, for more users than are kept") {
    io::sim::SimFiles files;
    const auto people = people_in(files);
    Persons persons;
    for (int round = 0; round < 2; ++round)
        for (std::size_t i = 0; i < 2 * Persons::slots_count; ++i)
            for (const std::string_view tenant : {"acme", "other"}) {
                const std::string user = "user-" + std::to_string(i);
                REQUIRE(persons.id_of(*people, tenant, user) == people->id_of(tenant, user));
            }
    const std::string long_user(Persons::text_bytes_max + 1, 'u');
    CHECK(persons.id_of(*people, "acme", long_user) == people->id_of("acme", long_user));
    CHECK(persons.id_of(*people, "acme", "") == ledger::PersonId{});
}

TEST_CASE("who was erased is not answered from memory") {
    io::sim::SimFiles files;
    const auto people = people_in(files);
    Persons persons;
    const ledger::PersonId before = persons.id_of(*people, "acme", "kim");
    CHECK(persons.id_of(*people, "acme", "kim") == before);
    REQUIRE(people->erase("acme", "kim"));
    const ledger::PersonId after = persons.id_of(*people, "acme", "kim");
    CHECK(after != before);
    CHECK(after == people->id_of("acme", "kim"));
}
