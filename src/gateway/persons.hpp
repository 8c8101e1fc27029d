// The ids of the users that requests name, kept for a while: a conversation names the same user again and again, and an id costs
// two HMACs under a lock. Nobody who was erased is answered from here.
// Owner: a shard. Thread: the shard's. Limits: slots_count users, texts up to text_bytes_max; others are asked for each time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/people.hpp"

namespace gilmok::gateway {

class Persons {
public:
    static constexpr std::size_t slots_count = 256;
    static constexpr std::size_t text_bytes_max = 128;
    ledger::PersonId id_of(ledger::People& people, std::string_view tenant, std::string_view user);

private:
    struct Slot {
        std::string tenant, user;
        ledger::PersonId id{};
    };
    std::array<Slot, slots_count> slots_;
    const ledger::People* people_ = nullptr;
    std::uint64_t generation_ = 0;
};

}   // namespace gilmok::gateway
