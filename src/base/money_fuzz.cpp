// Properties: a decimal that is accepted is printed as the same amount, and no longer than it came; what is printed is
// read back; multiply_divide says what the slow oracle says.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/money.hpp"
#include "base/test_claim.hpp"
#include "base/test_money_oracle.hpp"

using namespace gilmok;

namespace {

void check_text(std::string_view text) {
    if (const auto money = parse_money(text)) claim(!money->currency.is_none(), "money has a currency");
    const auto amount = parse_decimal(text);
    const auto number = parse_number(text);
    claim(!number || (*number >= 0 && *number <= pico_max), "a number is within the limit");
    if (!amount) return;
    claim(*amount < 0 || number == amount, "what is a decimal is the same number");
    claim(*amount <= pico_max && *amount >= -pico_max, "an amount is within the limit");
    const std::string printed = decimal(*amount);
    claim(printed.size() <= text.size(), "the shortest decimal is not longer");
    claim(parse_decimal(printed) == amount, "parse(print(x)) == x");
    claim(!rounded(*amount, 2).empty(), "every amount can be shown");
}

void check_numbers(const std::uint8_t* data, std::size_t size) {
    Pico numbers[3] = {};
    std::memcpy(numbers, data, size < sizeof numbers ? size : sizeof numbers);
    if (numbers[2] < 0) numbers[2] = ~numbers[2];
    if (numbers[2] == 0) numbers[2] = 1;
    claim(multiply_divide(numbers[0], numbers[1], numbers[2]) ==
              oracle_multiply_divide(numbers[0], numbers[1], numbers[2]),
          "multiply_divide is exact");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_text({reinterpret_cast<const char*>(data), size});
    check_numbers(data, size);
    return 0;
}
