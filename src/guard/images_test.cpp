// Goal: nothing of what is not the picture is left, the picture stays, and no cut of an image is taken for one.
#include "guard/images.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "guard/test_images.hpp"

namespace gilmok::guard {

namespace {

std::string stripped(const std::string& image) {
    std::string out = "before";
    REQUIRE(strip_image(image, out));
    REQUIRE(out.starts_with("before"));
    return out.substr(6);
}

void check_clean(const std::string& image, std::initializer_list<std::string_view> kept) {
    const std::string out = stripped(image);
    CHECK(out.find(test::secret) == std::string::npos);
    for (const std::string_view part : kept) {
        CAPTURE(part);
        CHECK(out.find(part) != std::string::npos);
    }
    CHECK(stripped(out) == out);   // once is enough
}

}   // namespace

TEST_CASE("of a JPEG the picture, its colours and its orientation are left") {
    for (const char orientation : {'\x01', '\x06'}) {
        const std::string image = test::jpeg_of(orientation);
        check_clean(image,
                    {"JFIF", "ICC_PROFILE", "Adobe", "table", test::raw("first\xff\0scan\xff\xd0more"), "second"});
        CHECK(stripped(image).ends_with("second\xff\xd9"));
        const std::size_t exif = stripped(image).find("Exif");
        CHECK((exif == std::string::npos) == (orientation == 1));
        if (orientation != 1)
            CHECK(stripped(image).substr(exif + 6, 26) ==
                  test::raw("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"));
    }
}

TEST_CASE("of a PNG the chunks that draw are left, each as it was") {
    check_clean(test::png_of(1), {"IHDR", "iCCP", "IDATpixelscrc.", "IENDcrc."});
    const std::string turned = stripped(test::png_of(8));
    CHECK(turned.find("eXIfMM") != std::string::npos);
    // CRC-32 of that chunk, as zlib computes it.
    CHECK(turned.substr(turned.find("eXIf") + 4 + 26, 4) == test::raw("\x86\x58\x30\x34"));
}

TEST_CASE("of a WebP the picture is left, and its flags and sizes tell the truth") {
    check_clean(test::webp_of(1), {"VP8X", "ICCP", "VP8L"});
    for (const char orientation : {'\x01', '\x03'}) {
        const std::string out = stripped(test::webp_of(orientation));
        CHECK(static_cast<unsigned char>(out[4]) == out.size() - 8);
        CHECK(static_cast<unsigned char>(out[20]) == (orientation == 1 ? 0x20 : 0x28));
        CHECK((out.find("EXIF") != std::string::npos) == (orientation != 1));
    }
}

TEST_CASE("of a GIF the frames and the loop are left") {
    check_clean(test::gif_of(), {"colour", "NETSCAPE2.0", test::raw("!\xf9\x04"), test::raw("\x02\x02\x44\x01")});
    CHECK(stripped(test::gif_of()).ends_with(';'));
}

TEST_CASE("a cut image, and what is none, is refused and nothing is appended") {
    const std::string webp = test::webp_of(3), gif = test::gif_of();
    const std::array<std::string, 4> images{stripped(test::jpeg_of(6)), stripped(test::png_of(6)), stripped(webp),
                                            stripped(gif)};
    for (const std::string& image : images)
        for (std::size_t bytes = 0; bytes < image.size(); ++bytes) {
            CAPTURE(bytes);
            std::string out = "x";
            CHECK(!strip_image(image.substr(0, bytes), out));
            CHECK(out == "x");
        }
    for (const char* none : {"", "BM not known", "RIFF....WAVE", "\xff\xd8"}) {
        std::string out;
        CHECK(!strip_image(none, out));
    }
}

TEST_CASE("base64 is read with and without padding, and nothing else is taken for it") {
    std::string out;
    // GIF87a of one pixel without anything to take out: not a byte changes.
    const std::string pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    REQUIRE(strip_base64_image(pixel, out));
    CHECK(out == pixel);
    const std::string commented =
        "R0lGODlhAQABAIAAAAAAAP///yH+AWEAIfkEAQAAAAAsAAAAAAEAAQAAAgFEADs";   // "a" in a comment
    for (const char* padding : {"", "="}) {
        out.clear();
        REQUIRE(strip_base64_image(commented + padding, out));
        CHECK(out == pixel);
    }
    for (const std::string& bad : {std::string(), std::string("R0lG"), pixel + "A", "\n" + pixel,
                                   pixel.substr(0, 20) + "-_" + pixel.substr(22)}) {
        out.clear();
        CHECK(!strip_base64_image(bad, out));
        CHECK(out.empty());
    }
}

}   // namespace gilmok::guard
