#include "plan/methods.hpp"
#include "plan/weights.hpp"

namespace gilmok::plan {

Paths blend(const History& history, const Windows& windows, std::span<const Paths* const> methods) {
    // Softer than among filters of one kind: methods err for different reasons, and that is what a mean is good for.
    constexpr double sharpness = 4;
    std::vector<std::vector<double>> errors;
    for (const Paths* method : methods) errors.push_back(errors_of(history, windows, *method));
    const WeightTable weights(windows, errors, sharpness);
    Paths mean(windows);
    for (std::size_t i = 0; i < methods.size(); ++i)
        for (std::size_t number = 0; number < windows.origins.size(); ++number)
            weights.add(i, number, *methods[i], mean);
    return mean;
}

}   // namespace gilmok::plan
