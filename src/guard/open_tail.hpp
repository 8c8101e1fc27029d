// How much of the end of a text may still grow into a finding: what a stream holds back until more comes. Looks at the last
// Detector::hold_bytes_max bytes only. Immutable: shared by all shards.
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
    [[nodiscard]] std::size_t bytes(std::string_view text, const model::KindSet& kinds) const;

private:
    [[nodiscard]] std::size_t secret_begin(std::string_view text, std::size_t least) const;
    static std::size_t word_begin(std::string_view text, std::size_t least, bool has_email);
    std::span<const std::string_view> texts_;
    std::vector<std::string_view> secrets_;   // the same, sorted
    // The first two bytes of each, by their hash: most places of a text begin none of them.
    static constexpr std::size_t pair_bits = 4'096;
    static std::size_t pair_at(std::string_view text, std::size_t at);
    std::array<std::uint64_t, pair_bits / 64> pairs_{};
    Literals literals_;
};

}   // namespace gilmok::guard
