// How the end of an attempt is written in the access log and in the metrics.
#pragma once

#include <string_view>

#include "model/exchange.hpp"

namespace gilmok::meter {

inline std::string_view name_of(model::AttemptEnd end) {
    switch (end) {
        case model::AttemptEnd::answered: return "answered";
        case model::AttemptEnd::refused: return "refused";
        case model::AttemptEnd::failed: return "failed";
        case model::AttemptEnd::cancelled: return "cancelled";
        case model::AttemptEnd::hedge_lost: return "hedge_lost";
    }
    return "failed";
}

}   // namespace gilmok::meter
