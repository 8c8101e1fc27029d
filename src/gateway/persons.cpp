#include "gateway/persons.hpp"

#include <functional>

namespace gilmok::gateway {

ledger::PersonId Persons::id_of(ledger::People& people, std::string_view tenant, std::string_view user) {
    if (tenant.size() > text_bytes_max || user.size() > text_bytes_max) return people.id_of(tenant, user);
    // Read before the ids are: an erasure that comes between throws one away too many, never one too few.
    const std::uint64_t generation = people.generation();
    if (people_ != &people || generation_ != generation) {
        slots_ = {};
        people_ = &people;
        generation_ = generation;
    }
    const std::hash<std::string_view> hash;
    Slot& slot = slots_[(hash(user) ^ hash(tenant) * 31) % slots_count];
    if (slot.user == user && slot.tenant == tenant && !user.empty()) return slot.id;
    slot.id = people.id_of(tenant, user);
    slot.tenant = tenant;
    slot.user = user;
    return slot.id;
}

}   // namespace gilmok::gateway
