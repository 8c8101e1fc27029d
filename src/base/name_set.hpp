// A fixed set of names, asked for the index of one of them: by length first, so that a name is compared with the few of its own
// length only. For what is asked for every member of every body.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gilmok {

template <std::size_t names_count>
class NameSet {
public:
    // In order of their lengths; of those of one length the frequent ones first. None is empty.
    consteval explicit NameSet(const std::array<std::string_view, names_count>& names) : names_(names) {
        static_assert(names_count < 255);
        std::size_t next = 0;
        for (std::size_t bytes = 0; bytes < begins_.size(); ++bytes) {
            while (next < names_count && names_[next].size() < bytes) ++next;
            begins_[bytes] = static_cast<std::uint8_t>(next);
        }
        if (names_.front().empty() || names_.back().size() > bytes_max ||
            !std::is_sorted(names_.begin(), names_.end(), is_shorter))
            the_names_are_not_in_order_of_their_lengths();
    }

    // Where `name` stands, or size().
    [[nodiscard]] constexpr std::size_t index_of(std::string_view name) const {
        if (name.empty() || name.size() > bytes_max) return names_count;
        const std::string_view* const names = names_.data();   // in range by what the constructor made of begins_
        const std::size_t end = begins_.data()[name.size() + 1];
        for (std::size_t i = begins_.data()[name.size()]; i < end; ++i)
            if (*names[i].data() == *name.data() && names[i] == name) return i;
        return names_count;
    }
    [[nodiscard]] static constexpr std::size_t size() { return names_count; }
    [[nodiscard]] constexpr const std::array<std::string_view, names_count>& names() const { return names_; }

private:
    static constexpr std::size_t bytes_max = 30;
    static constexpr bool is_shorter(std::string_view left, std::string_view right) {
        return left.size() < right.size();
    }
    static void
    the_names_are_not_in_order_of_their_lengths();   // nowhere defined: a set that would call it does not compile

    std::array<std::string_view, names_count> names_;
    std::array<std::uint8_t, bytes_max + 2> begins_{};   // by length: the first name that is not shorter
};

}   // namespace gilmok
