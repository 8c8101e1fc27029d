#include "plan/windows.hpp"

#include <algorithm>
#include <cmath>

namespace gilmok::plan {
namespace {
constexpr std::size_t windows_max = 80;   // enough for quantiles; more would only overlap more
constexpr std::size_t beginning_seasons_max = 3;
constexpr std::size_t beginning_least = 7;   // where there is no season
}   // namespace

History::History(std::span<const Step> steps_given, std::size_t season_wanted)
    : steps(steps_given),
      spent([&] {
          std::vector<double> values;
          values.reserve(steps_given.size());
          for (const Step& step : steps_given) values.push_back(step.spent);
          return values;
      }()),
      scale(spent),
      season(season_usable(steps_given.size(), season_wanted)) {
    log_spent.reserve(spent.size());
    for (const double value : spent) log_spent.push_back(scale.to_log(value));
    const std::size_t seasons = spent.size() / season;
    beginning = season * std::clamp<std::size_t>(seasons - 1, 1, beginning_seasons_max);
    beginning = std::max(beginning, std::min(beginning_least, spent.size() / 2));
}

Windows::Windows(const History& history, std::size_t horizon_asked) : ahead(horizon_asked) {
    const std::size_t steps = history.spent.size();
    const std::size_t room = steps - history.beginning;
    // Where the history is short, shorter windows: three that do not overlap say more than one.
    judged = std::clamp<std::size_t>(room / 3, 1, horizon_asked);
    const std::size_t first = history.beginning, last = steps - judged;
    const std::size_t stride = std::max<std::size_t>(1, (last - first + windows_max) / windows_max);
    // Counted from the end, so that the latest past is always judged.
    for (std::size_t origin = last; origin >= first; origin -= stride) {
        origins.push_back(origin);
        if (origin < first + stride) break;
    }
    std::reverse(origins.begin(), origins.end());
    origins.push_back(steps);
}

std::size_t Windows::ended_before(std::size_t number) const {
    std::size_t count = 0;
    while (count < number && origins[count] + judged <= origins[number]) ++count;
    return count;
}

double Windows::independent(std::size_t count) const {
    if (count == 0) return 0;
    return 1 + static_cast<double>(origins[count - 1] - origins[0]) / static_cast<double>(judged);
}

std::vector<double> errors_of(const History& history, const Windows& windows, const Paths& paths) {
    std::vector<double> errors(windows.past(), 0.0);
    for (std::size_t number = 0; number < windows.past(); ++number) {
        const auto row = paths.row(number);
        for (std::size_t step = 0; step < windows.judged; ++step)
            errors[number] +=
                std::abs(history.spent[windows.origins[number] + step] - history.scale.from_log(row[step]));
    }
    return errors;
}

}   // namespace gilmok::plan
