// Texts and the numbers that stand for them in the ledger. Owner: the keeper; its lock guards it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ledger/entry.hpp"

namespace gilmok::ledger {

// The highest number that a record uses; none when it uses none.
model::NameId last_name_used(const Body& body);

class NameMap {
public:
    [[nodiscard]] model::NameId find(NameKind kind, std::string_view text) const {
        const auto found = numbers_.find(key_of(kind, text));
        return found == numbers_.end() ? model::NameId::none : found->second;
    }
    // The first number of a text stays.
    void add(NameKind kind, std::string_view text, model::NameId id) {
        numbers_.emplace(key_of(kind, text), id);
        last_ = std::max(last_, static_cast<std::uint32_t>(id));
    }
    [[nodiscard]] model::NameId last() const { return model::NameId{last_}; }
    [[nodiscard]] model::NameId next() const { return model::NameId{last_ + 1}; }

private:
    static std::string key_of(NameKind kind, std::string_view text) {
        std::string key(1, static_cast<char>(kind));
        return key.append(text);
    }
    std::unordered_map<std::string, model::NameId> numbers_;
    std::uint32_t last_ = 0;   // no number is given twice
};

}   // namespace gilmok::ledger
