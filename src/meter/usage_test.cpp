// Goal: one set of counts out of any number of reports, never zero for unknown, and lies are flagged.
#include "meter/usage.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using meter::UsageMerge;
using model::Usage;

namespace {

Usage usage(std::int64_t input, std::int64_t output, std::int64_t total = Usage::missing) {
    Usage made;
    made.input = input;
    made.output = output;
    made.total = total;
    return made;
}

bool is_suspect(const Usage& report) {
    UsageMerge merge;
    merge.add(report);
    return merge.is_suspect();
}

}   // namespace

TEST_CASE("no report leaves everything unknown") {
    UsageMerge merge;
    merge.add({});
    CHECK_FALSE(merge.usage().is_reported());
    CHECK(merge.usage().total == Usage::missing);
    CHECK_FALSE(merge.is_suspect());
    CHECK(meter::disjoint(merge.usage()).input_fresh == Usage::missing);
    CHECK(meter::disjoint(merge.usage()).output_reasoning == Usage::missing);
}

TEST_CASE("the last report of each number wins") {
    UsageMerge merge;
    merge.add(usage(10, 1, 11));
    merge.add(usage(Usage::missing, 5, 15));
    merge.add(usage(10, 9, 19));
    CHECK(merge.usage().input == 10);
    CHECK(merge.usage().output == 9);
    CHECK(merge.usage().total == 19);
    CHECK_FALSE(merge.is_suspect());
}

TEST_CASE("counts that go down, are out of range or do not add up are flagged") {
    UsageMerge shrinking;
    shrinking.add(usage(10, 5));
    shrinking.add(usage(10, 4));
    CHECK(shrinking.is_suspect());
    CHECK(shrinking.usage().output == 4);
    CHECK(is_suspect(usage(10, 5, 14)));
    CHECK_FALSE(is_suspect(usage(10, 5, 15)));
    CHECK(is_suspect(usage(10, Usage::missing, 9)));
    CHECK(is_suspect(usage(-7, 1)));
    CHECK(is_suspect(usage((std::int64_t{1} << 53) + 1, 1)));
    Usage cached = usage(10, 5);
    cached.input_cached = 11;
    CHECK(is_suspect(cached));
    Usage reasoning = usage(10, 5);
    reasoning.output_reasoning = 6;
    CHECK(is_suspect(reasoning));
}

TEST_CASE("a number out of range is not taken") {
    UsageMerge merge;
    merge.add(usage(3, -7));
    CHECK(merge.usage().input == 3);
    CHECK(merge.usage().output == Usage::missing);
}

TEST_CASE("disjoint counts add up to the whole, and parts are cut at it") {
    Usage report = usage(100, 50);
    report.input_cached = 80;
    report.output_reasoning = 70;
    const auto parts = meter::disjoint(report);
    CHECK(parts.input_fresh == 20);
    CHECK(parts.input_cached == 80);
    CHECK(parts.output_text == 0);
    CHECK(parts.output_reasoning == 50);
    Usage part_only;
    part_only.input_cached = 8;
    CHECK(meter::disjoint(part_only).input_fresh == Usage::missing);
    CHECK(meter::disjoint(part_only).input_cached == 8);
}
