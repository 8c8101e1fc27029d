#include "guard/images.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "wire/base64.hpp"

namespace gilmok::guard {

namespace {

// A place in the image; every read says whether it was inside.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}
    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
    [[nodiscard]] bool starts_with(std::string_view text) const { return rest_.starts_with(text); }
    bool take(std::size_t bytes, std::string_view& taken) {
        if (bytes > rest_.size()) return false;
        taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return true;
    }

private:
    std::string_view rest_;
};

std::uint32_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }
std::uint32_t big16(std::string_view bytes) { return byte_at(bytes, 0) << 8 | byte_at(bytes, 1); }
std::uint32_t big32(std::string_view bytes) { return big16(bytes) << 16 | big16(bytes.substr(2)); }
std::uint32_t little16(std::string_view bytes) { return byte_at(bytes, 1) << 8 | byte_at(bytes, 0); }
std::uint32_t little32(std::string_view bytes) { return little16(bytes.substr(2)) << 16 | little16(bytes); }

void append_big32(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xffU);
}
void append_little32(std::string& out, std::uint32_t number) {
    for (int shift = 0; shift <= 24; shift += 8) out += static_cast<char>(number >> shift & 0xffU);
}

// The orientation in a TIFF text (Exif 2.32, tag 0x0112 of the first directory): 2 to 8, or 0 for none or the usual one.
std::uint32_t orientation_of(std::string_view tiff) {
    constexpr std::uint32_t tag_orientation = 0x0112;
    if (tiff.size() < 8) return 0;
    const bool is_big = tiff.starts_with("MM");
    if (!is_big && !tiff.starts_with("II")) return 0;
    const auto read16 = [&](std::size_t at) { return is_big ? big16(tiff.substr(at)) : little16(tiff.substr(at)); };
    const std::size_t directory = is_big ? big32(tiff.substr(4)) : little32(tiff.substr(4));
    if (directory > tiff.size() - 2) return 0;
    const std::size_t entries = read16(directory);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t at = directory + 2 + i * 12;
        if (at + 12 > tiff.size()) return 0;
        if (read16(at) != tag_orientation) continue;
        const std::uint32_t orientation = read16(at + 8);
        return orientation >= 2 && orientation <= 8 ? orientation : 0;
    }
    return 0;
}

// A TIFF text that holds the orientation and nothing else.
std::string tiff_with(std::uint32_t orientation) {
    std::string tiff("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
    tiff += static_cast<char>(orientation);
    tiff.append(6, '\0');   // the rest of the value, and no further directory
    return tiff;
}

// "Exif\0\0" stands in front of the TIFF text in JPEG, and by mistake elsewhere.
std::string_view without_exif_mark(std::string_view exif) {
    constexpr std::string_view mark("Exif\0\0", 6);
    return exif.starts_with(mark) ? exif.substr(mark.size()) : exif;
}

class Jpeg {
public:
    static bool is_one(std::string_view image) { return image.starts_with("\xff\xd8\xff"); }
    static bool strip(std::string_view image, std::string& out) {
        Reader reader(image);
        std::string_view taken;
        reader.take(2, taken);
        out += taken;
        while (true) {
            unsigned marker = 0;
            if (!take_marker(reader, marker)) return false;
            if (marker == end_of_image) {
                out += "\xff\xd9";   // what cameras append behind it is not the picture
                return true;
            }
            if (!reader.take(2, taken) || big16(taken) < 2) return false;
            std::string_view length = taken, content;
            if (!reader.take(big16(length) - 2, content)) return false;
            if (marker == app1) append_orientation(content, out);
            if (!is_kept(marker, content)) continue;
            out += '\xff';
            out += static_cast<char>(marker);
            out += length;
            out += content;
            if (marker == start_of_scan && !copy_scan(reader, out)) return false;
        }
    }

private:
    static constexpr unsigned end_of_image = 0xd9, start_of_scan = 0xda, app0 = 0xe0, app1 = 0xe1, app2 = 0xe2,
                              app14 = 0xee, app15 = 0xef, comment = 0xfe;

    static bool take_marker(Reader& reader, unsigned& marker) {
        std::string_view taken;
        if (!reader.take(1, taken) || taken[0] != '\xff') return false;
        do
            if (!reader.take(1, taken)) return false;
        while (taken[0] == '\xff');   // fill bytes
        marker = static_cast<unsigned char>(taken[0]);
        return marker >= 0xc0 && !(marker >= 0xd0 && marker <= 0xd8);
    }
    static bool is_kept(unsigned marker, std::string_view content) {
        if (marker == app0) return content.starts_with(std::string_view("JFIF\0", 5));   // JFXX holds a thumbnail
        if (marker == app2) return content.starts_with(std::string_view("ICC_PROFILE\0", 12));
        if (marker == app14) return content.starts_with("Adobe");   // says how colours are coded
        return (marker < app0 || marker > app15) && marker != comment;
    }
    static void append_orientation(std::string_view content, std::string& out) {
        const std::string_view tiff = without_exif_mark(content);
        const std::uint32_t orientation = tiff.size() == content.size() ? 0 : orientation_of(tiff);
        if (orientation == 0) return;
        const std::string exif = std::string("Exif\0\0", 6) + tiff_with(orientation);
        out += "\xff\xe1";
        out += '\0';
        out += static_cast<char>(exif.size() + 2);
        out += exif;
    }
    // Compressed data up to the next marker that is neither a stuffed 0xff nor a restart.
    static bool copy_scan(Reader& reader, std::string& out) {
        const std::string_view rest = reader.rest();
        for (std::size_t at = rest.find('\xff'); at != std::string_view::npos; at = rest.find('\xff', at + 1)) {
            if (at + 1 >= rest.size()) return false;
            const unsigned next = byte_at(rest, at + 1);
            if (next == 0 || (next >= 0xd0 && next <= 0xd7) || next == 0xff) continue;
            std::string_view scan;
            reader.take(at, scan);
            out += scan;
            return true;
        }
        return false;
    }
};

class Png {
public:
    static constexpr std::string_view signature{"\x89PNG\r\n\x1a\n", 8};
    static bool is_one(std::string_view image) { return image.starts_with(signature); }
    static bool strip(std::string_view image, std::string& out) {
        Reader reader(image.substr(signature.size()));
        out += signature;
        while (true) {
            std::string_view head, content, check;
            if (!reader.take(8, head) || !reader.take(big32(head), content) || !reader.take(4, check)) return false;
            const std::string_view type = head.substr(4);
            if (type == "eXIf") append_orientation(content, out);
            if (is_kept(type)) {
                out += head;
                out += content;
                out += check;
            }
            if (type == "IEND") return true;
        }
    }

private:
    static bool is_kept(std::string_view type) {
        if ((byte_at(type, 0) & 0x20U) == 0) return true;   // critical: without it there is no picture
        for (const std::string_view kept : {"tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI",
                                            "bKGD", "hIST", "pHYs", "acTL", "fcTL", "fdAT"})
            if (type == kept) return true;
        return false;
    }
    static std::uint32_t crc_of(std::string_view bytes) {   // PNG annex D, for two dozen bytes
        std::uint32_t crc = 0xffffffffU;
        for (const char c : bytes) {
            crc ^= static_cast<unsigned char>(c);
            for (int i = 0; i < 8; ++i) crc = (crc & 1U) != 0 ? 0xedb88320U ^ crc >> 1 : crc >> 1;
        }
        return ~crc;
    }
    static void append_orientation(std::string_view content, std::string& out) {
        const std::uint32_t orientation = orientation_of(without_exif_mark(content));
        if (orientation == 0) return;
        const std::string chunk = "eXIf" + tiff_with(orientation);
        append_big32(out, static_cast<std::uint32_t>(chunk.size() - 4));
        out += chunk;
        append_big32(out, crc_of(chunk));
    }
};

class Webp {
public:
    static bool is_one(std::string_view image) {
        return image.size() >= 12 && image.starts_with("RIFF") && image.substr(8, 4) == "WEBP";
    }
    static bool strip(std::string_view image, std::string& out) {
        const std::size_t begin = out.size();
        const std::uint32_t told = little32(image.substr(4));
        if (told < 4 || told > image.size() - 8) return false;
        Reader reader(image.substr(12, told - 4));
        std::string_view head, content, padding;
        std::size_t flags_at = 0;
        std::uint32_t orientation = 0;
        bool has_picture = false;
        out += image.substr(0, 12);
        while (!reader.is_at_end()) {
            if (!reader.take(8, head) || !reader.take(little32(head.substr(4)), content)) return false;
            if (content.size() % 2 != 0 && !reader.take(1, padding)) return false;
            const std::string_view type = head.substr(0, 4);
            if (type == "EXIF") orientation = orientation_of(without_exif_mark(content));
            if (!is_kept(type)) continue;
            has_picture = has_picture || type == "VP8 " || type == "VP8L" || type == "ANMF";
            if (type == "VP8X") {
                if (content.size() < 10) return false;
                flags_at = out.size() + head.size();
            }
            append_chunk(head, content, out);
        }
        if (!has_picture) return false;
        if (flags_at != 0) {
            const unsigned flags = static_cast<unsigned char>(out[flags_at]) & ~(exif_flag | xmp_flag);
            out[flags_at] = static_cast<char>(orientation != 0 ? flags | exif_flag : flags);
            if (orientation != 0) {
                const std::string tiff = tiff_with(orientation);
                std::string exif_head = "EXIF";
                append_little32(exif_head, static_cast<std::uint32_t>(tiff.size()));
                append_chunk(exif_head, tiff, out);
            }
        }
        std::string size;
        append_little32(size, static_cast<std::uint32_t>(out.size() - begin - 8));
        out.replace(begin + 4, 4, size);
        return true;
    }

private:
    static constexpr unsigned exif_flag = 0x08, xmp_flag = 0x04;   // RFC 9649 section 2.7

    static bool is_kept(std::string_view type) {
        for (const std::string_view kept : {"VP8X", "ICCP", "ANIM", "ANMF", "ALPH", "VP8 ", "VP8L"})
            if (type == kept) return true;
        return false;
    }
    static void append_chunk(std::string_view head, std::string_view content, std::string& out) {
        out += head;
        out += content;
        if (content.size() % 2 != 0) out += '\0';
    }
};

class Gif {
public:
    static bool is_one(std::string_view image) { return image.starts_with("GIF87a") || image.starts_with("GIF89a"); }
    static bool strip(std::string_view image, std::string& out) {
        Reader reader(image);
        std::string_view head, taken;
        if (!reader.take(13, head)) return false;
        out += head;
        if (!copy_colours(reader, byte_at(head, 10), out)) return false;
        while (true) {
            if (!reader.take(1, taken)) return false;
            if (taken == ";") {
                out += ';';
                return true;
            }
            if (taken == "!") {
                if (!extension(reader, out)) return false;
            } else if (taken == ",") {
                std::string_view descriptor, code_size, data;
                out += ',';
                if (!reader.take(9, descriptor)) return false;
                out += descriptor;
                if (!copy_colours(reader, byte_at(descriptor, 8), out)) return false;
                if (!reader.take(1, code_size) || !take_blocks(reader, data)) return false;
                out += code_size;
                out += data;
            } else {
                return false;
            }
        }
    }

private:
    static bool copy_colours(Reader& reader, std::uint32_t packed, std::string& out) {
        if ((packed & 0x80U) == 0) return true;
        std::string_view table;
        if (!reader.take(std::size_t{3} << ((packed & 7U) + 1), table)) return false;
        out += table;
        return true;
    }
    // Sub-blocks with their lengths, and the empty one that ends them.
    static bool take_blocks(Reader& reader, std::string_view& blocks) {
        const std::string_view all = reader.rest();
        std::size_t bytes = 0;
        while (bytes < all.size() && all[bytes] != '\0') bytes += byte_at(all, bytes) + 1;
        return reader.take(bytes + 1, blocks);
    }
    static bool extension(Reader& reader, std::string& out) {
        std::string_view label, blocks;
        if (!reader.take(1, label) || !take_blocks(reader, blocks)) return false;
        const unsigned kind = byte_at(label, 0);
        const std::string_view application = blocks.substr(0, std::min<std::size_t>(12, blocks.size()));
        // Delays and transparency, text that is drawn, loops, colour profiles. Comments and XMP stay behind.
        const bool is_kept = kind == 0xf9 || kind == 0x01 ||
                             (kind == 0xff && (application == "\x0bNETSCAPE2.0" ||
                                               application == "\x0b"
                                                              "ANIMEXTS1.0" ||
                                               application == "\x0bICCRGBG1012"));
        if (!is_kept) return true;
        out += '!';
        out += label;
        out += blocks;
        return true;
    }
};

template <class Format>
bool strip_as(std::string_view image, std::string& out) {
    const std::size_t before = out.size();
    if (Format::strip(image, out)) return true;
    out.resize(before);
    return false;
}

}   // namespace

bool strip_image(std::string_view image, std::string& out) {
    if (Jpeg::is_one(image)) return strip_as<Jpeg>(image, out);
    if (Png::is_one(image)) return strip_as<Png>(image, out);
    if (Webp::is_one(image)) return strip_as<Webp>(image, out);
    if (Gif::is_one(image)) return strip_as<Gif>(image, out);
    return false;
}

bool strip_base64_image(std::string_view base64, std::string& out) {
    const auto image = wire::from_loose_base64(base64);
    std::string stripped;
    if (!image || !strip_image(*image, stripped)) return false;
    if (stripped == *image) {
        out += base64;   // nothing to take out: not a byte changes, be it the padding
        return true;
    }
    out += wire::base64(stripped);
    return true;
}

}   // namespace gilmok::guard
