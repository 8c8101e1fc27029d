// What the guard has to say about one exchange, kept only where it has something to say: a request in which nothing was found,
// of class O, at a place that every rule allows, carries none of this.
// Owner: the exchange. Thread: its shard's.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dialect/openai.hpp"
#include "guard/decide.hpp"
#include "guard/inspect.hpp"
#include "guard/pseudonym.hpp"
#include "model/guarded.hpp"
#include "route/least_wait.hpp"

namespace gilmok::gateway {

struct Guarded {
    explicit Guarded(guard::Inspection&& found) : inspection(std::move(found)) {}

    guard::Inspection inspection;
    std::vector<model::Finding> fixed;   // in the query and in headers, which are not written anew
    std::optional<guard::Pseudonyms> pseudonyms;
    // By candidate: what was decided for its place, and the body that may go there.
    std::array<std::optional<guard::Verdict>, route::candidates_max> verdicts;
    struct Body {
        std::string text;
        dialect::openai::Request request;
    };
    std::array<std::unique_ptr<Body>, route::candidates_max> bodies;
};

}   // namespace gilmok::gateway
