#include <doctest/doctest.h>

#include <string>

#include "guard/test_hangul_scan.hpp"

using namespace gilmok;
using guard::found;

TEST_CASE("a label in front makes a name") {
    CHECK(found("성명: 김민수") == "name:김민수");
    CHECK(found("성 명 : 홍 길 동 (인)") == "name:홍 길 동");
    CHECK(found("이름\t박서연\n나이\t31") == "name:박서연");
    CHECK(found("| 예금주 | 최지훈 |") == "name:최지훈");
    CHECK(found("담당자는 이영희입니다.") == "name:이영희");
    CHECK(found("담당자(정): 정하늘, 연락 바랍니다") == "name:정하늘");
    CHECK(found("환자 강도현은 오늘 퇴원했다") == "name:강도현");
    CHECK(found("**신청인**: 남궁민재") == "name:남궁민재");
    CHECK(found("수신인=윤아름") == "name:윤아름");
    CHECK(found("성명: 이준") == "name:이준");
    CHECK(found("□ 신청인  노초롱") == "name:노초롱");
    CHECK(found("참석자: 김민수, 이영희, 박철수") == "name:김민수 | name:이영희 | name:박철수");
    CHECK(found("피고 장태호와 원고 서미경의") == "name:장태호 | name:서미경");
}

TEST_CASE("a title behind makes a name") {
    CHECK(found("김민수 과장님께 전달했습니다") == "name:김민수");
    CHECK(found("오늘 박서연 씨를 만났다") == "name:박서연");
    CHECK(found("박서연씨가 왔어요") == "name:박서연");
    CHECK(found("제갈윤 교수의 강의") == "name:제갈윤");
    CHECK(found("정하늘님 안녕하세요") == "name:정하늘");
    CHECK(found("이준 씨") == "name:이준");
    CHECK(found("지은 씨 생일이래") == "name:지은");
    CHECK(found("최동욱 군과 한소희 양") == "name:최동욱 | name:한소희");
    CHECK(found("안녕하세요, 김지훈이라고 합니다") == "name:김지훈");
    CHECK(found("최유진 변호사, 이재현 판사") == "name:최유진 | name:이재현");
}

TEST_CASE("a title in front, an introduction, and a number beside it make a name") {
    CHECK(found("총무과 과장 김민수") == "name:김민수");
    CHECK(found("대표이사 한지원") == "name:한지원");
    CHECK(found("저는 김민수입니다") == "name:김민수");
    CHECK(found("김민수 010-1234-5678") == "name:김민수");
    CHECK(found("박서연(연락처: 010-1234-5678)") == "name:박서연");
    CHECK(found("010-1234-5678 (이영희)") == "name:이영희");
    CHECK(found("이영희 <yh.lee@example.com>") == "name:이영희");
}

TEST_CASE("a name that was found is found again without its title") {
    CHECK(found("김민수 과장이 왔다. 김민수는 늦었다. 다시 김민수가") == "name:김민수 | name:김민수 | name:김민수");
    CHECK(found("김민수 과장이 왔다. 김민수산 쌀") == "name:김민수");
}

TEST_CASE("a name without evidence is not found") {
    CHECK(found("어제 김민수를 만났다").empty());
    CHECK(found("김민수").empty());
}

TEST_CASE("words that begin like a surname are no names") {
    for (const std::string text : {"이사 대표 회의",
                                   "조건의 시장이 크다",
                                   "공연 시장",
                                   "신청인은 신청서를 냈다",
                                   "장관이 신청서를 냈다",
                                   "한여름 선생님",
                                   "정부 대표가 말했다",
                                   "최근 의원 총회",
                                   "전문 의사와 상담하세요",
                                   "환자 상태를 확인",
                                   "담당 부서: 총무과",
                                   "환자: 이상 없음",
                                   "이용자 여러분",
                                   "조건 대리 신청",
                                   "김치 회장은 없다",
                                   "날씨가 좋다",
                                   "선생님, 고객님, 부모님",
                                   "글씨가 작다",
                                   "국가대표 선수",
                                   "한국 대표",
                                   "이름은 중요하지 않다",
                                   "파일 이름: 보고서",
                                   "저는 한국인입니다",
                                   "저는 이용자입니다",
                                   "저는 주인공이에요",
                                   "원고: 주식회사 한빛",
                                   "피고 주식회사",
                                   "담당: 정보보호팀",
                                   "담당자는 현재 부재중",
                                   "강원 양구 군",
                                   "고성 군",
                                   "전라 지사",
                                   "시장 안정성이 높다",
                                   "대표 이미지",
                                   "이유라고 하면",
                                   "전기차라고 해도",
                                   "정보원이라고 하는",
                                   "문의: 고객센터 010-1234-5678",
                                   "주소지원 씨앗",
                                   "작가 이야기",
                                   "신임 장관",
                                   "민주당 의원",
                                   "지방의원 선거",
                                   "공인회계사 시험",
                                   "여자 선수",
                                   "지도 교수님",
                                   "담임 선생님",
                                   "학교 선생님",
                                   "유치원 선생님",
                                   "조교수 채용",
                                   "이번 주 회장 선거",
                                   "안내 데스크 직원",
                                   "오늘의 주요 기자회견",
                                   "전 사원에게",
                                   "한 학생이",
                                   "심사 위원",
                                   "운영 위원회"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("names in Latin letters need a title or a label") {
    CHECK(found("Mr. John Smith called") == "person:John Smith");
    CHECK(found("Dear Ms. O'Brien,") == "person:O'Brien");
    CHECK(found("Dear Anna,\nthank you") == "person:Anna");
    CHECK(found("Dr. J. Meyer-Huber") == "person:J. Meyer-Huber");
    CHECK(found("Name: Maria Lopez\nAge: 4") == "person:Maria Lopez");
    CHECK(found("my name is Peter and") == "person:Peter");
    CHECK(found("Patient: Erik Larsen") == "person:Erik Larsen");
    CHECK(found("Prof. Tanaka Yuki") == "person:Tanaka Yuki");
    CHECK(found("담당자: John Smith") == "person:John Smith");
    CHECK(found("Name: 김민수") == "name:김민수");
    for (const std::string text :
         {"Dear Sir or Madam,", "Dear Customer,", "Dear Hiring Team,", "file name: Monthly Report", "Name: Required",
          "Name: Server Default", "John Smith", "DR Prof", "Mr. ", "The name is unknown"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("the ends of a text and broken bytes do no harm") {
    for (const std::string text : {"성명", "성명:", "성명: ", "씨", " 군", "님", "저는 ", "@", "01", "Mr. ", "Name:",
                                   "Dear ", "김", "라고 합", "\xEA", "성명: \xEA\xB0", "\xEA\xB0 씨", "김\xEB 씨"})
        CHECK(found(text).empty());
    std::string many;
    for (int i = 0; i < 300; ++i) many += "김민수 씨 ";
    CHECK(guard::scan_hangul(many).size() == 300);
}
