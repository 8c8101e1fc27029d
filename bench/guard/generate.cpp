// Documents with data in them. Prose and look-alikes: clean.cpp.
#include "generate.hpp"

#include <array>

#include "values.hpp"

namespace gilmok::bench {
namespace {

using model::DataKind;
using std::string_view;

const KindWords& words_of(DataKind kind) {
    for (const auto& words : kind_words())
        if (words.kind == kind) return words;
    return kind_words().front();
}
bool is_korean_register(Register as) {
    return as == Register::official || as == Register::chat || as == Register::form;
}
bool is_secret(DataKind kind) { return kind >= DataKind::aws_access_key && kind <= DataKind::high_entropy; }
// Secrets that have no form of their own: known by the name that they are assigned to, seldom in a sentence.
bool is_formless(DataKind kind) {
    return kind == DataKind::aws_secret_key || kind == DataKind::azure_key || kind == DataKind::password ||
           kind == DataKind::high_entropy;
}
bool is_name(DataKind kind) { return kind == DataKind::kr_name || kind == DataKind::person_name; }

struct Sentence {
    string_view front, behind;   // of the value; "{}" is the label
};
// Sentences that name the value.
constexpr Sentence official[] = {{"신청인이 제출한 {}는 ", "로 확인되었습니다."},
                                 {"{}: ", ""},
                                 {"귀하의 {}(", ")에 대하여 안내드립니다."},
                                 {"붙임 서류에 적힌 {}가 ", "인지 확인하여 주시기 바랍니다."},
                                 {"1. {}: ", ""},
                                 {"아래와 같이 ", "({}) 건을 통보합니다."}};
constexpr Sentence chat[] = {{"내 {} ", " 이거야"},
                             {"{} ", " 맞지?"},
                             {"아 그 {}가 ", " 래"},
                             {"{} 보내줄게 ", ""},
                             {"이거 확인해줘 ", " {}임 ㅋㅋ"}};
constexpr Sentence form[] = {{"{} : ", ""}, {"| {} | ", " |"}, {"{}\t", ""}, {"□ {}  ", ""}, {"{}\n", ""}};
constexpr Sentence english[] = {{"The {} on file is ", "."},
                                {"{}: ", ""},
                                {"Please update my {} to ", " as soon as possible."},
                                {"We received ", " as your {}."},
                                {"Her {} (", ") was not accepted."}};
// Without a word that names it.
constexpr Sentence bare_korean[] = {
    {"", " 여기로 부탁드립니다."}, {"어제 받은 것은 ", " 입니다"}, {"확인: ", ""}, {"- ", ""}};
constexpr Sentence bare_english[] = {{"I wrote down ", " yesterday."}, {"It was ", ", I think."}, {"- ", ""}};

std::string with_label(string_view text, string_view label) {
    const std::size_t at = text.find("{}");
    if (at == string_view::npos) return std::string(text);
    return std::string(text.substr(0, at)) + std::string(label) + std::string(text.substr(at + 2));
}

template <std::size_t N>
const Sentence& pick_sentence(const Sentence (&sentences)[N], Prng& prng) {
    return sentences[prng.below(N)];
}
const Sentence& sentence_for(Register as, bool is_bare, Prng& prng) {
    if (is_bare) return is_korean_register(as) ? pick_sentence(bare_korean, prng) : pick_sentence(bare_english, prng);
    switch (as) {
        case Register::official: return pick_sentence(official, prng);
        case Register::chat: return pick_sentence(chat, prng);
        case Register::form: return pick_sentence(form, prng);
        case Register::english:
        case Register::log:
        case Register::code:
        case Register::json:
        case Register::table:
        case Register::count_: break;
    }
    return pick_sentence(english, prng);
}

}   // namespace

bool Generator::is_usual(DataKind kind, Register as) {
    if (as == Register::official || as == Register::chat)
        return kind <= DataKind::kr_name ||
               (kind >= DataKind::email && kind <= DataKind::card && kind != DataKind::phone) ||
               kind == DataKind::date_of_birth || kind == DataKind::password;
    if (is_name(kind)) return as == Register::form || as == Register::english;
    if (kind == DataKind::private_key) return as == Register::code || as == Register::english;
    // Other countries' people do not fill in Korean forms.
    if (as == Register::form) return kind <= DataKind::date_of_birth;
    // A plate's or address's syllables stand in logs seldom.
    // What has no form of its own is told by the name that it is assigned to, and a column's name stands too far away.
    // A house number in front of a comma and three digits reads like an amount.
    if (as == Register::table && (is_formless(kind) || kind == DataKind::bic || kind == DataKind::kr_address))
        return false;
    if (as == Register::log || as == Register::code)
        return !(kind == DataKind::kr_plate || kind == DataKind::kr_address || kind == DataKind::iban);
    return true;
}

void Generator::put(Document& document, DataKind kind, string_view value, string_view variant) {
    const std::size_t begin = document.text.size();
    document.text += value;
    document.truths.push_back({begin, document.text.size(), kind, variant});
}

void Generator::add_value(Document& document, DataKind kind, Register as, Disguise disguise) {
    const KindWords& words = words_of(kind);
    const Value value = make_value(kind, prng_);
    const std::string text = disguised(value.text, disguise, prng_);
    std::string& out = document.text;
    if (as == Register::log) {
        out += "2026-0" + random_of(prng_, "123456789", 1) + "-1" + random_digits(prng_, 1) + "T0" +
               random_digits(prng_, 1) + ":12:44Z INFO " + std::string(pick(english_verbs(), prng_)) + " " +
               std::string(words.identifier) + "=";
        put(document, kind, text, value.variant);
        out += " status=200 duration_ms=" + std::to_string(prng_.between(1, 900)) + "\n";
        return;
    }
    if (as == Register::code) {
        out += prng_.chance(1, 2) ? "const " + std::string(words.identifier) + " = \""
                                  : std::string(words.identifier) + " = \"";
        put(document, kind, text, value.variant);
        out += "\";\n";
        return;
    }
    if (as == Register::json) {
        out += "{\"id\": " + std::to_string(prng_.between(1, 9999)) + ", \"" + std::string(words.identifier) + "\": \"";
        put(document, kind, text, value.variant);
        out += "\", \"active\": true}\n";
        return;
    }
    if (as == Register::table) {
        const string_view quote = text.find(',') == std::string::npos ? "" : "\"";
        out += "id," + std::string(words.identifier) + ",count,note\n" + std::to_string(prng_.between(1, 9999)) + ",";
        out += quote;
        put(document, kind, text, value.variant);
        out += quote;
        out += "," + std::to_string(prng_.below(2'000)) + "," + std::string(pick(korean_nouns(), prng_)) + "\n";
        return;
    }
    const bool is_bare = words.is_known_alone && value.label.empty() && prng_.chance(1, 4) && !is_secret(kind);
    const Sentence& sentence = sentence_for(as, is_bare, prng_);
    const string_view label =
        !value.label.empty() ? value.label : pick(is_korean_register(as) ? words.korean : words.english, prng_);
    out += with_label(sentence.front, label);
    const string_view variant = is_bare && value.variant.empty() ? "bare" : is_formless(kind) ? "prose" : value.variant;
    put(document, kind, text, variant);
    if (disguise == Disguise::glued && is_korean_register(as)) out += word_glued_to(text, prng_);
    out += with_label(sentence.behind, label);
    out += '\n';
}

// Names do not stand beside a label alone: titles, lists and introductions have them too, and in chats mostly nothing.
void Generator::add_name(Document& document, DataKind kind, Register as, Disguise disguise) {
    std::string& out = document.text;
    const auto name = [&](string_view variant) {
        put(document, kind, disguised(make_value(kind, prng_).text, disguise, prng_), variant);
    };
    const auto particle = [&](string_view behind_consonant, string_view behind_vowel) {
        out += with_particle(out.substr(out.size() - 3), behind_consonant, behind_vowel).substr(3);
    };
    if (kind == DataKind::person_name || as == Register::english) {
        constexpr string_view fronts[] = {"Dear ", "Mr. ", "Ms. ", "Dr. ", "Name: ", "My name is ", "Patient: "};
        const bool is_bare = prng_.chance(1, 4);
        if (kind == DataKind::kr_name) {
            out += prng_.chance(1, 2) ? "Name: " : "Contact: ";
            name("label");
            out += '\n';
            return;
        }
        const string_view front = is_bare ? "Yesterday I met " : pick(fronts, prng_);
        out += front;
        name(is_bare ? "bare" : front.ends_with(": ") ? "label" : "title");
        out += front == "Dear " ? ",\n" : front.ends_with(": ") ? "\n" : " about the report.\n";
        return;
    }
    switch (as == Register::form ? 0 : prng_.below(as == Register::chat ? 6 : 4)) {
        case 0: {
            const Sentence& sentence = pick_sentence(form, prng_);
            out += with_label(sentence.front, pick(words_of(kind).korean, prng_));
            name("label");
            out += sentence.behind;
            break;
        }
        case 1:
            name("title");
            out += (prng_.chance(1, 4) ? "" : " ") + std::string(pick(korean_titles(), prng_)) + "께서 참석하셨습니다.";
            break;
        case 2:
            out += as == Register::chat ? "안녕하세요 저는 " : "담당 과장 ";
            name("title");
            if (as == Register::chat)
                particle("이라고 합니다", "라고 합니다");
            else
                out += " 올림";
            break;
        case 3:
            out += as == Register::chat ? "오늘 " : "회의에는 ";
            name("title");
            out += " 씨와 ";
            name("title");
            out += " 씨가 왔다";
            break;
        default:
            out += "어제 ";
            name("bare");
            particle("이 못 온대 ㅠㅠ", "가 못 온대 ㅠㅠ");
    }
    out += '\n';
}

Document Generator::with(DataKind kind, Register as, Disguise disguise) {
    Document document;
    const auto sentences = [&](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) add_sentence(document.text, as);
    };
    sentences(prng_.below(3));
    const auto values = 1 + prng_.below(3);
    for (std::uint64_t i = 0; i < values; ++i) {
        if (is_name(kind))
            add_name(document, kind, as, disguise);
        else
            add_value(document, kind, as, disguise);
        sentences(prng_.below(2));
    }
    return document;
}

std::string with_particle(string_view word, string_view behind_consonant, string_view behind_vowel) {
    bool has_final = false;
    if (word.size() >= 3) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(word[word.size() - 3 + i]); };
        const unsigned point = ((byte(0) & 0x0FU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
        has_final = byte(0) >= 0xE0 && point >= 0xAC00 && point <= 0xD7A3 && (point - 0xAC00) % 28 != 0;
    }
    return std::string(word) + std::string(has_final ? behind_consonant : behind_vowel);
}

}   // namespace gilmok::bench
