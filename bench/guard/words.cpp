#include "words.hpp"

#include <array>

namespace gilmok::bench {
namespace {

constexpr std::string_view surnames[] = {
    "김", "김", "김", "김", "김", "김", "이", "이", "이", "이", "박", "박",   "박",   "최",   "최",   "정",   "정",
    "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권", "황", "안",   "송",   "류",   "전",   "홍",   "고",
    "문", "양", "손", "배", "백", "허", "유", "남", "심", "노", "하", "곽",   "성",   "차",   "주",   "우",   "구",
    "민", "진", "나", "지", "엄", "변", "추", "도", "석", "탁", "봉", "남궁", "황보", "제갈", "선우", "독고", "사공"};
constexpr std::string_view given_names[] = {
    "민준", "서준", "도윤", "예준", "시우", "하준", "지호", "주원", "지후", "준우", "도현", "건우", "우진", "선우",
    "유준", "연우", "은우", "시윤", "이준", "현우", "승현", "재윤", "태윤", "민재", "정우", "승우", "진우", "지환",
    "수호", "동현", "재민", "성민", "서연", "서윤", "지우", "하은", "하윤", "민서", "지유", "윤서", "채원", "수아",
    "지민", "지아", "다은", "은서", "예은", "소율", "예린", "수빈", "소윤", "예원", "나은", "유나", "시은", "하린",
    "가은", "채은", "다인", "유진", "지현", "수진", "은정", "미영", "영희", "순자", "정숙", "명자", "춘자", "말순",
    "복순", "영자", "옥순", "금자", "경희", "현숙", "미숙", "은주", "선영", "혜진", "영수", "철수", "상철", "병호",
    "영호", "광수", "종수", "정호", "성호", "재호", "진호", "영진", "상훈", "성훈", "정훈", "동욱", "태현", "기현",
    "창민", "경민", "용준", "형석", "문수", "만식", "덕수", "길동", "두환", "갑수", "칠성", "판석", "학수", "필호",
    "가람", "다솜", "은별", "보람", "한울", "하늘", "슬기", "아름", "이슬", "빛나", "초롱", "새롬", "단비", "나래",
    "미르", "라온", "시온", "다온", "로운", "이안", "하람", "해솔", "찬솔", "예솔", "노을", "바다", "한결", "한별",
    "준",   "현",   "민",   "진",   "훈",   "혁",   "솔",   "린",   "율",   "결"};
constexpr std::string_view titles[] = {"과장", "부장",   "차장",   "대리",   "사원",   "팀장", "실장",   "이사",
                                       "교수", "변호사", "선생님", "주무관", "사무관", "원장", "기자",   "씨",
                                       "님",   "매니저", "연구원", "회장",   "의원",   "박사", "간호사", "소장"};
constexpr std::string_view first_names[] = {
    "Anna",  "Peter",  "Maria",  "James", "Oliver", "Emma",   "Lucas",   "Sofia", "Noah",    "Ingrid",
    "Marco", "Elena",  "Hiro",   "Yuki",  "Aisha",  "Omar",   "Priya",   "Arjun", "Chloe",   "Hugo",
    "Freya", "Magnus", "Katrin", "Pavel", "Zofia",  "Mateus", "Beatriz", "Liam",  "Siobhan", "Tariq"};
constexpr std::string_view last_names[] = {
    "Smith",  "Johnson",  "Larsen",  "Novak",       "Rossi",   "Garcia", "Lopez",  "Schneider", "Fischer", "Dubois",
    "Moreau", "Kowalski", "Nilsson", "Virtanen",    "O'Brien", "Murphy", "Tanaka", "Suzuki",    "Patel",   "Singh",
    "Nguyen", "Silva",    "Costa",   "Meyer-Huber", "Van Dyk", "Wright", "Hughes", "Bauer",     "Keller",  "Romano"};
constexpr KoreanPlace places[] = {{"서울특별시", "서울", "강남구"},       {"서울특별시", "서울", "마포구"},
                                  {"서울특별시", "서울", "성북구"},       {"서울특별시", "서울시", "노원구"},
                                  {"서울특별시", "서울", "영등포구"},     {"부산광역시", "부산", "해운대구"},
                                  {"부산광역시", "부산", "사하구"},       {"대구광역시", "대구", "달서구"},
                                  {"인천광역시", "인천", "연수구"},       {"광주광역시", "광주", "광산구"},
                                  {"대전광역시", "대전", "유성구"},       {"울산광역시", "울산", "울주군"},
                                  {"경기도", "경기", "수원시 영통구"},    {"경기도", "경기", "성남시 분당구"},
                                  {"경기도", "경기", "고양시 일산동구"},  {"경기도", "경기", "남양주시"},
                                  {"경기도", "경기", "양평군"},           {"강원특별자치도", "강원", "춘천시"},
                                  {"강원특별자치도", "강원도", "홍천군"}, {"충청북도", "충북", "청주시 흥덕구"},
                                  {"충청남도", "충남", "천안시 서북구"},  {"전북특별자치도", "전북", "전주시 덕진구"},
                                  {"전라남도", "전남", "여수시"},         {"경상북도", "경북", "포항시 남구"},
                                  {"경상남도", "경남", "창원시 의창구"},  {"제주특별자치도", "제주", "서귀포시"},
                                  {"경기도", "경기", "화성시 동탄구"}};
constexpr std::string_view roads[] = {"테헤란로",   "월드컵북로", "판교역로",   "센텀중앙로", "대학로",     "중앙로",
                                      "올림픽대로", "도산대로",   "충무로",     "양화로",     "은행나무길", "장미길",
                                      "달빛로",     "솔밭길",     "호수공원로", "과학로",     "산업단지로", "봉수로",
                                      "해안로",     "시청로",     "한빛대로",   "무지개길",   "북촌로",     "새터로",
                                      "강변북로",   "문화로",     "역전로",     "학동로",     "동백로",     "나루터길"};
constexpr std::string_view villages[] = {
    "역삼동", "상암동", "정자동", "범어동", "우동",    "중앙동",  "신촌동", "부평동", "둔산동",        "효자동",
    "마곡리", "신성리", "대포리", "송산리", "역삼1동", "상도2동", "연지리", "문흥동", "풍기읍 성내리", "지곡면 창평리"};
constexpr std::string_view buildings[] = {"한빛빌딩",     "푸른아파트", "미래타워",   "은하오피스텔",
                                          "새봄빌라",     "중앙프라자", "대림아파트", "센트럴파크",
                                          "느티나무마을", "행복주택",   "제일맨션",   "스카이캐슬"};

constexpr std::string_view nouns[] = {
    "예산",      "계획",      "일정",      "회의",   "보고서",    "자료",      "시스템", "서버",      "데이터",
    "모델",      "정책",      "시장",      "가격",   "품질",      "생산",      "수출",   "기술",      "연구",
    "교육",      "학교",      "병원",      "도서관", "공원",      "도로",      "다리",   "기차",      "버스",
    "항구",      "공장",      "창고",      "농장",   "과수원",    "김치",      "된장",   "고추장",    "비빔밥",
    "국수",      "만두",      "사과",      "배추",   "양파",      "마늘",      "날씨",   "장마",      "태풍",
    "가뭄",      "기온",      "습도",      "조건",   "기준",      "절차",      "규정",   "지침",      "조례",
    "법률",      "제도",      "권한",      "책임",   "이유",      "원인",      "결과",   "영향",      "효과",
    "성과",      "전략",      "목표",      "방향",   "과제",      "문제",      "해결책", "대안",      "전망",
    "추세",      "변화",      "성장",      "투자",   "소비",      "저축",      "금리",   "환율",      "이용자",
    "이용 방법", "안정성",    "보안",      "암호화", "네트워크",  "저장 장치", "메모리", "처리 속도", "알고리즘",
    "인공지능",  "반도체",    "설문 조사", "공청회", "간담회",    "토론회",    "전시회", "박람회",    "공연",
    "영화",      "음악",      "미술관",    "박물관", "문화재",    "관광지",    "축제",   "주차장",    "엘리베이터",
    "출입문",    "회의실",    "강당",      "체육관", "수영장",    "운동장",    "놀이터", "전화기",    "모니터",
    "키보드",    "복사기",    "안내문",    "공고문", "신청서",    "계약서",    "영수증", "증명서",    "통지서",
    "고지서",    "설명서",    "명세서",    "회의록", "주간 보고", "월간 계획", "임금",   "복지",      "휴가",
    "출장",      "교통비",    "식비",      "숙박비", "유지 보수", "점검",      "수리",   "교체",      "설치",
    "철거",      "청소",      "경비",      "전기",   "수도",      "가스",      "난방",   "태양광",    "풍력",
    "원자력",    "탄소 배출", "재활용",    "폐기물", "하천",      "산림",      "해양",   "생태계",    "기후"};
constexpr std::string_view subjects[] = {
    "담당 부서", "이사회",       "위원회",   "운영진",   "선생님",   "학생들",   "주민들",   "고객센터", "연구진",
    "개발팀",    "영업팀",       "총무과",   "시청",     "구청",     "정부",     "국회",     "법원",     "검찰",
    "경찰",      "소방서",       "언론",     "기자들",   "전문가들", "의사들",   "간호사들", "환자들",   "보호자",
    "신청인",    "담당자",       "사장님",   "부장님",   "과장님",   "대리점",   "조합원들", "회원들",   "이용자들",
    "관리자",    "운영자",       "판매자",   "구매자",   "제조사",   "유통사",   "은행",     "보험사",   "증권사",
    "통신사",    "항공사",       "여행사",   "출판사",   "방송국",   "신문사",   "협회",     "재단",     "조직위",
    "선수단",    "감독",         "코치진",   "심판진",   "작가들",   "배우들",   "관객들",   "시민들",   "국민",
    "유권자",    "후보자",       "국회의원", "시의원",   "장관",     "차관",     "대변인",   "대표이사", "최고경영자",
    "주무 부처", "지방자치단체", "공공기관", "중소기업", "대기업",   "스타트업", "협력업체", "하청업체", "노동조합",
    "아가씨",    "아저씨",       "할머니"};
constexpr std::string_view verbs[] = {"검토했다",
                                      "발표했다",
                                      "확인했다",
                                      "제안했다",
                                      "승인했다",
                                      "보류했다",
                                      "연기했다",
                                      "취소했다",
                                      "시작했다",
                                      "마쳤다",
                                      "늘렸다",
                                      "줄였다",
                                      "바꾸었다",
                                      "고쳤다",
                                      "살펴보았다",
                                      "논의했다",
                                      "결정했다",
                                      "요청했다",
                                      "공개했다",
                                      "배포했다",
                                      "설치했다",
                                      "철회했다",
                                      "평가했다",
                                      "분석했다",
                                      "준비하고 있습니다",
                                      "추진하고 있습니다",
                                      "개선할 예정입니다",
                                      "점검할 계획입니다",
                                      "안내해 드립니다",
                                      "협조를 부탁드립니다",
                                      "필요합니다",
                                      "중요합니다",
                                      "어렵습니다",
                                      "가능합니다",
                                      "부족하다",
                                      "충분하다",
                                      "좋아졌다",
                                      "나빠졌다",
                                      "빨라졌다",
                                      "느려졌다",
                                      "비싸졌다",
                                      "저렴해졌다"};
constexpr std::string_view adverbs[] = {"최근",   "지난주", "이번 달",    "내년에는",   "오전에",     "오후에",
                                        "갑자기", "천천히", "꾸준히",     "다시",       "이미",       "아직",
                                        "특히",   "반드시", "가급적",     "예상보다",   "전년보다",   "기준에 맞게",
                                        "별도로", "실제로", "단계적으로", "전국적으로", "자체적으로", "앞으로"};
constexpr std::string_view openings[] = {"한편", "또한",    "그러나",    "따라서",   "이에 따라", "우선",
                                         "다만", "그 결과", "예를 들어", "무엇보다", "이와 함께", "반면",
                                         "",     "",        "",          "",         ""};
constexpr std::string_view e_nouns[] = {
    "budget",       "schedule",    "meeting",         "report",       "server",       "database",     "network",
    "model",        "policy",      "market",          "price",        "quality",      "factory",      "harbor",
    "railway",      "library",     "museum",          "garden",       "weather",      "harvest",      "recipe",
    "kitchen",      "traffic",     "bridge",          "school",       "hospital",     "committee",    "customer",
    "engineer",     "teacher",     "student",         "driver",       "manager",      "editor",       "author",
    "patient",      "city",        "village",         "region",       "proposal",     "contract",     "invoice",
    "receipt",      "manual",      "guideline",       "standard",     "protocol",     "version",      "release",
    "deployment",   "backup",      "password policy", "access token", "key rotation", "name service", "address book",
    "phone system", "card reader", "bank holiday",    "test suite"};
constexpr std::string_view e_verbs[] = {"reviewed",   "approved",  "postponed", "updated",  "replaced",
                                        "measured",   "compared",  "described", "improved", "removed",
                                        "tested",     "released",  "discussed", "rejected", "simplified",
                                        "documented", "scheduled", "delivered", "observed", "repaired"};
constexpr std::string_view e_adjectives[] = {
    "new",      "old",       "quiet", "busy", "cheap", "reliable", "regional", "annual",  "temporary", "public",
    "internal", "technical", "slow",  "fast", "clear", "modern",   "simple",   "complex", "weekly",    "careful"};
constexpr std::string_view e_openings[] = {
    "However, ", "In addition, ", "For example, ", "Last week ", "In practice, ", "After that, ", "", "", "", "", ""};

}   // namespace

Words korean_surnames() { return surnames; }
Words korean_given_names() { return given_names; }
Words korean_titles() { return titles; }
Words english_first_names() { return first_names; }
Words english_last_names() { return last_names; }
std::span<const KoreanPlace> korean_places() { return places; }
Words korean_roads() { return roads; }
Words korean_villages() { return villages; }
Words korean_buildings() { return buildings; }
Words korean_nouns() { return nouns; }
Words korean_subjects() { return subjects; }
Words korean_verbs() { return verbs; }
Words korean_adverbs() { return adverbs; }
Words korean_openings() { return openings; }
Words english_nouns() { return e_nouns; }
Words english_verbs() { return e_verbs; }
Words english_adjectives() { return e_adjectives; }
Words english_openings() { return e_openings; }

}   // namespace gilmok::bench
