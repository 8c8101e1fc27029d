#include "guard/words_kr.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "guard/matcher.hpp"

namespace gilmok::guard {

namespace {

struct Word {
    std::string_view text;
    KoreanTopic topic;
};

using Topic = KoreanTopic;

constexpr Word words[] = {
    {"주민등록", Topic::resident},
    {"주민 등록", Topic::resident},
    {"주민번호", Topic::resident},
    {"주민 번호", Topic::resident},
    {"주민no", Topic::resident},
    {"생년월일", Topic::resident},
    {"민번", Topic::resident},
    {"resident registration", Topic::resident},
    {"resident number", Topic::resident},
    {"resident no", Topic::resident},
    {"resident id", Topic::resident},
    {"resident_registration", Topic::resident},
    {"resident_no", Topic::resident},
    {"resident_number", Topic::resident},
    {"korean id", Topic::resident},
    {"national id", Topic::resident},
    {"rrn", Topic::resident},
    {"ssn", Topic::resident},
    {"jumin", Topic::resident},
    {"외국인등록", Topic::foreigner},
    {"외국인 등록", Topic::foreigner},
    {"외국인번호", Topic::foreigner},
    {"외국인 번호", Topic::foreigner},
    {"국내거소", Topic::foreigner},
    {"거소신고", Topic::foreigner},
    {"alien registration", Topic::foreigner},
    {"foreigner registration", Topic::foreigner},
    {"alien_registration", Topic::foreigner},
    {"foreigner_registration", Topic::foreigner},
    {"residence card", Topic::foreigner},
    {"frn", Topic::foreigner},
    {"arc no", Topic::foreigner},
    {"여권", Topic::passport},
    {"passport", Topic::passport},
    {"운전면허", Topic::license},
    {"운전 면허", Topic::license},
    {"면허번호", Topic::license},
    {"면허 번호", Topic::license},
    {"면허증", Topic::license},
    {"driver's license", Topic::license},
    {"driver license", Topic::license},
    {"drivers license", Topic::license},
    {"driving licence", Topic::license},
    {"driver's licence", Topic::license},
    {"license no", Topic::license},
    {"license number", Topic::license},
    {"driver_license", Topic::license},
    {"drivers_license", Topic::license},
    {"driving_licence", Topic::license},
    {"license_no", Topic::license},
    {"license_number", Topic::license},
    {"사업자", Topic::business},
    {"세금계산서", Topic::business},
    {"business registration", Topic::business},
    {"business no", Topic::business},
    {"business number", Topic::business},
    {"business_registration", Topic::business},
    {"business_no", Topic::business},
    {"business_number", Topic::business},
    {"brn", Topic::business},
    {"법인등록", Topic::corporate},
    {"법인 등록", Topic::corporate},
    {"법인번호", Topic::corporate},
    {"법인 번호", Topic::corporate},
    {"corporate registration", Topic::corporate},
    {"corporation registration", Topic::corporate},
    {"corporate_registration", Topic::corporate},
    {"corporate_no", Topic::corporate},
    {"crn", Topic::corporate},
    {"건강보험", Topic::health},
    {"의료보험", Topic::health},
    {"보험증", Topic::health},
    {"health insurance", Topic::health},
    {"health_insurance", Topic::health},
    {"nhis", Topic::health},
    {"전화", Topic::phone},
    {"연락처", Topic::phone},
    {"휴대폰", Topic::phone},
    {"핸드폰", Topic::phone},
    {"휴대전화", Topic::phone},
    {"팩스", Topic::phone},
    {"문의", Topic::phone},
    {"문자", Topic::phone},
    {"대표번호", Topic::phone},
    {"고객센터", Topic::phone},
    {"콜센터", Topic::phone},
    {"phone", Topic::phone},
    {"mobile", Topic::phone},
    {"tel", Topic::phone},
    {"fax", Topic::phone},
    {"contact", Topic::phone},
    {"call", Topic::phone},
    {"계좌", Topic::account},
    {"입금", Topic::account},
    {"송금", Topic::account},
    {"이체", Topic::account},
    {"예금주", Topic::account},
    {"통장", Topic::account},
    {"은행", Topic::account},
    {"bank account", Topic::account},
    {"account no", Topic::account},
    {"account number", Topic::account},
    {"bank_account", Topic::account},
    {"account_no", Topic::account},
    {"account_number", Topic::account},
    {"account:", Topic::account},
    {"acct", Topic::account},
    {"국민", Topic::account},
    {"신한", Topic::account},
    {"우리은행", Topic::account},
    {"하나은행", Topic::account},
    {"농협", Topic::account},
    {"기업은행", Topic::account},
    {"카카오뱅크", Topic::account},
    {"카뱅", Topic::account},
    {"토스", Topic::account},
    {"케이뱅크", Topic::account},
    {"케뱅", Topic::account},
    {"제일은행", Topic::account},
    {"우체국", Topic::account},
    {"새마을", Topic::account},
    {"신협", Topic::account},
    {"수협", Topic::account},
    {"산업은행", Topic::account},
    {"씨티", Topic::account},
    {"부산은행", Topic::account},
    {"대구은행", Topic::account},
    {"광주은행", Topic::account},
    {"전북은행", Topic::account},
    {"경남은행", Topic::account},
    {"제주은행", Topic::account},
    {"저축은행", Topic::account},
    {"산림조합", Topic::account},
    {"kookmin", Topic::account},
    {"shinhan", Topic::account},
    {"woori", Topic::account},
    {"hana bank", Topic::account},
    {"nonghyup", Topic::account},
    {"kakaobank", Topic::account},
    {"toss bank", Topic::account},
    {"k bank", Topic::account},
    {"ibk", Topic::account},
    {"통관", Topic::customs},
    {"customs", Topic::customs},
    {"pccc", Topic::customs},
};

const WordList& word_list() {
    static const WordList list(
        [] {
            std::vector<WordList::Entry> entries;
            for (const Word& word : words)
                entries.push_back({std::string(word.text), static_cast<std::uint8_t>(word.topic)});
            return entries;
        }(),
        false);
    return list;
}

}   // namespace

std::size_t KoreanWords::distance_to(KoreanTopic topic) {
    if (!has_looked_) look();
    return distance_[static_cast<std::size_t>(topic)];
}

void KoreanWords::look() {
    has_looked_ = true;
    distance_.fill(none);
    const auto [from, to] = around_.reach(text_, begin_, end_, context_characters);
    const auto tell = [&](std::size_t first, std::size_t last, std::size_t limit) {
        for (const WordIndex::Word& word :
             around_.between(Surroundings::List::korean, word_list(), text_, first, last)) {
            // "tel" is not in "hotel", "call" not in "called"; a word of Korean stands wherever it stands.
            if (word.end > limit || !word.is_free_left || !word.is_free_right) continue;
            const std::size_t distance = word.begin < begin_ ? begin_ - word.end : word.begin - end_;
            std::size_t& nearest = distance_[word.topic];
            nearest = std::min(nearest, distance);
        }
    };
    tell(from, begin_, begin_);
    tell(end_, to, to);
}

}   // namespace gilmok::guard
