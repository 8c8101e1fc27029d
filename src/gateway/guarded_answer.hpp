// Hangs the guard into the relay, which knows nothing of it.
// Owner: the exchange, or whoever proves what the two do together. Thread: its shard's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "guard/restore.hpp"
#include "relay/rewriter.hpp"

namespace gilmok::gateway {

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
