// Runs the product's detector over generated documents and tells, kind by kind, what it found and what it missed. One JSON object.
//   --seed N --documents N (of each kind) --clean-bytes N (of each register) [--examples N] [--print: the documents as JSON lines]
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>

#include "base/text.hpp"
#include "generate.hpp"
#include "guard/detector.hpp"
#include "values.hpp"

namespace {

using namespace gilmok;
using bench::Disguise;
using bench::Register;
using model::DataKind;

struct Arguments {
    std::uint64_t seed = 1, documents = 200, clean_bytes = 1'000'000, examples = 0;
    bool is_print = false;
};
[[noreturn]] void die(std::string_view what) {
    std::fprintf(stderr, "guard_detect: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(1);
}
Arguments read_arguments(int count, char** values) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = values[i];
        if (name == "--print") {
            arguments.is_print = true;
            continue;
        }
        std::uint64_t* const target = name == "--seed"          ? &arguments.seed
                                      : name == "--documents"   ? &arguments.documents
                                      : name == "--clean-bytes" ? &arguments.clean_bytes
                                      : name == "--examples"    ? &arguments.examples
                                                                : nullptr;
        const auto number = target != nullptr && i + 1 < count ? parse_u64(values[++i]) : std::nullopt;
        if (!number) die("usage: guard_detect [--seed N] [--documents N] [--clean-bytes N] [--examples N] [--print]");
        *target = *number;
    }
    return arguments;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    append_json_escaped(out, text);
    return out + "\"";
}

struct Recall {
    std::uint64_t truths = 0, exact = 0, overlap = 0, any = 0;
};
struct Precision {
    std::uint64_t right = 0, other = 0, wrong = 0;
};

bool touches(const model::Finding& finding, const bench::Truth& truth) {
    return finding.begin < truth.end && truth.begin < finding.end;
}

class Judge {
public:
    explicit Judge(std::uint64_t examples) : detector_({}), examples_max_(examples) {}

    void judge(const bench::Document& document, Register as, Disguise disguise) {
        const auto& findings = scan(document.text);
        for (const auto& truth : document.truths) {
            Recall& recall = recall_[{name_of(truth.kind), name_of(as), name_of(disguise), truth.variant}];
            ++recall.truths;
            bool is_exact = false, is_same = false, is_any = false;
            for (const auto& finding : findings) {
                if (!touches(finding, truth)) continue;
                is_any = true;
                if (finding.kind != truth.kind) continue;
                is_same = true;
                is_exact = is_exact || (finding.begin == truth.begin && finding.end == truth.end);
            }
            recall.exact += is_exact ? 1 : 0;
            recall.overlap += is_same ? 1 : 0;
            recall.any += is_any ? 1 : 0;
            if (!is_same) example("missed", truth.kind, document.text, truth.begin, truth.end);
        }
        for (const auto& finding : findings) {
            Precision& precision = precision_[std::string(name_of(finding.kind))];
            bool is_right = false, is_other = false;
            for (const auto& truth : document.truths) {
                if (!touches(finding, truth)) continue;
                (finding.kind == truth.kind ? is_right : is_other) = true;
            }
            ++(is_right ? precision.right : is_other ? precision.other : precision.wrong);
            if (!is_right)
                example(is_other ? "other kind" : "wrong", finding.kind, document.text, finding.begin, finding.end);
        }
    }
    void clean(const std::string& text, Register as) {
        auto& [bytes, kinds] = clean_[std::string(name_of(as))];
        // In pieces of a few kilobytes, as requests have them: context words reach no further than their text.
        constexpr std::size_t piece = 4'096;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = std::min(text.size(), at + piece);
            while (end < text.size() && text[end - 1] != '\n') ++end;
            const std::string part = text.substr(at, end - at);
            for (const auto& finding : scan(part)) {
                ++kinds[std::string(name_of(finding.kind))];
                example("clean text", finding.kind, part, finding.begin, finding.end);
            }
            bytes += part.size();
            at = end;
        }
    }
    [[nodiscard]] std::string told() const {
        std::string out = "{\"recall\":[";
        for (const auto& [key, recall] : recall_) {
            const auto& [kind, as, disguise, variant] = key;
            out += out.back() == '[' ? "" : ",";
            out += "{\"kind\":" + quoted(kind) + ",\"register\":" + quoted(as) + ",\"disguise\":" + quoted(disguise) +
                   ",\"variant\":" + quoted(variant) + ",\"truths\":" + std::to_string(recall.truths) +
                   ",\"exact\":" + std::to_string(recall.exact) + ",\"overlap\":" + std::to_string(recall.overlap) +
                   ",\"any\":" + std::to_string(recall.any) + "}";
        }
        out += "],\"precision\":[";
        for (const auto& [kind, precision] : precision_) {
            out += out.back() == '[' ? "" : ",";
            out += "{\"kind\":" + quoted(kind) + ",\"right\":" + std::to_string(precision.right) +
                   ",\"other\":" + std::to_string(precision.other) + ",\"wrong\":" + std::to_string(precision.wrong) +
                   "}";
        }
        out += "],\"clean\":[";
        for (const auto& [as, of] : clean_) {
            out += out.back() == '[' ? "" : ",";
            out += "{\"register\":" + quoted(as) + ",\"bytes\":" + std::to_string(of.first) + ",\"kinds\":{";
            for (const auto& [kind, count] : of.second) {
                out += out.back() == '{' ? "" : ",";
                out += quoted(kind) + ":" + std::to_string(count);
            }
            out += "}}";
        }
        out += "],\"examples\":[";
        for (const auto& text : examples_) {
            out += out.back() == '[' ? "" : ",";
            out += quoted(text);
        }
        return out + "]}\n";
    }

private:
    const std::vector<model::Finding>& scan(std::string_view text) {
        findings_.clear();
        if (!detector_.scan(text, scratch_, findings_)) die("a text could not be scanned");
        return findings_;
    }
    void example(std::string_view what, DataKind kind, std::string_view text, std::size_t begin, std::size_t end) {
        std::uint64_t& count = examples_of_[std::string(what) + std::string(name_of(kind))];
        if (++count > examples_max_) return;
        const std::size_t line = text.rfind('\n', begin) == text.npos ? 0 : text.rfind('\n', begin) + 1;
        const std::size_t from = std::max(line, begin > 60 ? begin - 60 : 0);
        examples_.push_back(std::string(what) + " " + std::string(name_of(kind)) + ": " +
                            std::string(text.substr(from, begin - from)) + "[[" +
                            std::string(text.substr(begin, end - begin)) + "]]" + std::string(text.substr(end, 40)));
    }

    guard::Detector detector_;
    guard::DetectScratch scratch_;
    std::vector<model::Finding> findings_;
    std::map<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>, Recall> recall_;
    std::map<std::string, Precision> precision_;
    std::map<std::string, std::pair<std::uint64_t, std::map<std::string, std::uint64_t>>> clean_;
    std::uint64_t examples_max_;
    std::map<std::string, std::uint64_t> examples_of_;
    std::vector<std::string> examples_;
};

// What each disguise is tried on: identifiers that people hide from filters, and names whose letters fall apart in file names.
bool is_tried(DataKind kind, Disguise disguise) {
    const bool is_number = kind == DataKind::kr_rrn || kind == DataKind::kr_frn || kind == DataKind::kr_phone ||
                           kind == DataKind::card || kind == DataKind::kr_driver_license ||
                           kind == DataKind::kr_bank_account || kind == DataKind::kr_business_no;
    if (disguise == Disguise::jamo)
        return kind == DataKind::kr_name || kind == DataKind::kr_address || kind == DataKind::kr_plate;
    if (disguise == Disguise::full_width || disguise == Disguise::zero_width)
        return is_number || kind == DataKind::email || kind == DataKind::kr_passport;
    if (disguise == Disguise::numerals || disguise == Disguise::look_alike || disguise == Disguise::mixed ||
        disguise == Disguise::glued)
        return kind == DataKind::kr_rrn || kind == DataKind::kr_phone || kind == DataKind::card;
    return is_number;
}

template <class Use>
void each_document(const Arguments& arguments, Use use) {
    bench::Generator generator(arguments.seed);
    constexpr auto registers = static_cast<std::size_t>(Register::count_);
    for (const auto& words : bench::kind_words()) {
        std::size_t as = 0;
        const auto next = [&] {
            do as = (as + 1) % registers;
            while (!bench::Generator::is_usual(words.kind, static_cast<Register>(as)));
            return static_cast<Register>(as);
        };
        for (std::uint64_t i = 0; i < arguments.documents; ++i) {
            const Register of = next();
            use(generator.with(words.kind, of, Disguise::none), of, Disguise::none);
        }
        for (auto disguise = 1U; disguise < static_cast<unsigned>(Disguise::count_); ++disguise) {
            if (!is_tried(words.kind, static_cast<Disguise>(disguise))) continue;
            for (std::uint64_t i = 0; i < arguments.documents / 2; ++i) {
                const Register of = next();
                use(generator.with(words.kind, of, static_cast<Disguise>(disguise)), of,
                    static_cast<Disguise>(disguise));
            }
        }
    }
    for (std::size_t as = 0; as < registers; ++as)
        for (std::uint64_t i = 0; i < arguments.documents; ++i)
            use(generator.look_alikes(static_cast<Register>(as)), static_cast<Register>(as), Disguise::none);
}

void print(const bench::Document& document, Register as, Disguise disguise) {
    std::string out = "{\"register\":" + quoted(name_of(as)) + ",\"disguise\":" + quoted(name_of(disguise)) +
                      ",\"text\":" + quoted(document.text) + ",\"spans\":[";
    for (const auto& truth : document.truths) {
        out += out.back() == '[' ? "" : ",";
        out += "{\"begin\":" + std::to_string(truth.begin) + ",\"end\":" + std::to_string(truth.end) +
               ",\"kind\":" + quoted(name_of(truth.kind)) + ",\"variant\":" + quoted(truth.variant) + "}";
    }
    std::fputs((out + "]}\n").c_str(), stdout);
}

}   // namespace

int main(int count, char** values) {
    const Arguments arguments = read_arguments(count, values);
    if (arguments.is_print) {
        each_document(arguments, print);
        return 0;
    }
    Judge judge(arguments.examples);
    each_document(arguments,
                  [&](const auto& document, Register as, Disguise disguise) { judge.judge(document, as, disguise); });
    bench::Generator generator(arguments.seed + 1);
    for (std::size_t as = 0; as < static_cast<std::size_t>(Register::count_); ++as)
        judge.clean(generator.clean(static_cast<Register>(as), arguments.clean_bytes), static_cast<Register>(as));
    std::fputs(judge.told().c_str(), stdout);
    return 0;
}
