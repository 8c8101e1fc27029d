#include "guard/redact.hpp"

#include "base/text.hpp"
#include "guard/images.hpp"

namespace gilmok::guard {

using model::DataKind;
using model::GuardAction;
using What = Leaf::What;

namespace {

tl::unexpected<Error> failed(std::string_view detail) {
    return fail(Code::guard_failed, Fault::gateway, Retry::never, detail);
}

// A transparent GIF of one pixel: an image to whoever wants one, and nothing to see.
constexpr std::string_view empty_image = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

// A quotation mark inside `nested` JSON strings.
void append_quote(std::string& out, unsigned nested) {
    out.append((std::size_t{1} << nested) - 1, '\\');
    out += '"';
}

class Redaction {
public:
    Redaction(const Inspection& inspection, const Actions& actions, const RedactOptions& options,
              Pseudonyms& pseudonyms, std::string& out)
        : inspection_(inspection), actions_(actions), options_(options), pseudonyms_(pseudonyms), out_(out) {}

    Result<bool> run() {
        out_.clear();
        const std::span<const model::Finding> findings = inspection_.findings();
        for (std::size_t i = 0; i < findings.size(); ++i) {
            GILMOK_TRY(done, one(i, findings[i].kind));
            static_cast<void>(done);
        }
        if (is_changed_) out_ += inspection_.body().substr(copied_);
        return is_changed_;
    }

private:
    Result<bool> one(std::size_t index, DataKind kind) {
        const GuardAction action = actions_.of[static_cast<std::size_t>(kind)];
        if (action >= GuardAction::local) return failed("what must stay here was to be made ready to leave");
        const Inspection::Place& place = inspection_.place(index);
        if (model::family_of(kind) == model::DataFamily::media) return media(index, place, action);
        if (action == GuardAction::allow) return true;
        std::string_view text = mask_of(kind);
        if (action == GuardAction::swap) {
            text = pseudonyms_.of(kind, inspection_.value(index), inspection_.body());
            if (text.empty()) return failed("the request holds too many values to be swapped");
        }
        replace(place, text);
        return true;
    }

    void replace(const Inspection::Place& place, std::string_view text) {
        const std::size_t begin =
            std::max(place.begin, copied_);   // two findings never overlap; a copy must not either
        out_ += inspection_.body().substr(copied_, begin - copied_);
        const bool is_number = place.what == What::number;
        if (is_number) append_quote(out_, place.nested);
        out_ += text;
        if (is_number) append_quote(out_, place.nested);
        copied_ = std::max(place.end, copied_);
        is_changed_ = true;
    }

    Result<bool> media(std::size_t index, const Inspection::Place& place, GuardAction action) {
        const std::string_view value = inspection_.value(index);
        const bool is_image = place.what == What::image_data;
        if (action != GuardAction::allow) {
            if (!is_image || inspection_.is_form() || value.empty())
                return failed("only images inside JSON can be masked; keep other media here by 'local' or 'block'");
            const bool is_url = equal_ignoring_case(value.substr(0, 5), "data:");
            replace(place, std::string(is_url ? "data:image/gif;base64," : "") + std::string(empty_image));
            return true;
        }
        if (!is_image || !options_.strips_images) return true;
        if (value.empty()) return refuse_image();   // a data: URL that is not base64
        std::string stripped;
        if (inspection_.is_form()) {
            if (!strip_image(value, stripped)) return refuse_image();
        } else {
            const std::size_t head = equal_ignoring_case(value.substr(0, 5), "data:") ? value.find(',') + 1 : 0;
            stripped = value.substr(0, head);
            if (!strip_base64_image(value.substr(head), stripped)) return refuse_image();
        }
        if (stripped != value) replace(place, stripped);
        return true;
    }

    Result<bool> refuse_image() const {
        if (options_.refuses_images)
            return fail(Code::member_invalid, Fault::client, Retry::never,
                        "an image cannot be read, so its metadata cannot be taken out");
        return true;
    }

    const Inspection& inspection_;
    const Actions& actions_;
    const RedactOptions& options_;
    Pseudonyms& pseudonyms_;
    std::string& out_;
    std::size_t copied_ = 0;   // of the body
    bool is_changed_ = false;
};

}   // namespace

Actions actions_of(const Verdict& verdict) {
    Actions actions;
    for (const Verdict::Of& of : verdict.kinds) actions.of[static_cast<std::size_t>(of.kind)] = of.action;
    return actions;
}

std::string_view mask_of(DataKind kind) {
    static const std::array<std::string, model::data_kinds_count> masks = [] {
        std::array<std::string, model::data_kinds_count> made;
        for (std::size_t i = 0; i < made.size(); ++i) {
            made[i] = "[";
            for (const char c : model::name_of(static_cast<DataKind>(i)))
                made[i] += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            made[i] += ']';
        }
        return made;
    }();
    return masks[static_cast<std::size_t>(kind)];
}

Result<bool> redact(const Inspection& inspection, const Actions& actions, const RedactOptions& options,
                    Pseudonyms& pseudonyms, std::string& out) {
    return Redaction(inspection, actions, options, pseudonyms, out).run();
}

}   // namespace gilmok::guard
