// Property: whatever is accepted as a key store means the same after it was written again, and every key in it is whole.
#include <cstdint>

#include "auth/key_store.hpp"
#include "base/assert.hpp"

using namespace gilmok;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto keys = auth::parse_keys(text, "f");
    if (!keys) {
        GILMOK_ASSERT(keys.error().message.starts_with("f:"));
        return 0;
    }
    const std::string written = auth::render_keys(*keys);
    const auto again = auth::parse_keys(written, "f");
    GILMOK_ASSERT(again.has_value() && again->size() == keys->size());
    GILMOK_ASSERT(auth::render_keys(*again) == written);
    for (const auto& key : *again) GILMOK_ASSERT(key.id == auth::key_id_of(key.digest));
    return 0;
}
