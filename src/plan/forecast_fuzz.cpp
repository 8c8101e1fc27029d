// Properties: whatever the series, no answer holds a NaN or an infinity, quantiles are in order, sums agree, the driver
// parts add up; and what must be refused is refused. Two bytes are a value: its size and what it is.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "base/test_claim.hpp"

#include "plan/fan_chart.hpp"

using namespace gilmok::plan;

namespace {

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    std::uint8_t next() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
    [[nodiscard]] std::size_t left() const { return size_ - at_; }
    double value() {
        const std::uint8_t kind = next();
        const double small = next();
        if (kind == 255) return std::numeric_limits<double>::quiet_NaN();
        if (kind == 254) return std::numeric_limits<double>::infinity();
        if (kind == 253) return -small - 1;
        if (kind == 252) return 1e19;
        if (kind > 200) return small * 1e15;
        if (kind > 180) return small * 1e-310;
        return kind + small / 256;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

bool is_amount(double value) { return value >= 0 && value <= amount_max; }

void check(const Quantiles& q) {
    claim(std::isfinite(q.p10) && std::isfinite(q.p50) && std::isfinite(q.p90), "quantiles are finite");
    claim(0 <= q.p10 && q.p10 <= q.p50 && q.p50 <= q.p90, "quantiles are in order");
}

void check(const Question& question, const Forecast& answer) {
    claim(answer.steps.size() == question.horizon && answer.cumulative.size() == question.horizon,
          "a step for each step");
    for (const auto& step : answer.steps) check(step);
    for (const auto& step : answer.cumulative) check(step);
    check(answer.rest);
    check(answer.period);
    claim(answer.method < Method::count_ && !std::isnan(answer.wape[static_cast<std::size_t>(answer.method)]),
          "the chosen one competed");
    for (const double wape : answer.wape)
        claim(!(wape < answer.wape[static_cast<std::size_t>(answer.method)]), "the best was chosen");
    claim(answer.windows > 0 && !(answer.coverage < 0) && !(answer.coverage > 1), "coverage is a share");
    const Drivers& drivers = answer.drivers;
    const double sum = drivers.volume + drivers.mix + drivers.price;
    const double scale = std::abs(drivers.volume) + std::abs(drivers.mix) + std::abs(drivers.price);
    claim(std::isfinite(sum) && std::abs(sum - drivers.total) <= 1e-9 * scale, "driver parts add up");
    for (const auto& burn_out : {answer.burn_out_p50, answer.burn_out_p90})
        if (burn_out)
            claim(*burn_out >= 0 && *burn_out <= static_cast<double>(question.horizon),
                  "burn-out lies within the period");
    if (answer.burn_out_p50)
        claim(answer.burn_out_p90 && *answer.burn_out_p90 <= *answer.burn_out_p50, "P90 spend burns out first");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    Question question;
    const std::uint8_t flags = bytes.next();
    question.season = bytes.next();
    question.horizon = bytes.next() % 64u;
    if (flags & 1) question.horizon *= 20;
    if (flags & 2) question.budget = bytes.value();
    if (flags & 4) question.spent_in_period = bytes.value();
    if (flags & 8) question.reserved = bytes.value();
    std::vector<Step> steps;
    while (bytes.left() > 0 && steps.size() < 400) {
        Step step{.spent = bytes.value()};
        if (flags & 16) {
            step.active_keys = bytes.value();
            step.requests = bytes.value();
            step.tokens = bytes.value();
            step.price = bytes.value();
        }
        steps.push_back(step);
    }
    question.history = steps;
    bool is_sound =
        is_amount(question.spent_in_period) && is_amount(question.reserved) && is_amount(question.budget.value_or(0));
    for (const auto& s : steps)
        is_sound = is_sound && is_amount(s.spent) && is_amount(s.active_keys) && is_amount(s.requests) &&
                   is_amount(s.tokens) && is_amount(s.price);
    const bool is_answerable =
        is_sound && steps.size() >= steps_min && question.horizon >= 1 && question.horizon <= horizon_max;
    const Answer answer = forecast(question);
    claim(answer.forecast.has_value() == is_answerable, "refused exactly what must be");
    claim(answer.forecast.has_value() == answer.refusal.why.empty(), "a refusal says why");
    if (!answer.forecast) return 0;
    check(question, *answer.forecast);
    claim(!fan_chart({.ahead = answer.forecast->cumulative, .budget = question.budget}).empty(),
          "what was forecast can be drawn");
    return 0;
}
