#include "admit/overload.hpp"

#include <algorithm>

namespace gilmok::admit {

void Overload::observe(Duration lag, Instant now) {
    if (lag <= limits_.lag_target) {
        late_since_ = far_future;
        keep_one_of_ = 1;
        return;
    }
    if (late_since_ == far_future) late_since_ = now;
    if (now - late_since_ < limits_.interval) return;
    keep_one_of_ = std::min(keep_one_of_ * 2, limits_.keep_one_of_max);
    late_since_ = now;   // another whole interval before the next doubling
}

Result<bool> Overload::admit() {
    if (keep_one_of_ == 1 || ++turn_ % keep_one_of_ == 0) return true;
    return fail(Code::overloaded, Fault::gateway, Retry::never,
                "the gateway is late with its work and takes fewer requests");
}

}   // namespace gilmok::admit
