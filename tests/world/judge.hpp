// Holds what a client saw against what the gateway recorded.
#pragma once

#include <deque>
#include <string>

#include "client.hpp"
#include "model/exchange.hpp"

namespace gilmok::worldtest {

// "" or the claim that does not hold, for all tickets of a run. `is_door_calm`: the network between clients and gateway
// had no faults, so that nothing but the two explains a difference.
std::string judge(const std::deque<Ticket>& tickets, const std::deque<model::Record>& records, bool is_door_calm);

}   // namespace gilmok::worldtest
