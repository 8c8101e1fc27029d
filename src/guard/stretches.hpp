// Cuts the body of a request into stretches that can each be walked by itself: the members that stand outside of the body's own
// arrays, and each object or array inside one of them (a message, a tool). Elements that are neither go together.
// An application repeats them byte by byte from turn to turn, wherever in the body they then stand.
// Sans-IO. On a body that wire::json::scan() accepted; any other bytes are cut somewhere, without harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gilmok::guard {

// Of a checked text: the quote that closes the string whose first byte stands at `at`, behind its opening quote; `end` when there is
// none. Three twins of one contract.
const char* closing_quote_scalar(const char* at, const char* end);
#if defined(__x86_64__)
const char* closing_quote_sse2(const char* at, const char* end);
const char* closing_quote_avx2(const char* at, const char* end);   // only where wire::json::has_avx2()
#endif
const char* closing_quote(const char* at, const char* end);   // the best for this machine

struct Stretch {
    enum class What : std::uint8_t { none, members, elements };   // none: the body is at its end
    What what = What::none;
    std::string_view text;
    std::string_view key;   // elements: the array's, raw
};

class Stretches {
public:
    explicit Stretches(std::string_view body);
    [[nodiscard]] bool is_object() const { return at_ != nullptr; }   // of other bodies there are none
    // In the body's order. Between them stand only commas, brackets and white space.
    Stretch next();

private:
    Stretch members();
    Stretch elements();
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    std::string_view key_;
    bool is_in_array_ = false;
};

}   // namespace gilmok::guard
