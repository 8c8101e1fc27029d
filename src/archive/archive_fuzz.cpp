// Properties: no bytes crash a reader of the archive; what is accepted is written again as the same bytes; records that were
// not sealed under the key do not open; whole records before a torn end are found.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "archive/reader.hpp"
#include "base/test_claim.hpp"
#include "io/sim/files.hpp"

using namespace gilmok;
using namespace gilmok::archive;

namespace {

void check_headers(std::string_view bytes) {
    if (const auto file = read_file_header(bytes))
        claim(write_file_header(*file) == bytes.substr(0, file_header_bytes), "write(read(x)) == x of a file");
    if (const auto record = read_record_header(bytes))
        claim(write_record_header(*record) == bytes.substr(0, record_header_bytes), "write(read(x)) == x of a record");
    if (const auto key = read_wrapped_key(bytes)) {
        claim(write_wrapped_key(*key) == bytes, "write(read(x)) == x of a key");
        claim(!unwrap(Key(), *key), "a key that was not wrapped opens nothing");
    }
}

void check_file(std::string_view bytes) {
    io::sim::SimFiles files;
    files.put("f", std::string(bytes));
    std::uint64_t end = file_header_bytes, records = 0;
    const Walked walked = walk(files, "f", [&](const RecordHeader& header, std::uint64_t offset) {
        claim(offset == end, "records follow each other");
        claim(offset + header.length <= bytes.size(), "a record lies in its file");
        end = offset + header.length;
        ++records;
        claim(!open_record(Key(), bytes.substr(0, file_header_bytes), bytes.substr(offset, header.length)),
              "what was not sealed opens nothing");
    });
    claim(walked.records == records, "all records are counted");
    claim(walked.problem.empty() == (walked.whole_bytes == bytes.size() && !bytes.empty()), "a torn end is told");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_headers(bytes);
    check_file(bytes);
    return 0;
}
