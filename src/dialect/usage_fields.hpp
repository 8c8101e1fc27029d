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
#include "wire/json.hpp"

namespace gilmok::dialect {

class UsageFields {
public:
    static constexpr std::size_t usage_bytes_max = 65'536;   // the largest seen is 2 KB; more is not read
    static constexpr std::int64_t count_max = std::int64_t{1}
                                              << 53;   // beyond it JSON numbers are not exact (RFC 8259, 6)

    // Reads nothing from text that is not one JSON object.
    UsageFields(std::string_view text, bool& is_suspect);

    [[nodiscard]] bool is_object() const { return object_.type == wire::json::Type::object && !object_.text.empty(); }
    [[nodiscard]] bool has(std::string_view name) const { return !find(name).text.empty(); }
    // The first of these names that holds a count; Meters::missing when none does. Two that differ are suspect.
    [[nodiscard]] std::int64_t count(std::initializer_list<std::string_view> names) const;
    // The first of these names that holds an object; of none, fields without members.
    [[nodiscard]] UsageFields object(std::initializer_list<std::string_view> names) const;
    // Gemini's [{"modality":"AUDIO","tokenCount":1}, …]: the sum of one modality; missing when it does not stand there.
    [[nodiscard]] std::int64_t modality_count(std::string_view list, std::string_view modality) const;
    // A number of units of money, with exponent or not, rounded half to even to one pico.
    [[nodiscard]] std::optional<Pico> amount(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

private:
    UsageFields(wire::json::Value object, bool& is_suspect);
    void read_members();
    [[nodiscard]] wire::json::Value find(std::string_view name) const;
    [[nodiscard]] wire::json::Value find_in_text(std::string_view name) const;
    [[nodiscard]] std::int64_t count_of(std::string_view name) const;

    // A report is asked for dozens of names and has a handful: it is walked once, and most names are told from it by
    // their length alone. A longer object is walked for each name.
    struct Member {
        std::string_view name{};
        wire::json::Value value{};
    };
    static constexpr std::size_t members_max = 16;

    wire::json::Value object_{};
    bool& is_suspect_;
    std::array<Member, members_max> members_{};
    std::size_t count_ = 0;
    std::uint64_t lengths_ = 0;   // bit n: a name of n bytes is there; 63: of 63 or more
    bool is_long_ = false;
};

}   // namespace gilmok::dialect
