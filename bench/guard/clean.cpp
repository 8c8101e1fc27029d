// Prose without anybody's data, and numbers that only look like data.
#include <array>

#include "generate.hpp"
#include "values.hpp"

namespace gilmok::bench {
namespace {

using std::string_view;

std::string amount(Prng& prng) {
    std::string text = std::to_string(prng.between(1, 999));
    for (auto groups = prng.below(3); groups > 0; --groups) text += "," + random_digits(prng, 3);
    return text;
}
std::string day(Prng& prng) {
    return std::to_string(prng.between(1, 12)) + "월 " + std::to_string(prng.between(1, 28)) + "일";
}
std::string iso_day(Prng& prng) {
    return std::to_string(prng.between(2015, 2027)) + "-" + two_digits(prng.between(1, 12)) + "-" +
           two_digits(prng.between(1, 28));
}

void korean_sentence(std::string& out, Prng& prng) {
    const auto noun = [&] { return pick(korean_nouns(), prng); };
    const auto subject = [&] { return pick(korean_subjects(), prng); };
    const string_view opening = pick(korean_openings(), prng);
    if (!opening.empty()) out += std::string(opening) + " ";
    switch (prng.below(9)) {
        case 0:
            out += std::string(pick(korean_adverbs(), prng)) + " " + with_particle(subject(), "이", "가") + " " +
                   with_particle(noun(), "을", "를") + " ";
            break;
        case 1:
            out += with_particle(noun(), "과", "와") + " " + with_particle(noun(), "은", "는") + " " +
                   std::to_string(prng.between(1, 99)) + "." + random_digits(prng, 1) + "% 수준으로, " +
                   with_particle(subject(), "은", "는") + " 이를 ";
            break;
        case 2:
            out += with_particle(subject(), "은", "는") + " " + day(prng) + "부터 " + std::string(noun()) + " " +
                   with_particle(noun(), "을", "를") + " ";
            break;
        case 3:
            out += std::string(noun()) + " " + std::to_string(prng.between(2, 90)) + "건에 " + amount(prng) +
                   "원이 들었고 " + with_particle(subject(), "이", "가") + " ";
            break;
        case 4:
            out += with_particle(subject(), "과", "와") + " " + with_particle(subject(), "은", "는") + " " +
                   std::string(noun()) + " 앞으로 " + std::to_string(prng.between(2, 30)) + "년 동안의 " +
                   with_particle(noun(), "을", "를") + " ";
            break;
        case 5:
            out += std::string(noun()) + "의 " + with_particle(noun(), "이", "가") + " " +
                   std::string(pick(korean_adverbs(), prng)) + " ";
            break;
        case 6:
            out += std::to_string(prng.between(2000, 2027)) + "년 " + std::string(noun()) + " " +
                   with_particle(noun(), "에 따르면", "에 따르면") + " " + with_particle(subject(), "은", "는") + " ";
            break;
        case 7:
            out += "제" + std::to_string(prng.between(1, 60)) + "조 제" + std::to_string(prng.between(1, 9)) + "항의 " +
                   with_particle(noun(), "을", "를") + " ";
            break;
        default:
            out += with_particle(noun(), "은", "는") + " " + std::string(noun()) + "보다 " +
                   with_particle(noun(), "이", "가") + " ";
    }
    out += std::string(pick(korean_verbs(), prng)) + ". ";
}

void chat_line(std::string& out, Prng& prng) {
    constexpr std::array<string_view, 8> tails{" 어때?",         " 봤어?",    " 진짜 좋더라 ㅋㅋ", " 내일 하자",
                                               " 아직이래 ㅠㅠ", " 필요해요", " 맞아요?",          " 괜찮네"};
    out += with_particle(pick(korean_nouns(), prng), "은", "는") + " 그렇고 " +
           std::string(pick(korean_nouns(), prng)) + std::string(tails[prng.below(tails.size())]) + "\n";
}

void english_sentence(std::string& out, Prng& prng) {
    const auto noun = [&] {
        return std::string(pick(english_adjectives(), prng)) + " " + std::string(pick(english_nouns(), prng));
    };
    out += std::string(pick(english_openings(), prng)) + "the " + noun() + " " +
           std::string(pick(english_verbs(), prng)) + " the " + noun();
    if (prng.chance(1, 3)) out += " in " + std::to_string(prng.between(1990, 2027));
    if (prng.chance(1, 4)) out += " for $" + amount(prng);
    if (prng.chance(1, 4)) out += " by " + std::to_string(prng.between(1, 99)) + " percent";
    out += ". ";
}

void log_line(std::string& out, Prng& prng) {
    out += iso_day(prng) + "T" + two_digits(prng.between(0, 23)) + ":" + two_digits(prng.between(0, 59)) + ":" +
           two_digits(prng.between(0, 59)) + "." + random_digits(prng, 3) + "Z INFO  worker-" +
           std::to_string(prng.between(1, 64)) + " " + std::string(pick(english_verbs(), prng)) + " " +
           std::string(pick(english_nouns(), prng)) + " rows=" + std::to_string(prng.below(100'000)) +
           " took=" + std::to_string(prng.below(5'000)) + "ms\n";
}

void code_line(std::string& out, Prng& prng) {
    constexpr std::array<string_view, 7> lines{"    if (count > 10) return false;\n",
                                               "    const auto total = sum(values, 0);\n",
                                               "for i in range(0, 100):\n",
                                               "import { readFile } from 'node:fs';\n",
                                               "SELECT id, created_at FROM orders WHERE state = 3;\n",
                                               "// 이 함수는 목록을 정렬한다\n",
                                               "    assert result.status == 200\n"};
    out += lines[prng.below(lines.size())];
    if (prng.chance(1, 4))
        out += "  \"" + std::string(pick(english_nouns(), prng)) + "\": \"^" + std::to_string(prng.below(20)) + "." +
               std::to_string(prng.below(30)) + "." + std::to_string(prng.below(9)) + "\",\n";
}

}   // namespace

void Generator::add_sentence(std::string& out, Register as) {
    switch (as) {
        case Register::official: korean_sentence(out, prng_), out += '\n'; break;
        case Register::chat: chat_line(out, prng_); break;
        case Register::form:
            out += std::string(pick(korean_nouns(), prng_)) + " : " + std::string(pick(korean_nouns(), prng_)) + "\n";
            break;
        case Register::english: english_sentence(out, prng_), out += '\n'; break;
        case Register::log: log_line(out, prng_); break;
        case Register::code: code_line(out, prng_); break;
        case Register::json:
            out += "{\"" + std::string(pick(english_nouns(), prng_)) + "\": " + std::to_string(prng_.below(10'000)) +
                   "}\n";
            break;
        case Register::table:
            out += std::to_string(prng_.below(10'000)) + "," + std::string(pick(korean_nouns(), prng_)) + "," +
                   std::to_string(prng_.below(10'000'000)) + ",\"" + amount(prng_) + "\"," +
                   std::to_string(prng_.below(1'000)) + "." + random_digits(prng_, 2) + "\n";
            break;
        case Register::count_: break;
    }
}

std::string Generator::clean(Register as, std::size_t bytes) {
    std::string out;
    std::size_t line = 0;
    while (out.size() < bytes) {
        if (as == Register::official)
            korean_sentence(out, prng_);
        else if (as == Register::english)
            english_sentence(out, prng_);
        else
            add_sentence(out, as);
        if (out.size() - line > 400) out += '\n', line = out.size();
    }
    return out;
}

std::string Generator::look_alike(bool is_korean) {
    const auto digits = [&](std::size_t count) { return random_digits(prng_, count); };
    const auto hex = [&](std::size_t count) { return random_of(prng_, "0123456789abcdef", count); };
    const auto label = [&](string_view korean, string_view english) {
        return std::string(is_korean ? korean : english) + " ";
    };
    switch (prng_.below(22)) {
        case 0: return label("주문번호", "order") + iso_day(prng_) + "-" + digits(7);
        case 1:
            return label("버전", "version") + std::to_string(prng_.below(20)) + "." + std::to_string(prng_.below(40)) +
                   "." + std::to_string(prng_.below(200)) + "." + std::to_string(prng_.below(9999));
        case 2: return label("일시", "at") + iso_day(prng_) + " 13:" + two_digits(prng_.between(0, 59)) + ":00.123456";
        case 3: return label("금액", "total") + amount(prng_) + (is_korean ? "원" : " KRW");
        case 4: return "ISBN 979-11-" + digits(5) + "-" + digits(2) + "-" + digits(1);
        case 5: return label("운송장", "tracking") + digits(4) + "-" + digits(4) + "-" + digits(4);
        case 6: return "md5 " + hex(32);
        case 7: return "sha256:" + hex(64);
        case 8: return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12);
        case 9: return "commit " + hex(40);
        case 10:
            return std::to_string(prng_.between(100, 4000)) + "x" + std::to_string(prng_.between(100, 3000)) + "x" +
                   std::to_string(prng_.between(1, 900)) + " mm";
        case 11:
            return label("사건번호", "case") + std::to_string(prng_.between(2001, 2026)) +
                   (is_korean ? "가단" : "-CV-") + digits(5);
        case 12: return label("좌표", "at") + "37." + digits(6) + ", 127." + digits(6);
        case 13: return label("시각", "epoch") + "17" + digits(8) + (prng_.chance(1, 2) ? digits(3) : "");
        case 14:
            return label("모델명", "model") + "SM-G9" + digits(2) + "N/" + random_of(prng_, "ABCDEFGH", 2) + digits(3);
        case 15:
            return label("품번", "part no.") + random_of(prng_, "ABCDEFGHJK", 3) + "-" + digits(6) + "-" + digits(2);
        case 16: return label("페이지", "pages") + digits(3) + "-" + digits(4);
        case 17: return label("색상", "color") + "#" + hex(6);
        case 18:
            return label("회차", "draw") + digits(2) + " " + digits(2) + " " + digits(2) + " " + digits(2) + " " +
                   digits(2) + " " + digits(2);
        case 19: return label("점수", "score") + digits(1) + "-" + digits(1) + ", " + digits(2) + "-" + digits(2);
        case 20: return label("참조", "ref") + "git@code.example:team/repo#" + digits(4);
        default: return label("일련번호", "serial") + digits(6) + "/" + digits(8);
    }
}

Document Generator::look_alikes(Register as) {
    Document document;
    const bool is_korean = as == Register::official || as == Register::chat || as == Register::form;
    for (int i = 0; i < 6; ++i) {
        add_sentence(document.text, as);
        document.text += look_alike(is_korean) + "\n";
    }
    return document;
}

}   // namespace gilmok::bench
