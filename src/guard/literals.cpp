#include "guard/literals.hpp"

#include <algorithm>
#include <bit>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "guard/literals_inside.hpp"

namespace gilmok::guard {

using namespace literal;

namespace {

// How often each nibble stands in a text, for the choice of buckets: low and high ones of ASCII (English prose), and of the bytes behind
// a lead byte, which are spread evenly. None is zero, so that what is rare still weighs something.
using Shares = std::array<double, 16>;
constexpr std::array<Shares, 4> nibble_shares = {
    Shares{.20, .07, .09, .08, .13, .16, .04, .03, .06, .08, .01, .02, .06, .03, .06, .05},
    Shares{.01, .01, .19, .06, .02, .01, .51, .25, .01, .01, .01, .01, .01, .01, .01, .01},
    Shares{.07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07, .07},
    Shares{.01, .01, .01, .01, .01, .01, .01, .01, .26, .26, .26, .26, .01, .01, .01, .01}};

double share_of(std::uint16_t nibbles, const Shares& shares) {
    double sum = 0;
    for (unsigned left = nibbles; left != 0; left &= left - 1)
        sum += shares[static_cast<std::size_t>(std::countr_zero(left))];
    return sum;
}

void set_nibble(std::array<char, 32>& table, std::size_t nibble, unsigned bits) {
    for (const std::size_t lane : {std::size_t{0}, std::size_t{16}})
        table[lane + nibble] = static_cast<char>(static_cast<unsigned char>(table[lane + nibble]) | bits);
}

}   // namespace

Literals::Literals(std::span<const std::string_view> texts, Case letters) : texts_(texts), letters_(letters) {
    GILMOK_ASSERT(texts.size() <= texts_max);
    std::vector<Entry> ascii, other;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto first = std::find_if_not(texts[i].begin(), texts[i].end(), is_ascii);
        const std::size_t skip = first == texts[i].end() ? 0 : static_cast<std::size_t>(first - texts[i].begin());
        GILMOK_ASSERT(texts[i].size() >= skip + 3 && texts[i].size() <= text_bytes_max);
        GILMOK_ASSERT(first == texts[i].end() || static_cast<unsigned char>(*first) >= 0xC0);
        const std::size_t bytes = texts[i].size() - skip;
        skip_max_ = std::max(skip_max_, skip);
        const std::uint64_t mask = bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
        const std::uint64_t exact = bytes_at(texts[i], skip) & mask;
        Entry entry{folded(exact) & mask,           exact, mask, 0, static_cast<std::uint16_t>(i),
                    static_cast<std::uint8_t>(skip)};
        for (unsigned shift = 0; letters == Case::ignored && shift < 64; shift += 8)
            if (is_letter(static_cast<unsigned char>(exact >> shift))) entry.letters |= std::uint64_t{0x20} << shift;
        entry.exact |= entry.letters;
        (first == texts[i].end() ? ascii : other).push_back(entry);
    }
    add_fingerprints(ascii, ascii_, ascii_offsets);
    add_fingerprints(other, other_, other_offsets);
    const auto is_short = [this](const Entry& entry, std::size_t last) {
        return texts_[entry.index].size() - entry.skip <= last;
    };
    for (const Entry& entry : ascii) {
        const bool has_few = is_short(entry, ascii_offsets.back());
        set_bit(has_few ? short_ : whole_,
                bit_of(has_few ? short_print_of<true>(entry.key) : print_of<true>(entry.key)));
    }
    for (const Entry& entry : other) {
        const bool has_few = is_short(entry, other_offsets.back());
        set_bit(has_few ? short_ : whole_,
                bit_of(has_few ? short_print_of<false>(entry.key) : print_of<false>(entry.key)));
    }
    entries_ = ascii;
    entries_.insert(entries_.end(), other.begin(), other.end());
    std::sort(entries_.begin(), entries_.end(), [](const Entry& left, const Entry& right) {
        const std::size_t left_slot = slot_of(left.key), right_slot = slot_of(right.key);
        return left_slot != right_slot ? left_slot < right_slot : left.index < right.index;
    });
    first_.assign(slots + 1, 0);
    for (const Entry& entry : entries_) ++first_[slot_of(entry.key) + 1];
    for (std::size_t i = 1; i <= slots; ++i) first_[i] = static_cast<std::uint16_t>(first_[i] + first_[i - 1]);
}

void Literals::Print::add(unsigned char c) {
    bytes[c / 64U] |= std::uint64_t{1} << (c % 64U);
    nibbles[0] = static_cast<std::uint16_t>(nibbles[0] | 1U << (c & 15U));
    nibbles[1] = static_cast<std::uint16_t>(nibbles[1] | 1U << (c >> 4U));
}
void Literals::Print::add(const Print& other) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] |= other.bytes[i];
    for (std::size_t i = 0; i < nibbles.size(); ++i)
        nibbles[i] = static_cast<std::uint16_t>(nibbles[i] | other.nibbles[i]);
}
void Literals::Print::add_all() {
    bytes.fill(~std::uint64_t{0});
    nibbles.fill(0xFFFF);
}

Literals::Prints Literals::prints_of(const Entry& entry, std::span<const std::size_t> offsets) const {
    const std::string_view text = texts_[entry.index].substr(entry.skip);
    Prints all;
    for (std::size_t print = 0; print < prints; ++print) {
        if (offsets[print] >= text.size()) {   // too short for it: any byte may stand there
            all[print].add_all();
            continue;
        }
        const unsigned char c = byte(text, offsets[print]);
        all[print].add(c);
        if (letters_ == Case::ignored && is_letter(c)) all[print].add(static_cast<unsigned char>(c ^ 0x20U));
    }
    return all;
}

void Literals::fill(Fingerprint& fingerprint, std::size_t bucket, const Prints& all, bool is_ascii) {
    const std::size_t half = bucket / 8;
    const unsigned bit = 1U << bucket % 8;
    for (std::size_t print = 0; print < prints; ++print) {
        const auto& [low, high] = all[print].nibbles;
        for (std::size_t nibble = 0; nibble < 16; ++nibble) {
            if ((low >> nibble & 1U) != 0) set_nibble(fingerprint.low[half][print], nibble, bit);
            if ((high >> nibble & 1U) != 0) set_nibble(fingerprint.high[half][print], nibble, bit);
        }
        // Of seven bits, or of six where bytes of other scripts are asked for.
        ByteTable& table = fingerprint.bytes[half][print];
        for (std::size_t word = 0; word < all[print].bytes.size(); ++word)
            for (std::uint64_t left = all[print].bytes[word]; left != 0; left &= left - 1) {
                const std::size_t c = word * 64 + static_cast<std::size_t>(std::countr_zero(left));
                char& entry = table[c % (is_ascii ? 128 : 64)];
                entry = static_cast<char>(static_cast<unsigned char>(entry) | bit);
            }
    }
}

// A bucket lets through what fits any nibble of each place, so what counts is which texts share one: neighbours in
// alphabetical order are put together, each time the two groups that let through the least more than both did alone.
void Literals::add_fingerprints(std::span<const Entry> entries, Fingerprint& fingerprint,
                                std::span<const std::size_t> offsets) const {
    struct Group {
        Prints all;
        double share = 0;   // of the places of a text that it lets through
        double more = 0;    // when it is put together with the next one
    };
    const bool is_ascii = offsets.front() == 0;
    const auto joined = [&](const Group& left, const Group& right) {
        Group group{left.all, 1};
        for (std::size_t print = 0; print < prints; ++print) {
            group.all[print].add(right.all[print]);
            for (std::size_t half = 0; half < 2; ++half)
                group.share *= share_of(group.all[print].nibbles[half], nibble_shares[is_ascii ? half : 2 + half]);
        }
        return group;
    };
    std::vector<Group> groups;
    std::vector<Entry> order(entries.begin(), entries.end());
    const auto behind_skip = [this](const Entry& entry) { return texts_[entry.index].substr(entry.skip); };
    std::sort(order.begin(), order.end(),
              [&](const Entry& left, const Entry& right) { return behind_skip(left) < behind_skip(right); });
    for (const Entry& entry : order) {
        const Group alone{prints_of(entry, offsets)};
        groups.push_back(joined(alone, alone));
    }
    const auto weigh = [&](std::size_t i) {
        if (i + 1 >= groups.size()) return;
        const Group both = joined(groups[i], groups[i + 1]);
        groups[i].more = both.share - groups[i].share - groups[i + 1].share;
    };
    for (std::size_t i = 0; i < groups.size(); ++i) weigh(i);
    while (groups.size() > buckets) {
        const auto best = std::min_element(groups.begin(), groups.end() - 1, [](const Group& left, const Group& right) {
            return left.more < right.more;
        });
        *best = joined(*best, *std::next(best));
        groups.erase(std::next(best));
        const auto at = static_cast<std::size_t>(best - groups.begin());
        weigh(at);
        if (at > 0) weigh(at - 1);
    }
    fingerprint.is_used = !groups.empty();
    for (std::size_t bucket = 0; bucket < groups.size(); ++bucket)
        fill(fingerprint, bucket, groups[bucket].all, is_ascii);
}

// `bytes` are those at `at`.
bool Literals::stands(std::string_view text, std::size_t at, std::uint64_t bytes, const Entry& entry) const {
    if (((bytes | entry.letters) & entry.mask) != entry.exact) return false;
    const std::string_view wanted = texts_[entry.index];
    if (entry.skip == 0 && wanted.size() <= sizeof bytes) return true;
    if (at < entry.skip) return false;
    const std::string_view here = text.substr(at - entry.skip, wanted.size());
    return letters_ == Case::exact ? here == wanted : equal_ignoring_case(here, wanted);
}

void Literals::verify(std::string_view text, std::size_t at, std::vector<Hit>& hits) const {
    if (at + 3 > text.size()) return;
    const std::uint64_t bytes = bytes_at(text, at);
    const std::size_t slot = slot_of(folded(bytes));
    for (std::size_t i = first_[slot]; i < first_[slot + 1]; ++i) {
        const Entry& entry = entries_[i];
        if (stands(text, at, bytes, entry)) hits.push_back({static_cast<std::uint32_t>(at - entry.skip), entry.index});
    }
}

std::size_t Literals::find_at(std::string_view text, std::size_t at, std::span<std::size_t> found) const {
    std::size_t count = 0;
    // Texts with ASCII in front of their first other character are found at that.
    for (std::size_t skip = 0; skip <= skip_max_ && at + skip + 3 <= text.size(); ++skip) {
        const std::uint64_t bytes = bytes_at(text, at + skip);
        const std::size_t slot = slot_of(folded(bytes));
        for (std::size_t i = first_[slot]; i < first_[slot + 1] && count < found.size(); ++i) {
            const Entry& entry = entries_[i];
            if (entry.skip == skip && stands(text, at + skip, bytes, entry)) found[count++] = entry.index;
        }
    }
    return count;
}

void Literals::find_scalar(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const {
    if (entries_.empty()) return;
    for (std::size_t at = from; at < to; ++at) verify(text, at, hits);
}

}   // namespace gilmok::guard
