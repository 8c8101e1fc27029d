// Goal: a proof convinces whoever has the public key, and nothing but a record of the signed log has one. Method: proofs of a
// small ledger, checked, and checked again with every byte of theirs changed.
#include "ledger/proof.hpp"

#include <doctest/doctest.h>

#include "ledger/test_ledger.hpp"
#include "wire/base64.hpp"

using namespace gilmok;
using namespace gilmok::ledger;

namespace {

std::string proof_of(const Directory& directory, std::uint64_t index) {
    DirectoryFiles files(directory);
    auto proof = prove_record(files, "ledger", index);
    REQUIRE(proof);
    return std::move(*proof);
}

std::string_view why_refused(std::string_view text, const VerifierKey& key) {
    std::string_view why;
    CHECK_FALSE(check_proof(text, key, &why));
    return why;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}   // namespace

TEST_CASE("proof: every record of a ledger has one, which the public key alone can check") {
    const TestLedger ledger;
    const Directory directory = ledger.directory();
    for (std::uint64_t index = 0; index < ledger.records.size(); index += 13) {
        const auto proof = check_proof(proof_of(directory, index), ledger.signer.verifier());
        REQUIRE(proof);
        CHECK(proof->index == index);
        CHECK(proof->record == ledger.records[index]);
        CHECK(proof->checkpoint.size == 300);
    }
}

TEST_CASE("proof: the text is the one of C2SP tlog-proof") {
    const TestLedger ledger({.records = 2});
    const std::string proof = proof_of(ledger.directory(), 1);
    const Hash sibling = leaf_hash(ledger.records[0]);
    const std::string step = wire::base64({reinterpret_cast<const char*>(sibling.data()), sibling.size()});
    CHECK(proof == "c2sp.org/tlog-proof@v1\nextra " + wire::base64(ledger.records[1]) + "\nindex 1\n" + step + "\n\n" +
                       ledger.directory()["checkpoint"]);
}

TEST_CASE("proof: any other bit anywhere is refused") {
    const TestLedger ledger({.records = 6});
    const std::string proof = proof_of(ledger.directory(), 4);
    for (std::size_t i = 0; i < proof.size(); ++i) {
        std::string changed = proof;
        changed[i] = static_cast<char>(changed[i] ^ static_cast<char>(1U << i % 8));
        CAPTURE(i);
        CHECK_FALSE(check_proof(changed, ledger.signer.verifier()));
        CHECK_FALSE(check_proof(proof.substr(0, i), ledger.signer.verifier()));
    }
    CHECK_FALSE(check_proof(proof, TestLedger::make_signer('x').verifier()));
}

TEST_CASE("proof: a refusal says why") {
    const TestLedger ledger({.records = 6});
    const VerifierKey& key = ledger.signer.verifier();
    const std::string proof = proof_of(ledger.directory(), 4);
    CHECK(why_refused("", key) == "a proof begins with c2sp.org/tlog-proof@v1");
    CHECK(why_refused(replaced(proof, "@v1", "@v2"), key) == "a proof begins with c2sp.org/tlog-proof@v1");
    CHECK(why_refused(replaced(proof, "extra ", "extra  "), key) ==
          "the proof holds no record in base64 behind \"extra\"");
    for (const char* index : {"index 04\n", "index +4\n", "index \n", "index4\n", "index 4 \n"})
        CHECK(why_refused(replaced(proof, "index 4\n", index), key) ==
              "the proof holds no decimal number behind \"index\"");
    CHECK(why_refused(replaced(proof, "index 4\n", "index 3\n"), key) ==
          "the record is not in the log that was signed");
    CHECK(why_refused(replaced(proof, "index 4\n", "index 6\n"), key) ==
          "the record is not in the log that was signed");
    CHECK(why_refused(replaced(proof, "index 4\n", "index 4\nAAAA\n"), key) ==
          "a line of the proof's path is no base64 of 32 bytes");
    const std::string step(43, 'A');
    CHECK(why_refused(replaced(proof, "index 4\n", "index 4\n" + step + "=\n"), key) ==
          "the record is not in the log that was signed");
    std::string steps = "index 4\n";
    for (int i = 0; i < 65; ++i) steps += step + "=\n";
    CHECK(why_refused(replaced(proof, "index 4\n", steps), key) ==
          "a line of the proof's path is no base64 of 32 bytes");
    CHECK(why_refused(proof + std::string(proof_bytes_max, '\n'), key) == "a proof has at most 262,144 bytes");
}

TEST_CASE("proof: of a request its terminal record is proven, and the names in it") {
    const TestLedger ledger;
    const Directory directory = ledger.directory();
    DirectoryFiles files(directory);
    const auto text = prove_request(files, "ledger", TestLedger::request_number(20));
    REQUIRE(text);
    const auto proofs = check_proofs(*text, ledger.signer.verifier());
    REQUIRE(proofs);
    REQUIRE(proofs->size() == 4);
    CHECK(proofs->front().index == 65);
    const std::string told = explain(*proofs);
    CHECK(told.find("attempt 0") != std::string::npos);
    CHECK(
        told.find(
            "tenant acme/research, model qwen3-32b; usage (provider) input_fresh 186 cache_read 1024 output_text 344; "
            "cost 0.00000125002 USD = 0.001750028 KRW\n") != std::string::npos);
    CHECK(told.find("record 1: number 2 is qwen3-32b\n") != std::string::npos);
    CHECK_FALSE(prove_request(files, "ledger", TestLedger::request_number(4'000'000)));
    CHECK_FALSE(check_proofs(*text + "x", ledger.signer.verifier()));
    CHECK_FALSE(check_proofs("", ledger.signer.verifier()));
    std::string many;
    for (std::size_t i = 0; i <= proofs_max; ++i) many += proof_of(directory, 1);
    std::string_view why;
    CHECK_FALSE(check_proofs(many, ledger.signer.verifier(), &why));
    CHECK(why == "a file holds at most 128 proofs");
}

TEST_CASE("proof: none is made of what is not signed, not there or not what was signed") {
    const TestLedger ledger({.records_unsigned = 5});
    Directory directory = ledger.directory();
    DirectoryFiles files(directory);
    CHECK(prove_record(files, "ledger", 299));
    CHECK(prove_record(files, "ledger", 300).error().message ==
          "record 300 is not under a checkpoint yet; the newest covers 300");
    CHECK(prove_record(files, "ledger", 305).error().message == "the log has no record 305");
    directory[log_name(200, ".hash")][7] ^= 1;
    CHECK(prove_record(files, "ledger", 299).error().message.ends_with("gilmok ledger verify tells which"));
    directory.erase(log_name(200, ".hash"));
    CHECK(prove_record(files, "ledger", 299).error().message.ends_with("gilmok ledger verify tells which"));
    directory["checkpoint"][3] ^= 1;
    CHECK(prove_record(files, "ledger", 0).error().message == "checkpoint: the signature is wrong");
    directory.erase("identity");
    CHECK_FALSE(prove_record(files, "ledger", 0));
}
