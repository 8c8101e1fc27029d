// The text is taken in stretches that stay in the first cache: anchors of one stretch are found, then looked at, then the
// next. What a matcher sees is not cut: it looks at the whole view around its anchor.
#include "guard/detector.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "guard/dictionary.hpp"
#include "guard/digit_run.hpp"
#include "guard/hangul_anchors.hpp"
#include "guard/open_tail.hpp"
#include "guard/patterns.hpp"
#include "guard/resolve.hpp"
#include "guard/world.hpp"

namespace gilmok::guard {

namespace {

using model::DataKind;
using model::Finding;

constexpr std::size_t stretch_bytes = 4'096;
static_assert(stretch_bytes % anchors_step == 0);
constexpr std::size_t candidates_max = 8 * findings_max;   // before overlaps are resolved

bool is_ascii_alnum(char c) { return is_ascii_word(c) && c != '_'; }

// Whether a character beyond ASCII ends in front of `at`, or a space before: most digits have another neighbour.
bool is_behind_syllable(std::string_view text, std::size_t at) {
    if (at < 2) return false;   // no character has so few bytes but one of ASCII
    const auto last = static_cast<unsigned char>(text[at - 1]), other = static_cast<unsigned char>(text[at - 2]);
    return (last >= 0x80) | ((last == ' ') & (other >= 0x80));
}

// A digit behind a separator goes on with it; a second separator may, which is rare enough to be read in full. A pair goes on
// where the two have a bit in common.
struct Joins {
    std::array<std::uint8_t, 256> between{}, behind{};
};
constexpr Joins joins_digits = [] {
    Joins joins;
    for (const char c : std::string_view(" -./()_~")) joins.between[static_cast<unsigned char>(c)] = 1;
    for (const char c : std::string_view("0123456789-(")) joins.behind[static_cast<unsigned char>(c)] = 1;
    joins.between[static_cast<unsigned char>(')')] = 3;
    joins.behind[static_cast<unsigned char>(' ')] = 2;
    return joins;
}();

// Which matchers can find anything that is asked for. Whoever asks for few kinds pays for few.
struct Wanted {
    bool korean_numbers = false, world_numbers = false, letters = false, email = false, address = false, plate = false,
         name = false, secrets = false;

    explicit Wanted(const model::KindSet& kinds) {
        for (std::size_t i = 0; i < model::data_kinds_count; ++i) {
            const auto kind = static_cast<DataKind>(i);
            if (!kinds.has(kind)) continue;
            const model::DataFamily family = model::family_of(kind);
            if (family == model::DataFamily::own || family == model::DataFamily::media) continue;
            const bool is_name = kind == DataKind::kr_name || kind == DataKind::person_name;
            const bool is_korean = kind <= DataKind::kr_customs_code;
            // Words for a birth and for '@' stand among the secrets' literals.
            secrets |=
                family == model::DataFamily::secret || kind == DataKind::date_of_birth || kind == DataKind::email;
            if (family == model::DataFamily::secret) continue;
            name |= is_name;
            email |= kind == DataKind::email;
            address |= kind == DataKind::kr_address;
            plate |= kind == DataKind::kr_plate;
            if (is_name || kind == DataKind::email || kind == DataKind::kr_address || kind == DataKind::kr_plate)
                continue;
            korean_numbers |= is_korean;
            world_numbers |= !is_korean;
            letters |= !is_korean || kind == DataKind::kr_passport || kind == DataKind::kr_customs_code;
        }
    }
};

// Goes over the anchors of one text, in its order, and calls the matchers of each place once.
class Looker {
public:
    Looker(std::string_view text, const Wanted& wanted, DetectScratch& scratch)
        : text_(text), wanted_(wanted), sink_(scratch.candidates, scratch.around) {}

    void look(const Anchor& anchor) {
        switch (anchor.what) {
            case Anchor::What::digits: look_at_digits(anchor.at); break;
            case Anchor::What::at_sign:
                if (wanted_.email) match_at_sign(text_, anchor.at, sink_);
                if (wanted_.name) match_name(text_, anchor.at, sink_);
                break;
            case Anchor::What::mixed:
                if (wanted_.letters) look_at_mixed(anchor.at);
                break;
            case Anchor::What::capitals:
                if (wanted_.letters) look_at_capitals(anchor.at);
                break;
            case Anchor::What::colon:
                if (wanted_.letters) look_at_hex(anchor.at);
                break;
        }
    }
    void look_at_secret(std::size_t begin, std::size_t index) { match_secret(text_, begin, index, sink_); }
    void look_at_name(std::size_t begin, std::size_t index) { match_name_literal(text_, begin, index, sink_); }

private:
    static constexpr std::size_t least_digits_ahead = 6;   // of a code that begins with digits: "131052a308t"
    static constexpr std::size_t word_bytes_max = 64;      // no identifier stands inside a longer word

    void look_at_digits(std::size_t at) {
        if (wanted_.letters && may_be_of_code(at)) look_at_codes(at);
        if (at >= digits_next_ && !is_lone_number(at)) look_at_run(at);
    }

    // Whether a digit may belong to a code of small letters or to a hardware address. Bits and one branch: most digits of prose belong
    // to none.
    bool may_be_of_code(std::size_t digit) const {
        constexpr std::size_t stops_apart = 5;
        if (digit < stops_apart || digit + 2 * stops_apart > text_.size()) return true;
        const char* const bytes = text_.data() + digit;
        bool is_long = true, is_dotted = false;
        for (std::size_t i = 1; i < least_digits_ahead; ++i) is_long &= is_digit(bytes[i]);
        for (std::ptrdiff_t i = 1; i < 5; ++i)
            is_dotted |= (bytes[i] == '.') & ((bytes[i + 5] == '.') | (bytes[i - 5] == '.'));
        const bool is_paired = (bytes[1] == '-') | (bytes[2] == '-');
        return is_paired | is_dotted | is_long | is_small(bytes[-1]);
    }
    [[gnu::noinline]] void look_at_codes(std::size_t digit) {
        look_at_small_pairs(digit);
        look_at_dots(digit);
        look_at_small_letters(digit);
    }

    // By itself, as is what looks at words below: most anchors are passed over, and what these need of the stack is not set up for them.
    [[gnu::noinline]] void look_at_run(std::size_t at) {
        const DigitRun run = read_digit_run(text_, at, digits_next_);
        if (run.groups_count == 0) return;
        if (wanted_.address && is_behind_syllable(text_, at)) look_at_address(at);
        const DigitRun::Group& last = run.groups[run.groups_count - 1U];
        if (wanted_.plate && (last.count == 2 || last.count == 3)) look_at_plate(last.begin, last.end);
        if (wanted_.plate && run.digits_count == 6) match_mission_plate(text_, run, sink_);
        // The shortest numbers of all: an IPv4 address of four digits, a date of birth of three groups, six digits.
        if (run.digits_count < 6 && run.groups_count < 4 && (run.groups_count < 3 || run.digits_count < 4)) return;
        if (wanted_.name && run.all().starts_with("01")) match_name(text_, run.begin, sink_);
        if (wanted_.korean_numbers) match_korean_numbers(text_, run, sink_);
        if (wanted_.world_numbers) match_world_numbers(text_, run, sink_);
    }

    // Most digits of prose: five at most with nothing of a number behind them. Only an address or a plate is made of those.
    bool is_lone_number(std::size_t at) {
        const char* const bytes = text_.data();
        const std::size_t size = text_.size();
        const std::size_t end = at + digits_at(text_, at);
        if (end - at >= 6) return false;
        const auto c = static_cast<unsigned char>(end < size ? bytes[end] : '\0'),
                   next = static_cast<unsigned char>(end + 1 < size ? bytes[end + 1] : '\0');
        if ((joins_digits.between[c] & joins_digits.behind[next]) != 0) return false;
        digits_next_ = end;
        // Bits and no branches: nearly none of these is true, and which is cannot be foretold.
        const bool is_behind = wanted_.address & is_behind_syllable(text_, at);
        const bool is_before = wanted_.plate & ((c == ' ') | (c >= 0x80)) & ((end - at == 2) | (end - at == 3));
        if (is_behind | is_before) [[unlikely]] {
            if (is_behind) look_at_address(at);
            if (is_before) look_at_plate(at, end);
        }
        return true;
    }
    [[gnu::noinline]] void look_at_address(std::size_t number) {
        if (const auto head = address_anchor(text_, number)) match_address(text_, *head, sink_);
    }
    [[gnu::noinline]] void look_at_plate(std::size_t begin, std::size_t end) {
        if (is_plate_anchor(text_, end)) match_plate(text_, begin, sink_);
    }

    void look_at_mixed(std::size_t at) {
        if (at >= word_next_) look_at_word(at);   // else its word has been looked at, however long it is
    }
    [[gnu::noinline]] void look_at_word(std::size_t at) {
        // A digit behind "M " belongs to the capital's word.
        std::size_t begin = !is_ascii_alnum(text_[at - 1]) ? at - 1 : at;
        const char* const bytes = text_.data();
        const std::size_t least = begin - std::min(begin, word_bytes_max), size = text_.size();
        while (begin > least && is_ascii_alnum(bytes[begin - 1])) --begin;
        if (begin < word_next_) return;
        std::size_t end = begin;
        while (end < size && is_ascii_alnum(bytes[end])) ++end;
        word_next_ = std::max(end, begin + 1);
        if (end - begin > word_bytes_max) return;
        match_korean_letters(text_, begin, sink_);
        match_world_word(text_, begin, end, sink_);
        if (end - begin == 2) look_at_pairs(begin);
    }

    // "00-1A-2B-…": the word of a hardware address begins where its first pair does, which may have no letter.
    void look_at_pairs(std::size_t begin) {
        std::size_t first = begin;
        for (int pair = 0; pair < 5; ++pair) {
            if (first < 3 || text_[first - 1] != '-' || !is_hex(text_[first - 2]) || !is_hex(text_[first - 3])) break;
            first -= 3;
        }
        if (first == begin || first < pairs_next_) return;
        pairs_next_ = begin + 1;
        match_world_letters(text_, first, sink_);
    }

    // "6d-7b-82-…": small letters make no anchor of their own, so the digits of a hardware address do.
    void look_at_small_pairs(std::size_t digit) {
        if (digit + 5 > text_.size() || (text_.data()[digit + 1] != '-' && text_.data()[digit + 2] != '-')) return;
        look_at_pair(digit);
    }
    // "001a.2b3c.4d5e": a first digit has its group's full stop behind it, or the next one's; the other one stands a group away, as
    // none does at the end of a sentence.
    void look_at_dots(std::size_t digit) {
        constexpr std::size_t apart = 5;
        if (digit < dots_next_) return;
        std::size_t stop = digit + 1;
        while (stop < digit + apart && byte_at(text_, stop) != '.') ++stop;
        if (stop == digit + apart) return;
        if (byte_at(text_, stop + apart) == '.' || (stop >= apart && text_[stop - apart] == '.')) look_at_dotted(digit);
    }
    [[gnu::noinline]] void look_at_dotted(std::size_t digit) {
        dots_next_ = digit + 1;
        while (dots_next_ < text_.size() && (is_hex(text_[dots_next_]) || text_[dots_next_] == '.')) ++dots_next_;
        match_dotted_groups(text_, digit, sink_);
    }
    // A code in small letters: the first of its digits stands behind a letter, or there are enough in front of one.
    void look_at_small_letters(std::size_t digit) {
        if (digit < small_next_) return;
        if (!is_small(byte_before(text_, digit))) {
            const std::size_t end = digit + digits_at(text_, digit);
            if (end < digit + least_digits_ahead || !is_small(byte_at(text_, end))) return;
        }
        look_at_small_word(digit);
    }
    [[gnu::noinline]] void look_at_small_word(std::size_t digit) {
        constexpr std::size_t code_bytes_min = 8;
        const auto belongs = [](char c) { return is_digit(c) || is_small(c); };
        std::size_t begin = digit, end = digit + 1;
        const std::size_t least = digit - std::min(digit, word_bytes_max);
        while (begin > least && belongs(text_[begin - 1])) --begin;
        bool has_small = begin < digit;
        for (; end < text_.size() && belongs(text_[end]); ++end) has_small = has_small || is_small(text_[end]);
        small_next_ = end;
        const bool is_whole = !is_ascii_alnum(byte_before(text_, begin)) && !is_ascii_alnum(byte_at(text_, end));
        // "de89 3704 …": an IBAN's first group, the others behind spaces.
        const bool may_be_short = end - begin == 4 && digit == begin + 2;
        if (!has_small || !is_whole || (end - begin < code_bytes_min && !may_be_short)) return;
        match_small_word(text_, begin, end, sink_);
    }
    [[gnu::noinline]] void look_at_pair(std::size_t digit) {
        const std::size_t begin = digit > 0 && is_hex(text_[digit - 1]) ? digit - 1 : digit;
        if (begin + 6 > text_.size() || begin < pairs_next_ || text_[begin + 2] != '-' || text_[begin + 5] != '-')
            return;
        if (!is_hex(text_[begin + 1]) || !is_hex(text_[begin + 3]) || !is_hex(text_[begin + 4])) return;
        std::size_t first = begin;
        for (int pair = 0; pair < 5; ++pair) {
            if (first < 3 || text_[first - 1] != '-' || !is_hex(text_[first - 2]) || !is_hex(text_[first - 3])) break;
            first -= 3;
        }
        pairs_next_ = begin + 1;
        match_world_letters(text_, first, sink_);
    }

    [[gnu::noinline]] void look_at_capitals(std::size_t eighth) {
        const std::size_t begin = eighth - 7;
        std::size_t end = eighth + 1;
        while (end < text_.size() && end - begin < 12 && is_ascii_alnum(text_[end])) ++end;
        // A word with digits in it may be looked at twice: words behind this one in its block have had their turn already.
        if (end - begin != 8 && end - begin != 11) return;
        match_world_letters(text_, begin, sink_);
    }

    [[gnu::noinline]] void look_at_hex(std::size_t colon) {
        if (colon < hex_next_) return;
        const auto is_part = [this](std::size_t at) { return is_hex(text_[at]) || text_[at] == ':'; };
        std::size_t begin = colon, end = colon;
        while (begin > 0 && colon - begin < word_bytes_max && is_part(begin - 1)) --begin;
        std::size_t colons = 0;
        for (; end < text_.size() && is_part(end); ++end) colons += text_[end] == ':' ? 1U : 0U;
        hex_next_ = end;
        if (colons >= 2 && end - begin <= word_bytes_max) match_world_letters(text_, begin, sink_);
    }

    std::string_view text_;
    const Wanted& wanted_;
    Sink sink_;
    // Up to where each kind of place has been looked at.
    std::size_t digits_next_ = 0, word_next_ = 0, pairs_next_ = 0, small_next_ = 0, hex_next_ = 0, dots_next_ = 0;
};

}   // namespace

struct Detector::Inside {
    DetectorOptions options;
    Wanted wanted;
    std::vector<std::string_view> texts;        // of secrets, then of names
    std::size_t secrets = 0, names_first = 0;   // how many; which of name_literals() stands behind them
    Literals literals;
    OpenTail tail;

    explicit Inside(DetectorOptions from) : options(std::move(from)), wanted(options.kinds), tail(secret_literals()) {
        const auto add = [this](auto&& list) { texts.insert(texts.end(), list.begin(), list.end()); };
        if (wanted.secrets) add(secret_literals());
        secrets = texts.size();
        const std::size_t korean = name_labels.size() + name_titles.size();
        const bool has_korean = options.kinds.has(DataKind::kr_name);
        names_first = has_korean ? 0 : korean;
        if (has_korean) add(name_literals().first(korean));
        if (options.kinds.has(DataKind::person_name)) add(name_literals().subspan(korean));
        literals = Literals(texts);
    }

    template <bool is_scalar>
    [[nodiscard]] bool scan(std::string_view text, DetectScratch& scratch, std::vector<Finding>& findings,
                            std::size_t first = 0) const;
    template <bool is_scalar>
    [[nodiscard]] bool look_at(std::string_view view, DetectScratch& scratch, std::size_t first) const;
    void keep_wanted(std::vector<Finding>& found) const;
};

template <bool is_scalar>
bool Detector::Inside::look_at(std::string_view view, DetectScratch& scratch, std::size_t first) const {
    Looker looker(view, wanted, scratch);
    for (std::size_t from = 0; from < view.size(); from += stretch_bytes) {
        const std::size_t to = std::min(from + stretch_bytes, view.size());
        scratch.anchors.clear();
        scratch.hits.clear();
        if constexpr (is_scalar) {
            find_anchors_scalar(view, from, to, scratch.anchors);
            literals.find_scalar(view, from, to, scratch.hits);
        } else {
            find_anchors(view, from, to, scratch.anchors);
            literals.find(view, from, to, scratch.hits);
        }
        for (const Anchor& anchor : scratch.anchors)
            if (anchor.at >= first) looker.look(anchor);
        for (const Literals::Hit& hit : scratch.hits) {
            if (hit.index < secrets)
                looker.look_at_secret(hit.begin, hit.index);
            else
                looker.look_at_name(hit.begin, hit.index - secrets + names_first);
        }
        if (scratch.candidates.size() > candidates_max) return false;
    }
    return true;
}

// Drops what is not asked for or not sure enough.
void Detector::Inside::keep_wanted(std::vector<Finding>& found) const {
    const auto is_unwanted = [this](const Finding& finding) {
        return finding.score < options.score_min || !options.kinds.has(finding.kind) || finding.begin >= finding.end;
    };
    found.erase(std::remove_if(found.begin(), found.end(), is_unwanted), found.end());
}

template <bool is_scalar>
bool Detector::Inside::scan(std::string_view text, DetectScratch& scratch, std::vector<Finding>& findings,
                            std::size_t first) const {
    if (text.size() > text_bytes_max) return false;
    scratch.view.read(text);
    scratch.candidates.clear();
    const std::string_view view = scratch.view.text();
    // Where the view is another text, its places are not the text's: then all of it is looked at.
    if (!look_at<is_scalar>(view, scratch, scratch.view.is_same() ? first : 0)) return false;
    Sink sink(scratch.candidates);
    if (options.patterns && !options.patterns->scan(view, scratch, sink)) return false;
    if (options.dictionary && !options.dictionary->scan(view, scratch, sink)) return false;
    keep_wanted(scratch.candidates);
    if (scratch.candidates.empty()) return true;
    resolve(scratch.candidates);
    const auto is_name = [](const Finding& finding) { return finding.kind == DataKind::kr_name; };
    if (std::any_of(scratch.candidates.begin(), scratch.candidates.end(), is_name)) {
        std::vector<Finding> again;
        Sink more(again);
        match_names_again(view, scratch.candidates, more);
        keep_wanted(again);
        scratch.candidates.insert(scratch.candidates.end(), again.begin(), again.end());
        resolve(scratch.candidates);
    }
    if (scratch.candidates.size() > findings_max) return false;
    for (Finding& finding : scratch.candidates) {
        finding.begin = static_cast<std::uint32_t>(scratch.view.original(finding.begin));
        finding.end = static_cast<std::uint32_t>(scratch.view.original(finding.end));
    }
    findings.insert(findings.end(), scratch.candidates.begin(), scratch.candidates.end());
    return true;
}

Detector::Detector(DetectorOptions options) : inside_(std::make_unique<Inside>(std::move(options))) {}
Detector::~Detector() = default;

std::uint64_t Detector::next_id() {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool Detector::scan(std::string_view text, DetectScratch& scratch, std::vector<Finding>& findings) const {
    return inside_->scan<false>(text, scratch, findings);
}
bool Detector::scan_behind(std::string_view text, std::size_t seen, DetectScratch& scratch,
                           std::vector<Finding>& findings) const {
    return inside_->scan<false>(text, scratch, findings, seen - std::min(seen, seen_bytes));
}
bool Detector::scan_scalar(std::string_view text, DetectScratch& scratch, std::vector<Finding>& findings) const {
    return inside_->scan<true>(text, scratch, findings);
}

std::size_t Detector::open_tail(std::string_view text, const model::KindSet& kinds) const {
    return inside_->tail.bytes(text, kinds);
}
OpenTail::Tail Detector::open_tail_behind(std::string_view text, std::size_t passed,
                                          const model::KindSet& kinds) const {
    return inside_->tail.look(text, passed, kinds);
}

const DetectorOptions& Detector::options() const { return inside_->options; }

}   // namespace gilmok::guard
