// Properties: what the walk tells, put back escaped at its place, is a JSON text with the same texts in it; pieces of a leaf
// lead to places inside the body, in order; any bytes at all are walked without harm.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/test_claim.hpp"
#include "base/text.hpp"
#include "guard/pseudonym.hpp"
#include "guard/walk.hpp"
#include "wire/json.hpp"

namespace guard = gilmok::guard;
namespace json = gilmok::wire::json;

namespace {

// Rebuilds the body: every text escaped anew for its depth, everything else as it was.
class Rebuild final : public guard::Leaves {
public:
    explicit Rebuild(std::string_view body) : body_(body) {}
    gilmok::Result<bool> leaf(const guard::Leaf& leaf) override {
        guard::LeafPlace place(body_, leaf);
        const std::size_t half = leaf.text.size() / 2;
        const guard::Span first = place.of(0, half);
        const guard::Span second = place.of(half, leaf.text.size());
        claim(first.begin <= first.end && second.begin <= second.end && first.begin <= second.begin &&
                  second.end <= body_.size(),
              "pieces stand in the body, in order");
        if (leaf.is_escaped) {
            std::string plain;
            claim(json::append_unescaped(plain, {json::Type::string, {leaf.raw.data() - 1, leaf.raw.size() + 2}},
                                         leaf.raw.size()) &&
                      plain == leaf.text,
                  "escapes are undone as the parser undoes them");
        }
        if (leaf.text.empty()) return true;
        guard::LeafPlace whole(body_, leaf);
        guard::Span span{first.begin, second.end};
        if (leaf.nest == nullptr) {
            const guard::Span again = whole.of(0, leaf.text.size());
            claim(again.begin == first.begin && again.end == second.end, "a leaf is its two halves");
        }
        claim(span.begin >= copied_, "leaves come in the body's order");
        rebuilt += body_.substr(copied_, span.begin - copied_);
        if (leaf.what == guard::Leaf::What::number)
            rebuilt += leaf.text;
        else
            guard::append_escaped(rebuilt, leaf.text, leaf.nested + 1);
        copied_ = span.end;
        texts.emplace_back(leaf.text);
        return true;
    }
    void finish() { rebuilt += body_.substr(copied_); }
    std::string rebuilt;
    std::vector<std::string> texts;

private:
    std::string_view body_;
    std::size_t copied_ = 0;
};

class Count final : public guard::Leaves {
public:
    gilmok::Result<bool> leaf(const guard::Leaf& leaf) override {
        bytes += leaf.text.size() + leaf.raw.size() + leaf.key.size();
        return true;
    }
    std::size_t bytes = 0;
};

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    guard::WalkScratch scratch;
    if (!json::scan(text, {.depth_max = 1024}, nullptr)) {
        Count count;
        static_cast<void>(guard::walk(text, scratch, count));
        static_cast<void>(guard::walk_form("multipart/form-data; boundary=B", text, count));
        return 0;
    }
    Rebuild rebuild(text);
    claim(guard::walk(text, scratch, rebuild).has_value(), "what was checked is walked");
    rebuild.finish();
    claim(json::scan(rebuild.rebuilt, {.depth_max = 1024}, nullptr).has_value(), "what is rebuilt is JSON");
    Rebuild again(rebuild.rebuilt);
    claim(guard::walk(rebuild.rebuilt, scratch, again).has_value(), "what is rebuilt is walked");
    again.finish();
    claim(again.texts == rebuild.texts, "what is rebuilt holds the same texts");
    claim(again.rebuilt == rebuild.rebuilt, "rebuilding twice changes nothing");
    return 0;
}
