#include "cli/money_words.hpp"

#include <array>

namespace gilmok::cli {

namespace {

struct MoneyWord {
    Words what;
    std::string_view en, ko;
};

// In the order of the enumeration.
constexpr auto money_words = std::to_array<MoneyWord>({
    {Words::attempts, "ATTEMPTS", "시도"},
    {Words::input, "INPUT", "입력"},
    {Words::cached, "CACHED", "캐시"},
    {Words::cache_write, "CACHE WRITE", "캐시 쓰기"},
    {Words::audio_image, "AUDIO, IMAGE", "음성·이미지"},
    {Words::output, "OUTPUT", "출력"},
    {Words::reasoning, "REASONING", "추론"},
    {Words::pages, "PAGES", "쪽"},
    {Words::aborted, "ABORTED", "중단"},
    {Words::counted, "COUNTED", "자체 집계"},
    {Words::unpriced, "UNPRICED", "가격 모름"},
    {Words::joules, "JOULES", "줄(J)"},
    {Words::grams, "gCO2e", "gCO2e"},
    {Words::share, "SHARE", "비중"},
    {Words::cost, "COST", "비용"},
    {Words::corrections, "CORRECTIONS", "정정"},
    {Words::idle, "idle: {0}", "유휴: {0}"},
    {Words::total, "total", "합계"},
    {Words::tokens_in, "INPUT", "입력"},
    {Words::tokens_out, "OUTPUT", "출력"},
    {Words::subsidy, "SUBSIDY", "지원"},
    {Words::due, "DUE", "청구"},
    {Words::nothing, "nothing was used in this period", "이 기간에 사용한 것이 없습니다"},
    {Words::period, "{0} to {1}, {2}", "{0} ~ {1}, {2}"},
    {Words::unpriced_warning,
     "warning: the price of {0} attempts is unknown; their cost is missing here, it is not zero. `gilmok price check` "
     "names the models.",
     "주의: 시도 {0}건의 가격을 모릅니다. 비용이 0인 것이 아니라 여기에서 빠져 있습니다. `gilmok price check`가 해당 "
     "모델을 알려 줍니다."},
    {Words::idle_hint, "Idle time of own devices is not in these rows; without a filter it is a line of its own.",
     "보유 장비의 유휴 비용은 여기에 없습니다. 필터를 주지 않으면 별도의 줄로 나옵니다."},
    {Words::statement_of, "Statement of {0} for {1}", "{1} {0} 청구서"},
    {Words::statement_carried, "Carried for others", "다른 곳을 위해 부담"},
    {Words::statement_amount_due, "Amount due  {0} {1}", "청구 금액  {0} {1}"},
    {Words::statement_subsidised_by, "of which {0} {1} is carried by {2}", "이 가운데 {0} {1}은(는) {2}에서 부담"},
    {Words::statement_carried_for, "for {0}", "{0} 몫"},
    {Words::month, "MONTH", "월"},
    {Words::booked, "BOOKED", "실제 비용"},
    {Words::not_comparable, "What this comparison leaves out:", "이 비교에서 빠진 것:"},
    {Words::note_other_tokenizer, "another model cuts the same text into another number of tokens",
     "다른 모델은 같은 글을 다른 수의 토큰으로 나눕니다"},
    {Words::note_caches_differ, "tokens were read from caches here; there they might not have been",
     "여기서는 캐시에서 읽은 토큰이 있으나 거기서는 아닐 수 있습니다"},
    {Words::note_long_context,
     "an offer asks more for long requests; the sums do not tell how long each was, so its base price is used",
     "긴 요청에 더 비싼 가격표가 있습니다. 합계로는 요청별 길이를 알 수 없어 기본 가격을 썼습니다"},
    {Words::note_unpriced_here,
     "some requests have no known price here: their tokens are compared, their cost is missing in what was booked",
     "여기서 가격을 모르는 요청이 있습니다. 토큰은 비교에 들어가고 실제 비용에는 빠져 있습니다"},
    {Words::note_idle_left_out, "own devices cost money while idle; that is not in what was booked to requests",
     "보유 장비의 유휴 비용은 요청에 매긴 실제 비용에 없습니다"},
    {Words::note_no_price, "an offer has no price for a month or for something that was used",
     "어느 달이나 사용한 항목의 가격이 없는 가격표가 있습니다"},
    {Words::note_no_rate, "no exchange rate is known for a month", "환율을 모르는 달이 있습니다"},
    {Words::tenant, "TENANT", "테넌트"},
    {Words::budget, "BUDGET", "예산"},
    {Words::limit, "LIMIT", "한도"},
    {Words::spent, "SPENT", "사용"},
    {Words::reserved, "RESERVED", "예약"},
    {Words::remaining, "REMAINING", "잔액"},
    {Words::used, "USED", "사용률"},
    {Words::state, "STATE", "상태"},
    {Words::over, "over", "초과"},
    {Words::fine, "ok", "정상"},
    {Words::unknown, "unknown", "모름"},
    {Words::at_limit, "at the limit: {0}", "한도에 이르면: {0}"},
    {Words::no_budget, "none of its own", "자체 예산 없음"},
    {Words::live, "as the running gateway counts at {0}", "{0} 현재 실행 중인 게이트웨이의 값"},
    {Words::from_tables, "from the ledger's tables at {0}; no gateway was asked",
     "{0} 현재 원장 표의 값 (게이트웨이에 묻지 않음)"},
});
static_assert(money_words.size() == static_cast<std::size_t>(Words::count_));
static_assert([] {
    for (std::size_t i = 0; i < money_words.size(); ++i)
        if (static_cast<std::size_t>(money_words[i].what) != i || money_words[i].en.empty() ||
            money_words[i].ko.empty())
            return false;
    return true;
}());

}   // namespace

std::string words(Language language, Words what, std::initializer_list<std::string_view> values) {
    const MoneyWord& row = money_words[static_cast<std::size_t>(what)];
    const std::string_view text = language == Language::ko ? row.ko : row.en;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_hole =
            text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' && text[i + 1] >= '0' && text[i + 1] <= '9';
        const auto index = is_hole ? static_cast<std::size_t>(text[i + 1] - '0') : values.size();
        if (index < values.size()) {
            out += values.begin()[index];
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

Words words_of(report::Note note) {
    return static_cast<Words>(static_cast<std::size_t>(Words::note_other_tokenizer) + static_cast<std::size_t>(note));
}

}   // namespace gilmok::cli
