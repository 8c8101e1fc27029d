// Korean addresses: by road ("서울특별시 강남구 테헤란로 123, 5층 (역삼동)"), by lot ("강남구 역삼동 123-4"), by block of flats ("은마아파트 12동
// 305호"). The anchor is the syllable in front of the number; from there the matcher walks back over the regions and forward over building,
// floor and flat, which belong to the address. Source: 도로명주소법 시행령 (parts and their order), 우정사업본부 (postal codes).
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "guard/addresses_kr_tables.hpp"
#include "guard/amounts.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {
namespace {

constexpr std::size_t bytes_before_max = 160;   // ten words of regions are far more than any address has
constexpr std::size_t bytes_behind_max = 200;

struct Word {
    std::size_t begin = 0, end = 0;
    [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

// The run of syllables and digits that ends at `end`.
Word word_before(std::string_view text, std::size_t end, std::size_t least) {
    std::size_t begin = end;
    while (begin > least) {
        if (is_digit(text[begin - 1]))
            --begin;
        else if (is_hangul_before(text, begin) && begin >= least + 3)
            begin -= 3;
        else
            break;
    }
    return {begin, end};
}

bool ends_with_one_of(std::string_view word, std::string_view syllables) {
    return word.size() >= 6 && is_one_of_syllables(word, word.size() - 3, syllables);
}

// How sure the words in front make an address. A province alone stands before many other words.
enum class Region : std::uint8_t { none, local, province, known };

// Regions glued to each other or to the road ("서울시강남구테헤란로").
bool opens_with_province(std::string_view word) {
    return std::any_of(provinces.begin(), provinces.end(),
                       [&](auto name) { return name.size() >= 9 && word.starts_with(name); });
}

Region region_of(std::string_view word) {
    if (has_word(districts, word) || word.starts_with("세종")) return Region::known;
    if (has_word(provinces, word)) return Region::province;
    if (opens_with_province(word) && ends_with_one_of(word, "시군구")) return Region::known;
    if (ends_with_one_of(word, "읍면동리시군구") && word.size() <= 15 && !is_digit(word[0])) return Region::local;
    return Region::none;
}

struct Head {
    std::size_t begin = 0;
    Region region = Region::none;
};
// Walks back from the road's or village's word.
Head head_before(std::string_view text, std::size_t begin, std::size_t least) {
    Head head{begin};
    for (int words = 0; words < 5 && head.begin > least + 1; ++words) {
        std::size_t end = head.begin;
        if (text[end - 1] == ' ') --end;
        if (end > least && text[end - 1] == ',') --end;
        if (end == head.begin) break;
        const Word word = word_before(text, end, least);
        if (word.begin == word.end) break;
        const Region region = region_of(word.of(text));
        if (region == Region::none) break;
        head.begin = word.begin;
        head.region = std::max(head.region, region);
    }
    return head;
}

// A postal code in front: "(06236) ", "06236 ", "우 06236 ", "우편번호 06236 ".
std::size_t with_postal_code_before(std::string_view text, std::size_t begin) {
    std::size_t at = begin;
    if (at > 0 && text[at - 1] == ' ') --at;
    if (at > 0 && text[at - 1] == ',') --at;
    const bool has_bracket = at > 0 && (text[at - 1] == ')' || text[at - 1] == ']');
    if (has_bracket) --at;
    const std::size_t digits_end = at;
    while (at > 0 && digits_end - at < 6 && is_digit(text[at - 1])) --at;
    if (digits_end - at != 5 || (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '-'))) return begin;
    if (!has_bracket) return at;
    if (at > 0 && (text[at - 1] == '(' || text[at - 1] == '[')) return at - 1;
    return begin;
}

std::size_t digits_end(std::string_view text, std::size_t at, std::size_t digits_max) {
    std::size_t end = at;
    while (end < text.size() && end - at <= digits_max && is_digit(text[end])) ++end;
    return end - at > digits_max ? at : end;
}

// "123", "123-4"; `at` where no number stands or the number is a part of a longer one.
std::size_t number_end(std::string_view text, std::size_t at) {
    std::size_t end = digits_end(text, at, 5);
    if (end == at) return at;
    if (stands_at(text, end, "-")) {
        const std::size_t second = digits_end(text, end + 1, 4);
        if (second == end + 1 || stands_at(text, second, "-")) return at;
        end = second;
    }
    const bool is_decimal =
        (stands_at(text, end, ".") || stands_at(text, end, ":")) && end + 1 < text.size() && is_digit(text[end + 1]);
    const bool is_amount = stands_at(text, end, ",") && is_amount_going_on(text, end);
    if (is_decimal || is_amount || stands_at(text, end, "%")) return at;
    return end;
}

// What ends an address's number: nothing of Hangul, or the syllables that go on with it or with the sentence. "3시간", "10명" do not.
bool is_number_of_address(std::string_view text, std::size_t end) {
    if (end >= text.size()) return true;
    if (is_ascii_letter(text[end])) return false;
    if (!is_hangul_at(text, end)) return true;
    static constexpr std::string_view nexts[] = {
        "번지", "번길",   "길",     "가 ",  "호",   "층",   "동 ",  "에 ", "에서", "에\n", "에,", "에.",  "으로",
        "로 ",  "입니다", "이에요", "예요", "이고", "이며", "의 ",  "은 ", "는 ",  "을 ",  "를 ", "까지", "부터",
        "인데", "인지",   "이다",   "이라", "이요", "이었", "이니", "임",  "과 ",  "와 ",  "이 ", "도 ",  "야"};
    for (const std::string_view next : nexts)
        if (stands_at(text, end, next)) return true;
    return false;
}

// The road's number may be split in two: "중앙로 12번길 34-5", "올림픽로35가길 7", "세종대로 지하 189".
std::size_t road_number_end(std::string_view text, std::size_t at) {
    std::size_t end = number_end(text, at);
    if (end == at) return at;
    static constexpr std::string_view parts[] = {"번길", "길", "번지", "가길", "나길", "다길", "라길", "마길"};
    for (const std::string_view part : parts) {
        if (!stands_at(text, end, part)) continue;
        if (part == "번지") return end + part.size();
        std::size_t next = end + part.size();
        if (stands_at(text, next, " ")) ++next;
        const std::size_t last = number_end(text, next);
        return last == next || !is_number_of_address(text, last) ? end + part.size() : last;
    }
    return is_number_of_address(text, end) ? end : at;
}

struct Tail {
    std::size_t end = 0;
    bool has_flat = false;    // "101동 1502호"
    bool has_floor = false;   // "5층", "501호"
};

// "101동", "1502호", "B1층", "지하 2층", "12번지": what `at` begins with; `at` otherwise.
std::size_t room_end(std::string_view text, std::size_t at, Tail& tail) {
    std::size_t begin = at;
    if (stands_at(text, begin, "지하"))
        begin += stands_at(text, begin + 6, " ") ? 7U : 6U;
    else if (stands_at(text, begin, "제"))
        begin += 3;
    if (begin < text.size() && text[begin] >= 'A' && text[begin] <= 'F') ++begin;
    const std::size_t end = digits_end(text, begin, 4);
    if (end == begin) return at;
    static constexpr std::string_view units[] = {"동", "호실", "호", "층", "번지", "차", "단지", "통", "반"};
    for (const std::string_view unit : units) {
        if (!stands_at(text, end, unit)) continue;
        tail.has_flat =
            tail.has_flat || (unit == "호" && tail.has_floor) || (unit == "호" && stands_before(text, at, "동 "));
        tail.has_floor = tail.has_floor || unit == "동" || unit == "호" || unit == "층" || unit == "호실";
        return end + unit.size();
    }
    return at;
}

// A word that ends like a building's name, up to eight syllables, digits and Latin letters.
std::size_t building_end(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && end - at < 36) {
        if (is_hangul_at(text, end))
            end += 3;
        else if (is_ascii_letter(text[end]) || is_digit(text[end]))
            ++end;
        else
            break;
    }
    const std::string_view word = text.substr(at, end - at);
    const bool is_building = std::any_of(building_endings.begin(), building_endings.end(), [&](auto ending) {
        return word.size() > ending.size() && word.ends_with(ending);
    });
    return is_building ? end : at;
}

Tail tail_from(std::string_view text, std::size_t number) {
    Tail tail{number};
    const std::size_t limit = std::min(text.size(), number + bytes_behind_max);
    for (int parts = 0; parts < 7; ++parts) {
        std::size_t at = tail.end;
        if (stands_at(text, at, ",")) ++at;
        if (stands_at(text, at, " ")) ++at;
        if (stands_at(text, at, "(")) {
            const std::size_t close = text.substr(0, std::min(limit, at + 70)).find(')', at);
            // A number in the brackets may be a phone's or a postal code; words in them are the village and the building.
            if (close == std::string_view::npos || close < at + 4) break;
            const bool is_postal = close == at + 6 && digits_end(text, at + 1, 5) == close;
            if (!is_postal && !is_hangul_at(text, at + 1)) break;
            const std::string_view inside = text.substr(at + 1, close - at - 1);
            if (!is_postal && inside.find("동") == inside.npos && inside.find("리") == inside.npos &&
                inside.find("가") == inside.npos && building_end(text, at + 1) == at + 1)
                break;
            tail.end = close + 1;
            continue;
        }
        if (at == tail.end) break;
        std::size_t end = room_end(text, at, tail);
        if (end == at) end = building_end(text, at);
        if (end == at || end > limit) break;
        tail.end = end;
        // "101동1502호"
        const std::size_t next = room_end(text, end, tail);
        if (next != end) tail.end = next;
    }
    return tail;
}

constexpr std::array<std::string_view, 8> address_labels{"주소", "소재지", "배송지",  "거주지",
                                                         "본적", "주거지", "address", "Address"};
bool is_labelled(std::string_view text, std::size_t begin, std::size_t end) {
    const std::size_t from = begin > 40 ? begin - 40 : 0;
    const std::string_view before = text.substr(from, begin - from), behind = text.substr(end, 24);
    return std::any_of(address_labels.begin(), address_labels.end(), [&](auto label) {
        return before.find(label) != before.npos || behind.find(label) != behind.npos;
    });
}

// Words that end like a road and are adverbs.
constexpr std::array<std::string_view, 30> no_roads{
    "그대로", "뜻대로", "따로",     "마음대로", "말대로", "무료로",   "바로",   "반대로",   "별도로", "사실대로",
    "새로",   "서로",   "순서대로", "스스로",   "실제로", "예정대로", "올해로", "원래대로", "위주로", "유료로",
    "의외로", "이대로", "자체로",   "절대로",   "정말로", "제대로",   "주로",   "차례로",   "추가로", "함부로"};

// "강남구로 3", "지역별로 2", "기준으로 5": a word with a particle is no road.
bool is_word_with_particle(std::string_view word) {
    if (!word.ends_with("로")) return false;
    if (std::find(no_roads.begin(), no_roads.end(), word) != no_roads.end()) return true;
    const std::string_view stem = word.substr(0, word.size() - 3);
    return has_word(provinces, stem) || has_word(districts, stem) || stem.ends_with("으") || stem.ends_with("별") ||
           stem.ends_with("단위");
}

}   // namespace

void match_address(std::string_view text, std::size_t at, Sink& sink) {
    if (!is_hangul_at(text, at)) return;
    const std::size_t least = at > bytes_before_max ? at - bytes_before_max : 0;
    const Word word = word_before(text, at + 3, least);
    const std::string_view road = word.of(text);
    if (road.empty() || is_digit(road[0]) || is_word_with_particle(road)) return;
    std::size_t number = at + 3;
    if (stands_at(text, number, " ")) ++number;
    const bool is_mountain = road == "산";
    const bool is_flats = ends_with_one_of(road, "트라션텔");
    if (!is_mountain && road.size() < 6) return;
    Tail tail;
    if (is_flats) {
        if (building_end(text, word.begin) != word.end) return;
        tail = tail_from(text, word.end);
        if (!tail.has_flat) return;
    } else {
        const std::size_t end = road_number_end(text, number);
        if (end == number) return;
        tail = tail_from(text, end);
    }
    const Head head = head_before(text, word.begin, least);
    if (is_mountain && head.region == Region::none) return;
    const bool is_known = head.region == Region::known || opens_with_province(road);
    const bool has_parts = tail.has_floor || (tail.end > number + 6 && text[tail.end - 1] == ')');
    // "…로 12번길 3", "…동 12번지", "…로 12, 3층": nothing else is written like this.
    const bool is_road = ends_with_one_of(road, "로길");
    const std::string_view numbers = text.substr(number, std::min<std::size_t>(tail.end - number, 16));
    const bool is_form =
        numbers.find("번길") != numbers.npos || numbers.find("번지") != numbers.npos || (is_road && tail.has_floor);
    const bool is_probable = is_form || tail.has_flat ||
                             (head.region == Region::province && (has_parts || road.ends_with("대로"))) ||
                             (head.region == Region::local && has_parts);
    const int score = is_known ? 90 : is_labelled(text, head.begin, tail.end) ? 85 : is_probable ? 70 : 50;
    const std::size_t begin = with_postal_code_before(text, head.begin);
    sink.add(begin, tail.end, model::DataKind::kr_address, score);
}

}   // namespace gilmok::guard
