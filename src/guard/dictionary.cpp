// The automaton's nodes stand in the order of their depth, so that the children of one node are neighbours: a node needs
// no table, only where its children begin. Built from the sorted terms, level by level, without a tree of pointers.
#include "guard/dictionary.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <vector>

#include "base/text.hpp"
#include "guard/dictionary_words.hpp"
#include "guard/view.hpp"
#include "wire/base64.hpp"

namespace gilmok::guard {

namespace {

using Node = std::uint32_t;
constexpr Node root = 0, none = std::numeric_limits<Node>::max();

struct Term {
    std::string text;
    std::uint8_t source = 0;
};

// Of a file, which ends with an end of line.
std::string decoded_base64(std::string_view text) {
    constexpr std::size_t text_bytes_max = 128;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    return text.size() > text_bytes_max ? std::string() : wire::from_base64(text).value_or("");
}

bool is_signed(std::string_view bytes, std::string_view signature, std::string_view key) {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> public_key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                                    key.size()),
        EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return public_key && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
}

// What is wrong with a source's signature; "" when nothing is.
std::string signature_problem(const Dictionary::Source& source) {
    constexpr std::size_t key_bytes = 32, signature_bytes = 64;
    if (source.public_key.empty()) return "";
    const std::string key = decoded_base64(source.public_key), signature = decoded_base64(source.signature);
    if (key.size() != key_bytes) return "its public_key is not the base64 of an Ed25519 key (32 bytes)";
    if (signature.empty())
        return "its signature is missing or no base64; sign the file with Ed25519 and put the base64 into the "
               "signature file";
    if (signature.size() != signature_bytes) return "its signature is not 64 bytes long";
    if (!is_signed(source.terms, signature, key))
        return "its signature does not fit: the file was changed after it was signed, or another key signed it";
    return "";
}

std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    return line;
}

}   // namespace

struct Dictionary::Inside {
    struct Settings {
        std::uint8_t score = 0;
        bool is_whole_word = true;
    };
    std::vector<Settings> sources;
    std::size_t terms = 0;

    // By node. Children of `node` are [first_child[node], first_child[node + 1]), sorted by label.
    std::vector<Node> first_child, fail, shorter;   // shorter: the longest other term that ends here too, or none
    std::vector<std::uint8_t> label, depth_low, source;
    std::vector<bool> is_term;
    std::array<Node, 256> from_root{};

    [[nodiscard]] Node child(Node node, std::uint8_t byte) const {
        if (node == root) return from_root[byte];
        const auto* begin = label.data() + first_child[node];
        const auto* end = label.data() + first_child[node + 1];
        const auto* found = std::lower_bound(begin, end, byte);
        return found != end && *found == byte ? static_cast<Node>(found - label.data()) : none;
    }
    // `steps` counts what the tests bound: each step down is paid for by one up.
    [[nodiscard]] Node next(Node node, std::uint8_t byte, std::size_t& steps) const {
        for (;; node = fail[node]) {
            ++steps;
            const Node to = child(node, byte);
            if (to != none) return to;
            if (node == root) return root;
        }
    }
    // Terms have at most 256 bytes: one less fits.
    [[nodiscard]] std::size_t depth(Node node) const { return std::size_t{depth_low[node]} + 1; }

    bool make(std::vector<Term>& all);
    void link();
};

// Breadth first over ranges of the sorted terms: those of a range share their first `depth` bytes. False for too many nodes.
bool Dictionary::Inside::make(std::vector<Term>& all) {
    struct Range {
        std::uint32_t begin = 0, end = 0;
    };
    std::vector<Range> level{{0, static_cast<std::uint32_t>(all.size())}}, below;
    label.push_back(0);
    depth_low.push_back(0);
    source.push_back(0);
    is_term.push_back(false);
    for (std::size_t deep = 0; !level.empty(); ++deep) {
        below.clear();
        for (const Range& range : level) {
            first_child.push_back(static_cast<Node>(label.size()));
            std::uint32_t begin = range.begin;
            while (begin < range.end && all[begin].text.size() == deep) ++begin;   // ends at this node
            while (begin < range.end) {
                const char byte = all[begin].text[deep];
                std::uint32_t end = begin;
                while (end < range.end && all[end].text[deep] == byte) ++end;
                label.push_back(static_cast<std::uint8_t>(byte));
                depth_low.push_back(static_cast<std::uint8_t>(deep));
                is_term.push_back(all[begin].text.size() == deep + 1);
                source.push_back(all[begin].source);
                below.push_back({begin, end});
                begin = end;
            }
            if (label.size() > nodes_max) return false;
        }
        level.swap(below);
    }
    first_child.push_back(static_cast<Node>(label.size()));
    return true;
}

void Dictionary::Inside::link() {
    from_root.fill(none);
    for (Node node = first_child[root]; node < first_child[root + 1]; ++node) from_root[label[node]] = node;
    fail.assign(label.size(), root);
    shorter.assign(label.size(), none);
    std::size_t steps = 0;
    for (Node node = 0; node < label.size(); ++node) {
        for (Node below = first_child[node]; below < first_child[node + 1]; ++below) {
            fail[below] = node == root ? root : next(fail[node], label[below], steps);
            const Node back = fail[below];
            shorter[below] = back != root && is_term[back] ? back : shorter[back];
        }
    }
}

Dictionary::Dictionary(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Dictionary::~Dictionary() = default;
std::size_t Dictionary::terms_count() const { return inside_->terms; }

namespace {

// Adds the terms of one source. What is wrong with it; "" when nothing is.
std::string read_terms(const Dictionary::Source& source, std::uint8_t index, std::vector<Term>& all) {
    View view;
    std::string_view rest = source.terms;
    for (std::size_t line_number = 1; !rest.empty(); ++line_number) {
        const std::string_view line = next_line(rest);
        if (line.empty() || line.front() == '#') continue;
        const auto where = [line_number] { return "line " + std::to_string(line_number) + ": "; };
        if (!is_utf8(line)) return where() + "is not UTF-8; save the file as UTF-8";
        const bool is_ascii =
            std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        if (!is_ascii) view.read(line);   // as the text is read that it is looked for in
        std::string term = lowercase(is_ascii ? line : view.text());
        if (term.size() > Dictionary::term_bytes_max)
            return where() + "is longer than 256 bytes; use its distinctive part";
        if (term.size() < Dictionary::term_bytes_min)
            return where() + "has one letter only, which would be found everywhere";
        if (all.size() == Dictionary::terms_max)
            return where() + "is beyond 1,000,000 terms of all dictionaries together";
        all.push_back({std::move(term), index});
    }
    return "";
}

}   // namespace

Dictionary::Made Dictionary::build(std::span<const Source> sources) {
    if (sources.size() > dictionaries_max) return tl::unexpected(std::string("more than 255 dictionaries; join some"));
    auto inside = std::make_unique<Inside>();
    std::vector<Term> all;
    for (const Source& source : sources) {
        std::string problem;
        if (source.terms.size() > file_bytes_max)
            problem = "the file is larger than 64 MiB; split it, or leave out what is never written";
        if (source.score == 0 || source.score > 100) problem = "its score is not 1 to 100";
        if (problem.empty()) problem = signature_problem(source);
        if (problem.empty()) problem = read_terms(source, static_cast<std::uint8_t>(inside->sources.size()), all);
        if (!problem.empty()) return tl::unexpected("dictionary " + std::string(source.name) + ": " + problem);
        inside->sources.push_back({static_cast<std::uint8_t>(source.score), source.is_whole_word});
    }
    // A term of several sources is the first one's.
    std::sort(all.begin(), all.end(), [](const Term& left, const Term& right) {
        return left.text != right.text ? left.text < right.text : left.source < right.source;
    });
    all.erase(std::unique(all.begin(), all.end(),
                          [](const Term& left, const Term& right) { return left.text == right.text; }),
              all.end());
    inside->terms = all.size();
    if (!inside->make(all))
        return tl::unexpected(std::string(
            "the dictionaries hold too much text (24,000,000 letters that no two terms share); leave out long terms"));
    inside->link();
    return std::make_shared<const Dictionary>(std::move(inside));
}

bool Dictionary::scan(std::string_view text, DetectScratch&, Sink& sink) const {
    const Inside& in = *inside_;
    struct Pending {
        std::size_t begin = 0, end = 0;   // end 0: none
    };
    std::array<Pending, dictionaries_max> pending{};
    std::size_t count = 0, steps = 0;
    const auto flush = [&](std::size_t source) {
        Pending& last = pending[source];
        if (last.end != 0)
            sink.add(last.begin, last.end, model::DataKind::term, in.sources[source].score,
                     static_cast<std::uint16_t>(source + 1));
        last = {};
    };
    Node node = root;
    for (std::size_t at = 0; at < text.size(); ++at) {
        node = in.next(node, static_cast<std::uint8_t>(ascii_lower(text[at])), steps);
        for (Node term = node != root && in.is_term[node] ? node : in.shorter[node]; term != none;
             term = in.shorter[term]) {
            const std::size_t end = at + 1, begin = end - in.depth(term), source = in.source[term];
            if (in.sources[source].is_whole_word && !is_whole_word(text, begin, end)) continue;
            Pending& last = pending[source];
            if (last.end > begin) {
                last.begin = std::min(last.begin, begin);
                last.end = end;
            } else {
                flush(source);
                last = {begin, end};
                if (++count > findings_max) return false;
            }
            break;   // the longest that is a word
        }
    }
    for (std::size_t source = 0; source < in.sources.size(); ++source) flush(source);
    return true;
}

std::size_t Dictionary::steps_of(std::string_view text) const {
    std::size_t steps = 0;
    Node node = root;
    for (const char c : text) node = inside_->next(node, static_cast<std::uint8_t>(ascii_lower(c)), steps);
    return steps;
}

}   // namespace gilmok::guard
