#include "guard/clean_memory.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gilmok::guard {

CleanMemory::CleanMemory(std::size_t entries_max, const TextTagger::Secret& secret) {
    if (entries_max < set_entries || !TextTagger::is_supported()) return;
    tagger_.emplace(secret);
    sets_.resize(std::bit_floor(entries_max) / set_entries);
}

std::optional<TextTagger::Block> CleanMemory::begin(const Owner& owner, const Place& place) const {
    if (!is_on() || place.key.size() > key_bytes_max || place.outer_key.size() > key_bytes_max) return std::nullopt;
    TextTagger::Context context{};
    const auto tenant = static_cast<std::uint32_t>(owner.tenant);
    std::memcpy(context.data(), &owner.detector, sizeof owner.detector);
    std::memcpy(context.data() + 8, &tenant, sizeof tenant);
    context[12] = static_cast<char>(place.what);
    context[13] = static_cast<char>(place.nested);
    context[14] = static_cast<char>(place.key.size());
    context[15] = static_cast<char>(place.outer_key.size());
    std::copy(place.key.begin(), place.key.end(), context.begin() + 16);
    std::copy(place.outer_key.begin(), place.outer_key.end(), context.begin() + 16 + key_bytes_max);
    static_assert(16 + 2 * key_bytes_max == TextTagger::group_bytes);
    return tagger_->begin(context);
}

bool CleanMemory::knows(const TextTag& tag) {
    auto& tags = set_of(tag).tags;
    const auto found = std::find(tags.begin(), tags.end(), tag);
    if (found == tags.end()) return false;
    std::rotate(tags.begin(), found, found + 1);
    return true;
}

void CleanMemory::remember(const TextTag& tag) {
    auto& tags = set_of(tag).tags;
    std::copy_backward(tags.begin(), tags.end() - 1, tags.end());
    tags.front() = tag;
}

}   // namespace gilmok::guard
