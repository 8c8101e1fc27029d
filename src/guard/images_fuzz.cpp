// Properties: what is stripped is an image still, of the same format and no longer but for an orientation; stripping it again
// changes nothing; what is refused leaves nothing behind; base64 around it makes no difference.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_claim.hpp"

#include "guard/images.hpp"

namespace guard = gilmok::guard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view image(reinterpret_cast<const char*>(data), size);
    std::string once, twice;
    if (!guard::strip_image(image, once)) {
        claim(once.empty(), "what is refused leaves nothing behind");
    } else {
        claim(once.substr(0, 2) == image.substr(0, 2), "the same format");
        claim(guard::strip_image(once, twice), "what is stripped is an image");
        claim(once == twice, "once is enough");
    }
    std::string text;
    static_cast<void>(guard::strip_base64_image(image, text));
    return 0;
}
