// The nouns of the guard: what was found in a text, what is done about it, and what is written down of it. Handed between
// guard/, config/, ledger/ and gateway/. Structs without behaviour.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/exchange.hpp"
#include "model/ids.hpp"
#include "model/spend.hpp"

namespace gilmok::model {

// Kinds of data that the guard knows. Order is part of the ledger's format; append only (before count_).
enum class DataKind : std::uint8_t {
    // Korea
    kr_rrn,   // resident registration number
    kr_frn,   // foreigner registration number, overseas Korean's residence number
    kr_passport,
    kr_driver_license,
    kr_business_no,    // 사업자등록번호
    kr_corporate_no,   // 법인등록번호
    kr_health_insurance_no,
    kr_phone,   // mobile, landline, 050x, 070, call centres, +82
    kr_bank_account,
    kr_plate,
    kr_address,        // road or lot
    kr_customs_code,   // 개인통관고유부호
    kr_name,
    // anywhere
    person_name,   // by an English title or a form's label
    email,
    phone,   // international, with +
    ip_address,
    mac_address,
    card,
    iban,
    bic,
    date_of_birth,
    // European Union and its neighbours
    eu_vat,
    de_tax_id,
    de_id_card,
    fr_nir,
    es_dni,   // and NIE
    it_fiscal_code,
    nl_bsn,
    pl_pesel,
    se_personnummer,
    fi_hetu,
    gb_nino,
    gb_nhs,
    // United States
    us_ssn,
    us_itin,
    us_ein,
    us_passport,
    us_bank_routing,
    us_phone,
    // Japan
    jp_my_number,
    jp_corporate_number,
    jp_passport,
    jp_driver_license,
    jp_phone,
    // Singapore
    sg_nric,   // and FIN
    sg_uen,
    sg_phone,
    // secrets
    aws_access_key,
    aws_secret_key,
    azure_key,
    gcp_key,
    cloud_key,       // other clouds: NCP, Alibaba, Tencent, DigitalOcean, …
    model_key,       // of a model provider: OpenAI, Anthropic, Google AI, Hugging Face, Upstage, gilmok, …
    source_token,    // GitHub, GitLab, npm, PyPI, …
    service_token,   // Slack, Stripe, Twilio, SendGrid, Telegram, …
    private_key,     // PEM, OpenSSH, PGP, age
    jwt,
    connection_string,   // scheme://user:password@host
    password,            // assigned to a name that says so
    high_entropy,        // a random text beside a word that says so
    // the organisation's own
    pattern,    // [guard.pattern.NAME]
    term,       // of a dictionary
    external,   // found by an external detector
    // not text
    image,
    audio,
    file,
    count_,
};
inline constexpr std::size_t data_kinds_count = static_cast<std::size_t>(DataKind::count_);
std::string_view name_of(DataKind kind);                          // "kr_rrn", …
std::optional<DataKind> data_kind_named(std::string_view name);   // nothing for another name
// In people's words, for reports: English and Korean.
std::string_view title_of(DataKind kind);
std::string_view korean_title_of(DataKind kind);

// What laws and policies speak of. A kind is in one family.
enum class DataFamily : std::uint8_t {
    unique_id,
    financial,
    contact,
    location,
    person,
    business,
    network,
    secret,
    own,
    media,
    count_
};
std::string_view name_of(DataFamily family);   // "unique_id", …
std::optional<DataFamily> data_family_named(std::string_view name);
DataFamily family_of(DataKind kind);

// A set of kinds, as rules have them.
class KindSet {
public:
    constexpr KindSet() = default;
    constexpr void add(DataKind kind) { words_[at(kind) / 64] |= bit(kind); }
    constexpr void add(const KindSet& other) {
        for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    }
    [[nodiscard]] constexpr bool has(DataKind kind) const { return (words_[at(kind) / 64] & bit(kind)) != 0; }
    [[nodiscard]] constexpr bool is_empty() const { return (words_[0] | words_[1]) == 0; }
    static constexpr KindSet all() {
        KindSet set;
        for (std::size_t i = 0; i < data_kinds_count; ++i) set.add(static_cast<DataKind>(i));
        return set;
    }
    bool operator==(const KindSet&) const = default;

private:
    static constexpr std::size_t at(DataKind kind) { return static_cast<std::size_t>(kind); }
    static constexpr std::uint64_t bit(DataKind kind) { return std::uint64_t{1} << (at(kind) % 64); }
    std::array<std::uint64_t, 2> words_{};
};
static_assert(data_kinds_count <= 128);
// As rules write them: "kr_rrn", "family:unique_id", "all"; nothing for another word.
std::optional<KindSet> kinds_named(std::string_view word);
// The fewest such words that say the same.
std::vector<std::string> words_of(const KindSet& kinds);

// A place in a text: [begin, end) in bytes of the text that was scanned. `score` is 1 to 100: how sure; docs/guard.md says
// what the steps mean. `own` says which pattern, dictionary or label of an external detector it is (index + 1; 0 = none).
struct Finding {
    std::uint32_t begin = 0, end = 0;
    DataKind kind = DataKind::count_;
    std::uint8_t score = 0;
    std::uint16_t own = 0;
    bool operator==(const Finding&) const = default;
};

// What was decided for one attempt (or for a request that was refused before any): written to the ledger, read by
// `gilmok evidence`. No text of the request, no hash of one: kinds and counts only.
struct Decision {
    static constexpr std::size_t entries_max = 16;
    struct Entry {
        DataKind kind = DataKind::count_;
        GuardAction action = GuardAction::allow;
        std::uint16_t count = 0;      // findings; stays at 65,535
        NameId rule = NameId::none;   // name of the rule, "kr/rrn" or "config:gilmok.toml:41"
    };
    AttemptRef ref{};
    WallTime at{};
    NameId tenant{}, upstream{}, place{}, operator_{}, application{};
    DataClass data_class = DataClass::open;
    GuardAction verdict =
        GuardAction::allow;   // the strictest of all: allow, swap and mask left; local and block did not
    NameId verdict_rule = NameId::none;
    bool is_answer = false;   // about what came back
    bool is_more = false;     // there were more entries than fit
    std::uint8_t entries_count = 0;
    std::array<Entry, entries_max> entries{};
};

}   // namespace gilmok::model
