// Properties: with a memory, cold or warm, the same is found at the same places as without one; strings end where they end. The bytes
// are a body, or the texts of one, so that most runs get past the scanner.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/test_claim.hpp"
#include "guard/inspect.hpp"
#include "guard/pseudonym.hpp"
#include "guard/stretches.hpp"
#include "guard/test_text_tag.hpp"
#include "wire/json.hpp"

namespace guard = gilmok::guard;
namespace json = gilmok::wire::json;

namespace {

const guard::Detector& detector() {
    static const guard::Detector all{guard::DetectorOptions{}};
    return all;
}

void check_body(std::string_view body) {
    if (!json::scan(body, {.depth_max = 1024}, nullptr)) return;
    static guard::DetectScratch scratch;
    guard::Inspection plain;
    const auto is_read = plain.read(body, &detector(), scratch);
    guard::CleanMemory memory(64, guard::test::known_secret());
    for (int turn = 0; turn < 3; ++turn) {
        guard::Inspection found;
        const auto is_found = found.read(body, &detector(), scratch, {&memory, gilmok::model::TenantId::none});
        claim(is_found.has_value() == is_read.has_value(), "what is refused is refused with a memory, too");
        if (!is_read) continue;
        claim(found.findings().size() == plain.findings().size(), "as much is found");
        for (std::size_t i = 0; i < plain.findings().size(); ++i)
            claim(found.findings()[i].begin == plain.findings()[i].begin &&
                      found.findings()[i].end == plain.findings()[i].end &&
                      found.findings()[i].kind == plain.findings()[i].kind && found.value(i) == plain.value(i),
                  "the same is found at the same place");
    }
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_body(text);
    std::string body = R"({"model":"m","messages":[)";
    for (std::size_t at = 0, i = 0; at < size; at += size / 3 + 1, ++i) {
        body += i == 0 ? R"({"role":"user","content":")" : R"(,{"role":"user","content":")";
        guard::append_escaped(body, text.substr(at, size / 3 + 1), 1);
        body += "\"}";
    }
    check_body(body + "]}");
    const std::string quoted = "\"" + std::string(text);
    const char* const end = quoted.data() + quoted.size();
    claim(guard::closing_quote(quoted.data() + 1, end) == guard::closing_quote_scalar(quoted.data() + 1, end),
          "strings end where they end");
    return 0;
}
