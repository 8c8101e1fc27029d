// Properties: bytes that are accepted are written again as the same bytes; a record made right again after any change of
// its body is accepted only if that holds too; a request id is 128 bits and back.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/test_claim.hpp"
#include "ledger/entry.hpp"
#include "ledger/test_entries.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

bool check_record(std::string_view bytes) {
    const auto entry = read_entry(bytes);
    if (!entry) {
        claim(entry.error().code == Code::bad_framing && !entry.error().detail.empty(), "a refusal says why");
        return false;
    }
    claim(entry->header.length == length_at(bytes), "the length is the header's");
    claim(sealed(*entry) == bytes.substr(0, entry->header.length), "write(read(x)) == x");
    return true;
}

// Gives the bytes a right length and check, so that the fields are reached.
void check_forged(std::string_view bytes) {
    if (bytes.size() < header_bytes) return;
    std::string record(bytes.substr(0, record_bytes_max));
    record.resize((record.size() + 7) / 8 * 8, '\0');
    if (record.size() > record_bytes_max) return;
    seal(record.data(), record.size(), static_cast<Kind>(bytes[4]), 1, 2, 3, WallTime{});
    check_record(record);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_record(bytes);
    check_forged(bytes);
    if (size >= 16) {
        const std::span<const std::uint8_t, 16> id(data, 16);
        const auto again = to_bytes(to_request_id(id));
        claim(std::equal(again.begin(), again.end(), id.begin()), "to_bytes(to_request_id(x)) == x");
    }
    return 0;
}
