// Goal: a whole body of one coding is decoded under the cap; a cut, longer, corrupt or exploding one is refused.
// Method: bodies made by the libraries' own encoders, then cut at every byte, extended, flipped and blown up.
#include "wire/inflate.hpp"

#include <brotli/encode.h>
#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <string>

#include "base/prng.hpp"

using namespace gilmok;
using namespace gilmok::wire;

namespace {

std::string zlib_encoded(std::string_view text, int window_bits) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string brotli_encoded(std::string_view text) {
    std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
    std::string out(size, '\0');
    REQUIRE(BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(),
                                  reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                  reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
    out.resize(size);
    return out;
}

std::string zstd_encoded(std::string_view text, int window_log = 0) {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    // Without the size in its header the frame states its window, as a stream's does.
    if (window_log != 0) ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
    ZSTD_inBuffer input{text.data(), text.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    // In two steps, so that the encoder cannot shrink the window to the text.
    if (window_log != 0) REQUIRE(ZSTD_isError(ZSTD_compressStream2(context, &output, &input, ZSTD_e_continue)) == 0U);
    REQUIRE(ZSTD_compressStream2(context, &output, &input, ZSTD_e_end) == 0);
    ZSTD_freeCCtx(context);
    out.resize(output.pos);
    return out;
}

std::string encoded(Coding coding, std::string_view text) {
    switch (coding) {
        case Coding::gzip: return zlib_encoded(text, 15 + 16);
        case Coding::deflate: return zlib_encoded(text, 15);
        case Coding::brotli: return brotli_encoded(text);
        case Coding::zstd: return zstd_encoded(text);
        case Coding::identity: break;
    }
    return std::string(text);
}

std::string text_of(std::size_t size) {
    Prng prng{7};
    std::string text;
    while (text.size() < size) text += "word" + std::to_string(prng.below(1000)) + (prng.chance(1, 4) ? "\n" : " ");
    text.resize(size);
    return text;
}

Code code_of(const Result<std::string>& outcome) { return outcome ? Code::none : outcome.error().code; }

constexpr std::array codings{Coding::gzip, Coding::deflate, Coding::brotli, Coding::zstd};

}  // namespace

TEST_CASE("one known coding is understood, lists and others are refused") {
    CHECK(*parse_content_encoding("") == Coding::identity);
    CHECK(*parse_content_encoding(" Identity ") == Coding::identity);
    CHECK(*parse_content_encoding("GZip") == Coding::gzip);
    CHECK(*parse_content_encoding("x-gzip") == Coding::gzip);
    CHECK(*parse_content_encoding("deflate") == Coding::deflate);
    CHECK(*parse_content_encoding("br") == Coding::brotli);
    CHECK(*parse_content_encoding("zstd") == Coding::zstd);
    for (const char* other : {"gzip, gzip", "gzip,", "gzip, identity", "compress", "gzip;q=1", "*", "dcb", "gz ip"}) {
        CAPTURE(other);
        const auto coding = parse_content_encoding(other);
        REQUIRE_FALSE(coding);
        CHECK(coding.error().code == Code::encoding_unsupported);
    }
}

TEST_CASE("what an encoder wrote is read back, empty to 3 MB") {
    for (const Coding coding : codings)
        for (const std::size_t size : {0U, 1U, 100U, 16384U, 16385U, 3'000'000U}) {
            CAPTURE(size);
            const std::string text = text_of(size);
            const auto decoded = inflate(coding, encoded(coding, text), 4'000'000);
            REQUIRE(decoded);
            CHECK(*decoded == text);
        }
    CHECK(*inflate(Coding::identity, "plain", 5) == "plain");
}

TEST_CASE("the cap holds to the byte") {
    for (const Coding coding : codings)
        for (const std::size_t size : {1U, 16384U, 100'000U}) {
            const std::string body = encoded(coding, text_of(size));
            CHECK(code_of(inflate(coding, body, size)) == Code::none);
            CHECK(code_of(inflate(coding, body, size - 1)) == Code::body_too_large);
        }
    CHECK(code_of(inflate(Coding::identity, "plain", 4)) == Code::body_too_large);
    CHECK(code_of(inflate(Coding::gzip, encoded(Coding::gzip, ""), 0)) == Code::none);
}

TEST_CASE("a body cut at any byte is refused") {
    for (const Coding coding : codings) {
        const std::string body = encoded(coding, text_of(300));
        for (std::size_t cut = 0; cut < body.size(); ++cut) {
            CAPTURE(cut);
            CHECK(code_of(inflate(coding, std::string_view(body).substr(0, cut), 1000)) == Code::encoding_bad);
        }
    }
}

TEST_CASE("bytes after the end are refused, a second member too") {
    for (const Coding coding : codings) {
        const std::string body = encoded(coding, text_of(300));
        CHECK(code_of(inflate(coding, body + "x", 1000)) == Code::encoding_bad);
        CHECK(code_of(inflate(coding, body + std::string(1, '\0'), 1000)) == Code::encoding_bad);
        CHECK(code_of(inflate(coding, body + body, 1000)) == Code::encoding_bad);
    }
}

TEST_CASE("a flipped bit is refused where the format has a check value") {
    for (const Coding coding : {Coding::gzip, Coding::deflate, Coding::zstd}) {
        const std::string text = text_of(300);
        const std::string body = encoded(coding, text);
        for (std::size_t at = 0; at < body.size(); ++at) {
            std::string flipped = body;
            flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
            const auto outcome = inflate(coding, flipped, 1000);
            // A few header bits carry nothing (gzip's time and system).
            if (outcome)
                CHECK(*outcome == text);
            else
                CHECK((outcome.error().code == Code::encoding_bad || outcome.error().code == Code::body_too_large));
        }
    }
}

TEST_CASE("a coding is only what it says") {
    const std::string text = text_of(300);
    CHECK(code_of(inflate(Coding::deflate, zlib_encoded(text, -15), 1000)) == Code::encoding_bad);  // raw deflate
    for (const Coding said : codings)
        for (const Coding is : codings)
            if (said != is) CHECK(code_of(inflate(said, encoded(is, text), 1000)) != Code::none);
    for (const Coding coding : codings)
        CHECK(code_of(inflate(coding, "plain text, not compressed", 1000)) == Code::encoding_bad);
}

TEST_CASE("a zstd window over 8 MiB and frames that are not data are refused") {
    CHECK(code_of(inflate(Coding::zstd, zstd_encoded(text_of(300'000), 23), 300'000)) == Code::none);
    CHECK(code_of(inflate(Coding::zstd, zstd_encoded(text_of(300'000), 24), 300'000)) == Code::encoding_bad);
    CHECK(code_of(inflate(Coding::zstd, zstd_encoded(text_of(300'000), 27), 300'000)) == Code::encoding_bad);
    const std::string skippable("\x50\x2A\x4D\x18\x01\x00\x00\x00x", 9);
    CHECK(code_of(inflate(Coding::zstd, skippable, 1000)) == Code::encoding_bad);
    CHECK(code_of(inflate(Coding::zstd, skippable + zstd_encoded("x"), 1000)) == Code::encoding_bad);
    CHECK(code_of(inflate(Coding::zstd, std::string("\x27\xB5\x2F\xFDxxxx", 8), 1000)) ==
          Code::encoding_bad);  // version 0.7
}

TEST_CASE("a large brotli window is refused") {
    // RFC 7932 section 9.1 has no 0x11 first byte; the large-window extension means 30 bits of window by it.
    CHECK(code_of(inflate(Coding::brotli, std::string("\x11\x1e\x03", 3), 1000)) == Code::encoding_bad);
}

TEST_CASE("a deflate body that needs a dictionary is refused") {
    // The zlib header with FDICT set (RFC 1950 section 2.2): 0x78 0xBB and four bytes of dictionary id.
    CHECK(code_of(inflate(Coding::deflate, std::string("\x78\xBB\x00\x00\x00\x01\x03\x00", 8), 1000)) ==
          Code::encoding_bad);
}

TEST_CASE("a bomb of 1 GB ends at the cap") {
    const std::string zeros(64 * 1024 * 1024, '\0');
    for (const Coding coding : codings)
        CHECK(code_of(inflate(coding, encoded(coding, zeros), 1024 * 1024)) == Code::body_too_large);
    // A zstd frame of blocks of one repeated byte: 4 bytes make 128 KiB, so 32 KB make 1 GB (CVE-2026-48044).
    std::string frame("\x28\xB5\x2F\xFD\x00\x38", 6);  // no size, no checksum, window of 128 KiB
    for (int block = 0; block < 8192; ++block) frame += std::string("\x02\x00\x10z", 4);  // not last, RLE, size 2^17
    const auto outcome = inflate(Coding::zstd, frame, 1024 * 1024);
    CHECK(code_of(outcome) == Code::body_too_large);
}
