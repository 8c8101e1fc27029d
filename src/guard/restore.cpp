#include "guard/restore.hpp"

#include <algorithm>
#include <list>

#include "base/text.hpp"
#include "guard/answer_pieces.hpp"
#include "guard/answer_text.hpp"
#include "wire/json.hpp"
#include "wire/json_string.hpp"

namespace gilmok::guard {

namespace {

std::uint64_t hash_of(std::span<const Piece::Step> path, std::int64_t choice) {
    std::uint64_t hash = 14'695'981'039'346'656'037ULL;   // FNV-1a
    const auto add = [&](std::uint64_t byte) { hash = (hash ^ byte) * 1'099'511'628'211ULL; };
    add(static_cast<std::uint64_t>(choice));
    for (const Piece::Step& step : path) {
        for (const char c : step.name) add(static_cast<unsigned char>(c));
        add(0x100U + static_cast<std::uint64_t>(step.index));
    }
    return hash;
}

bool is_done_event(std::string_view data) { return !data.empty() && data.front() != '{' && trim(data) == "[DONE]"; }

template <class Memory>
void keep_at_most(Memory& memory, std::size_t bytes_max) {
    if (memory.capacity() * sizeof(*memory.data()) > bytes_max) Memory().swap(memory);
}

}   // namespace

void RestoreScratch::give_back() {
    for (std::string* text : {&window, &pending, &unescaped, &made}) keep_at_most(*text, bytes_kept_max);
    keep_at_most(changes, bytes_kept_max);
    keep_at_most(findings, bytes_kept_max);
    keep_at_most(found, bytes_kept_max);
    edits.clear();
    keep_at_most(edits, bytes_kept_max);
    if (pieces.bytes_held() > bytes_kept_max) pieces = {};
}

struct Restorer::Inside {
    using Edit = RestoreScratch::Edit;

    Inside(RestoreOptions given, RestoreScratch& shared)
        : options(std::move(given)), scratch(shared), text(options, shared) {
        if (options.content_is_json) options.notice.clear();
    }

    RestoreOptions options;
    RestoreScratch& scratch;
    AnswerText text;
    std::list<Channel> channels;   // never moved
    std::string envelope;          // the members in front of "choices", for events of our own
    // The event before, when all of it but one text was framing: the next one is usually the same but for that text.
    std::string front, back;
    Channel* usual = nullptr;
    bool has_failed = false;

    Result<bool> failed(Error error) {
        has_failed = true;
        return fail(error);
    }

    Result<Channel*> channel_of(const Piece& piece) {
        const std::int64_t choice = scratch.pieces.choices()[piece.choice].index;
        const std::uint64_t id = hash_of(scratch.pieces.path(piece), choice);
        for (Channel& channel : channels)
            if (channel.id == id && channel.choice == choice) return &channel;
        if (channels.size() >= channels_max)
            return fail(Code::guard_failed, Fault::gateway, Retry::never, "the answer has too many texts at once");
        Channel& channel = channels.emplace_back();
        begin(channel, piece);
        channel.id = id;
        channel.choice = choice;
        append_around(scratch.pieces.path(piece), channel.open, channel.close);
        return &channel;
    }

    void begin(Channel& channel, const Piece& piece) const {
        channel.is_json = piece.is_json || (piece.is_content && options.content_is_json);
        channel.is_looked_through = piece.is_looked_through;
        channel.takes_notice = piece.is_content && !options.notice.empty();
    }

    std::string_view text_of(std::string_view raw) {
        if (!wire::json::has_escape(raw)) return raw;
        scratch.unescaped.clear();
        wire::json::append_unescaped(scratch.unescaped, {wire::json::Type::string, {raw.data() - 1, raw.size() + 2}},
                                     raw.size());
        return scratch.unescaped;
    }

    // Fills the scratch's edits with what changes in `data`, in order.
    Result<bool> find_edits(std::string_view data) {
        const AnswerPieces& pieces = scratch.pieces;
        scratch.edits.clear();
        scratch.is_changed.assign(pieces.choices().size(), false);
        for (const Piece& piece : pieces.pieces()) {
            Channel whole;
            Channel* channel = &whole;
            bool is_last = true;
            if (piece.comes_in_pieces) {
                GILMOK_TRY(found, channel_of(piece));
                channel = found;
                is_last = pieces.choices()[piece.choice].is_ending;
            } else {
                begin(whole, piece);
            }
            GILMOK_TRY(differs, take(*channel, piece.raw, is_last, data));
            if (differs && piece.is_of_choice) scratch.is_changed[piece.choice] = true;
        }
        for (std::size_t i = 0; i < scratch.is_changed.size(); ++i) {
            const std::string_view logprobs = pieces.choices()[i].logprobs.text;
            if (!scratch.is_changed[i] || logprobs.empty()) continue;
            const auto begin = static_cast<std::size_t>(logprobs.data() - data.data());
            scratch.edits.push_back({begin, begin + logprobs.size(), "null"});
        }
        std::sort(scratch.edits.begin(), scratch.edits.end(),
                  [](const Edit& left, const Edit& right) { return left.begin < right.begin; });
        return !scratch.edits.empty();
    }

    // One text of `data`. True, with one more edit, when it does not go on as it is.
    Result<bool> take(Channel& channel, std::string_view raw, bool is_last, std::string_view data) {
        scratch.made.clear();
        GILMOK_TRY(differs, text.take(channel, text_of(raw), is_last, scratch.made));
        if (!channel.held.empty() && envelope.empty()) learn_envelope(data);
        if (!differs) return false;
        Edit& edit = scratch.edits.emplace_back();
        edit.begin = static_cast<std::size_t>(raw.data() - data.data());
        edit.end = edit.begin + raw.size();
        append_json_escaped(edit.bytes, scratch.made);
        return true;
    }

    void append_edited(std::string_view data, std::string& out) const {
        std::size_t at = 0;
        for (const Edit& edit : scratch.edits) {
            out += data.substr(at, edit.begin - at);
            out += edit.bytes;
            at = edit.end;
        }
        out += data.substr(at);
    }

    // What stands before the choices of an event, so that one of ours has the id and the model of the others.
    void learn_envelope(std::string_view data) {
        envelope = "{";
        wire::json::Cursor members(data);
        std::string_view name;
        wire::json::Value value;
        while (members.next_member(name, value)) {
            if (name == "choices" || name == "usage" || name == "error" || name == "obfuscation") continue;
            envelope += '"';
            envelope += name;
            envelope += "\":";
            envelope += value.text;
            envelope += ',';
        }
        std::erase(envelope, '\n');   // of data of several lines: white space between values
        std::erase(envelope, '\r');
    }

    // The rest of a channel as an event of its own.
    Result<bool> flush(Channel& channel, std::string& out) {
        if (channel.held.empty()) return true;
        scratch.made.clear();
        GILMOK_TRY(differs, text.take(channel, {}, true, scratch.made));
        static_cast<void>(differs);
        out += "data: ";
        out += envelope.empty() ? "{" : envelope;
        out += "\"choices\":[{\"index\":";
        append_number(out, channel.choice);
        out += ',';
        out += channel.open;
        append_json_escaped(out, scratch.made);
        out += channel.close;
        out += ",\"finish_reason\":null}]}\n\n";
        return true;
    }

    Result<bool> flush_all(std::string& out) {
        for (Channel& channel : channels) {
            GILMOK_TRY(flushed, flush(channel, out));
            static_cast<void>(flushed);
        }
        return true;
    }

    // Before a choice ends, what is held of its channels comes out; those that have a piece in the last event end with it.
    Result<bool> flush_ending(std::string& out) {
        const AnswerPieces& pieces = scratch.pieces;
        const auto& choices = pieces.choices();
        for (std::size_t i = 0; i < choices.size(); ++i) {
            if (!choices[i].is_ending) continue;
            for (Channel& channel : channels) {
                if (channel.choice != choices[i].index || channel.held.empty()) continue;
                const bool has_piece =
                    std::any_of(pieces.pieces().begin(), pieces.pieces().end(), [&](const Piece& piece) {
                        return piece.comes_in_pieces && piece.choice == i &&
                               hash_of(pieces.path(piece), channel.choice) == channel.id;
                    });
                if (has_piece) continue;
                GILMOK_TRY(flushed, flush(channel, out));
                static_cast<void>(flushed);
            }
        }
        return true;
    }

    // The text of an event that differs from the one before in nothing else; false when it differs.
    bool is_usual(std::string_view data, std::string_view& raw) const {
        if (usual == nullptr || data.size() < front.size() + back.size() || !data.starts_with(front)) return false;
        const char* const begin = data.data() + front.size();
        bool is_ascii = true;
        const auto found = wire::json::FastKernel::string_end(begin, data.data() + data.size(), is_ascii);
        raw = {begin, static_cast<std::size_t>(found.stop - begin)};
        return found.is_whole && data.substr(front.size() + raw.size()) == back &&
               (is_ascii || wire::json::is_utf8(raw));
    }

    void learn_usual(std::string_view data) {
        const AnswerPieces& pieces = scratch.pieces;
        usual = nullptr;
        if (pieces.pieces().size() != 1 || pieces.choices().size() != 1 || pieces.has_error()) return;
        const Piece& piece = pieces.pieces()[0];
        const ChoiceSeen& choice = pieces.choices()[0];
        if (!piece.comes_in_pieces || choice.is_ending || !choice.logprobs.text.empty()) return;
        const auto found = channel_of(piece);
        if (!found) return;
        usual = *found;
        const auto begin = static_cast<std::size_t>(piece.raw.data() - data.data());
        front.assign(data.substr(0, begin));
        back.assign(data.substr(begin + piece.raw.size()));
    }

    Result<bool> event(std::string_view raw, std::string_view data, std::string& out) {
        std::string_view piece_raw;
        if (is_usual(data, piece_raw)) {
            scratch.edits.clear();
            GILMOK_TRY(differs, take(*usual, piece_raw, false, data));
            pass(raw, data, differs, out);
            return true;
        }
        if (is_done_event(data)) {
            GILMOK_TRY(flushed, flush_all(out));
            static_cast<void>(flushed);
            out += raw;
            return true;
        }
        AnswerPieces& pieces = scratch.pieces;
        if (!pieces.read(data, true)) {
            if (options.masked.is_empty() && options.blocked.is_empty()) {   // a stand-in that stays gives nothing away
                out += raw;
                return true;
            }
            return fail(Code::guard_failed, Fault::gateway, Retry::never, "an event of the answer is not JSON");
        }
        if (pieces.has_error()) {
            GILMOK_TRY(flushed, flush_all(out));
            static_cast<void>(flushed);
        }
        GILMOK_TRY(ended, flush_ending(out));
        static_cast<void>(ended);
        GILMOK_TRY(has_edits, find_edits(data));
        learn_usual(data);
        pass(raw, data, has_edits, out);
        return true;
    }

    void pass(std::string_view raw, std::string_view data, bool has_edits, std::string& out) const {
        if (has_edits)
            append_event(raw, data, out);
        else
            out += raw;
    }

    // The event with its data edited: in place where the data is one line of it, else on a line of its own.
    void append_event(std::string_view raw, std::string_view data, std::string& out) const {
        const bool is_inside = data.data() >= raw.data() && data.data() + data.size() <= raw.data() + raw.size();
        if (is_inside) {
            out += raw.substr(0, static_cast<std::size_t>(data.data() - raw.data()));
            append_edited(data, out);
            out += raw.substr(static_cast<std::size_t>(data.data() - raw.data()) + data.size());
            return;
        }
        out += "data: ";
        const std::size_t begin = out.size();
        append_edited(data, out);
        std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '\n',
                     ' ');   // white space between values
        out += "\n\n";
    }
};

Restorer::Restorer(RestoreOptions options, RestoreScratch& scratch)
    : inside_(std::make_unique<Inside>(std::move(options), scratch)) {}
Restorer::~Restorer() = default;

Result<bool> Restorer::event(std::string_view raw, std::string_view data, std::string& out) {
    Inside& in = *inside_;
    if (in.has_failed)
        return fail(Code::guard_failed, Fault::gateway, Retry::never, "the guard had refused the answer before");
    if (in.text.is_idle()) {
        out += raw;
        return true;
    }
    const std::size_t before = out.size();
    auto done = in.event(raw, data, out);
    in.scratch.give_back();
    if (done) return done;
    out.resize(before);
    return in.failed(done.error());
}

Result<bool> Restorer::end(std::string& out) {
    if (inside_->has_failed) return true;
    const std::size_t before = out.size();
    auto done = inside_->flush_all(out);
    if (done) return done;
    out.resize(before);
    return inside_->failed(done.error());
}

Result<bool> Restorer::body(std::string_view json, std::string& out,
                            std::optional<dialect::openai::AnswerFacts>& facts) {
    Inside& in = *inside_;
    if (in.text.is_idle()) return false;
    if (!in.scratch.pieces.read(json, false)) return text(json, out);
    facts = in.scratch.pieces.facts();
    auto has_edits = in.find_edits(json);
    if (has_edits && *has_edits) in.append_edited(json, out);
    in.scratch.give_back();
    if (!has_edits) return in.failed(has_edits.error());
    return has_edits;
}

Result<bool> Restorer::text(std::string_view text, std::string& out) {
    Inside& in = *inside_;
    Channel whole;
    const std::size_t before = out.size();
    auto differs = in.text.take(whole, text, true, out);
    in.scratch.give_back();
    if (differs && *differs) return true;
    out.resize(before);
    if (differs) return false;
    return in.failed(differs.error());
}

const std::vector<model::Decision::Entry>& Restorer::done() const { return inside_->text.done(); }
std::uint64_t Restorer::restored_count() const { return inside_->text.restored_count(); }

}   // namespace gilmok::guard
