#include "model/ids.hpp"

namespace gilmok::model {

RequestId make_request_id(std::int64_t unix_ms, std::uint64_t random_high, std::uint64_t random_low) {
    static constexpr char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    RequestId id{};
    auto time = static_cast<std::uint64_t>(unix_ms);
    for (int i = 9; i >= 0; --i, time >>= 5) id.text[i] = alphabet[time & 31U];
    for (int i = 17; i >= 10; --i, random_high >>= 5) id.text[i] = alphabet[random_high & 31U];
    for (int i = 25; i >= 18; --i, random_low >>= 5) id.text[i] = alphabet[random_low & 31U];
    return id;
}

}   // namespace gilmok::model
