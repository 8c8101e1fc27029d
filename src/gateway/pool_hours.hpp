// What devices of one's own cost while nobody used them: for every pool and every whole hour one POOL record, with the cost and energy of
// the hour and the part of both that was charged to attempts. The rest is idle, and shown as such. Hours in which the gateway was down
// are made up for, at most 31 days back; a pool that never had a record begins with the hour in which it is first seen.
// Owner: the control side. Thread: its loop's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "gateway/setup.hpp"
#include "ledger/keeper.hpp"
#include "ledger/tables.hpp"

namespace gilmok::gateway {

class PoolHours {
public:
    using Ask = std::function<ledger::TablesResult<std::unique_ptr<ledger::Questions>>()>;
    // Cheap but for the first time and once an hour. Writes down what is due at `now`.
    void look(const Setup& setup, ledger::Keeper& keeper, const Ask& ask, WallTime now);

private:
    void write_hour(const Setup& setup, std::size_t pool, ledger::Keeper& keeper, ledger::Questions& tables, WallTime hour, WallTime now);
    std::string find_last(const Setup& setup, ledger::Questions& tables, WallTime now);

    std::map<std::string, WallTime> next_;   // by pool: the hour that is due next
    WallTime look_again_{};
    std::string problem_;                    // the last one told
};

}   // namespace gilmok::gateway
