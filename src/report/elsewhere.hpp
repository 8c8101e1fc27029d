// What the same tokens would have cost at other prices, month by month. A comparison of price lists, not a promise: `Note` says
// what it leaves out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meter/price_book.hpp"
#include "report/answer.hpp"

namespace gilmok::report {

// "openai/gpt-5-mini": what stands before the first slash is the provider.
struct Offer {
    std::string provider, sku;
    [[nodiscard]] std::string text() const { return provider + '/' + sku; }
};
Told<Offer> read_offer(std::string_view text);
inline constexpr std::size_t offers_max = 16;

// Why a price is not to be compared without a thought. Each is true of the whole table or of one cell.
enum class Note : std::uint8_t {
    other_tokenizer,   // always: another model cuts the same text into another number of tokens
    caches_differ,     // tokens read from a cache: another provider would have found others
    long_context,      // the offer asks more for long requests; sums do not tell how long each was
    unpriced_here,     // attempts without a known price: their tokens are compared, their cost here is missing
    idle_left_out,     // own devices cost money while idle; that is not in the cost here
    no_price,          // the offer has no price for that month, or none for a meter that was used
    no_rate,           // no exchange rate for that month
    count_,
};
std::string_view name_of(Note note);

struct OfferCost {
    std::optional<Pico> cost;   // in the ledger's currency; nothing: see `why`
    Note why = Note::no_price;
};

struct MonthElsewhere {
    ledger::UsageRow usage;
    std::string month;
    std::vector<OfferCost> costs;   // as the offers
};

struct Elsewhere {
    Answer answer;   // grouped by month
    std::vector<Offer> offers;
    std::vector<MonthElsewhere> months;
    std::vector<OfferCost> totals;   // nothing where a month is unknown
    std::vector<Note> notes;         // each once
};

Told<Elsewhere> elsewhere(ledger::Questions& tables, Question question, Currency currency,
                          const meter::PriceBook& prices, std::vector<Offer> offers);
std::string elsewhere_json(const Elsewhere& elsewhere);
std::string elsewhere_csv(const Elsewhere& elsewhere);

// The card without what holds for long requests only: sums of many requests must not meet the threshold of one.
meter::PriceCard without_thresholds(const meter::PriceCard& card);
model::Meters meters_of(const ledger::UsageRow& row);

}   // namespace gilmok::report
