// What tests of redacting and restoring share: a detector of all kinds, values that any detector finds, and the steps between.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "guard/inspect.hpp"
#include "guard/redact.hpp"
#include "wire/json.hpp"

namespace gilmok::guard::test {

inline constexpr std::string_view rrn = "900101-1234568";   // with a right check digit, of nobody
inline constexpr std::string_view email = "gildong.hong@example.com";

inline const Detector& detector() {
    static const Detector all{DetectorOptions{}};
    return all;
}

inline Actions all_to(model::GuardAction action) {
    Actions actions;
    for (std::size_t i = 0; i < model::data_kinds_count; ++i)
        if (model::family_of(static_cast<model::DataKind>(i)) != model::DataFamily::media) actions.of[i] = action;
    return actions;
}

inline Inspection inspected(std::string_view body) {
    DetectScratch scratch;
    Inspection inspection;
    REQUIRE(wire::json::scan(body, {}, nullptr));
    REQUIRE(inspection.read(body, &detector(), scratch));
    return inspection;
}

// The body that leaves; itself when nothing changed.
inline std::string redacted(std::string_view body, model::GuardAction action, Pseudonyms& pseudonyms) {
    const Inspection inspection = inspected(body);
    std::string out;
    const auto done = redact(inspection, all_to(action), {}, pseudonyms, out);
    REQUIRE(done);
    CHECK(*done == !out.empty());
    return *done ? out : std::string(body);
}
inline std::string redacted(std::string_view body, model::GuardAction action) {
    Pseudonyms pseudonyms(Secret("secret"), "tenant", "conversation");
    return redacted(body, action, pseudonyms);
}

}   // namespace gilmok::guard::test
