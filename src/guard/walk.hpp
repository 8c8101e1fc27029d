// Every text that a JSON body holds: each string, each object key, each long number, wherever it stands: message parts, names,
// tool arguments, tool results, schemas, metadata, input of embeddings. A new member of tomorrow's API is walked like the others.
// A string that itself holds JSON (tool arguments) is walked again inside, two levels deep at most; below that its text is
// told as it stands. Media (a data: URL, base64 of input_audio or file_data) are told as such and not given as text; what only
// says that it is base64, and is not, is text.
// Sans-IO. On a body that wire::json::scan() accepted. One pass; strings without a backslash are told in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "guard/clean_memory.hpp"

namespace gilmok::guard {

// Leads from places in an unescaped text back to the raw one, where "\uXXXX" is one to four bytes of the text. Goes
// forward only, so that any number of places costs one pass. A place inside a character leads to the character's edge.
class Escapes {
public:
    explicit Escapes(std::string_view raw) : raw_(raw) {}
    std::size_t begin_of(std::size_t text_offset);   // in raw: where the character begins that holds it
    std::size_t end_of(std::size_t text_offset);     // in raw: behind the character that ends there, or further

private:
    bool step(std::size_t text_offset_max);
    std::string_view raw_;
    std::size_t raw_at_ = 0, text_at_ = 0;   // at the beginning of a character
};

// A string that holds JSON: where the leaves inside it lie.
struct Nest {
    Nest* outer = nullptr;   // nullptr: it stands in the body
    std::string_view raw;    // in the outer text, without its quotes
    std::string_view text;   // unescaped
    Escapes escapes;
};

struct Leaf {
    enum class What : std::uint8_t { text, key, number, image_data, image_link, audio_data, file_data, file_link };
    What what = What::text;
    std::string_view raw;      // where it stands in its text (the body, or nest->text), without its quotes
    std::string_view text;     // unescaped: the same bytes when nothing is escaped
    std::string_view key;      // the member that it stands in, raw; of an array's elements the array's
    std::uint8_t nested = 0;   // how many JSON strings it lies in: 0 in the body itself
    bool is_escaped = false;   // raw differs from text
    Nest* nest = nullptr;
};

struct Span {
    std::size_t begin = 0, end = 0;
};

// Where a piece of a leaf's text stands in the body. Pieces are asked for in order, leaves in the order of the walk.
class LeafPlace {
public:
    LeafPlace(std::string_view body, const Leaf& leaf) : body_(body), leaf_(leaf), escapes_(leaf.raw) {}
    Span of(std::size_t begin, std::size_t end);

private:
    std::string_view body_;
    const Leaf& leaf_;
    Escapes escapes_;
};

class Leaves {
public:
    virtual ~Leaves() = default;
    virtual Result<bool> leaf(const Leaf& leaf) = 0;
};

// Who remembers parts of a body that need not be told again: a whole string, or a stretch of the body (guard/stretches.hpp). Parts lie
// in one another: calls come as brackets do.
class Parts {
public:
    virtual ~Parts() = default;
    // True: the part is passed over. False: its leaves follow, then done() comes; of an error it does not.
    virtual bool is_known(const CleanMemory::Place& place, std::string_view text) = 0;
    virtual void done() = 0;
};
inline constexpr std::size_t string_part_bytes_min = 256;   // a shorter string would take a place for little
inline constexpr std::size_t stretch_bytes_min = 24;

inline constexpr std::size_t leaf_bytes_max = 32U << 20;   // of unescaped text; a longer one: guard_failed
inline constexpr std::uint8_t nested_max = 2;
inline constexpr std::size_t number_digits_min = 7;   // a shorter number is nobody's identifier
inline constexpr std::size_t media_bytes_min = 64;    // shorter base64 is text: a number is base64, too
inline constexpr std::size_t unnamed_media_bytes_min =
    512;   // where no name says that media stand there: longer than any key

// What had to be unescaped, by depth. Owner: a shard or an exchange; valid during the call only.
struct WalkScratch {
    std::array<std::string, nested_max + 1> text;
};

// Calls `leaves` in the body's order. A link, or a data: URL that is not base64, is told twice: as media with an empty text
// that stands where it begins, then as text. With `parts` the body is cut up, and the leaves of known parts are not told.
// Errors: what `leaves` returned; guard_failed for a string that is too long; bad_json where the body is not what it was said to be.
Result<bool> walk(std::string_view body, WalkScratch& scratch, Leaves& leaves, Parts* parts = nullptr);
// The text fields and the file names of a multipart form, and its files as media without text. Errors: member_invalid
// (not a form as RFC 7578 wants it), what `leaves` returned.
Result<bool> walk_form(std::string_view content_type, std::string_view body, Leaves& leaves);

}   // namespace gilmok::guard
