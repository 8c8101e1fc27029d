// Places that data may go to, and how rules name them. Pure.
#pragma once

#include <string_view>

#include "config/snapshot.hpp"

namespace gilmok::guard {

// A place that data may go to.
struct Destination {
    std::string_view place;       // "" = unknown
    std::string_view operator_;   // "" = unknown
};

// "kr-*" matches "kr-cloud"; "*" any known place; "" the unknown one. A '*' may stand anywhere: "*(US)" of operators.
bool matches_place(std::string_view pattern, std::string_view place);
// The place of a candidate: the upstream's, unless the served model's name is an inference profile of Bedrock ("us.anthropic…",
// "global.…"), which may be served anywhere in its region: "us-profile", "eu-profile", "apac-profile", "global-profile" and so on.
// A name makes no unknown place known. Source: AWS, Amazon Bedrock user guide, "Supported Regions and models for inference profiles".
std::string_view place_of(const config::Upstream& upstream, std::string_view served_name);

}   // namespace gilmok::guard
