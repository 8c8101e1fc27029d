// What all tenants of one organisation (a root of the tree) share: the lock, the clock, the sum of what is held.
// Owner: the treasuries that name it, before and after a reload. Lock one at a time, never two.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "admit/budget.hpp"
#include "admit/period.hpp"
#include "admit/pot.hpp"

namespace gilmok::admit {

struct Organisation {
    static constexpr std::size_t warnings_max = 4'096;   // not taken; later ones are dropped

    std::mutex mutex;
    // All below: under the mutex.
    BudgetClock clock;
    Amount reserved;   // each attempt once, however many ancestors it is booked on
    std::vector<Warning> warnings;
};

// The lock is held for some ten nanoseconds, so another thread that finds it taken looks again before it sleeps; not for
// long, because the holder may have lost its core.
class [[nodiscard]] OrganisationLock {
public:
    explicit OrganisationLock(Organisation& organisation) : mutex_(organisation.mutex) {
        for (int look = 0; look < 100; ++look) {
            if (mutex_.try_lock()) return;
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
        }
        mutex_.lock();
    }
    OrganisationLock(const OrganisationLock&) = delete;
    OrganisationLock& operator=(const OrganisationLock&) = delete;
    ~OrganisationLock() { mutex_.unlock(); }

private:
    std::mutex& mutex_;
};

}   // namespace gilmok::admit
