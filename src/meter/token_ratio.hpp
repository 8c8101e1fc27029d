// Counts tokens where nobody reported them: how many bytes make a token, and how many tokens come in one event, learned
// from the answers of the same model that were reported whole. An estimate, and marked as one in the ledger (`counted`,
// `aborted`); until something was learned, four bytes or one event is a token. Old answers fade.
// Pure. Owner: one shard, one for each public model.
#pragma once

#include <cstdint>

namespace gilmok::meter {

class TokenRatio {
public:
    struct Seen {
        std::uint64_t input_bytes = 0;
        std::int64_t input_tokens = 0;
        std::uint64_t output_events = 0;   // with content; 0 = not streamed
        std::uint64_t output_bytes = 0;
        std::int64_t output_tokens = 0;
    };
    void learn(const Seen& whole);
    [[nodiscard]] std::int64_t input_tokens(std::uint64_t bytes) const;
    // Of an answer cut after so many events or, when it is not streamed, bytes.
    [[nodiscard]] std::int64_t output_tokens(std::uint64_t events, std::uint64_t bytes) const;

private:
    struct Sum {
        std::uint64_t tokens = 0, units = 0;
        void add(std::uint64_t more_tokens, std::uint64_t more_units);
        [[nodiscard]] std::int64_t of(std::uint64_t units_given, std::uint64_t units_per_token_default) const;
    };
    Sum input_, events_, bytes_;
};

}   // namespace gilmok::meter
