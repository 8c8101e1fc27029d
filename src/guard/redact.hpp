// Makes the body that may leave for one place: what was found is swapped for a pseudonym or masked, cut on the original
// bytes; every other byte stays as the client wrote it. The result is a JSON text as before (or the same form), to be read
// anew by the dialect. The same history gives the same bytes, turn after turn, so that a provider's prompt cache still hits.
// Masks and pseudonyms are ASCII that nothing escapes, so they fit at any depth; a number becomes a string. Names of members are
// redacted like values. Sans-IO.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "guard/decide.hpp"
#include "guard/inspect.hpp"
#include "guard/pseudonym.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

// What is done with each kind.
struct Actions {
    std::array<model::GuardAction, model::data_kinds_count> of{};   // allow, unless told otherwise
};
Actions actions_of(const Verdict& verdict);

// "[KR_RRN]": the same for all values of a kind.
std::string_view mask_of(model::DataKind kind);

struct RedactOptions {
    bool strips_images = true;     // images that leave lose their metadata (images.hpp)
    bool refuses_images = false;   // that cannot be read: member_invalid; else they leave as they are
};

// Overwrites `out`. True when anything was changed; otherwise the body may go as it is. A masked or swapped image becomes an
// empty one of a single pixel; masked audio and files cannot be made, nor images outside JSON. Errors: member_invalid; guard_failed, also
// for a kind whose action keeps it here (local, block): who asks for such a body is mistaken, and nothing leaves.
Result<bool> redact(const Inspection& inspection, const Actions& actions, const RedactOptions& options,
                    Pseudonyms& pseudonyms, std::string& out);

}   // namespace gilmok::guard
