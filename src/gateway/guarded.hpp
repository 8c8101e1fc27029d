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
#include "guard/restore.hpp"
#include "model/guarded.hpp"
#include "relay/rewriter.hpp"
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

// Hangs the guard into the relay, which knows nothing of it.
class GuardedAnswer final : public relay::Rewriter {
public:
    GuardedAnswer(guard::RestoreOptions options, guard::RestoreScratch& scratch)
        : restorer_(std::move(options), scratch) {}
    Result<bool> event(std::string_view raw, std::string_view data, std::string& out) override {
        return restorer_.event(raw, data, out);
    }
    Result<bool> end(std::string& out) override { return restorer_.end(out); }
    Result<bool> body(std::string_view json, std::string& out,
                      std::optional<dialect::openai::AnswerFacts>& facts) override {
        return restorer_.body(json, out, facts);
    }
    Result<bool> text(std::string_view text, std::string& out) override { return restorer_.text(text, out); }
    [[nodiscard]] const guard::Restorer& restorer() const { return restorer_; }

private:
    guard::Restorer restorer_;
};

}   // namespace gilmok::gateway
