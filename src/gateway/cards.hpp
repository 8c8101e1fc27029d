// A shard's memory of price cards and of the names that turn up in answers, so that the path of a request meets neither the
// price book's search nor the ledger's lock for what it saw a second ago.
// Owner: one shard. Thread: its own.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/accounts.hpp"

namespace gilmok::gateway {

class Cards {
public:
    struct Found {
        const meter::PriceCard* card = nullptr;   // nullptr: the price is unknown
        model::NameId name{};
    };
    // Prices may change by the hour of the day: what was found is asked for again after a second.
    Found find(const Accounts& accounts, const config::Upstream& upstream, std::string_view sku,
               model::ServiceTier tier, WallTime wall, Instant now);
    // The number of a name that an upstream chose. At most names_max of them; what comes later is none, and its text stays in
    // the raw usage at most: an upstream that makes names up must not fill the ledger.
    model::NameId name_of(const Accounts& accounts, ledger::NameKind kind, std::string_view text, WallTime wall);
    static constexpr std::size_t names_max = 4'096;

private:
    struct Slot {
        const Accounts* accounts = nullptr;
        const config::Upstream* upstream = nullptr;
        model::ServiceTier tier{};
        Instant until{};
        std::string sku;
        Found found;
    };
    static constexpr std::size_t slots_count = 256;
    std::array<Slot, slots_count> slots_;
    std::unordered_map<std::string, model::NameId> names_;   // kind and text
    std::unordered_map<const meter::PriceCard*, model::NameId> card_names_;
    const Accounts* accounts_ = nullptr;
};

}   // namespace gilmok::gateway
