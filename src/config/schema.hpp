// The one table of everything gilmok.toml may say. The reader, the checks of ranges, `gilmok schema`, docs/config.md,
// the hints and render_toml() walk it; a new key is a member in snapshot.hpp and a row in schema.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/snapshot.hpp"

namespace gilmok::config {

// What may stand at a key, and with it the C++ type of the member it fills.
enum class Shape : std::uint8_t {
    text,          // std::string
    file,          // std::string: path of a file that must exist
    secret,        // std::string: the reference; load resolves it
    choice_text,   // std::string: one of `choices`
    choice_enum,   // an enum of one byte whose enumerators stand in the order of `choices`
    boolean,       // bool
    count,         // std::uint32_t
    count64,       // std::uint64_t
    size32,        // std::uint32_t bytes
    size64,        // std::uint64_t bytes
    duration,      // Milliseconds
    real,          // double
    address,       // io::Address
    addresses,     // std::vector<io::Address>: one text or a list
    texts,         // std::vector<std::string>
    model_names,   // std::vector<std::string>: each a model, or "*"
    url,           // the whole Upstream: several members are filled
    endpoint,      // std::string: an http or https URL kept as it is
    candidates,    // std::vector<Candidate>
    tenant,        // model::TenantId, written as its path
    at_limit,      // the whole Tenant: at_limit and degrade_to are filled
    money,         // Money: "5000000 KRW"; "" = none
    money_kwh,     // Money: "160 KRW/kWh"; "" = none
    percent,       // std::uint32_t in millionths: "12.5%"
    percents,      // std::vector<std::uint32_t>, rising
    per,           // std::uint64_t: "1M", "1k", "1" or a whole number
    rate,          // Pico: a decimal in quotes, above zero
    currency,      // Currency: "KRW"
    date,          // WallTime, midnight UTC: "2026-11-01"; "" = the member's default
    hours,         // Hours: "09:00-23:00+09:00"; "" = all day
    utc_offset,    // std::int32_t minutes: "+09:00"
    tenant_path,   // std::string: path of a tenant that is there; "" = none
    tenant_paths,  // std::vector<std::string> of such
    data_classes,  // std::vector<model::DataClass>: ["C", "S"]
    data_kinds,    // the whole GuardRule: kinds and has_kinds are filled
};

struct Field {
    std::string_view name;
    Shape shape;
    void* (*member)(void* object);
    std::string_view meaning;   // for docs/config.md: what it is and what happens at the limit
    std::int64_t min = 0;       // count, size, duration in ms, real, percent in millionths; money: 1 = not zero
    std::int64_t max = 0;
    std::string_view choices{};   // "least-wait|first"
    bool is_required = false;
    std::string_view example{};   // required fields have no default to show
};

struct Section {
    enum class Form : std::uint8_t {
        single,   // [server]
        named,    // [upstream.NAME]
        list,     // [[key]]
    };
    std::string_view path;   // "server.limits", "upstream"
    Form form;
    std::string_view heading;   // "[upstream.NAME]"
    std::string_view meaning;
    std::span<const Field> fields;
    // A new object with the defaults, to compare with and to document. Lives for ever.
    void* (*defaults)();
};

std::span<const Section> sections();
const Section& section(std::string_view path);
// Value of the top-level key `schema`: counts up when a file of before would be read differently.
inline constexpr std::int64_t schema_version = 1;
inline constexpr std::string_view schema_meaning =
    "Version of this format. A gilmok that does not know the version refuses the file instead of guessing.";

// How many of each there may be.
inline constexpr std::size_t upstreams_max = 1'000;
inline constexpr std::size_t models_max = 1'000;
inline constexpr std::size_t candidates_max = 64;   // of one model
inline constexpr std::size_t tenants_max = 10'000;
inline constexpr std::size_t tenant_depth_max = 8;
inline constexpr std::size_t keys_max = 10'000;
inline constexpr std::size_t pools_max = 1'000;
inline constexpr std::size_t prices_max = 20'000;
inline constexpr std::size_t fx_max = 10'000;
inline constexpr std::size_t guard_rules_max = 1'000;   // of the file; those of packs come on top
inline constexpr std::size_t guard_patterns_max = 256;
inline constexpr std::size_t guard_dictionaries_max = 16;
inline constexpr std::size_t applications_max = 10'000;
inline constexpr std::size_t warnings_max = 8;   // thresholds of one budget
inline constexpr std::size_t listen_max = 16;
inline constexpr std::size_t name_bytes_max = 128;
inline constexpr std::size_t text_bytes_max = 4'096;

// Calls `each` with every choice and its number.
template <class Each>
void for_each_choice(std::string_view choices, Each&& each) {
    for (std::uint8_t number = 0; !choices.empty(); ++number) {
        const auto bar = choices.find('|');
        each(choices.substr(0, bar), number);
        choices = bar == std::string_view::npos ? std::string_view{} : choices.substr(bar + 1);
    }
}

// Codes of problems and what they mean, in order: for docs/config.md and `gilmok help`.
struct ProblemCode {
    std::string_view code;
    std::string_view meaning;
};
std::span<const ProblemCode> problem_codes();

// docs/config.md, whole; and the example in it, which a test loads.
std::string render_docs();
std::string_view docs_example();

// The name nearest to `wrong`, or "" when none is near enough to be meant. Common names of other gateways count as near.
class Nearest {
public:
    explicit Nearest(std::string_view wrong);
    void offer(std::string_view name);
    [[nodiscard]] std::string fix() const;   // "did you mean \"tpot\"?" or ""
    // The same, or what else to do where nothing is near.
    [[nodiscard]] std::string fix_or(std::string otherwise) const;
    // The same, or the first of the names that there are; `if_none` where there are none.
    [[nodiscard]] std::string fix_or_all(std::string if_none = {}) const;

private:
    static constexpr std::size_t shown_max = 6;
    std::string wrong_;
    std::string_view alias_;
    std::string best_;
    std::size_t distance_;
    std::string first_names_;
    std::size_t names_ = 0;
};

}   // namespace gilmok::config
