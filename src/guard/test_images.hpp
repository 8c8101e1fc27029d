// Small images with everything in them that is not the picture, made here.
#pragma once

#include <string>
#include <string_view>

namespace gilmok::guard::test {

inline std::string bytes(std::string_view text) { return std::string(text); }
template <std::size_t size>
std::string raw(const char (&text)[size]) {
    return std::string(text, size - 1);
}

// What must not be left of any of them.
inline constexpr std::string_view secret = "SECRET";

// Little-endian EXIF with a maker's text, and the orientation when it is not 0.
inline std::string exif_of(char orientation) {
    std::string tiff = raw("II\x2a\0\x08\0\0\0\x02\0");
    tiff += raw("\x0f\x01\x02\0\x06\0\0\0\x26\0\0\0");
    tiff += raw("\x12\x01\x03\0\x01\0\0\0");
    tiff += orientation;
    tiff += raw("\0\0\0\0\0\0\0");
    return tiff + "SECRET";
}

inline std::string jpeg_segment(char marker, const std::string& content) {
    std::string out = "\xff";
    out += marker;
    out += static_cast<char>((content.size() + 2) >> 8);
    out += static_cast<char>((content.size() + 2) & 0xffU);
    return out + content;
}
inline std::string jpeg_of(char orientation) {
    const std::string scan = raw("\x01\x11\0\x3f\0");
    return raw("\xff\xd8") + jpeg_segment('\xe0', raw("JFIF\0\x01\x01\0\0\x01\0\x01\0\0")) +
           jpeg_segment('\xe1', raw("Exif\0\0") + exif_of(orientation)) +
           jpeg_segment('\xe1', raw("http://ns.adobe.com/xap/1.0/\0SECRET")) +
           jpeg_segment('\xe2', raw("ICC_PROFILE\0\x01\x01profile")) + jpeg_segment('\xe2', raw("MPF\0SECRET")) +
           jpeg_segment('\xed', raw("Photoshop 3.0\0SECRET")) + jpeg_segment('\xee', raw("Adobe\0\x64\0\0\0\0\x01")) +
           jpeg_segment('\xfe', "SECRET") + jpeg_segment('\xdb', raw("\0table")) +
           jpeg_segment('\xc2', raw("\x08\0\x01\0\x01")) + jpeg_segment('\xda', scan) +
           raw("first\xff\0scan\xff\xd0more") + jpeg_segment('\xfe', "SECRET") + jpeg_segment('\xda', scan) +
           raw("second") + raw("\xff\xd9") + "SECRET behind the end";
}

inline std::string png_chunk(const std::string& type, const std::string& content) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(content.size() >> shift & 0xffU);
    return out + type + content + "crc.";
}
inline std::string png_of(char orientation) {
    return raw("\x89PNG\r\n\x1a\n") + png_chunk("IHDR", raw("\0\0\0\x01\0\0\0\x01\x08\0\0\0\0")) +
           png_chunk("iCCP", "profile") + png_chunk("tEXt", "SECRET") + png_chunk("iTXt", "SECRET") +
           png_chunk("eXIf", exif_of(orientation)) + png_chunk("tIME", "SECRET.") + png_chunk("prVt", "SECRET") +
           png_chunk("IDAT", "pixels") + png_chunk("zTXt", "SECRET") + png_chunk("IEND", "") + "SECRET";
}

inline std::string webp_chunk(const std::string& type, const std::string& content) {
    std::string out = type;
    for (int shift = 0; shift <= 24; shift += 8) out += static_cast<char>(content.size() >> shift & 0xffU);
    return out + content + (content.size() % 2 != 0 ? std::string(1, '\0') : "");
}
inline std::string webp_of(char orientation) {
    const std::string chunks = "WEBP" + webp_chunk("VP8X", raw("\x2c\0\0\0\0\0\0\0\0\0")) +
                               webp_chunk("ICCP", "profile") + webp_chunk("VP8L", "pixels!") +
                               webp_chunk("EXIF", exif_of(orientation)) + webp_chunk("XMP ", "SECRET") +
                               webp_chunk("OWN ", "SECRET");
    return webp_chunk("RIFF", chunks) + "SECRET";
}

inline std::string gif_of() {
    return raw("GIF89a\x01\0\x01\0\x80\0\0") + "colour" + raw("!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0") +
           raw("!\xfe\x06SECRET\0") + raw("!\xff\x0bXMP DataXMP\x06SECRET\0") + raw("!\xf9\x04\0\0\0\0\0") +
           raw(",\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0") + raw("!\xfe\x06SECRET\0") + ";SECRET";
}

}   // namespace gilmok::guard::test
