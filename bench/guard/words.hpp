// Words of which the generator makes people, places and prose. Lists of its own: the detector's tables (src/guard/*_tables.hpp) are
// never read here, or a word that both forget would never be missed. No list is of real persons; names are random combinations.
#pragma once

#include <span>
#include <string_view>

namespace gilmok::bench {

using Words = std::span<const std::string_view>;

Words korean_surnames();   // usual ones several times, so that drawing from the list is about as people are
Words korean_given_names();
Words korean_titles();
Words english_first_names();
Words english_last_names();

struct KoreanPlace {
    std::string_view province, short_province, district;
};
std::span<const KoreanPlace> korean_places();
Words korean_roads();      // with their ending: "…로", "…길", "…대로"
Words korean_villages();   // "…동", "…리"
Words korean_buildings();

// For prose without anybody's data.
Words korean_nouns();
Words korean_subjects();   // roles and things that do something
Words korean_verbs();      // in polite past or present, whole
Words korean_adverbs();
Words korean_openings();
Words english_nouns();
Words english_verbs();
Words english_adjectives();
Words english_openings();

}   // namespace gilmok::bench
