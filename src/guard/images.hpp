// Takes out of images what is not the picture: EXIF (place, camera, owner), XMP, IPTC, comments, thumbnails, what cameras append.
// Kept: pixels bit for bit, colour profiles, and of EXIF the orientation, without which a portrait lies on its side.
// Sources: ITU-T T.81 (JPEG) with the APPn of Exif 2.32 and ICC.1, PNG third edition, RFC 9649 (WebP), GIF89a.
// Pure. Reads only the structure around the compressed data, never decodes it; linear in the size.
#pragma once

#include <string>
#include <string_view>

namespace gilmok::guard {

// Appends the image without its metadata. False, with `out` as it was: not JPEG, PNG, WebP or GIF, or broken.
bool strip_image(std::string_view image, std::string& out);
// The same from base64 to base64 (RFC 4648 section 4, with padding or without).
bool strip_base64_image(std::string_view base64, std::string& out);

}   // namespace gilmok::guard
