// What else of a request goes on besides its body: its query, and the headers that the client made up. They are not written anew, so
// what is found there stays, or the request does. Looks, and decides nothing.
// Owner: the exchange, for the length of one call. Thread: its shard's.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "guard/clean_memory.hpp"
#include "guard/detector.hpp"
#include "model/guarded.hpp"
#include "wire/http1.hpp"

namespace gilmok::gateway {

class HeadScan {
public:
    HeadScan(const guard::Detector& detector, guard::DetectScratch& scratch, guard::CleanMemory& memory,
             model::TenantId tenant, std::vector<model::Finding>& findings);
    // False: something could not be looked through.
    bool run(const wire::http1::RequestHead& head);

private:
    bool look(std::string_view value);
    bool look_as_url(std::string_view text);

    const guard::Detector& detector_;
    guard::DetectScratch& scratch_;
    guard::CleanMemory& memory_;
    std::optional<guard::TextTagger::Block> begun_;
    std::vector<model::Finding>& findings_;
};

}   // namespace gilmok::gateway
