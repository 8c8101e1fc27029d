#include <doctest/doctest.h>

#include <string>

#include "guard/test_hangul_scan.hpp"

using namespace gilmok;
using guard::found;

TEST_CASE("a road address with its regions is found whole") {
    CHECK(found("주소는 서울특별시 강남구 테헤란로 123 입니다") == "address:서울특별시 강남구 테헤란로 123");
    CHECK(found("서울시 마포구 월드컵북로 396-2, 5층 501호 (상암동)") ==
          "address:서울시 마포구 월드컵북로 396-2, 5층 501호 (상암동)");
    CHECK(found("경기도 성남시 분당구 판교역로 166에서 만나요") == "address:경기도 성남시 분당구 판교역로 166");
    CHECK(found("(06236) 서울 강남구 테헤란로12길 34") == "address:(06236) 서울 강남구 테헤란로12길 34");
    CHECK(found("우편번호 34126, 대전 유성구 대학로 99번길 7") == "address:34126, 대전 유성구 대학로 99번길 7");
    CHECK(found("부산 해운대구 센텀중앙로 55 한빛빌딩 3층") == "address:부산 해운대구 센텀중앙로 55 한빛빌딩 3층");
    CHECK(found("세종특별자치시 한누리대로 2130") == "address:세종특별자치시 한누리대로 2130");
    CHECK(found("강남구 도산대로 12길 5") == "address:강남구 도산대로 12길 5");
    CHECK(found("서울특별시강남구테헤란로123") == "address:서울특별시강남구테헤란로123");
    CHECK(found("전남 여수시 돌산읍 봉수로 7") == "address:전남 여수시 돌산읍 봉수로 7");
}

TEST_CASE("a lot address and a flat are found") {
    CHECK(found("서울 강남구 역삼동 123-4번지") == "address:서울 강남구 역삼동 123-4번지");
    CHECK(found("강원도 홍천군 서면 마곡리 산 12-3") == "address:강원도 홍천군 서면 마곡리 산 12-3");
    CHECK(found("서울 종로구 종로3가 12") == "address:서울 종로구 종로3가 12");
    CHECK(found("대구 수성구 범어동 45 푸른아파트 101동 1502호") ==
          "address:대구 수성구 범어동 45 푸른아파트 101동 1502호");
    CHECK(found("우리 집은 푸른아파트 12동 305호야") == "address:푸른아파트 12동 305호");
    CHECK(found("거주지: 중앙로 45") == "address:중앙로 45");
    CHECK(found("소재지가 성남시 분당구 나루터길 604인지") == "address:성남시 분당구 나루터길 604");
    CHECK(found("솔밭길 125, 14층") == "address:솔밭길 125, 14층");
    CHECK(found("대학로17번길 34") == "address:대학로17번길 34");
}

TEST_CASE("a road without a region is told with a low score only") {
    CHECK(found("중앙로 45").empty());
    CHECK(found("중앙로 45", 50) == "address:중앙로 45");
}

TEST_CASE("numbers behind other words are no addresses") {
    for (const std::string text : {"앞으로 10년",
                                   "서울로 3시간",
                                   "강남구로 2명",
                                   "기준으로 2024",
                                   "서울 지역별로 12 곳",
                                   "경기도 별도로 5 건",
                                   "활동 3건",
                                   "운동 30분",
                                   "101동 1502호",
                                   "강남구 위주로 3 곳",
                                   "서울 강남구 봉사활동 3시간",
                                   "실제로 1,200원",
                                   "부산 해운대구 인구 로 3.5",
                                   "버전으로 1.2.3",
                                   "정리 3",
                                   "처리 12",
                                   "프로젝트 3",
                                   "서울 강남구로 10km 이동",
                                   "길 3",
                                   "로 3",
                                   "동 1",
                                   "세로 3 가로 4",
                                   "산 12"}) {
        CAPTURE(text);
        CHECK(found(text).empty());
    }
}

TEST_CASE("the ends of a text and broken bytes do no harm") {
    for (const std::string text :
         {"로1", "테헤란로", "테헤란로 ", "\xEB\xA1\x9C 1", "\xA1\x9C 1", "강남구 테헤란\xEB 1"})
        CHECK(found(text).empty());
    std::string many = "서울 강남구";
    for (int i = 0; i < 2'000; ++i) many += " 역삼동 12";
    for (const auto& finding : guard::scan_hangul(many)) CHECK(finding.end - finding.begin < 500);
}
