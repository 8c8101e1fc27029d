// Rows of the guard, the register of applications and the archive.
#pragma once

#include "config/field.hpp"

namespace gilmok::config::table {

inline constexpr Range score_range{1, 100};
inline constexpr Range days_range{1, 36'600};

inline constexpr Field guard_fields[] = {
    field<boolean, &Guard::is_on>("on", "`false`: nothing is looked at, and no rule is asked."),
    field<texts, &Guard::packs>("packs",
                                "Whose rules hold besides the own ones: `kr`, `kr-public`, `kr-finance`, `eu`, `us`, "
                                "`jp`, `sg`. Each is asked, "
                                "and the strictest answer counts."),
    field<count, &Guard::score_min>("score_min", "How sure a finding must be to count; docs/guard.md tells the steps.",
                                    score_range),
    choice<choice_text, &Guard::class_default>(
        "class_default", "|O|S|C",
        "Class of requests for which neither tenant nor header names one. Empty: what the packs say, else `O`."),
    choice<choice_text, &Guard::class_detected>(
        "class_detected", "|none|S|C",
        "A unique identifier, financial number or secret that is found raises a request to this class. Empty: what the "
        "packs say, else `none`."),
    field<secret, &Guard::secret_reference>(
        "secret", "Keys the pseudonyms. Empty: made in `state_dir`, or for this run, and then not the same elsewhere."),
    field<boolean, &Guard::looks_at_answers>("answers", "Whether answers are looked through too."),
    field<boolean, &Guard::strips_images>("strip_images", "Whether EXIF and the like are taken out of images."),
    field<size64, &Guard::clean_bytes_max>("clean_bytes_max",
                                           "What each shard may hold of texts in which nothing was found, 16 bytes "
                                           "each: sent again by the same tenant, they are "
                                           "not looked through again. Then the text that was not seen for the longest "
                                           "is forgotten. `0`: none is remembered.",
                                           {0, 1 * gib}),
};

inline constexpr Field data_kinds_field{"kinds", data_kinds, [](void* object) -> void* { return object; },
                                        "What must have been found, e.g. `kr_rrn`, `family:secret`, `all`. Empty: the "
                                        "rule is about the request itself, whatever is in it."};

inline constexpr Field guard_rule_fields[] = {
    required(field<text, &GuardRule::name>("name", "Shown in refusals and decision records, with file and line."),
             "\"no-names-abroad\""),
    field<data_classes, &GuardRule::classes>("class", "Only for requests of these classes. Empty: any."),
    data_kinds_field,
    field<texts, &GuardRule::places>(
        "places",
        "Only for these places; `*` stands for any letters, `\"\"` for a place that nobody knows. Empty: any."),
    field<texts, &GuardRule::places_not>("places_not", "Not for these places."),
    field<texts, &GuardRule::operators>("operators", "Only for these operators, e.g. `*(US)`. Empty: any."),
    field<texts, &GuardRule::operators_not>("operators_not", "Not for these operators."),
    field<tenant_paths, &GuardRule::tenants>("tenants", "Only for these tenants and all below them. Empty: any."),
    field<count, &GuardRule::findings_min>("findings_min", "So many findings of `kinds` at least.", {1, 1'000'000}),
    choice<choice_enum, &GuardRule::action>("action", "allow|swap|mask|local|block",
                                            "`allow`; `swap` for a pseudonym that is put back in the answer; `mask` "
                                            "for good; `local`: leave this place out, "
                                            "another may serve; `block`: refuse the request."),
    field<text, &GuardRule::basis>(
        "basis", "The statute, contract or designation under which an obligatory rule of a pack is relaxed."),
    field<boolean, &GuardRule::is_for_answers>("answers", "The rule is about what comes back: allow, mask or block."),
};

inline constexpr Field guard_pattern_fields[] = {
    required(field<text, &GuardPattern::regex>(
                 "regex", "Syntax of Hyperscan: PCRE without what needs backtracking, so that no text makes it slow."),
             "\"PRJ-[0-9]{6}\""),
    field<count, &GuardPattern::score>("score", "How sure a match is.", score_range),
    field<texts, &GuardPattern::words>(
        "words", "One of these stands within 300 characters, or the match counts 30 less. Empty: none is asked for."),
};

inline constexpr Field guard_dictionary_fields[] = {
    required(field<file, &GuardDictionary::file>("file", "One term a line, UTF-8."), "\"/etc/gilmok/projects.txt\""),
    field<text, &GuardDictionary::signature_file>(
        "signature_file", "Ed25519 signature of the file, base64. Empty: the file's own with `.sig`."),
    field<text, &GuardDictionary::public_key>(
        "public_key",
        "Whose signature, base64. Empty: unsigned, allowed only below the directory of the configuration itself."),
    field<count, &GuardDictionary::score>("score", "How sure a match is.", score_range),
    field<boolean, &GuardDictionary::is_whole_word>("whole_word",
                                                    "Whether a term must stand alone; Korean particles may follow."),
};

inline constexpr Field guard_external_fields[] = {
    field<text, &GuardExternal::upstream>("upstream", "The `[upstream.NAME]` that is asked. Empty: none."),
    field<text, &GuardExternal::path>("path", "Where it is asked, from its root."),
    field<duration, &GuardExternal::timeout>("timeout", "Then `on_failure`.", {10, 1 * minute}),
    field<texts, &GuardExternal::places_not>("places_not",
                                             "Asked for candidates whose place is none of these. Empty: for all."),
    choice<choice_enum, &GuardExternal::on_failure>(
        "on_failure", "refuse|local",
        "When it does not answer: refuse the request, or leave out the places for which it is asked."),
};

inline constexpr Field application_fields[] = {
    required(field<tenant_path, &Application::tenant>("tenant", "Whose requests are its own; and all below."),
             "\"acme/hr/screening\""),
    field<text, &Application::purpose>("purpose", "What it is for."),
    field<text, &Application::owner>("owner", "Who answers for it."),
    field<text, &Application::domain>(
        "domain", "Its domain of high impact, e.g. `hiring`; docs/jurisdictions.md lists them. Empty: none."),
    field<boolean, &Application::is_high_impact>("high_impact", "Whether it is of high impact."),
    field<text, &Application::decided_by>("decided_by", "Who decided that."),
    field<text, &Application::decided_on>("decided_on", "When: a date such as `2026-11-01`."),
    field<text, &Application::basis>("basis", "On what grounds, or the number of the confirmation."),
    field<text, &Application::notice>("notice",
                                      "What its users are told beforehand, or a URL: a header of each answer."),
    field<boolean, &Application::is_notice_first>("notice_first",
                                                  "The notice is put before the first answer of a conversation."),
    field<boolean, &Application::is_label_on>("label", "Answers carry a machine-readable mark."),
    field<text, &Application::oversight>("oversight", "Who can intervene, and how."),
    field<count, &Application::retention_days>("retention_days", "How long its decision records are kept.", days_range),
};

inline constexpr Field archive_fields[] = {
    field<text, &Archive::dir>("dir", "Its directory. Empty: `archive` in `state_dir`."),
    field<tenant_paths, &Archive::tenants>("tenants", "Whose requests are kept, and of all below. Empty: nobody's."),
    field<count, &Archive::retention_days>("retention_days", "Then a day is deleted.", days_range),
    field<size64, &Archive::bytes_max>("bytes_max", "Then the oldest day goes.", {1 * mib, 1'024 * gib}),
    field<secret, &Archive::key_reference>(
        "key", "Master key, 64 hexadecimal digits: the keys of tenants are kept under it. Empty: made in `state_dir`."),
    field<boolean, &Archive::keeps_answers>("answers", "Whether answers are kept as well."),
    field<boolean, &Archive::keeps_redacted>(
        "redacted",
        "What was sent is kept, and not what the client wrote; of answers what came before values were put back."),
};

}   // namespace gilmok::config::table
