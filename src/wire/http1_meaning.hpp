// What a head means once its bytes are legal: framing, Host, Expect (RFC 9110, RFC 9112 section 6.3). Private to
// http1*.cpp. Judged when the whole head is there, always in the same order.
#pragma once

#include <cstdint>
#include <string_view>

#include "wire/http1.hpp"

namespace gilmok::wire::http1 {

// What the lines said of the message itself, gathered while they were walked.
struct Meaning {
    std::string_view content_length, transfer_encoding, host, expect;   // the last line of each
    unsigned content_lengths = 0, transfer_encodings = 0, hosts = 0, expects = 0, upgrades = 0;
    bool says_close = false, says_keep_alive = false;

    void note(const Header& line);
    // Whether note() would take a line of that name: most have none to give.
    static constexpr bool is_noted(Known known) {
        constexpr auto bit = [](Known each) { return std::uint64_t{1} << static_cast<unsigned>(each); };
        constexpr std::uint64_t noted = bit(Known::content_length) | bit(Known::transfer_encoding) | bit(Known::host) |
                                        bit(Known::expect) | bit(Known::upgrade) | bit(Known::connection);
        return (bit(known) & noted) != 0;
    }
};

// Fill the framing of `head` and what follows from it; null, or what is wrong.
const Refusal* conclude(const Meaning& meaning, bool to_head_request, RequestHead& head);
const Refusal* conclude(const Meaning& meaning, bool to_head_request, ResponseHead& head);

}   // namespace gilmok::wire::http1
