// Goal: notes, keys and checkpoints are those of C2SP and of golang.org/x/mod/sumdb/note, byte for byte, and nothing that
// differs from the one right form is taken. Method: the published examples, and each of them spoilt.
#include "ledger/checkpoint.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

// The examples of golang.org/x/mod/sumdb/note (documentation and tests).
constexpr std::string_view peter_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view peter_stored =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view enoch_key = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const std::string go_text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const std::string peter_line =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const std::string enoch_line =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
// The example of c2sp.org/signed-note.
constexpr std::string_view foo_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string foo_note =
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
// The key of the Go checksum database, and its tree as golang.org/x/mod/sumdb tests it.
constexpr std::string_view sum_key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

VerifierKey key_of(std::string_view text) {
    const auto key = parse_verifier_key(text);
    REQUIRE(key);
    return *key;
}

Signer a_signer(std::string name = "gilmok.example/ledger") {
    auto signer = Signer::from_seed(std::move(name), Secret(std::string(32, '\x17')));
    REQUIRE(signer);
    return std::move(*signer);
}

Checkpoint a_checkpoint() { return {.origin = "gilmok.example/ledger", .size = 70'000, .root = leaf_hash("x")}; }

std::string_view why_refused(std::string_view note, const VerifierKey& key) {
    std::string_view why;
    CHECK_FALSE(open_note(note, key, &why));
    return why;
}

std::string_view why_no_checkpoint(const Signer& signer, std::string_view text) {
    std::string_view why;
    CHECK_FALSE(open_checkpoint(signer.sign_note(text), signer.verifier(), &why));
    return why;
}

const std::string root_line = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

}   // namespace

TEST_CASE("checkpoint: the published notes open with their keys") {
    CHECK(open_note(go_text + "\n" + peter_line, key_of(peter_key)).value() == go_text);
    CHECK(open_note(go_text + "\n" + peter_line + enoch_line, key_of(peter_key)).value() == go_text);
    CHECK(open_note(go_text + "\n" + peter_line + enoch_line, key_of(enoch_key)).value() == go_text);
    CHECK(open_note(foo_note, key_of(foo_key)).value() == "This is an example message.\n");
}

TEST_CASE("checkpoint: the published private key makes the published key and signature") {
    const auto signer = Signer::from_stored(peter_stored);
    REQUIRE(signer);
    CHECK(signer->verifier().text() == peter_key);
    CHECK(signer->stored().reveal() == peter_stored);
    CHECK(signer->sign_note(go_text) == go_text + "\n" + peter_line);
}

TEST_CASE("checkpoint: published keys are read and written back unchanged") {
    for (const std::string_view text : {peter_key, enoch_key, foo_key, sum_key}) CHECK(key_of(text).text() == text);
}

TEST_CASE("checkpoint: no part of a key and no key with a changed byte is a key") {
    for (std::size_t begin = 0; begin < peter_key.size(); ++begin)
        for (std::size_t end = begin + 1; end <= peter_key.size(); ++end)
            if (end - begin != peter_key.size()) CHECK_FALSE(parse_verifier_key(peter_key.substr(begin, end - begin)));
    for (std::size_t i = 0; i < peter_key.size(); ++i) {
        std::string changed(peter_key);
        ++changed[i];
        CHECK_FALSE(parse_verifier_key(changed));
    }
    for (std::size_t i = 0; i < peter_stored.size(); ++i) {
        std::string changed(peter_stored);
        ++changed[i];
        CHECK_FALSE(Signer::from_stored(changed));
        CHECK_FALSE(Signer::from_stored(peter_stored.substr(0, i)));
        if (i > 0) CHECK_FALSE(Signer::from_stored(peter_stored.substr(i)));
    }
    // Wrong length and unknown algorithm, each with the hash that would be theirs.
    CHECK_FALSE(parse_verifier_key("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="));
    CHECK_FALSE(parse_verifier_key("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
    CHECK_FALSE(parse_verifier_key("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}

TEST_CASE("checkpoint: a name of a key has no spaces of Unicode, no plus, no control characters") {
    for (const char* good : {"a", "gilmok.example/ledger/01J", "길목", "a-b_c.d"}) CHECK(is_key_name(good));
    for (const char* bad :
         {"", "a b", "a+b", "a\tb", "a\nb", "a\xC2\xA0z", "a\xE3\x80\x80z", "a\xE2\x80\xA9", "\xFF", "\xC0\xA0"})
        CHECK_FALSE(is_key_name(bad));
    CHECK(is_key_name(std::string(key_name_bytes_max, 'n')));
    CHECK_FALSE(is_key_name(std::string(key_name_bytes_max + 1, 'n')));
    CHECK_FALSE(Signer::from_seed("a b", Secret(std::string(32, 's'))));
    CHECK_FALSE(Signer::from_seed("a", Secret(std::string(31, 's'))));
}

TEST_CASE("checkpoint: what sign() writes opens again to the same") {
    const Signer signer = a_signer();
    const Checkpoint checkpoint = a_checkpoint();
    const std::string note = signer.sign(checkpoint);
    CHECK(note.starts_with("gilmok.example/ledger\n70000\n"));
    CHECK(open_checkpoint(note, signer.verifier()).value() == checkpoint);
    const Checkpoint empty{.origin = "gilmok.example/ledger", .size = 0, .root = empty_root()};
    CHECK(open_checkpoint(signer.sign(empty), signer.verifier()).value() == empty);
    CHECK(open_checkpoint(signer.sign(checkpoint), Signer::from_stored(signer.stored().reveal())->verifier()));
}

TEST_CASE("checkpoint: any other bit anywhere in a note is refused") {
    const Signer signer = a_signer();
    const std::string note = signer.sign(a_checkpoint());
    for (std::size_t i = 0; i < note.size(); ++i)
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string changed = note;
            changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << bit));
            CAPTURE(i);
            CHECK_FALSE(open_checkpoint(changed, signer.verifier()));
        }
    for (std::size_t i = 0; i < note.size(); ++i) CHECK_FALSE(open_checkpoint(note.substr(0, i), signer.verifier()));
}

TEST_CASE("checkpoint: the form of a note is checked") {
    const VerifierKey key = key_of(peter_key);
    const std::string note = go_text + "\n" + peter_line;
    const std::string_view form = "a note is a text, an empty line and lines of signatures";
    CHECK(why_refused("", key) == form);
    CHECK(why_refused(go_text, key) == form);
    CHECK(why_refused(go_text + "\n", key) == form);
    CHECK(why_refused(note.substr(0, note.size() - 1), key) == form);
    CHECK(why_refused(note + "x", key) == form);
    CHECK(why_refused("\r" + note, key) == "a note is UTF-8 without control characters but newlines");
    CHECK(why_refused("\xFF" + note, key) == "a note is UTF-8 without control characters but newlines");
    CHECK(why_refused("more " + note, key) == "the signature is wrong");
    const std::string_view no_signature = "a line behind the empty line is no signature";
    CHECK(why_refused(note + "- EnochRoot rwz+eBzm\n", key) == no_signature);
    CHECK(why_refused(note + "— EnochRoot\n", key) == no_signature);
    CHECK(why_refused(note + "— EnochRoot \n", key) == no_signature);
    CHECK(why_refused(note + "— Enoch+Root rwz+eBzm\n", key) == no_signature);
    CHECK(why_refused(note + "— EnochRoot rwz+eA==\n", key) == no_signature);   // a key hash and no signature
    CHECK(why_refused(note + "— EnochRoot rwz+eBz\n", key) == no_signature);    // base64 without its padding
    CHECK(open_note(note + "— EnochRoot rwz+eBw=\n", key));                     // another's signature, of any length
}

TEST_CASE("checkpoint: signatures of others are passed over, a wrong one of ours is not") {
    const Signer signer = a_signer();
    const std::string note = signer.sign(a_checkpoint());
    const std::string ours = note.substr(note.rfind("— "));
    CHECK(open_checkpoint(note + enoch_line, signer.verifier()));
    CHECK(open_checkpoint(note + ours, signer.verifier()));
    const std::string wrong = a_signer().sign_note("something else\n");
    CHECK(why_refused(note + wrong.substr(wrong.rfind("— ")), signer.verifier()) == "the signature is wrong");
    CHECK(why_refused(go_text + "\n" + enoch_line, key_of(peter_key)) == "the key did not sign this note");
    VerifierKey namesake = key_of(peter_key);
    namesake.key_hash ^= 1;   // the same name, another key
    CHECK(why_refused(go_text + "\n" + peter_line, namesake) == "the key did not sign this note");
    namesake.key_hash ^= 1;
    namesake.public_key[0] ^= 1;   // the same name and hash, another key
    CHECK(why_refused(go_text + "\n" + peter_line, namesake) == "the signature is wrong");
}

TEST_CASE("checkpoint: sixteen signatures and 64 KiB are the limits of a note") {
    const VerifierKey key = key_of(peter_key);
    std::string note = go_text + "\n" + peter_line;
    for (std::size_t i = 1; i < note_signatures_max; ++i) note += enoch_line;
    CHECK(open_note(note, key));
    CHECK(why_refused(note + enoch_line, key) == "a note has at most 16 signatures");
    const Signer signer = a_signer();
    const std::size_t rest = signer.sign_note("\n").size() - 1;
    CHECK(open_note(signer.sign_note(std::string(note_bytes_max - rest - 1, 'x') + "\n"), signer.verifier()));
    CHECK(why_refused(signer.sign_note(std::string(note_bytes_max - rest, 'x') + "\n"), signer.verifier()) ==
          "a note has at most 65,536 bytes");
}

TEST_CASE("checkpoint: the lines of a checkpoint have one form each") {
    const Signer signer = a_signer("log");
    CHECK(open_checkpoint(signer.sign_note("log\n7\n" + root_line), signer.verifier())->size == 7);
    CHECK(open_checkpoint(signer.sign_note("log\n18446744073709551615\n" + root_line), signer.verifier()));
    CHECK(open_checkpoint(signer.sign_note("log\n7\n" + root_line + "an extension\n"), signer.verifier()));
    const std::string_view number = "the size in the checkpoint is no decimal number";
    for (const char* size : {"", "07", "00", "+7", "-7", " 7", "7 ", "0x7", "7.0", "18446744073709551616"})
        CHECK(why_no_checkpoint(signer, "log\n" + std::string(size) + "\n" + root_line) == number);
    const std::string_view root = "the root in the checkpoint is no base64 of 32 bytes";
    for (const char* text :
         {"", "AAAA", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=",
          "CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I= "})
        CHECK(why_no_checkpoint(signer, "log\n7\n" + std::string(text) + "\n") == root);
    CHECK(why_no_checkpoint(signer, "log\n7\n") == "a checkpoint has three lines");
    CHECK(why_no_checkpoint(signer, "\n7\n" + root_line) == "the origin of the checkpoint is empty");
    CHECK(why_no_checkpoint(signer, "log\n7\n" + root_line + "\nmore\n") == "a line of the checkpoint is empty");
    CHECK(why_no_checkpoint(signer, "another log\n7\n" + root_line) == "the origin is not the name of the key");
    // Only the last empty line divides a note; a text that ends with one is no checkpoint either.
    CHECK(why_no_checkpoint(signer, "log\n7\n" + root_line + "\n") == "a line of the checkpoint is empty");
}
