// How much of the end of a text may still grow into a finding: what a stream holds back until more comes. Looks at the last
// Detector::hold_bytes_max bytes only, and for secrets at the rest of a token that reaches into them, as far as
// Detector::secret_hold_bytes_max. Immutable: shared by all shards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "guard/literals.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

class OpenTail {
public:
    // `secrets`: the texts that secrets begin with; they outlive this object.
    explicit OpenTail(std::span<const std::string_view> secrets);
    // `passed`: so many of the first bytes of `text` went on before; they are never part of the tail, but what begins in them goes on
    // behind them.
    struct Tail {
        std::size_t bytes = 0;
        // A secret may have begun: what comes next is to be read with what stands before it.
        bool is_of_secret = false;
    };
    [[nodiscard]] Tail look(std::string_view text, std::size_t passed, const model::KindSet& kinds) const;
    [[nodiscard]] std::size_t bytes(std::string_view text, const model::KindSet& kinds) const {
        return look(text, 0, kinds).bytes;
    }

private:
    [[nodiscard]] std::size_t secret_begin(std::string_view text, std::size_t least) const;
    [[nodiscard]] bool may_begin_with_last(std::string_view text) const;
    static std::size_t word_begin(std::string_view text, std::size_t least, bool has_email);
    std::span<const std::string_view> texts_;
    std::vector<std::string_view> secrets_;   // the same, sorted
    // By the hash of two bytes: one bit for each length of a secret's beginning that ends with them. Most texts end with none.
    static constexpr std::size_t pairs = 4'096;
    static constexpr std::size_t prefix_least = 2, prefix_max = 24;
    static std::size_t pair_at(std::string_view text, std::size_t at);
    std::array<std::uint32_t, pairs> prefixes_{};
    std::array<bool, 256> firsts_{};   // bytes that secrets begin with
    Literals literals_;
};

}   // namespace gilmok::guard
