#include "fleet/words.hpp"

#include <array>

namespace gilmok::fleet {

namespace {

constexpr std::array<std::string_view, 96> english{
    "about",  "above",  "after",  "again",  "along",   "answer", "anything", "apple",   "around",  "autumn",
    "become", "before", "begin",  "below",  "between", "bird",   "blue",     "board",   "bridge",  "bring",
    "carry",  "change", "city",   "clear",  "cloud",   "cold",   "color",    "common",  "corner",  "country",
    "cover",  "day",    "deep",   "door",   "draw",    "early",  "earth",    "east",    "evening", "every",
    "field",  "find",   "follow", "forest", "form",    "garden", "give",     "green",   "ground",  "group",
    "hand",   "harbor", "hill",   "horse",  "house",   "island", "keep",     "lake",    "large",   "leaf",
    "learn",  "letter", "light",  "line",   "listen",  "long",   "market",   "measure", "morning", "mountain",
    "music",  "name",   "near",   "night",  "north",   "number", "ocean",    "open",    "order",   "paper",
    "path",   "place",  "plain",  "point",  "rain",    "river",  "road",     "small",   "south",   "spring",
    "stone",  "summer", "table",  "tree",   "water",   "winter"};

constexpr std::array<std::string_view, 72> korean{
    "가을", "가족", "거리", "겨울", "고개",   "공원", "과일", "구름", "그림",   "기차",   "길목", "꽃",
    "나무", "나비", "날씨", "노래", "놀이터", "눈",   "다리", "달",   "도서관", "동네",   "들판", "마당",
    "마을", "모래", "문",   "물",   "바다",   "바람", "밤",   "방",   "배",     "별",     "봄",   "비",
    "빛",   "사람", "산",   "상자", "새벽",   "색",   "섬",   "소리", "손",     "숲",     "시간", "시장",
    "아침", "언덕", "여름", "연필", "오늘",   "오후", "우산", "음악", "의자",   "이야기", "이름", "자리",
    "저녁", "종이", "지도", "집",   "창문",   "책",   "친구", "하늘", "학교",   "해",     "호수", "흙"};

}  // namespace

std::string_view english_word(Prng& prng) { return english[prng.below(english.size())]; }
std::string_view korean_word(Prng& prng) { return korean[prng.below(korean.size())]; }

// Syllables U+AC00..U+D7A3 are E A/B/C/D xx xx in UTF-8; the first byte and a half tell.
bool has_hangul(std::string_view text) {
    for (std::size_t index = 0; index + 2 < text.size(); ++index) {
        const auto lead = static_cast<unsigned char>(text[index]);
        const auto second = static_cast<unsigned char>(text[index + 1]);
        if (lead < 0xea || lead > 0xed) continue;
        if ((lead == 0xea && second >= 0xb0) || lead == 0xeb || lead == 0xec || (lead == 0xed && second <= 0x9e))
            return true;
    }
    return false;
}

}  // namespace gilmok::fleet
