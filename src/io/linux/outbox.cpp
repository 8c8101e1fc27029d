#include "io/linux/outbox.hpp"

#include <cstring>

#include "base/assert.hpp"

namespace gilmok::io::linux_ {

Outbox::Outbox() : memory_(std::make_unique_for_overwrite<char[]>(bytes_max)) { entries_.reserve(512); }

Outbox::Place Outbox::add(Sender& sender, Place place, std::span<const std::string_view> parts, std::size_t bytes) {
    if (bytes > bytes_max - used_) return nowhere;
    if (place == nowhere) {
        place = static_cast<Place>(entries_.size());
        entries_.push_back({&sender, static_cast<std::uint32_t>(used_), 0});
    }
    GILMOK_DASSERT(is_last(place) && entries_[place].sender == &sender);
    for (const std::string_view part : parts) {
        std::memcpy(memory_.get() + used_, part.data(), part.size());
        used_ += part.size();
    }
    entries_[place].bytes += static_cast<std::uint32_t>(bytes);
    return place;
}

std::string_view Outbox::take(Place place) {
    Entry& entry = entries_[place];
    entry.sender = nullptr;
    return {memory_.get() + entry.begin, entry.bytes};
}

void Outbox::flush() {
    // Sending runs no coroutine, so no entry is added meanwhile.
    for (const Entry& entry : entries_)
        if (entry.sender != nullptr) entry.sender->send_gathered({memory_.get() + entry.begin, entry.bytes});
    entries_.clear();
    used_ = 0;
}

}   // namespace gilmok::io::linux_
