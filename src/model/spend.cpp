#include "model/spend.hpp"

#include <limits>

namespace gilmok::model {
namespace {

template <class Enum>
using Names = std::array<std::string_view, static_cast<std::size_t>(Enum::count_)>;

constexpr Names<Meter> meter_names{"input_fresh",  "cache_read",   "cache_write_5m", "cache_write_1h",
                                   "input_audio",  "input_image",  "output_text",    "output_reasoning",
                                   "output_audio", "output_image", "pages",          "requests"};
constexpr Names<Provenance> provenance_names{"none", "provider", "counted", "aborted", "recovered"};
constexpr Names<ServiceTier> tier_names{"standard", "flex", "priority", "batch"};
constexpr Names<EnergyMethod> method_names{"none", "measured", "modelled", "estimated"};
constexpr Names<TerminalKind> kind_names{"settled", "voided", "recovered"};

// Values may come from a file that somebody altered; a number that names nothing has no name.
template <class Enum, std::size_t count>
std::string_view name_in(const std::array<std::string_view, count>& names, Enum value) {
    const auto index = static_cast<std::size_t>(value);
    return index < names.size() ? names[index] : std::string_view{};
}

template <class Enum, std::size_t count>
std::optional<Enum> value_in(const std::array<std::string_view, count>& names, std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<Enum>(i);
    return std::nullopt;
}

std::int64_t sum(const Meters& meters, Meter first, Meter last) {
    std::int64_t total = 0;
    for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i) {
        const std::int64_t count = meters.counts[i];
        if (count <= 0) continue;
        if (__builtin_add_overflow(total, count, &total)) return std::numeric_limits<std::int64_t>::max();
    }
    return total;
}

}   // namespace

std::string_view name_of(Meter meter) { return name_in(meter_names, meter); }
std::string_view name_of(Provenance provenance) { return name_in(provenance_names, provenance); }
std::string_view name_of(ServiceTier tier) { return name_in(tier_names, tier); }
std::string_view name_of(EnergyMethod method) { return name_in(method_names, method); }
std::string_view name_of(TerminalKind kind) { return name_in(kind_names, kind); }

std::optional<Meter> meter_named(std::string_view name) { return value_in<Meter>(meter_names, name); }
std::optional<ServiceTier> service_tier_named(std::string_view name) { return value_in<ServiceTier>(tier_names, name); }

std::int64_t Meters::input_tokens() const { return sum(*this, Meter::input_fresh, Meter::input_image); }
std::int64_t Meters::output_tokens() const { return sum(*this, Meter::output_text, Meter::output_image); }

}   // namespace gilmok::model
