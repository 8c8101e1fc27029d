// The arithmetic of a charge. Every count is laid on one line of positions: the cached prefix first, then what is written
// into a cache, then the rest of the input, then all of the output. A price in `excess` mode holds for the positions behind its
// threshold, so that exactly the tokens above it pay it, whatever meter they stand in.
#include <algorithm>
#include <array>
#include <span>

#include "meter/price_book.hpp"

namespace gilmok::meter {
namespace {

using model::Meter;
using model::Meters;
using Line = PriceCard::Line;

constexpr std::array positions{Meter::cache_read,  Meter::cache_write_5m, Meter::cache_write_1h,
                               Meter::input_fresh, Meter::input_audio,    Meter::input_image};

bool prices(const PriceCard& card, bool (*is_wanted)(Meter)) {
    return std::any_of(card.lines.begin(), card.lines.end(), [&](const Line& line) { return is_wanted(line.meter); });
}

bool has_any(const Meters& meters, bool (*is_wanted)(Meter)) {
    for (std::size_t i = 0; i < model::meters_count; ++i)
        if (is_wanted(static_cast<Meter>(i)) && meters.has(static_cast<Meter>(i))) return true;
    return false;
}

// Bills by page or by request alone: tokens are free in it, and need not be known.
bool is_by_unit(const PriceCard& card) {
    return !card.lines.empty() && !prices(card, model::is_input) && !prices(card, model::is_output);
}

bool is_missing_what_is_priced(const PriceCard& card, const Meters& meters) {
    constexpr auto is_pages = [](Meter meter) { return meter == Meter::pages; };
    constexpr auto is_requests = [](Meter meter) { return meter == Meter::requests; };
    const auto is_missing = [&](bool (*group)(Meter)) { return prices(card, group) && !has_any(meters, group); };
    return is_missing(model::is_input) || is_missing(model::is_output) || is_missing(is_pages) ||
           is_missing(is_requests);
}

// The lines that count for one meter in this request: the highest passed line for the whole, then those for an excess. They
// stand together, because a card's lines are sorted by meter and threshold.
std::span<const Line> lines_for(const PriceCard& card, Meter meter, std::int64_t input_tokens) {
    const std::span<const Line> all(card.lines);
    std::size_t begin = 0;
    while (begin < all.size() && all[begin].meter != meter) ++begin;
    std::size_t end = begin;
    for (; end < all.size() && all[end].meter == meter; ++end) {
        const std::int64_t above = all[end].above_input_tokens;
        if (above != 0 && input_tokens <= above) break;
        if (all[end].tier_mode == TierMode::whole) begin = end;
    }
    return all.subspan(begin, end - begin);
}

struct Span {
    std::int64_t begin = 0, end = 0;   // positions
    [[nodiscard]] std::int64_t count() const { return end - begin; }
};

std::optional<Pico> cost_of_span(std::span<const Line> lines, Span span) {
    const Line& first = lines.front();
    // Tokens below a lowest line that is for an excess have no price.
    if (first.tier_mode == TierMode::excess && span.begin < first.above_input_tokens) return std::nullopt;
    Pico total = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::int64_t from = i == 0 ? 0 : lines[i].above_input_tokens;
        const std::int64_t until = i + 1 < lines.size() ? lines[i + 1].above_input_tokens : span.end;
        const Span part{std::clamp(from, span.begin, span.end), std::clamp(until, span.begin, span.end)};
        if (part.count() <= 0) continue;
        const auto cost = multiply_divide(part.count(), lines[i].price, lines[i].per);
        if (!cost || __builtin_add_overflow(total, *cost, &total)) return std::nullopt;
    }
    return total;
}

// What stands in for a meter without a line of its own.
Meter fallback(Meter meter) {
    if (model::is_input(meter)) return Meter::input_fresh;
    return model::is_output(meter) ? Meter::output_text : meter;
}

// `span` of a unit or an output begins behind the whole input.
std::optional<Pico> cost_of_meter(const PriceCard& card, Meter meter, std::int64_t input_tokens, Span span) {
    std::span<const Line> lines = lines_for(card, meter, input_tokens);
    if (lines.empty()) lines = lines_for(card, fallback(meter), input_tokens);
    if (!lines.empty()) return cost_of_span(lines, span);
    const bool is_unit = !model::is_input(meter) && !model::is_output(meter);
    return is_unit ? std::optional<Pico>(0) : std::nullopt;
}

class CostSum {
public:
    explicit CostSum(const PriceCard& card, const Meters& meters) : card_(card), meters_(meters) {}

    // Counts of `meter` at these positions; false when their price is unknown.
    bool add(Meter meter, std::int64_t begin) {
        const std::int64_t count = std::max<std::int64_t>(meters_[meter], 0);
        std::int64_t end = 0;
        if (__builtin_add_overflow(begin, count, &end)) return false;
        if (count == 0) return true;
        const auto cost = cost_of_meter(card_, meter, meters_.input_tokens(), {begin, end});
        if (!cost || __builtin_add_overflow(cost_.total, *cost, &cost_.total)) return false;
        cost_.by_meter[static_cast<std::size_t>(meter)] = *cost;
        return true;
    }
    [[nodiscard]] const Cost& cost() const { return cost_; }

private:
    const PriceCard& card_;
    const Meters& meters_;
    Cost cost_;
};

std::optional<Pico> rounded_up(std::int64_t count, const Line& line) {
    const auto cost = multiply_divide(count, line.price, line.per);
    if (!cost) return std::nullopt;
    // Half to even may have rounded down; one pico more is never too little.
    return line.price % line.per == 0 ? *cost : *cost + 1;
}

// So many tokens at the dearest line that any of them could have. Each line that is priced apart is rounded by half a
// pico at most, and there is one part at most for each meter and line.
std::optional<Pico> bound_of(const PriceCard& card, std::int64_t count, bool (*is_wanted)(Meter)) {
    if (count <= 0) return Pico{0};
    if (!prices(card, is_wanted)) return std::nullopt;
    Pico dearest = 0;
    Pico parts = 0;
    for (const Line& line : card.lines) {
        if (!is_wanted(line.meter)) continue;
        const auto cost = rounded_up(count, line);
        if (!cost) return std::nullopt;
        dearest = std::max(dearest, *cost);
        if (line.price % line.per != 0) parts += static_cast<Pico>(model::meters_count);
    }
    return dearest + parts;
}

}   // namespace

std::optional<Cost> cost_of(const PriceCard& card, const Meters& meters) {
    if (is_missing_what_is_priced(card, meters)) return std::nullopt;
    CostSum sum(card, meters);
    const std::int64_t input_tokens = meters.input_tokens();
    if (!is_by_unit(card)) {
        std::int64_t position = 0;
        for (const Meter meter : positions) {
            if (!sum.add(meter, position)) return std::nullopt;
            position += std::max<std::int64_t>(meters[meter], 0);
        }
        for (std::size_t i = 0; i < model::meters_count; ++i)
            if (model::is_output(static_cast<Meter>(i)) && !sum.add(static_cast<Meter>(i), input_tokens))
                return std::nullopt;
    }
    for (const Meter unit : {Meter::pages, Meter::requests})
        if (!sum.add(unit, input_tokens)) return std::nullopt;
    return sum.cost();
}

std::optional<Pico> cost_bound(const PriceCard& card, std::int64_t input_tokens, std::int64_t output_tokens,
                               std::int64_t pages) {
    Pico total = 0;
    const auto add = [&](std::int64_t count, bool (*is_wanted)(Meter)) {
        const auto cost = bound_of(card, count, is_wanted);
        return cost && !__builtin_add_overflow(total, *cost, &total);
    };
    constexpr auto is_pages = [](Meter meter) { return meter == Meter::pages; };
    constexpr auto is_requests = [](Meter meter) { return meter == Meter::requests; };
    if (!is_by_unit(card) && !(add(input_tokens, model::is_input) && add(output_tokens, model::is_output)))
        return std::nullopt;
    if (prices(card, is_pages) && !add(pages, is_pages)) return std::nullopt;
    if (prices(card, is_requests) && !add(1, is_requests)) return std::nullopt;
    return total;
}

}   // namespace gilmok::meter
