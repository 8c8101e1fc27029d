// Words that name a number of the world's: many kinds look alike as digits, and what stands beside them is what tells them
// apart. One look serves all kinds of one place, one search all places (surroundings.hpp).
// Pure. At most look_bytes_max bytes on each side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guard/surroundings.hpp"

namespace gilmok::guard {

enum class Topic : std::uint8_t {
    card,
    phone,
    birth,
    address_ip,
    passport,
    iban,
    bic,
    us_ssn,
    us_itin,
    us_ein,
    us_bank_routing,
    jp_my_number,
    jp_corporate_number,
    jp_driver_license,
    jp_phone,
    gb_nhs,
    gb_nino,
    nl_bsn,
    pl_pesel,
    se_personnummer,
    fi_hetu,
    de_tax_id,
    de_id_card,
    fr_nir,
    es_dni,
    it_fiscal_code,
    eu_vat,
    sg_nric,
    sg_uen,
    version,   // speaks against
    count_,
};

class Nearby {
public:
    // Looks `characters` far on both sides of [begin, end).
    static Nearby look(Surroundings& around, std::string_view text, std::size_t begin, std::size_t end,
                       std::size_t characters);
    [[nodiscard]] bool has(Topic topic, std::size_t bytes_max = 65'535) const {
        return distance_[static_cast<std::size_t>(topic)] <= bytes_max;
    }

private:
    Nearby() { distance_.fill(none); }
    static constexpr std::uint32_t none = 0xFFFF'FFFF;
    void tell(std::span<const WordIndex::Word> words, std::size_t to, std::size_t begin, std::size_t end);
    std::array<std::uint32_t, static_cast<std::size_t>(Topic::count_)> distance_{};   // bytes between word and number
};

}   // namespace gilmok::guard
