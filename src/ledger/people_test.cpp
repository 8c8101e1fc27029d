#include "ledger/people.hpp"

#include <doctest/doctest.h>

#include "io/sim/files.hpp"

namespace {

using namespace gilmok;
using ledger::People;
using ledger::PersonId;

People::Random counting() {
    return [next = 0](std::span<char> bytes) mutable {
        for (char& byte : bytes) byte = static_cast<char>(++next * 37);
    };
}

std::unique_ptr<People> open(io::sim::SimFiles& files) {
    auto people = People::open(files, "/salts", counting());
    REQUIRE(people);
    return std::move(*people);
}

TEST_CASE("a person has one id for each tenant, and keeps it through a restart") {
    io::sim::SimFiles files;
    auto people = open(files);
    const PersonId kim = people->id_of("acme", "kim");
    CHECK(kim != PersonId{});
    CHECK(people->id_of("acme", "kim") == kim);
    CHECK(people->id_of("acme", "lee") != kim);
    CHECK(people->id_of("other", "kim") != kim);
    CHECK(people->id_of("acm", "ekim") != kim);
    CHECK(people->id_of("acme", "") == PersonId{});
    REQUIRE(people->flush());
    CHECK(open(files)->id_of("acme", "kim") == kim);
    CHECK(open(files)->size() == 4);
}

TEST_CASE("who is erased cannot be found again, and is somebody else when he comes back") {
    io::sim::SimFiles files;
    auto people = open(files);
    const PersonId kim = people->id_of("acme", "kim");
    people->id_of("acme", "lee");
    REQUIRE(people->flush());
    CHECK(*people->erase("acme", "kim"));
    CHECK_FALSE(*people->erase("acme", "kim"));
    CHECK(people->find("acme", "kim") == PersonId{});
    CHECK(open(files)->find("acme", "kim") == PersonId{});
    CHECK(open(files)->size() == 1);
    CHECK(people->id_of("acme", "kim") != kim);
}

TEST_CASE("the file names nobody") {
    io::sim::SimFiles files;
    auto people = open(files);
    people->id_of("acme", "kim@example.kr");
    REQUIRE(people->flush());
    CHECK(files.text("/salts").find("kim") == std::string::npos);
    CHECK(files.text("/salts").find("acme") == std::string::npos);
    CHECK(files.mode("/salts") == 0600);
}

TEST_CASE("a disk that fails loses nobody who is asked for again") {
    io::sim::SimFiles files;
    auto people = open(files);
    const PersonId kim = people->id_of("acme", "kim");
    files.fail_call(1, 28, true);
    CHECK_FALSE(people->flush());
    CHECK_FALSE(people->erase("acme", "kim"));
    CHECK(people->find("acme", "kim") == kim);
    files.heal();
    REQUIRE(people->flush());
    CHECK(open(files)->find("acme", "kim") == kim);
}

TEST_CASE("a torn last line is passed over, any other damage is told with its line") {
    io::sim::SimFiles files;
    auto people = open(files);
    people->id_of("acme", "kim");
    people->id_of("acme", "lee");
    REQUIRE(people->flush());
    std::string text = files.text("/salts");
    files.put("/salts", text.substr(0, text.size() - 5));
    CHECK(open(files)->size() == 1);
    text[70] = 'x';
    files.put("/salts", text);
    const auto damaged = People::open(files, "/salts", counting());
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().message.find("/salts:2:") == 0);
}

}   // namespace
