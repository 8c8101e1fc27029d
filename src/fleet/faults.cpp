#include "fleet/faults.hpp"

#include <array>
#include <charconv>

#include "base/text.hpp"

namespace gilmok::fleet {

namespace {

using What = Fault::What;
using Lie = Fault::Lie;

struct Named {
    std::string_view name;
    What what;
};

constexpr std::array<Named, 15> named_faults{{{"stall", What::stall},
                                              {"reset", What::reset},
                                              {"half-close", What::half_close},
                                              {"early-close", What::early_close},
                                              {"truncate", What::truncate},
                                              {"error-event", What::error_event},
                                              {"garbage", What::garbage},
                                              {"garbage-chunk", What::garbage_chunk},
                                              {"garbage-event", What::garbage_event},
                                              {"big-event", What::big_event},
                                              {"status", What::status},
                                              {"wrong-length", What::wrong_length},
                                              {"1xx", What::informational},
                                              {"slow", What::slow},
                                              {"lie", What::lie}}};

struct NamedLie {
    std::string_view name;
    Lie lie;
};

constexpr std::array<NamedLie, 8> lies{{{"zero", Lie::zero},
                                        {"negative", Lie::negative},
                                        {"huge", Lie::huge},
                                        {"missing", Lie::missing},
                                        {"twice", Lie::twice},
                                        {"nan", Lie::nan},
                                        {"fraction", Lie::fraction},
                                        {"double", Lie::double_}}};

constexpr Duration slow_default = std::chrono::milliseconds(50);
constexpr std::uint32_t informational_default = 50;
constexpr std::uint64_t at_max = 1'000'000;

std::optional<What> what_of(std::string_view name) {
    for (const Named& named : named_faults)
        if (named.name == name) return named.what;
    return std::nullopt;
}

std::optional<Duration> parse_delay(std::string_view text) {
    Duration unit = std::chrono::seconds(1);
    if (text.ends_with("ms")) {
        unit = std::chrono::milliseconds(1);
        text.remove_suffix(2);
    } else if (text.ends_with("us")) {
        unit = std::chrono::microseconds(1);
        text.remove_suffix(2);
    } else if (text.ends_with("s")) {
        text.remove_suffix(1);
    } else {
        return std::nullopt;
    }
    const auto number = parse_u64(text);
    if (!number || *number > 1'000'000) return std::nullopt;
    return unit * static_cast<std::int64_t>(*number);
}

bool take_value(Fault& fault, std::string_view value) {
    const auto number = parse_u64(value);
    switch (fault.what) {
        case What::status:
            if (!number || *number < 400 || *number > 599) return false;
            fault.count = static_cast<std::uint32_t>(*number);
            return true;
        case What::informational:
            if (!number || *number > informational_max) return false;
            fault.count = static_cast<std::uint32_t>(*number);
            return true;
        case What::slow:
            if (const auto delay = parse_delay(value); delay) {
                fault.delay = *delay;
                return true;
            }
            return false;
        case What::lie:
            for (const NamedLie& named : lies)
                if (named.name == value) fault.lie = named.lie;
            return fault.lie != Lie::none;
        case What::none:
        case What::stall:
        case What::reset:
        case What::half_close:
        case What::early_close:
        case What::truncate:
        case What::error_event:
        case What::garbage:
        case What::garbage_chunk:
        case What::garbage_event:
        case What::big_event:
        case What::wrong_length: break;
    }
    return false;
}

void fill_defaults(Fault& fault) {
    if (fault.what == What::slow && fault.delay == Duration{}) fault.delay = slow_default;
    if (fault.what == What::informational && fault.count == 0) fault.count = informational_default;
}

std::optional<Fault> parse_fault(std::string_view text) {
    Fault fault;
    const std::size_t end = text.find_first_of("@=");
    const auto what = what_of(text.substr(0, end));
    if (!what) return std::nullopt;
    fault.what = *what;
    if (end == std::string_view::npos) {
        if (fault.what == What::status) return std::nullopt;
    } else if (text[end] == '@') {
        const auto at = parse_u64(text.substr(end + 1));
        if (!at || *at > at_max) return std::nullopt;
        fault.at = static_cast<std::uint32_t>(*at);
    } else if (!take_value(fault, text.substr(end + 1))) {
        return std::nullopt;
    }
    fill_defaults(fault);
    return fault;
}

// The names of a mix: those above, "1xx-flood", and a status as "error500" or "status429".
std::optional<Fault> parse_mixed(std::string_view name) {
    Fault fault;
    if (name == "1xx-flood") {
        fault.what = What::informational;
    } else if (name.starts_with("error5") || (name.starts_with("status") && name.size() > 6)) {
        fault.what = What::status;
        if (!take_value(fault, name.substr(name.front() == 'e' ? 5 : 6))) return std::nullopt;
    } else if (const auto what = what_of(name); what && *what != What::status) {
        fault.what = *what;
    } else {
        return std::nullopt;
    }
    fill_defaults(fault);
    return fault;
}

}   // namespace

std::string_view name_of(Fault::What what) {
    for (const Named& named : named_faults)
        if (named.what == what) return named.name;
    return "none";
}

std::optional<std::vector<Fault>> parse_faults(std::string_view text) {
    std::vector<Fault> faults;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const auto fault = parse_fault(trim(one));
        if (!fault || faults.size() == faults_per_request_max) return std::nullopt;
        faults.push_back(*fault);
    }
    return faults;
}

std::optional<FaultMix> FaultMix::parse(std::string_view text) {
    FaultMix mix;
    double sum = 0;
    while (!text.empty()) {
        const std::string_view one = trim(text.substr(0, text.find(',')));
        text.remove_prefix(
            std::min(text.size(), text.find(',') == std::string_view::npos ? text.size() : text.find(',') + 1));
        const std::size_t equals = one.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const auto fault = parse_mixed(one.substr(0, equals));
        const std::string_view number = one.substr(equals + 1);
        double chance = -1;
        const auto parsed = std::from_chars(number.data(), number.data() + number.size(), chance);
        if (!fault || parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() ||
            !(chance >= 0 && chance <= 1))
            return std::nullopt;
        mix.shares_.push_back({*fault, chance});
        sum += chance;
    }
    if (sum > 1.0 + 1e-9) return std::nullopt;
    return mix;
}

std::vector<Fault> FaultMix::draw(Prng& prng) const {
    double dice = prng.unit();
    for (const Share& share : shares_) {
        dice -= share.chance;
        if (dice >= 0) continue;
        Fault fault = share.fault;
        fault.at = static_cast<std::uint32_t>(prng.below(9));
        return {fault};
    }
    return {};
}

}   // namespace gilmok::fleet
