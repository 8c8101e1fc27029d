// The members of a usage object by name. A member that is given twice, or is no count at all, is missing and makes the
// report suspect; `null` and absence are missing and nothing more. Views point into the usage text.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/money.hpp"
#include "dialect/usage_names.hpp"
#include "model/spend.hpp"
#include "wire/json_walk.hpp"

namespace gilmok::dialect {

class UsageFields {
public:
    static constexpr std::size_t usage_bytes_max = 65'536;   // the largest seen is 2 KB; more is not read
    static constexpr std::int64_t count_max = std::int64_t{1}
                                              << 53;   // beyond it JSON numbers are not exact (RFC 8259, 6)

    // Reads nothing from text that is not one JSON object.
    UsageFields(std::string_view text, bool& is_suspect);

    [[nodiscard]] bool is_object() const { return is_object_; }
    [[nodiscard]] bool has(UsageName name) const { return stands_once(name); }
    // The first of these names that holds a count; Meters::missing when none does. Two that differ are suspect.
    [[nodiscard]] std::int64_t count(std::initializer_list<UsageName> names) const {
        return has_any(names) ? count_first(names) : model::Meters::missing;
    }
    // The first of these names that holds an object; of none, fields without members.
    [[nodiscard]] UsageFields object(std::initializer_list<UsageName> names) const {
        UsageFields fields(is_suspect_);
        if (has_any(names)) fields.read_first(*this, names);
        return fields;
    }
    // Gemini's [{"modality":"AUDIO","tokenCount":1}, …]: the sum of one modality; missing when it does not stand there.
    [[nodiscard]] std::int64_t modality_count(UsageName list, std::string_view modality) const;
    // A number of units of money, with exponent or not, rounded half to even to one pico.
    [[nodiscard]] std::optional<Pico> amount(UsageName name) const;
    [[nodiscard]] std::optional<std::string> text(UsageName name) const;

private:
    using Walk = wire::json::Walk<wire::json::FastKernel>;
    // Fields without members, which read() fills from a checked object.
    explicit UsageFields(bool& is_suspect) : is_suspect_(is_suspect) {}
    void read(const wire::json::Value& object);
    void read_first(const UsageFields& of, std::initializer_list<UsageName> names);
    bool read_members(Walk& walk);   // of the object that begins here; false where its text is wrong
    void take(std::string_view name, const wire::json::Value& value);

    // Of two members of one name nobody knows which was meant: whoever asks for them gets none.
    [[nodiscard]] bool stands_once(UsageName name) const {
        if ((seen_ & name.bit()) == 0) return false;
        if ((seen_twice_ & name.bit()) == 0) return true;
        is_suspect_ = true;
        return false;
    }
    // In line, where the names are constants and their bits one word.
    [[nodiscard]] bool has_any(std::initializer_list<UsageName> names) const {
        std::uint64_t bits = 0;
        for (const UsageName name : names) bits |= name.bit();
        return (seen_ & bits) != 0;
    }
    [[nodiscard]] std::int64_t count_first(std::initializer_list<UsageName> names) const;
    [[nodiscard]] wire::json::Value find(UsageName name) const;
    [[nodiscard]] std::int64_t count_of(UsageName name) const;

    // A report is asked for dozens of names and has a handful: it is walked once, its names are told as they come by,
    // and most questions are answered by a bit. Only the members in seen_ are written, the rest is left as it was.
    struct Member {
        const char* text;
        std::uint32_t bytes;
        wire::json::Type type;
    };

    bool& is_suspect_;
    bool is_object_ = false;
    std::uint64_t seen_ = 0, seen_twice_ = 0;   // UsageName::bit
    std::array<Member, usage_names.size()> members_;
};

}   // namespace gilmok::dialect
