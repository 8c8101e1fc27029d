// What was found clean stays clean: remembers, by their tags, parts of bodies in which nothing was found, so that the history, the
// instructions and the tools that an application sends again with every turn are not looked through again.
// Nothing but "clean" is ever remembered: not what a part held, not a verdict. Whatever decides what is found in a part is in its tag: the
// detector (a reload makes new ones), the member it stands in, how deeply; and the tenant, so that nobody can learn from the time that an
// answer takes what another tenant has sent.
// Owner: a shard. Holds `entries_max` tags of 16 bytes, in sets of four in the order of their use: the fifth of a set takes the
// place of the one that was not asked for the longest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "guard/text_tag.hpp"
#include "model/ids.hpp"

namespace gilmok::guard {

class CleanMemory {
public:
    static constexpr std::size_t key_bytes_max = 24;   // parts under longer names are looked through each time
    static constexpr std::size_t set_entries = 4;

    // Where a part of a body stands.
    struct Place {
        enum class What : std::uint8_t { string, members, elements, header };
        What what = What::string;
        std::uint8_t nested = 0;   // how many JSON strings it lies in
        std::string_view key{}, outer_key{};
    };
    // Whose it is, and who looked through it.
    struct Owner {
        model::TenantId tenant = model::TenantId::none;
        std::uint64_t detector = 0;   // Detector::id()
    };

    // `entries_max` is taken down to a power of two; below a set's: remembers nothing, as on a processor that TextTagger does not
    // support.
    CleanMemory(std::size_t entries_max, const TextTagger::Secret& secret);

    [[nodiscard]] bool is_on() const { return !sets_.empty(); }
    // Nothing where a part cannot be remembered. One beginning serves all texts of the place.
    [[nodiscard]] std::optional<TextTagger::Block> begin(const Owner& owner, const Place& place) const;
    [[nodiscard]] TextTag tag(const TextTagger::Block& begun, std::string_view text) const {
        return tagger_->of(begun, text);
    }
    [[nodiscard]] bool knows(const TextTag& tag);
    void remember(const TextTag& tag);
    [[nodiscard]] std::size_t bytes() const { return sets_.size() * sizeof(Set); }

private:
    struct alignas(64) Set {
        std::array<TextTag, set_entries> tags;   // the last used first; a place without one holds zeros
    };
    static_assert(sizeof(Set) == 64);   // one line of the cache
    Set& set_of(const TextTag& tag) { return sets_[tag.low & (sets_.size() - 1)]; }

    std::optional<TextTagger> tagger_;
    std::vector<Set> sets_;   // a power of two of them
};

}   // namespace gilmok::guard
