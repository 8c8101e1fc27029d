#include "guard/inspect.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/assert.hpp"
#include "wire/json.hpp"

namespace gilmok::guard {

using model::DataKind;
using What = Leaf::What;

namespace {

tl::unexpected<Error> failed(std::string_view detail) {
    return fail(Code::guard_failed, Fault::gateway, Retry::never, detail);
}

DataKind media_kind(What what) {
    switch (what) {
        case What::image_data:
        case What::image_link: return DataKind::image;
        case What::audio_data: return DataKind::audio;
        case What::file_data:
        case What::file_link: return DataKind::file;
        case What::text:
        case What::key:
        case What::number: break;
    }
    return DataKind::count_;
}

// A word of small letters: the name of a member, not of a person, and no number or secret.
bool is_plain_word(std::string_view text) {
    constexpr std::size_t word_bytes_max = 40;
    return text.size() <= word_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), key) != names.end();
}

bool is_identifier(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

}   // namespace

class Inspection::Scan final : public Leaves, public Parts {
public:
    Scan(Inspection& inspection, const Detector* detector, DetectScratch& scratch, const Remembered& remembered = {})
        : in_(inspection), detector_(detector), scratch_(scratch), remembered_(remembered) {
        const bool has_own = detector != nullptr && (detector->options().patterns || detector->options().dictionary);
        skips_words_ = !has_own;   // the organisation's own terms may be any word
    }

    Result<bool> leaf(const Leaf& leaf) override {
        if (const DataKind kind = media_kind(leaf.what); kind != DataKind::count_) return media(leaf, kind);
        if (detector_ == nullptr || leaf.text.empty()) return true;
        const bool is_word = leaf.what == What::key || is_one_of(leaf.key, {"role", "type"});
        if (is_word && skips_words_ && is_plain_word(leaf.text)) return true;
        const std::size_t label_bytes = label(leaf);
        found_.clear();
        if (!detector_->scan(label_bytes == 0 ? leaf.text : std::string_view(labelled_), scratch_, found_))
            return failed("a text could not be looked through");
        if (found_.empty()) return true;
        LeafPlace place(in_.body_, leaf);
        for (model::Finding finding : found_) {
            if (finding.end <= label_bytes) continue;   // the label itself is told as a key
            finding.end -= static_cast<std::uint32_t>(label_bytes);
            finding.begin -= static_cast<std::uint32_t>(std::min<std::size_t>(finding.begin, label_bytes));
            if (finding.end > leaf.text.size()) return failed("a text could not be looked through");
            if (leaf.what == What::number) {   // half a number is no JSON
                finding.begin = 0;
                finding.end = static_cast<std::uint32_t>(leaf.text.size());
            }
            GILMOK_TRY(kept, keep(leaf, finding, place));
            static_cast<void>(kept);
            if (leaf.what == What::number) break;
        }
        return true;
    }

    // Null where nothing is remembered.
    [[nodiscard]] Parts* parts() {
        const bool is_on = detector_ != nullptr && remembered_.memory != nullptr && remembered_.memory->is_on();
        return is_on ? this : nullptr;
    }

    bool is_known(const CleanMemory::Place& place, std::string_view text) override {
        CleanMemory& memory = *remembered_.memory;
        Open& open = open_[open_count_];
        open = {std::nullopt, in_.findings_.size()};
        if (const auto& begun = begun_at(place)) {
            open.tag = memory.tag(*begun, text);
            if (memory.knows(*open.tag)) return true;
        }
        ++open_count_;
        GILMOK_ASSERT(open_count_ < open_.size());
        return false;
    }

    // Nothing was found in the part, also no media, which may not go everywhere.
    void done() override {
        const Open& open = open_[--open_count_];
        if (open.tag && in_.findings_.size() == open.findings) remembered_.memory->remember(*open.tag);
    }

private:
    // A part that is being told.
    struct Open {
        std::optional<TextTag> tag;
        std::size_t findings = 0;   // before it
    };
    static constexpr std::size_t parts_max = 2 + nested_max;   // a stretch, and a string in it, and strings in that

    // Messages stand in one array, so that what begins with it is made once. Keys in strings of JSON have no address of their own.
    const std::optional<TextTagger::Block>& begun_at(const CleanMemory::Place& place) {
        const bool is_stretch = place.what != CleanMemory::Place::What::string;
        if (is_stretch && place.what == last_.what && place.key.data() == last_.key.data()) return begun_;
        last_ = place;
        begun_ = remembered_.memory->begin({remembered_.tenant, detector_->id()}, place);
        return begun_;
    }

    // Fills labelled_ with "key: text" for short values. Returns the bytes in front of the text, 0 when there is no label.
    std::size_t label(const Leaf& leaf) {
        constexpr std::size_t value_bytes_max = 256, key_bytes_max = 64;
        if (leaf.what == What::key || leaf.key.empty() || leaf.key.size() > key_bytes_max) return 0;
        if (leaf.text.size() > value_bytes_max ||
            is_one_of(leaf.key, {"content", "text", "role", "type", "id", "model"}))
            return 0;
        if (leaf.key == "name" && is_identifier(leaf.text)) return 0;   // of a function
        labelled_.clear();
        if (wire::json::has_escape(leaf.key)) {
            const wire::json::Value value{wire::json::Type::string, {leaf.key.data() - 1, leaf.key.size() + 2}};
            if (!wire::json::append_unescaped(labelled_, value, key_bytes_max)) return 0;
        } else {
            labelled_ += leaf.key;
        }
        labelled_ += ": ";
        const std::size_t bytes = labelled_.size();
        labelled_ += leaf.text;
        return bytes;
    }

    Result<bool> media(const Leaf& leaf, DataKind kind) {
        LeafPlace place(in_.body_, leaf);
        model::Finding finding;
        finding.end = static_cast<std::uint32_t>(leaf.text.size());
        finding.kind = kind;
        finding.score = 100;
        return keep(leaf, finding, place);
    }

    Result<bool> keep(const Leaf& leaf, model::Finding finding, LeafPlace& place) {
        if (in_.findings_.size() >= request_findings_max)
            return failed("the request holds too much that must be guarded");
        const std::string_view value = leaf.text.substr(finding.begin, finding.end - finding.begin);
        const Span span = place.of(finding.begin, finding.end);
        finding.begin = static_cast<std::uint32_t>(span.begin);
        finding.end = static_cast<std::uint32_t>(span.end);
        in_.findings_.push_back(finding);
        in_.places_.push_back(in_.place_of(leaf, value, span));
        return true;
    }

    Inspection& in_;
    const Detector* detector_;
    DetectScratch& scratch_;
    std::vector<model::Finding> found_;
    std::string labelled_;
    bool skips_words_ = true;
    Remembered remembered_;
    CleanMemory::Place last_;   // whose beginning is begun_
    std::optional<TextTagger::Block> begun_;
    std::array<Open, parts_max + 1> open_;
    std::size_t open_count_ = 0;
};

// Where `value` of a leaf is cut out; a copy of it where the body has it escaped.
Inspection::Place Inspection::place_of(const Leaf& leaf, std::string_view value, const Span& span) {
    Place place{span.begin, span.end, leaf.what, leaf.nested};
    place.value_begin = span.begin;
    place.value_bytes = value.size();
    if (span.end - span.begin != value.size() || body_.substr(span.begin, value.size()) != value) {
        place.is_kept = true;
        place.value_begin = kept_.size();
        kept_ += value;
    }
    return place;
}

Result<bool> Inspection::begin(std::string_view body, bool is_form) {
    body_ = body;
    findings_.clear();
    places_.clear();
    kept_.clear();
    is_form_ = is_form;
    if (body.size() > UINT32_MAX) return failed("the body is too long to be looked through");
    return true;
}

Result<bool> Inspection::read(std::string_view body, const Detector* detector, DetectScratch& scratch,
                              Remembered remembered) {
    GILMOK_TRY(has_begun, begin(body, false));
    static_cast<void>(has_begun);
    Scan scan(*this, detector, scratch, remembered);
    WalkScratch texts;
    return walk(body, texts, scan, scan.parts());
}

Result<bool> Inspection::read_form(std::string_view content_type, std::string_view body, const Detector* detector,
                                   DetectScratch& scratch) {
    GILMOK_TRY(has_begun, begin(body, true));
    static_cast<void>(has_begun);
    Scan scan(*this, detector, scratch);
    return walk_form(content_type.empty() ? " " : content_type, body, scan);
}

std::string_view Inspection::value(std::size_t index) const {
    const Place& place = places_[index];
    return std::string_view(place.is_kept ? std::string_view(kept_) : body_)
        .substr(place.value_begin, place.value_bytes);
}

}   // namespace gilmok::guard
