// Properties of the view of any bytes: reading it again changes nothing; offsets never go back, stay inside and lead to
// characters' first bytes; what the vector look passes over, the scalar one passes over.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_claim.hpp"
#include "guard/view.hpp"
#include "guard/view_forms.hpp"

namespace forms = gilmok::guard::forms;

namespace {

bool begins_character(std::string_view text, std::size_t at) {
    if (at >= text.size()) return at == text.size();
    for (std::size_t back = 1; back < 4 && back <= at; ++back)
        if (forms::decode(text, at - back).bytes > back) return false;
    return true;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    using gilmok::guard::Vectors;
    for (const Vectors with : {Vectors::avx2, Vectors::avx512})
        if (with <= gilmok::guard::widest_vectors())
            claim(forms::next_form(text, 0, with) == forms::next_form_scalar(text, 0), "the twins agree");
    gilmok::guard::View view, again;
    view.read(text);
    const std::string_view read = view.text();
    claim(read.size() <= text.size(), "a view is no longer than its text");
    std::size_t last = 0;
    for (std::size_t at = 0; at <= read.size(); ++at) {
        const std::size_t place = view.original(at);
        claim(place >= last && place <= text.size(), "offsets never go back and stay inside");
        if (begins_character(read, at)) claim(begins_character(text, place), "a cut of the view cuts no character");
        last = place;
    }
    claim(view.original(read.size()) == text.size(), "the view's end is the text's end");
    again.read(read);
    claim(again.is_same(), "a view is its own view");
    return 0;
}
