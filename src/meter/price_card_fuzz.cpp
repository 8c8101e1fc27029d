// Properties: a card that is read is written as the same bytes; whatever it holds, a charge adds up and stays within its bound.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/test_claim.hpp"

#include "meter/price_book.hpp"

using namespace gilmok;
using namespace gilmok::meter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto card = parse_price_card(text);
    if (!card) return 0;
    claim(card->text() == text, "print(parse(x)) == x");

    model::Meters meters;
    for (std::size_t i = 0; i < meters.counts.size(); ++i)
        meters.counts[i] = static_cast<std::int64_t>(size * (i + 1) * 1'000);
    const auto cost = cost_of(*card, meters);
    if (!cost) return 0;
    Pico sum = 0;
    for (const Pico part : cost->by_meter) sum += part;
    claim(sum == cost->total, "the parts add up");
    const auto bound = cost_bound(*card, meters.input_tokens(), meters.output_tokens(), meters[model::Meter::pages]);
    claim(!bound || cost->total <= *bound, "no charge is above its bound");
    return 0;
}
