#include "archive/format.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "archive/test_archive.hpp"
#include "base/text.hpp"

namespace gilmok::archive {
namespace {

Key key_of(char byte) {
    std::array<char, key_bytes> bytes;
    bytes.fill(byte);
    return Key(bytes);
}

std::string_view why(std::string_view record) {
    const auto header = read_record_header(record);
    return header ? std::string_view{} : header.error().detail;
}

std::string changed(std::string text, std::size_t at, char to) {
    text[at] = to;
    return text;
}

}   // namespace

TEST_CASE("AES-256-GCM is the one of the NIST vectors") {
    // The GCM specification's test cases 13 and 14: key, nonce and text of zeros.
    const std::array<char, nonce_bytes> nonce{};
    std::string sealed;
    REQUIRE(seal(key_of(0), nonce, "", "", sealed));
    CHECK(hex(sealed) == "530f8afbc74536b9a963b4f1c4cb738b");
    sealed.clear();
    REQUIRE(seal(key_of(0), nonce, "", std::string(16, '\0'), sealed));
    CHECK(hex(sealed) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    CHECK(open(key_of(0), nonce, "", sealed) == std::string(16, '\0'));
    CHECK_FALSE(open(key_of(1), nonce, "", sealed));
    CHECK_FALSE(open(key_of(0), nonce, "x", sealed));
    CHECK_FALSE(open(key_of(0), nonce, "", sealed.substr(1)));
    CHECK_FALSE(open(key_of(0), nonce, "", "short"));
}

TEST_CASE("a record stands where docs/archive.md says") {
    RecordHeader header;
    header.length = 0x01020304;
    header.what = What::answer;
    header.is_redacted = header.is_cut = true;
    header.at = WallTime(Duration(0x0102030405060708));
    header.request = model::make_request_id(0x0102030405, 0, 7);
    header.nonce.fill('n');
    const std::string bytes = write_record_header(header);
    CHECK(bytes == std::string("\x04\x03\x02\x01\x02\x01\x03\0\x08\x07\x06\x05\x04\x03\x02\x01"
                               "\0\x01\x02\x03\x04\x05\0\0\0\0\0\0\0\0\0\x07"
                               "nnnnnnnnnnnn\0\0\0\0",
                               record_header_bytes));
    header.length = 100;
    const auto read = read_record_header(write_record_header(header));
    REQUIRE(read);
    CHECK(read->request.view() == header.request.view());
    CHECK(write_record_header(*read) == write_record_header(header));
}

TEST_CASE("a record header that cannot be is refused, and says why") {
    RecordHeader header;
    header.length = record_header_bytes + tag_bytes;
    header.request = model::make_request_id(1, 2, 3);
    const std::string bytes = write_record_header(header);
    REQUIRE(read_record_header(bytes));
    CHECK(why(bytes.substr(0, 47)) == "a record that is cut");
    CHECK(why(changed(bytes, 0, 63)) == "a length that no record has");
    CHECK(why(changed(bytes, 3, 127)) == "a length that no record has");
    CHECK(why(changed(bytes, 4, 0)) == "a text that is neither prompt nor answer");
    CHECK(why(changed(bytes, 4, 3)) == "a text that is neither prompt nor answer");
    CHECK(why(changed(bytes, 5, 2)) == "a version that this program does not know");
    CHECK(why(changed(bytes, 6, 4)) == "a flag that means nothing");
    CHECK(why(changed(bytes, 7, 1)) == "bytes that are not zero");
    CHECK(why(changed(bytes, 47, 1)) == "bytes that are not zero");
    CHECK_FALSE(read_file_header("gilmok-archive 2" + std::string(32, 'x')));
    CHECK_FALSE(read_file_header("gilmok-archive 1"));
}

TEST_CASE("a text can be moved to no other place: not to another file, request, time or kind") {
    const FileHeader file{.key_id = {}, .salt = {}};
    const std::string file_header = write_file_header(file);
    const Key key = *file_key_of(key_of(1), file);
    RecordHeader header;
    header.request = model::make_request_id(1, 2, 3);
    std::string record;
    REQUIRE(append_record(record, key, file_header, header, "text"));
    CHECK(open_record(key, file_header, record) == "text");
    FileHeader other = file;
    other.salt[3] = 1;
    CHECK_FALSE(open_record(*file_key_of(key_of(1), other), write_file_header(other), record));
    CHECK_FALSE(open_record(key, write_file_header(other), record));
    CHECK_FALSE(open_record(key, file_header, record + "x"));
    for (std::size_t i = 4; i < record.size(); ++i) {
        record[i] = static_cast<char>(record[i] ^ 1);
        CHECK_FALSE(open_record(key, file_header, record));
        record[i] = static_cast<char>(record[i] ^ 1);
    }
}

TEST_CASE("a wrapped key opens under its master key, for its tenant, and is refused in any other shape") {
    const Key master = key_of(1), data = key_of(2);
    const auto wrapped = wrap(master, data, Id{}, "acme/한국", {});
    REQUIRE(wrapped);
    const std::string text = write_wrapped_key(*wrapped);
    const auto read = read_wrapped_key(text);
    REQUIRE(read);
    CHECK(write_wrapped_key(*read) == text);
    CHECK(std::ranges::equal(unwrap(master, *read)->reveal(), data.reveal()));
    CHECK_FALSE(unwrap(data, *read));
    WrappedKey other = *read;
    other.tenant = "beta";
    CHECK_FALSE(unwrap(master, other));
    CHECK_FALSE(wrap(master, data, Id{}, "", {}));
    CHECK_FALSE(wrap(master, data, Id{}, "a\nb", {}));
    CHECK_FALSE(wrap(master, data, Id{}, std::string(tenant_bytes_max + 1, 't'), {}));
    CHECK_FALSE(read_wrapped_key(""));
    CHECK_FALSE(read_wrapped_key(text + "\n"));
    CHECK_FALSE(read_wrapped_key(text.substr(0, text.size() - 1)));
    CHECK_FALSE(read_wrapped_key("gilmok-archive-key 2" + text.substr(20)));
    CHECK_FALSE(read_wrapped_key(text.substr(0, text.size() - 3) + "\n"));
    CHECK_FALSE(read_wrapped_key(text + std::string(key_file_bytes_max, 'x')));
}

TEST_CASE("names of files tell their day and nothing else is taken for one") {
    FileHeader header;
    header.salt.fill('\x1f');
    const std::string name = file_name(day_of(noon), header);
    CHECK(name == "2026-11-22-1f1f1f1f1f1f1f1f.arc");
    CHECK(day_of_name(name) == day_of(noon));
    for (const char* wrong : {"", "key", "destroyed", "2026-11-22.arc", "2026-13-22-1f1f1f1f1f1f1f1f.arc",
                              "2026-11-22-1F1f1f1f1f1f1f1f.arc", "2026-11-22-1f1f1f1f1f1f1f1f.arx",
                              "2026-11-22-1f1f1f1f1f1f1f1.arc", "2026-02-30-1f1f1f1f1f1f1f1f.arc"})
        CHECK_FALSE(day_of_name(wrong));
}

}   // namespace gilmok::archive
