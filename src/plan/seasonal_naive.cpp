#include "plan/methods.hpp"

namespace gilmok::plan {

Paths seasonal_naive(const History& history, const Windows& windows) {
    Paths paths(windows);
    for (std::size_t number = 0; number < windows.origins.size(); ++number) {
        const std::size_t from = windows.origins[number] - history.season;
        const auto row = paths.row(number);
        for (std::size_t step = 0; step < row.size(); ++step)
            row[step] = history.log_spent[from + step % history.season];
    }
    return paths;
}

}   // namespace gilmok::plan
