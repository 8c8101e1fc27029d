#include "cli/forecast.hpp"

#include <algorithm>
#include <cmath>

#include "cli/grammar.hpp"
#include "cli/open_config.hpp"
#include "cli/table.hpp"
#include "gateway/accounts.hpp"
#include "plan/fan_chart.hpp"

namespace gilmok::cli {

namespace {

constexpr std::string_view forecast_verb = "gilmok forecast";

class Teller {
public:
    Teller(const report::ForecastAnswer& answer, const ForecastWorld& world, std::int32_t utc_offset_minutes)
        : answer_(answer), world_(world), offset_(std::chrono::minutes(utc_offset_minutes)) {}

    std::string tell() {
        std::string out = title() + "\n\n";
        if (!answer_.result.forecast) return out + sums() + '\n' + refusal();
        if (world_.is_terminal) out += picture() + '\n';
        out += sums() + '\n' + burn_out() + drivers() + method();
        if (answer_.unpriced > 0)
            out += say("Unpriced: ", "가격을 모름: ") + std::to_string(answer_.unpriced) +
                   say(" attempts are missing in all of this; `gilmok price check` names them.\n",
                       "건은 위 금액에 들어 있지 않습니다. `gilmok price check`로 확인하세요.\n");
        return out;
    }

private:
    [[nodiscard]] std::string say(std::string_view en, std::string_view ko) const {
        return std::string(world_.language == Language::ko ? ko : en);
    }
    [[nodiscard]] std::string day(WallTime time) const { return rfc3339(time + offset_).substr(0, 10); }
    [[nodiscard]] std::string moment(WallTime time) const {
        std::string text = rfc3339(time + offset_);
        return text.substr(0, 10) + ' ' + text.substr(11, 5);
    }
    [[nodiscard]] std::string money(double amount) const {
        if (std::abs(amount) > plan::amount_max) return "?";
        const auto pico =
            static_cast<Pico>(std::llround(std::clamp(amount * 100, -9e18, 9e18))) * (pico_per_unit / 100);
        return rounded(pico, minor_digits(answer_.currency)) + ' ' + std::string(answer_.currency.view());
    }
    [[nodiscard]] std::string money(Pico amount) const {
        return rounded(amount, minor_digits(answer_.currency)) + ' ' + std::string(answer_.currency.view());
    }
    static std::string percent(double share) { return std::to_string(std::lround(share * 100)) + "%"; }

    std::string title() const {
        return (answer_.asked.tenant.empty() ? say("all tenants", "전체") : answer_.asked.tenant) + "  " +
               day(answer_.period.from) + " … " + day(answer_.period.until - Duration(1)) + "  (" +
               moment(answer_.now) + ')';
    }

    std::string picture() const {
        const plan::Forecast& made = *answer_.result.forecast;
        const std::vector<double> actual = report::spent_by_step(answer_);
        plan::FanChart chart;
        chart.actual = actual;
        chart.ahead = made.cumulative;
        if (answer_.budget) chart.budget = report::units(*answer_.budget);
        constexpr std::size_t columns_most = 100;
        chart.columns = std::min(world_.columns, columns_most);
        return plan::fan_chart(chart);
    }

    std::string sums() const {
        Table table({"", ">P10", ">P50", ">P90"});
        table.add({say("spent", "지금까지"), "", money(answer_.spent), ""});
        table.add({say("reserved", "예약됨"), "", money(answer_.reserved), ""});
        if (answer_.result.forecast) {
            const plan::Forecast& made = *answer_.result.forecast;
            table.add({say("rest", "남은 기간"), money(made.rest.p10), money(made.rest.p50), money(made.rest.p90)});
            table.add({say("total", "합계"), money(made.period.p10), money(made.period.p50), money(made.period.p90)});
        }
        if (answer_.budget) table.add({say("budget", "예산"), "", money(*answer_.budget), ""});
        return table.text();
    }

    std::string burn_out() const {
        if (!answer_.budget) return {};
        const auto when = [&](const std::optional<WallTime>& time) {
            if (!time) return say("not in this period", "이 기간 안에는 아님");
            return *time <= answer_.now ? say("now", "지금") : day(*time);
        };
        return say("Budget used up: ", "예산 소진: ") + when(answer_.burn_out_p50) + " (P50), " +
               when(answer_.burn_out_p90) + " (P90)\n";
    }

    std::string drivers() const {
        const plan::Drivers& drivers = answer_.result.forecast->drivers;
        if (drivers.total == 0 && drivers.volume == 0 && drivers.mix == 0 && drivers.price == 0) return {};
        const auto with_sign = [&](double amount) { return (amount > 0 ? "+" : "") + money(amount); };
        return say("Change to the season before: ", "앞 주기 대비 변화: ") + with_sign(drivers.total) +
               say("  = requests ", "  = 요청 수 ") + with_sign(drivers.volume) + say(", length ", ", 길이 ") +
               with_sign(drivers.mix) + say(", price ", ", 단가 ") + with_sign(drivers.price) + '\n';
    }

    std::string method() const {
        const plan::Forecast& made = *answer_.result.forecast;
        std::string out = say("Method: ", "방법: ") + std::string(plan::name_of(made.method)) +
                          say(", chosen by ", ", 과거 재현 ") + std::to_string(made.windows) +
                          say(" back-tests; average error ", "회로 선택; 평균 오차 ");
        const double wape = made.wape[static_cast<std::size_t>(made.method)];
        out += std::isfinite(wape) ? percent(wape) : say("unknown", "알 수 없음");
        const double naive = made.wape[static_cast<std::size_t>(plan::Method::seasonal_naive)];
        if (made.method != plan::Method::seasonal_naive && std::isfinite(naive))
            out += say(" (seasonal-naive ", " (계절 단순법 ") + percent(naive) + ')';
        if (std::isfinite(made.coverage)) out += say("; P10 to P90 held ", "; P10–P90 적중 ") + percent(made.coverage);
        return out + '\n';
    }

    std::string refusal() const {
        return say("No forecast: ", "예측하지 않음: ") + std::string(answer_.result.refusal.why) + " (" +
               std::to_string(answer_.result.refusal.steps_given) + say(" of ", " / ") +
               std::to_string(plan::steps_min) +
               (answer_.asked.by_hour ? say(" whole hours", " 시간") : say(" whole days", " 일")) + ")\n" +
               (answer_.asked.by_hour
                    ? std::string()
                    : say("With --by-hour a day of use is enough.\n", "--by-hour를 쓰면 하루치 사용으로도 됩니다.\n"));
    }

    const report::ForecastAnswer& answer_;
    const ForecastWorld& world_;
    Duration offset_;
};

struct ForecastOptions {
    std::string config_path = "gilmok.toml", output = "table";
    report::ForecastAsked asked;
};

std::optional<Outcome> parse(const std::vector<std::string>& arguments, ForecastOptions& options) {
    const Grammar grammar("Tell how much more will be spent in a period, and how sure that is", forecast_verb);
    const Command top = grammar.top();
    top.config(options.config_path);
    top.output(options.output, {"table", "json", "csv"});
    top.option("--tenant", options.asked.tenant, "A node of the tenant tree with all below it; its budget is compared");
    top.option("--period", options.asked.period, "today, this-month, or a month such as 2026-11").shows_default();
    top.flag("--by-hour", options.asked.by_hour, "Steps of an hour instead of a day");
    top.footer(
        "  gilmok forecast\n  gilmok forecast --tenant acme/research -o json\n  gilmok forecast --by-hour --period "
        "today\n\n"
        "Exit code 6: the median is over the budget. 1: fewer than 14 whole steps are known, so nothing is said.");
    if (auto said = grammar.refuse(arguments)) return std::move(*said);
    return std::nullopt;
}

}   // namespace

std::string forecast_text(const report::ForecastAnswer& answer, const ForecastWorld& world,
                          std::int32_t utc_offset_minutes) {
    return Teller(answer, world, utc_offset_minutes).tell();
}

Outcome forecast_command(const std::vector<std::string>& arguments, const ForecastWorld& world) {
    ForecastOptions options;
    if (auto said = parse(arguments, options)) return std::move(*said);
    Outcome outcome;
    const config::SnapshotPtr snapshot =
        open_config(options.config_path, world.files, world.secrets, forecast_verb, outcome);
    if (snapshot == nullptr) return outcome;
    const auto questions = open_questions(*snapshot, world.files, forecast_verb, outcome);
    if (questions == nullptr) return outcome;
    const meter::PriceBookPtr book = gateway::build_price_book(*snapshot);
    const auto convert = [&](const Money& money) {
        return book->convert(money.pico, money.currency, snapshot->ledger.currency, world.now);
    };
    const std::int32_t offset = snapshot->ledger.utc_offset_minutes;
    const auto answer = report::forecast(*questions, *snapshot, options.asked, convert, {world.now, offset});
    if (!answer) return failed(exit_usage, forecast_verb, answer.error());
    if (options.output == "json")
        outcome.out = report::forecast_json(*answer) + '\n';
    else
        outcome.out = options.output == "csv" ? report::forecast_csv(*answer) : forecast_text(*answer, world, offset);
    if (!answer->result.forecast)
        outcome.exit_code = exit_failed;
    else if (answer->budget && answer->result.forecast->period.p50 > report::units(*answer->budget))
        outcome.exit_code = exit_over_budget;
    return outcome;
}

}   // namespace gilmok::cli
