// Words that name a number of the world's: many kinds look alike as digits, and what stands beside them is what tells them
// apart. One look serves all kinds of one place, one search all places (surroundings.hpp).
// Pure. At most look_bytes_max bytes on each side.
#pragma once

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

// All words that name a number: of Topic, and behind them of KoreanTopic (words_kr.hpp).
const WordList& context_words();
inline constexpr auto korean_topics_first = static_cast<std::uint8_t>(Topic::count_);

// What stands near one number; to be asked before the next look.
class Nearby {
public:
    // Looks `characters` far on both sides of [begin, end).
    static Nearby look(Surroundings& around, std::string_view text, std::size_t begin, std::size_t end,
                       std::size_t characters) {
        return Nearby(around.nearest(context_words(), text, begin, end, characters));
    }
    [[nodiscard]] bool has(Topic topic, std::size_t bytes_max = Surroundings::none - 1) const {
        return distances_[static_cast<std::size_t>(topic)] <= bytes_max;
    }

private:
    explicit Nearby(const Surroundings::Distances& distances) : distances_(distances) {}
    const Surroundings::Distances& distances_;   // bytes between word and number
};

}   // namespace gilmok::guard
