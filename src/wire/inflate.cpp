// Each library decodes into one small block; the block is appended under the cap. So no library ever sees a buffer that
// grows with the body, and a bomb is refused one block after it passes the cap.
#include "wire/inflate.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "base/text.hpp"

namespace gilmok::wire {

namespace {

constexpr std::size_t block_bytes = 16 * 1024;
// 8 MiB, what RFC 9659 allows for zstd on the web. Brotli's own limit without large_window is 16 MiB, zlib's 32 KiB.
constexpr int zstd_window_log_max = 23;

using Block = std::array<char, block_bytes>;

enum class Progress : std::uint8_t { more, end, bad };

struct Step {
    Progress progress = Progress::bad;
    std::size_t bytes_in = 0;
    std::size_t bytes_out = 0;
};

class ZlibDecoder {
public:
    // 15 is the largest window; 16 more asks for gzip and nothing else, none more for the zlib format, which is what the
    // name "deflate" means (RFC 9110 section 8.4.1.2). Raw deflate has no check value, and is refused.
    explicit ZlibDecoder(Coding coding) {
        is_ready_ = inflateInit2(&stream_, coding == Coding::gzip ? 15 + 16 : 15) == Z_OK;
    }
    ~ZlibDecoder() {
        if (is_ready_) inflateEnd(&stream_);
    }
    ZlibDecoder(const ZlibDecoder&) = delete;
    ZlibDecoder& operator=(const ZlibDecoder&) = delete;

    Step decode(std::string_view in, Block& out) {
        if (!is_ready_) return {};
        const auto bytes_in = static_cast<uInt>(std::min<std::size_t>(in.size(), std::numeric_limits<uInt>::max()));
        // zlib reads next_in only; its type lacks the const.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_.avail_in = bytes_in;
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = block_bytes;
        const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
        Step step{Progress::bad, bytes_in - stream_.avail_in, block_bytes - stream_.avail_out};
        if (outcome == Z_STREAM_END) step.progress = Progress::end;
        if (outcome == Z_OK || outcome == Z_BUF_ERROR) step.progress = Progress::more;
        return step;
    }

private:
    z_stream stream_{};
    bool is_ready_ = false;
};

class BrotliDecoder {
public:
    BrotliDecoder() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance) {
        if (state_) BrotliDecoderSetParameter(state_.get(), BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
    }

    Step decode(std::string_view in, Block& out) {
        if (!state_) return {};
        std::size_t left_in = in.size();
        std::size_t left_out = block_bytes;
        const auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
        auto* next_out = reinterpret_cast<std::uint8_t*>(out.data());
        const auto outcome =
            BrotliDecoderDecompressStream(state_.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
        Step step{Progress::more, in.size() - left_in, block_bytes - left_out};
        if (outcome == BROTLI_DECODER_RESULT_SUCCESS) step.progress = Progress::end;
        if (outcome == BROTLI_DECODER_RESULT_ERROR) step.progress = Progress::bad;
        return step;
    }

private:
    std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state_;
};

class ZstdDecoder {
public:
    ZstdDecoder() : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
        if (context_ && ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, zstd_window_log_max)))
            context_.reset();
    }

    Step decode(std::string_view in, Block& out) {
        // The magic number keeps out skippable frames and the formats of before 2016, which the library may read too.
        if (!context_ || (is_first_ && !in.starts_with("\x28\xB5\x2F\xFD"))) return {};
        is_first_ = false;
        ZSTD_inBuffer input{in.data(), in.size(), 0};
        ZSTD_outBuffer output{out.data(), out.size(), 0};
        const std::size_t outcome = ZSTD_decompressStream(context_.get(), &output, &input);
        Step step{outcome == 0 ? Progress::end : Progress::more, input.pos, output.pos};
        if (ZSTD_isError(outcome) != 0) step.progress = Progress::bad;
        return step;
    }

private:
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
    bool is_first_ = true;
};

tl::unexpected<Error> bad(std::string_view detail) {
    return fail(Code::encoding_bad, Fault::client, Retry::never, detail);
}

tl::unexpected<Error> too_large() {
    return fail(Code::body_too_large, Fault::client, Retry::never, "the decoded body is over its cap");
}

// A small body gets room for a usual ratio; what is larger gets room for the whole cap at once. Room is not memory
// until it is written, and growing by doubling would hold one and a half times the cap while it copies.
void reserve_more(std::string& out, std::size_t bytes_in, std::size_t bytes_more, std::size_t bytes_out_max) {
    constexpr std::size_t guess_max = 1024 * 1024;
    if (out.capacity() - out.size() >= bytes_more) return;
    const std::size_t guess = bytes_in * 4 + block_bytes;
    const bool guesses = out.empty() && bytes_in < guess_max && guess <= guess_max;
    out.reserve(guesses ? std::min(guess, bytes_out_max) : bytes_out_max);
}

template <class Decoder>
Result<std::string> decode_all(Decoder&& decoder, std::string_view body, std::size_t bytes_out_max) {
    const std::size_t bytes_in = body.size();
    std::string out;
    Block block;
    for (;;) {
        const Step step = decoder.decode(body, block);
        if (step.progress == Progress::bad) return bad("the compressed body is corrupt");
        if (step.bytes_out > bytes_out_max - out.size()) return too_large();
        reserve_more(out, bytes_in, step.bytes_out, bytes_out_max);
        out.append(block.data(), step.bytes_out);
        body.remove_prefix(step.bytes_in);
        if (step.progress == Progress::end) break;
        if (step.bytes_in == 0 && step.bytes_out == 0) return bad("the compressed body is cut short");
    }
    // A second member would be read by some and ignored by others.
    if (!body.empty()) return bad("bytes after the end of the compressed body");
    return out;
}

}  // namespace

Result<Coding> parse_content_encoding(std::string_view value) {
    static constexpr std::array<std::pair<std::string_view, Coding>, 7> names{{
        {"", Coding::identity},
        {"identity", Coding::identity},
        {"gzip", Coding::gzip},
        {"x-gzip", Coding::gzip},  // RFC 9110 section 8.4.1.3
        {"deflate", Coding::deflate},
        {"br", Coding::brotli},
        {"zstd", Coding::zstd},
    }};
    const std::string_view wanted = trim(value);
    for (const auto& [name, coding] : names)
        if (equal_ignoring_case(name, wanted)) return coding;
    return fail(Code::encoding_unsupported, Fault::client, Retry::never,
                "Content-Encoding is not one of gzip, deflate, br, zstd");
}

Result<std::string> inflate(Coding coding, std::string_view body, std::size_t bytes_out_max) {
    switch (coding) {
        case Coding::identity:
            if (body.size() > bytes_out_max) return too_large();
            return std::string(body);
        case Coding::gzip:
        case Coding::deflate: return decode_all(ZlibDecoder(coding), body, bytes_out_max);
        case Coding::brotli: return decode_all(BrotliDecoder(), body, bytes_out_max);
        case Coding::zstd: return decode_all(ZstdDecoder(), body, bytes_out_max);
    }
    return bad("an unknown coding");
}

}  // namespace gilmok::wire
