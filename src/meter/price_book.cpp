#include "meter/price_book.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <unordered_map>

namespace gilmok::meter {
namespace {

// More are no price list but a mistake, and the ledger has room for one card in one record.
constexpr std::size_t lines_max = 256;
constexpr std::size_t name_bytes_max = 256;
// Names of models come from upstreams' answers too, so what is remembered has an end.
constexpr std::size_t answers_max = 4'096;
constexpr std::int64_t ppm_whole = 1'000'000;
constexpr std::int64_t minutes_per_day = 24 * 60;

bool makes_sense(const PriceRow& row) {
    const auto is_minute = [](std::int16_t minutes) { return minutes >= 0 && minutes <= minutes_per_day; };
    const auto is_name = [](const std::string& name) { return name.size() <= name_bytes_max; };
    return row.meter < model::Meter::count_ && row.tier < model::ServiceTier::count_ && row.per > 0 &&
           row.above_input_tokens >= 0 && row.price.pico >= 0 && row.price.pico <= pico_max &&
           !row.price.currency.is_none() && is_minute(row.day_from_minutes) && is_minute(row.day_until_minutes) &&
           row.utc_offset_minutes >= -minutes_per_day && row.utc_offset_minutes <= minutes_per_day &&
           is_name(row.provider) && is_name(row.sku) && is_name(row.region);
}

bool makes_sense(const FxRate& rate) {
    return !rate.from.is_none() && !rate.to.is_none() && rate.rate > 0 && rate.rate <= pico_max;
}

struct Question {
    std::string_view provider, sku, region;
    model::ServiceTier tier = model::ServiceTier::standard;
    std::int64_t discount_ppm = 0;
};

// How well a row fits, larger is better: the exact name, then the longest beginning; then a region of its own.
using Fit = std::tuple<bool, std::size_t, bool>;

std::optional<Fit> fit_of(const PriceRow& row, const Question& question) {
    if (row.tier != question.tier) return std::nullopt;
    if (!row.region.empty() && row.region != question.region) return std::nullopt;
    const std::string_view sku = row.sku;
    if (sku == question.sku) return Fit{true, sku.size(), !row.region.empty()};
    if (!sku.ends_with('*') || !question.sku.starts_with(sku.substr(0, sku.size() - 1))) return std::nullopt;
    return Fit{false, sku.size(), !row.region.empty()};
}

// The span of time around one moment in which nothing that was looked at changes.
struct Steady {
    WallTime from = WallTime::min();
    WallTime until = WallTime::max();

    [[nodiscard]] bool holds(WallTime at) const { return from <= at && (at < until || until == WallTime::max()); }
    void cut(WallTime at, WallTime change) {
        if (change <= at)
            from = std::max(from, change);
        else
            until = std::min(until, change);
    }
};

// Does the row hold at that time? Cuts `steady` at its changes around it.
bool holds(const PriceRow& row, WallTime at, Steady& steady) {
    steady.cut(at, row.valid_from);
    if (row.valid_until != WallTime::max()) steady.cut(at, row.valid_until);
    const bool is_valid = row.valid_from <= at && (at < row.valid_until || row.valid_until == WallTime::max());
    if (row.day_from_minutes == row.day_until_minutes) return is_valid;

    // Far from the ends of what a WallTime holds, so that yesterday and tomorrow can be computed.
    using std::chrono::minutes;
    const auto margin = std::chrono::days(3);
    const WallTime near = std::clamp(at, WallTime::min() + margin, WallTime::max() - margin);
    const minutes offset(row.utc_offset_minutes);
    const auto today = std::chrono::floor<std::chrono::days>(near + offset);
    for (const int day : {-1, 0, 1})
        for (const std::int16_t minute : {row.day_from_minutes, row.day_until_minutes})
            steady.cut(near, today + std::chrono::days(day) + minutes(minute) - offset);
    const auto now = near + offset - today;
    const bool is_after_from = now >= minutes(row.day_from_minutes);
    const bool is_before_until = now < minutes(row.day_until_minutes);
    const bool is_over_midnight = row.day_until_minutes < row.day_from_minutes;
    return is_valid && (is_over_midnight ? is_after_from || is_before_until : is_after_from && is_before_until);
}

std::optional<PriceCard> card_of(const std::vector<const PriceRow*>& rows, const Question& question) {
    const PriceRow& last = *rows.back();
    using Key = std::pair<model::Meter, std::int64_t>;
    std::map<Key, const PriceRow*> winners;
    for (const PriceRow* row : rows)
        if (row->price.currency == last.price.currency) winners[{row->meter, row->above_input_tokens}] = row;
    if (winners.size() > lines_max) return std::nullopt;

    PriceCard card{.provider = last.provider,
                   .sku = last.sku,
                   .region = last.region,
                   .tier = last.tier,
                   .currency = last.price.currency,
                   .lines = {}};
    for (const auto& [key, row] : winners) {
        const auto price = multiply_divide(row->price.pico, ppm_whole - question.discount_ppm, ppm_whole);
        if (!price) return std::nullopt;
        card.lines.push_back({.meter = row->meter,
                              .above_input_tokens = row->above_input_tokens,
                              .tier_mode = row->tier_mode,
                              .per = row->per,
                              .price = *price});
    }
    return card;
}

}   // namespace

// Rows and rates never change; cards and answers grow under the lock.
struct PriceBook::Inside {
    struct Answer {
        std::string provider, sku, region;
        model::ServiceTier tier = model::ServiceTier::standard;
        std::int64_t discount_ppm = 0;
        Steady steady{};
        const PriceCard* card = nullptr;

        [[nodiscard]] bool is_to(const Question& question) const {
            return sku == question.sku && provider == question.provider && region == question.region &&
                   tier == question.tier && discount_ppm == question.discount_ppm;
        }
    };

    std::vector<PriceRow> rows;
    std::vector<FxRate> rates;
    std::map<std::string, std::vector<std::size_t>, std::less<>> rows_of;   // by provider, in their order

    std::mutex mutex;
    std::map<std::string, PriceCard, std::less<>> cards;   // by text
    std::unordered_multimap<std::size_t, Answer> answers;

    static std::size_t hash_of(const Question& question) {
        const std::hash<std::string_view> hash;
        return hash(question.sku) + 3 * hash(question.provider) + 5 * hash(question.region) +
               7 * static_cast<std::size_t>(question.tier) + 11 * static_cast<std::size_t>(question.discount_ppm);
    }

    const PriceCard* look_up(const Question& question, WallTime at, Steady& steady) {
        const auto own = rows_of.find(question.provider);
        if (own == rows_of.end()) return nullptr;
        std::optional<Fit> best;
        std::vector<const PriceRow*> found;
        for (const std::size_t index : own->second) {
            const auto fit = fit_of(rows[index], question);
            if (!fit || !holds(rows[index], at, steady)) continue;
            if (best && *fit < *best) continue;
            if (best && *fit > *best) found.clear();
            best = fit;
            found.push_back(&rows[index]);
        }
        if (found.empty()) return nullptr;
        auto card = card_of(found, question);
        if (!card) return nullptr;
        std::string text = card->text();
        return &cards.try_emplace(std::move(text), std::move(*card)).first->second;
    }

    const PriceCard* answer(const Question& question, WallTime at) {
        const std::size_t hash = hash_of(question);
        const std::lock_guard lock(mutex);
        const auto [begin, end] = answers.equal_range(hash);
        for (auto each = begin; each != end; ++each)
            if (each->second.is_to(question) && each->second.steady.holds(at)) return each->second.card;
        Steady steady;
        const PriceCard* const card = look_up(question, at, steady);
        if (answers.size() >= answers_max) answers.clear();
        answers.emplace(hash, Answer{.provider = std::string(question.provider),
                                     .sku = std::string(question.sku),
                                     .region = std::string(question.region),
                                     .tier = question.tier,
                                     .discount_ppm = question.discount_ppm,
                                     .steady = steady,
                                     .card = card});
        return card;
    }

    // The newest rate that holds; of two with one date the later row.
    const FxRate* rate_for(Currency from, Currency to, WallTime at) const {
        const FxRate* best = nullptr;
        for (const FxRate& rate : rates)
            if (rate.from == from && rate.to == to && rate.valid_from <= at &&
                (best == nullptr || rate.valid_from >= best->valid_from))
                best = &rate;
        return best;
    }
};

std::shared_ptr<const PriceBook> PriceBook::build(std::vector<PriceRow> rows, std::vector<FxRate> rates) {
    std::erase_if(rows, [](const PriceRow& row) { return !makes_sense(row); });
    std::erase_if(rates, [](const FxRate& rate) { return !makes_sense(rate); });
    auto inside = std::make_shared<Inside>();
    inside->rows = std::move(rows);
    inside->rates = std::move(rates);
    for (std::size_t i = 0; i < inside->rows.size(); ++i) inside->rows_of[inside->rows[i].provider].push_back(i);
    auto book = std::make_shared<PriceBook>();
    book->inside_ = std::move(inside);
    return book;
}

const PriceCard* PriceBook::find(std::string_view provider, std::string_view sku, std::string_view region,
                                 model::ServiceTier tier, WallTime at, std::int64_t discount_ppm) const {
    if (inside_ == nullptr || discount_ppm < 0 || discount_ppm > ppm_whole) return nullptr;
    if (provider.size() > name_bytes_max || sku.size() > name_bytes_max) return nullptr;
    return inside_->answer(
        {.provider = provider, .sku = sku, .region = region, .tier = tier, .discount_ppm = discount_ppm}, at);
}

std::optional<Pico> PriceBook::convert(Pico amount, Currency from, Currency to, WallTime at) const {
    if (from == to) return amount;
    if (inside_ == nullptr) return std::nullopt;
    const FxRate* const direct = inside_->rate_for(from, to, at);
    const FxRate* const inverse = inside_->rate_for(to, from, at);
    if (direct == nullptr && inverse == nullptr) return std::nullopt;
    if (inverse == nullptr || (direct != nullptr && direct->valid_from >= inverse->valid_from))
        return multiply_divide(amount, direct->rate, pico_per_unit);
    return multiply_divide(amount, pico_per_unit, inverse->rate);
}

std::span<const PriceRow> PriceBook::rows() const {
    return inside_ == nullptr ? std::span<const PriceRow>{} : inside_->rows;
}
std::span<const FxRate> PriceBook::rates() const {
    return inside_ == nullptr ? std::span<const FxRate>{} : inside_->rates;
}

}   // namespace gilmok::meter
