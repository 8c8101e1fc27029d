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

    void note(Known known, std::string_view value);
    // Whether note() would take a line of that name: most have none to give.
    static constexpr bool is_noted(Known known) {
        constexpr KnownSet noted{Known::content_length, Known::transfer_encoding, Known::host,
                                 Known::expect,         Known::upgrade,           Known::connection};
        return noted.has(known);
    }
};

// Fill the framing of `head` and what follows from it; null, or what is wrong.
const Refusal* conclude(const Meaning& meaning, bool to_head_request, RequestHead& head);
const Refusal* conclude(const Meaning& meaning, bool to_head_request, ResponseHead& head);

}   // namespace gilmok::wire::http1
