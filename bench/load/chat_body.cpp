#include "chat_body.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "net.hpp"

namespace load {
namespace {

constexpr std::array<std::string_view, 24> words{"order",         "the",    "shipment", "of",    "pallets", "left",
                                                 "Busan",         "at",     "invoice",  "was",   "paid",    "please",
                                                 "summarise",     "claim",  "and",      "reply", "in",      "Korean",
                                                 "\\\"as is\\\"", "total:", "customer", "said",  "no\\n-",  "due"};
constexpr std::array<std::string_view, 6> korean{"주문", "내일까지", "서울", "확인해", "주세요.", "감사합니다"};

// A word, a number or a Korean word; every 6th piece a number of 2-6 digits makes about 5 % of the bytes digits.
void append_piece(std::string& out, std::uint64_t& seed) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t dice = seed >> 33;
    if (dice % 13 == 0)
        out += std::to_string(100 + dice % 99'900);
    else if (dice % 17 == 0)
        out += korean[dice % korean.size()];
    else
        out += words[dice % words.size()];
    out += ' ';
}

}   // namespace

std::string chat_body(std::size_t bytes, const std::string& model, const std::string& extra) {
    std::string body = "{\"model\":\"" + model + "\"," + extra +
                       "\"temperature\":0.7,\"max_tokens\":256,\"user\":\"user-4711\",\"messages\":["
                       "{\"role\":\"system\",\"content\":\"You are a careful assistant of a trading company.\"}";
    constexpr std::string_view open_user = ",{\"role\":\"user\",\"content\":\"";
    constexpr std::string_view open_assistant = ",{\"role\":\"assistant\",\"content\":\"";
    constexpr std::string_view close = "\"}";
    constexpr std::string_view end = "]}";
    constexpr std::size_t message_bytes = 700;   // of one message
    constexpr std::size_t piece_bytes_max = 24;
    std::uint64_t seed = 42;
    for (bool is_user = true; body.size() + message_bytes / 2 < bytes; is_user = !is_user) {
        body += is_user ? open_user : open_assistant;
        const std::size_t start = body.size();
        const std::size_t reserve = close.size() + end.size() + piece_bytes_max;
        while (body.size() - start < message_bytes && body.size() + reserve < bytes) append_piece(body, seed);
        const std::size_t left = bytes - body.size() - close.size() - end.size();
        if (left < message_bytes / 2 + open_assistant.size()) body.append(left, 'x');   // the last one ends on the byte
        body += close;
    }
    body += end;
    errno = 0;
    if (body.size() != bytes)
        die("no chat body of " + std::to_string(bytes) + " bytes, nearest " + std::to_string(body.size()));
    return body;
}

}   // namespace load
