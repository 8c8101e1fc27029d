// The table as docs/config.md. A test compares; `gilmok schema --docs > docs/config.md` refreshes.
#include "config/schema.hpp"
#include "config/value.hpp"

namespace gilmok::config {
namespace {

constexpr std::string_view opening = R"(# gilmok.toml

<!-- Written by `gilmok schema --docs` from the table in src/config/schema.cpp. Change it there. -->

One TOML 1.0 file, and the files `conf.d/*.toml` beside it in the order of their names. Later files may add tables and keys; the same key, or
the same named table, in two files is an error that names both places. Nothing is taken from a file that has any error: all of them are
told at once, and on a reload the running configuration stays.

```
error[E0101] gilmok.toml:14:1: unknown key "conect_timeout"
   14 | conect_timeout = "1s"
      | ^^^^^^^^^^^^^^ did you mean "connect_timeout"?
```

`gilmok check` tells the same without starting anything. `gilmok schema` prints a JSON Schema for editors.

- **Durations** are texts with a unit: `"800ms"`, `"30s"`, `"5m"`, `"1h"`, `"2d"`. **Sizes** likewise: `"512B"`, `"64KiB"`, `"32MiB"`, `"1GiB"`, or in powers
  of 1000 `"10kB"`, `"10MB"`, `"1GB"`. A bare number is refused, because the next reader takes it for another unit.
- **Money** is a decimal in text, one space and the currency: `"5000000 KRW"`, `"0.15 USD"`; power is `"160 KRW/kWh"`. At most 12 digits behind the point, no
  separators. A bare number is refused. Empty means that nobody has said: no budget, an unknown price. What is free is written as `"0 USD"`.
- **Shares** are `"12.5%"`, **dates** `"2026-11-01"` (from midnight UTC), **hours** `"09:00-23:00+09:00"`, **offsets** `"+09:00"`; **rates** of exchange are decimals in
  quotes, because a bare fraction would be a binary one.
- **Secrets** are never written into the file, only where they are: `"env:NAME"` (environment), `"file:/path"` (the content of a file without its last line end)
  or `"cmd:program arguments"` (standard output of a program, run without a shell, within 5 s). A secret that is missing or empty is an error.
- **Addresses** are numeric, with a port: `"127.0.0.1:8080"`, `"[::1]:8080"`.
- **Unknown keys** are errors. A key that nobody reads is a typing error that would show itself at the worst time.
- Paths are taken as they stand; relative ones start at the working directory.

## Example

```toml
)";

constexpr std::string_view example = R"toml(schema = 1

[server]
listen = "127.0.0.1:8080"            # the OpenAI-compatible door
admin = "127.0.0.1:9090"             # console and /metrics

[upstream.h100]                      # owned: vLLM on eight H100
kind = "vllm"
url = "http://10.0.3.11:8000/v1"
place = "kr-onprem"
pool = "h100"

[upstream.npu]                       # owned: Furiosa-LLM on RNGD
kind = "furiosa-llm"
url = "http://10.0.3.21:8000/v1"
place = "kr-onprem"
streams_max = 64

[upstream.openai]                    # rented, abroad
url = "https://api.openai.com/v1"
key = "env:OPENAI_API_KEY"
place = "us-cloud"
operator = "OpenAI (US)"
discount = "5%"                      # by contract, off the catalogue's prices

[pool.h100]                          # what the eight H100 cost, used or idle
capex = "450000000 KRW"
months = 48
opex_month = "1500000 KRW"
devices = 8
power_idle_w = 1200
power_max_w = 7600
pue = 1.4
tariff_kwh = "160 KRW/kWh"
country = "KR"

[model.chat-large]                   # what clients ask for
try = ["h100/Qwen/Qwen3-32B", "npu/qwen3-32b", "openai/gpt-5.4"]
hedge_after = "3s"

[tenant.acme]
class = "S"
models = ["*"]
budget_month = "20000000 KRW"
payer = "ACME"

[tenant."acme/finance"]
streams_max = 20
budget_month = "5000000 KRW"
tokens_per_minute = 200000
at_limit = "local-only"              # the budget is spent: only the machines of one's own

[[price]]                            # what the catalogue does not know
provider = "openai"
sku = "gpt-5.4-audit*"
per = "1M"
input_fresh = "1.25 USD"
cache_read = "0.125 USD"
output_text = "10 USD"
valid_from = "2026-11-01"
source = "contract 2026-117"

[[fx]]
from = "USD"
to = "KRW"
rate = "1385.5"
date = "2026-11-01"

[ledger]
dir = "/var/lib/gilmok/ledger"
currency = "KRW"
witness_dir = "/mnt/witness/gilmok"  # another disk

[webhook]                            # 50, 80 and 95 % of a budget
url = "https://hooks.acme.example/gilmok"
secret = "env:GILMOK_WEBHOOK_SECRET"
)toml";

std::string cell(std::string text) {
    // A bar would end the cell.
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
    return text;
}

std::string default_words(const Section& section, const Field& field) {
    if (field.is_required) return "**required**";
    const std::string text = value_text(field, field.member(section.defaults()), Snapshot{});
    if (text.empty() || text == "\"\"" || text == "[]") return "none";
    return "`" + text + "`";
}

}   // namespace

std::string_view docs_example() { return example; }

std::string render_docs() {
    std::string out(opening);
    out += example;
    out += "```\n\n## Top level\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
    out += "| `schema` | whole number | `" + std::to_string(schema_version) + "` | " + std::string(schema_meaning) +
           " |\n";
    for (const Section& section : sections()) {
        out += "\n## " + std::string(section.heading) + "\n\n" + std::string(section.meaning) +
               "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
        for (const Field& field : section.fields)
            out += "| `" + std::string(field.name) + "` | " + cell(shape_words(field)) + " | " +
                   cell(default_words(section, field)) + " | " + cell(std::string(field.meaning)) + " |\n";
    }
    out +=
        "\n## Problems and their codes\n\nCodes that begin with E are errors, with W warnings; `gilmok check --strict` "
        "refuses both.\n\n| code | meaning |\n|---|---|\n";
    for (const ProblemCode& code : problem_codes())
        out += "| " + std::string(code.code) + " | " + cell(std::string(code.meaning)) + " |\n";
    return out;
}

}   // namespace gilmok::config
