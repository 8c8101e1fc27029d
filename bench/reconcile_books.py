"""The auditor of `prove reconcile`: computes every row of the ledger again from the upstream's book, the client's and raw price strings.

Written from docs/usage.md, docs/life-of-an-exchange.md ("What is paid"), docs/ledger-format.md ("Price cards") and
docs/ledger-tables.md; shares no code with src/. All amounts are Python integers of pico.
"""

import collections
import json
import re
import sqlite3

PICO = 10**12
METERS = ["input_fresh", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "input_image", "output_text",
          "output_reasoning", "output_audio", "output_image", "pages", "requests"]
INPUTS, OUTPUTS = METERS[:6], METERS[6:10]
SETTLED, VOIDED, RECOVERED = 0, 1, 2
NONE, PROVIDER, COUNTED, ABORTED = 0, 1, 2, 3
STREAM, SUSPECT, OVER_BOUND, PRICE_KNOWN = 1, 8, 16, 32
TIERS = ["standard", "flex", "priority", "batch"]
LIE_NULL, LIE_USAGE_TWICE, LIE_NAN = 9, 13, 8
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def half_even(numerator, denominator):
    """numerator ÷ denominator to the nearest integer, a tie to the even one."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        quotient += 1
    return quotient


def pico(text):
    """A decimal as pico, exactly."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction) > 12:
        raise ValueError(f"more than twelve decimals: {text}")
    return sign * (int(whole) * PICO + int(fraction.ljust(12, "0") or "0"))


def request_id(raw):
    number, text = int.from_bytes(raw, "big"), ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        text = CROCKFORD[digit] + text
    return text


# --- usage -----------------------------------------------------------------------------------------------------------

class Number(str):
    """A JSON number, as it was written."""


def _refuse(text):
    raise ValueError(text)


def read_json(text):
    """Objects as lists of pairs, so that a name that stands twice is seen; nothing for what is no JSON."""
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: pairs, parse_int=Number, parse_float=Number, parse_constant=_refuse)
    except ValueError:
        return None


class Usage:
    """One usage object in OpenAI's form, made disjoint."""

    def __init__(self, text):
        self.meters = dict.fromkeys(METERS)
        self.is_suspect = False
        report = read_json(text)
        if not isinstance(report, list):
            return
        prompt, completion, total = (self.count(report, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
        cached = self.count(self.inner(report, "prompt_tokens_details"), "cached_tokens")
        reasoning = self.count(self.inner(report, "completion_tokens_details"), "reasoning_tokens")
        gap = 0 if None in (prompt, completion, total) else total - prompt - completion
        is_beside = gap > 0 and reasoning == gap
        if gap and not is_beside:
            self.is_suspect = True
        if total is not None and (prompt is not None or completion is not None) and total < (prompt or 0) + (completion or 0):
            self.is_suspect = True
        self.meters["input_fresh"], self.meters["cache_read"] = self.split(prompt, cached)
        if is_beside:
            self.meters["output_text"], self.meters["output_reasoning"] = completion, reasoning
        else:
            self.meters["output_text"], self.meters["output_reasoning"] = self.split(completion, reasoning)

    def count(self, pairs, name):
        found = [value for key, value in pairs if key == name]
        if len(found) > 1:
            self.is_suspect = True
            return None
        if not found or found[0] is None:
            return None
        value = found[0]
        if not isinstance(value, Number) or not re.fullmatch(r"-?\d+", value) or not 0 <= int(value) <= 2**53:
            self.is_suspect = True
            return None
        return int(value)

    @staticmethod
    def inner(pairs, name):
        found = [value for key, value in pairs if key == name]
        return found[0] if len(found) == 1 and isinstance(found[0], list) else []

    def split(self, whole, part):
        if part is None or whole is None:
            return whole, part
        if part > whole:
            self.is_suspect = True
        part = min(part, whole)
        return whole - part, part


def tokens(meters, names):
    return sum(meters[name] or 0 for name in names)


# --- counting where nobody reported ----------------------------------------------------------------------------------

class Ratio:
    """How many tokens a unit makes, learned from whole answers of the same model; src/meter/token_ratio.hpp says how."""

    def __init__(self, units_per_token):
        self.tokens, self.units, self.default = 0, 0, units_per_token

    def learn(self, tokens_seen, units):
        if tokens_seen <= 0 or units <= 0 or tokens_seen > 2**31 or units > 2**31:
            return
        self.tokens, self.units = self.tokens + tokens_seen, self.units + units
        if self.units > 2**22:
            self.tokens, self.units = (self.tokens + 1) // 2, (self.units + 1) // 2

    def of(self, units):
        of_tokens, of_units = (self.tokens, self.units) if self.units else (1, self.default)
        return -(-units * of_tokens // of_units)


class Ratios:
    def __init__(self):
        self.input, self.events, self.bytes = Ratio(4), Ratio(1), Ratio(4)


# --- prices ----------------------------------------------------------------------------------------------------------

class Prices:
    """The [[price]] and [[fx]] tables as they were written."""

    def __init__(self, rows, rates, discounts_ppm):
        self.rows, self.discounts_ppm = rows, discounts_ppm
        self.rates = {(rate["from"], rate["to"]): pico(rate["rate"]) for rate in rates}
        self.cards = {}

    def card(self, provider, sku, tier, upstream):
        key = (provider, sku, tier, upstream)
        if key not in self.cards:
            self.cards[key] = self.make_card(*key)
        return self.cards[key]

    def make_card(self, provider, sku, tier, upstream):
        mine = [row for row in self.rows if row["provider"] == provider and row.get("tier", "standard") == tier]
        names = {row["sku"] for row in mine}
        name = sku if sku in names else max((n for n in names if n.endswith("*") and sku.startswith(n[:-1])), key=len, default=None)
        lines, currency = collections.defaultdict(list), None
        for row in mine:
            if row["sku"] != name:
                continue
            for meter in METERS:
                if meter in row:
                    amount, currency = row[meter].split()
                    price = half_even(pico(amount) * (1_000_000 - self.discounts_ppm[upstream]), 1_000_000)
                    lines[meter].append((row.get("above_input_tokens", 0), row.get("tier_mode", "whole"), row["per"], price))
        return (currency, {meter: sorted(of_meter) for meter, of_meter in lines.items()}) if lines else None

    def cost(self, card, meters):
        """In the currency of the card; nothing when a used meter has no price."""
        _, all_lines = card
        whole_input, position, total = tokens(meters, INPUTS), 0, 0
        order = ["cache_read", "cache_write_5m", "cache_write_1h", "input_fresh", "input_audio", "input_image"] + METERS[6:]
        for meter in order:
            count = meters[meter] or 0
            begin = position if meter in INPUTS else whole_input
            position += count if meter in INPUTS else 0
            if not count:
                continue
            passed = self.passed(all_lines.get(meter, []), whole_input)
            if not passed and meter in INPUTS + OUTPUTS:
                passed = self.passed(all_lines.get("input_fresh" if meter in INPUTS else "output_text", []), whole_input)
            if not passed:
                if meter in INPUTS + OUTPUTS:
                    return None
                continue
            for number, (above, _, per, price) in enumerate(passed):
                since = max(begin, above if number else 0)
                until = min(begin + count, passed[number + 1][0] if number + 1 < len(passed) else begin + count)
                if until > since:
                    total += half_even((until - since) * price, per)
        return total

    @staticmethod
    def passed(lines, whole_input):
        passed = []
        for line in lines:
            if line[0] and whole_input <= line[0]:
                break
            passed = [line] if line[1] == "whole" else passed + [line]
        return passed

    def convert(self, amount, source, target):
        return amount if source == target else half_even(amount * self.rates[(source, target)], PICO)


# --- the books -------------------------------------------------------------------------------------------------------

class Seen:
    """One request as the upstream saw it."""

    __slots__ = ("side", "nonce", "model", "lie", "fault", "is_stream", "is_continuous", "pieces", "input_bytes", "status", "events",
                 "bytes", "usage")

    def __init__(self, fields):
        self.side, self.nonce, self.model, self.lie, self.fault = int(fields[1]), fields[2], int(fields[3]), int(fields[4]), fields[5]
        self.is_stream, self.is_continuous = fields[6] == "1", fields[7] == "1"
        self.pieces, self.input_bytes, self.status, self.events, self.bytes = (int(field) for field in fields[8:13])
        self.usage = fields[13]


def read_upstream_book(path):
    """(request id, side) → what came there, in order; and requests that came in part."""
    seen, partial = collections.defaultdict(list), collections.Counter()
    for line in open(path):
        fields = line.rstrip("\n").split(" ", 13)
        if fields[2] == "partial":
            partial[(fields[0], int(fields[1]))] += 1
        else:
            seen[(fields[0], int(fields[1]))].append(Seen(fields))
    return seen, partial


def read_client_book(path):
    """nonce → (request id or None, status, outcome, events, body bytes, key)"""
    book = {}
    for line in open(path):
        nonce, name, status, outcome, events, body, key = line.split()
        book[nonce] = (None if name == "-" else name, int(status), outcome, int(events), int(body), int(key))
    return book


# The plan's draws, as bench/load/fault_money.cpp makes them: which model and tier an answer names follows from its nonce.
def mix(x):
    x = (x + 0x9E3779B97F4A7C15) & (2**64 - 1)
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & (2**64 - 1)
    return x ^ x >> 31


def draw(nonce, what, below):
    return mix(nonce ^ (what * 0x9E3779B97F4A7C15 & (2**64 - 1))) % below


def answer_model(nonce, name):
    return {0: name + "-2026-05-05", 1: "unheard-of/" + name, 2: ""}.get(draw(nonce, 11, 8), name)


def answer_tier(nonce):
    return {0: "flex", 1: "priority", 2: "default", 3: "default", 4: "scale"}.get(draw(nonce, 12, 16), "")


class Audit:
    """Holds the three books against each other. `gaps` are what the proof is about, `notes` what it saw on the way."""

    def __init__(self, state, upstream_book, client_book, access_log, prices, models, upstreams):
        self.gap_requests = self.gap_tokens = self.gap_pico = 0
        self.told, self.counts, self.kinds = [], collections.Counter(), collections.Counter()
        self.gap_meters = collections.Counter()
        self.prices, self.models, self.upstreams = prices, models, upstreams
        self.seen, self.partial = read_upstream_book(upstream_book)
        self.client = read_client_book(client_book)
        self.access_log = access_log
        self.database = sqlite3.connect(f"file:{state}/ledger/tables.sqlite?mode=ro", uri=True)
        self.names = dict(self.database.execute("SELECT id, text FROM names"))
        self.ratios = collections.defaultdict(Ratios)
        self.sums, self.rolled_sums = collections.Counter(), collections.Counter()
        # What came last waits in its rows, and is added to an answer when one is asked for.
        meta = dict(zip((column[1] for column in self.database.execute("PRAGMA table_info(meta)")),
                        self.database.execute("SELECT * FROM meta").fetchone()))
        self.rolled = meta.get("rolled", meta["records"])
        self.cost_of_request = collections.defaultdict(int)
        self.unpriced_requests = set()

    def tell(self, kind, text):
        self.kinds[kind] += 1
        if self.kinds[kind] <= 4:
            self.told.append(f"{kind}: {text}")

    def run(self):
        self.check_rows()
        self.check_open()
        self.check_rollups()
        self.check_access_log()

    # --- rows

    def check_rows(self):
        columns = ["idx", "exchange", "attempt", "kind", "provenance", "tier", "code", "status", "flags", "model", "upstream",
                   "response_model", "events", "bytes", "currency", "price_whole", "price_pico", "cost_whole", "cost_pico", "raw_usage",
                   "bound_input", "bound_output", "bound_whole", "bound_pico"] + METERS
        groups, order = collections.defaultdict(list), []
        for values in self.database.execute(f"SELECT {', '.join(columns)} FROM attempts ORDER BY idx"):
            row = dict(zip(columns, values))
            row["id"] = request_id(row["exchange"])
            groups[(row["id"], self.upstreams.index(self.names[row["upstream"]]))].append(row)
            order.append(row)
        self.counts["rows"] = len(order)
        for key in self.seen.keys() | groups.keys():
            self.match(key, self.seen.get(key, []), sorted(groups.get(key, []), key=lambda row: row["attempt"]))
        for row in order:
            self.check_row(row)

    def match(self, key, seen, rows):
        """One attempt at an upstream is one request that it saw, in their order; what it never saw whole stays apart."""
        unseen = len(rows) - len(seen)
        if unseen < 0:
            self.gap_requests += -unseen
            self.tell("an attempt without a row", f"{key[0]} at {self.upstreams[key[1]]}: {len(seen)} seen, {len(rows)} booked")
            rows = rows + [None] * -unseen
        for row in rows:
            if row is not None and unseen > 0 and (row["kind"] == VOIDED or len(rows) == unseen):
                row["seen"] = None
                unseen -= 1
                self.counts["came in part" if self.partial[key] else "never seen upstream"] += 1
        left = iter(seen)
        for row in rows:
            if row is not None and "seen" not in row:
                row["seen"] = next(left, None)

    def check_row(self, row):
        seen, meters = row["seen"], {meter: row[meter] for meter in METERS}
        self.counts["seen"] += seen is not None
        self.counts[["settled", "voided", "recovered"][row["kind"]]] += 1
        if row["kind"] == SETTLED:
            self.counts[["none", "provider", "counted", "aborted"][row["provenance"]]] += 1
        expected, provenance, is_suspect = self.expected(row, seen)
        for meter in METERS:
            if expected is not None and meters[meter] != expected[meter]:
                gap = abs((meters[meter] or 0) - (expected[meter] or 0)) or 1
                self.gap_tokens += gap
                self.gap_meters[meter] += gap
                self.tell("tokens", f"{row['id']}.{row['attempt']} {meter} is {meters[meter]}, should be {expected[meter]}: {self.about(row)}")
        if provenance is not None and (row["kind"], row["provenance"]) != provenance:
            self.gap_requests += 1
            self.tell("ended otherwise", f"{row['id']}.{row['attempt']} should be {provenance}: {self.about(row)}")
        if is_suspect is not None and bool(row["flags"] & SUSPECT) != is_suspect:
            self.gap_requests += 1
            self.tell("suspicion", f"{row['id']}.{row['attempt']} should be {is_suspect}: {self.about(row)}")
        self.check_price(row, seen, meters)
        self.learn(row, seen, meters)
        for sums in (self.sums, self.rolled_sums) if row["idx"] < self.rolled else (self.sums,):
            for meter in METERS:
                sums[meter] += meters[meter] or 0
            sums["attempts"] += 1
            sums[["settled", "voided", "recovered"][row["kind"]]] += 1
            sums["aborted"] += row["provenance"] == ABORTED
            sums["counted"] += row["provenance"] == COUNTED
            sums["suspect"] += bool(row["flags"] & SUSPECT)
            sums["unpriced"] += not row["flags"] & PRICE_KNOWN
            sums["cost"] += row["cost_whole"] * PICO + row["cost_pico"]

    @staticmethod
    def about(row):
        seen = row["seen"]
        book = "not seen" if seen is None else (f"lie {seen.lie} fault {seen.fault} stream {seen.is_stream} continuous {seen.is_continuous} "
                                                f"status {seen.status} events {seen.events} bytes {seen.bytes} usage {seen.usage}")
        return (f"kind {row['kind']} provenance {row['provenance']} code {row['code']} status {row['status']} events {row['events']} "
                f"bytes {row['bytes']} raw {row['raw_usage']} | {book}")

    def expected(self, row, seen):
        """Meters, (kind, provenance) and suspicion of this row; nothing where the books leave it open."""
        raw = row["raw_usage"].decode() if row["raw_usage"] else None
        nothing = dict.fromkeys(METERS)
        if row["kind"] == VOIDED:
            # Owed is nothing for a refusal, for what never arrived, and for an answer that failed before it began.
            has_answered = seen is not None and seen.status == 200 and row["status"] == 200
            return nothing, (VOIDED, NONE) if not has_answered else (SETTLED, PROVIDER), False
        ratios = self.ratios[row["model"]]
        if seen is None:
            # The request left and was cancelled before the upstream read it: its input is paid, and it is one of two sizes.
            lengths = [len('[{"role":"user","content":"echo "}]') + filler for filler in (60, 40_000)]
            if row["input_fresh"] not in [ratios.input.of(length) for length in lengths]:
                self.gap_tokens += 1
                self.tell("tokens", f"{row['id']}.{row['attempt']}: {self.about(row)}")
            return None, (SETTLED, ABORTED), False
        # An attempt that was cancelled before its head came is paid, be it that a refusal was already on its way.
        was_unanswered = row["status"] == 0 and row["events"] == 0 and row["bytes"] == 0
        if row["status"] >= 400 or (seen.status >= 400 and not was_unanswered):
            return nothing, (VOIDED, NONE), False
        usage = Usage(raw) if raw is not None else Usage("null")
        is_whole = row["provenance"] in (PROVIDER, COUNTED)
        self.check_delivery(row, seen, raw, is_whole)
        meters = usage.meters
        has_input = any(meters[meter] is not None for meter in ("input_fresh",)) or tokens(meters, INPUTS) > 0
        has_output = any(meters[meter] is not None for meter in ("output_text",)) or tokens(meters, OUTPUTS) > 0
        if not has_input:
            meters["input_fresh"] = ratios.input.of(seen.input_bytes)
        if not has_output:
            if row["status"] == 0:
                meters["output_text"] = 0
            elif seen.is_stream:
                meters["output_text"] = ratios.events.of(row["events"])
            else:
                meters["output_text"] = ratios.bytes.of(row["bytes"])
        meters["requests"] = 1
        row["reported"] = has_input and has_output
        is_suspect = usage.is_suspect or (row["status"] == 200 and self.tier_of(row, seen) == "scale")
        provenance = ABORTED if not is_whole else PROVIDER if has_input and has_output else COUNTED
        return meters, (SETTLED, provenance), is_suspect

    def check_delivery(self, row, seen, raw, is_whole):
        """What was delivered lies between what the client has and what the upstream sent; a report is one that it made."""
        client = self.client[seen.nonce]
        is_winner = row["status"] == 200
        low_events, low_bytes = (client[3], 0 if seen.is_stream else client[4]) if is_winner and client[1] == 200 else (0, 0)
        if not low_events <= row["events"] <= seen.events:
            self.gap_tokens += 1
            self.tell("events", f"{row['id']}.{row['attempt']} not within {low_events} and {seen.events}: {self.about(row)}")
        if not seen.is_stream and not low_bytes <= row["bytes"] <= seen.bytes:
            self.gap_tokens += 1
            self.tell("bytes", f"{row['id']}.{row['attempt']} not within {low_bytes} and {seen.bytes}: {self.about(row)}")
        last = seen.usage if seen.usage not in ("-", "null") and seen.lie not in (LIE_USAGE_TWICE,) else None
        if seen.lie == LIE_NAN:
            last = self.usage_so_far(seen, seen.pieces) if seen.is_stream and seen.is_continuous else None
        if is_whole:
            allowed = [last]
            if seen.fault == "length_short":
                allowed.append(None)   # its end was cut off, and nobody could know
            if row["events"] != (seen.pieces if seen.is_stream else 0):
                self.gap_tokens += 1
                self.tell("events", f"{row['id']}.{row['attempt']} whole with other than {seen.pieces}: {self.about(row)}")
        else:
            allowed = [None] if row["events"] == 0 or not seen.is_continuous else [self.usage_so_far(seen, row["events"])]
            if row["events"] == seen.pieces:
                allowed.append(last)
        if raw not in allowed:
            self.gap_tokens += 1
            self.tell("report", f"{row['id']}.{row['attempt']} not one of {allowed}: {self.about(row)}")

    @staticmethod
    def usage_so_far(seen, events):
        """The report of a continuous engine after so many events, from the figures of the last one."""
        nonce = int(seen.nonce, 16)
        prompt = 40_000 + draw(nonce, 2, 260_000) if draw(nonce, 1, 20) == 0 else 1 + draw(nonce, 2, 6_000)
        completion = (seen.pieces * (1 + draw(nonce, 3, 9)) + draw(nonce, 4, 5)) * events // seen.pieces
        return f'{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{prompt + completion}}}'

    @staticmethod
    def tier_of(row, seen):
        """As the answer names it: in a stream with its first event, in JSON before or behind the usage, when it came so far."""
        nonce = int(seen.nonce, 16)
        if seen.fault == "length_short":
            # How much of the JSON its false length left over is not known here; what was read of it is believed.
            told = answer_tier(nonce)
            is_told = TIERS[row["tier"]] == told or (told == "scale" and row["flags"] & SUSPECT)
            return told if is_told and row["provenance"] != ABORTED else ""
        is_read = row["events"] > 0 if seen.is_stream else row["provenance"] != ABORTED
        if not seen.is_stream and seen.lie == LIE_NAN and draw(nonce, 14, 2) == 0:
            is_read = False   # it stands behind what is no JSON
        return answer_tier(nonce) if is_read else ""

    # --- prices

    def check_price(self, row, seen, meters):
        booked = row["price_whole"] * PICO + row["price_pico"]
        in_ledger = row["cost_whole"] * PICO + row["cost_pico"]
        is_known = bool(row["flags"] & PRICE_KNOWN)
        cost, cost_ledger = 0, 0
        if row["kind"] != VOIDED:
            cost, cost_ledger = self.price(row, seen, meters)
        if (cost_ledger is not None) != is_known:
            self.gap_requests += 1
            self.tell("price known", f"{row['id']}.{row['attempt']} should be {cost_ledger is not None}: tier {row['tier']} {self.about(row)}")
        elif is_known and (booked, in_ledger) != (cost, cost_ledger):
            self.gap_pico += abs(in_ledger - cost_ledger) or abs(booked - cost)
            self.tell("pico", f"{row['id']}.{row['attempt']} {booked} and {in_ledger}, should be {cost} and {cost_ledger}: {self.about(row)}")
        if not is_known:
            self.unpriced_requests.add(row["id"])
        self.cost_of_request[row["id"]] += in_ledger
        tokens_used = tokens(meters, INPUTS + OUTPUTS)
        bound = row["bound_whole"] * PICO + row["bound_pico"]
        is_over = tokens_used > row["bound_input"] + row["bound_output"] or (is_known and in_ledger > bound)
        if row["kind"] != VOIDED and is_known and bool(row["flags"] & OVER_BOUND) != is_over:
            self.gap_requests += 1
            self.tell("over its bound", f"{row['id']}.{row['attempt']} should be {is_over}: {self.about(row)}")

    def price(self, row, seen, meters):
        """In the currency of the price and in the ledger's; twice nothing where no price is known."""
        model, upstream = self.names[row["model"]], self.names[row["upstream"]]
        named, tier = "", "standard"
        if seen is not None and row["status"] == 200:
            nonce = int(seen.nonce, 16)
            told = self.tier_of(row, seen)
            tier = told if told in TIERS else "standard"
            is_read = row["events"] > 0 if seen.is_stream else row["provenance"] != ABORTED
            named = answer_model(nonce, model) if is_read else ""
            if seen.fault == "length_short" and row["response_model"] == 0:
                named = ""   # what was left of the JSON does not name it
        if TIERS[row["tier"]] != tier:
            self.gap_requests += 1
            self.tell("tier", f"{row['id']}.{row['attempt']} is {TIERS[row['tier']]}, should be {tier}: {self.about(row)}")
        card = (self.prices.card("vendor", named, tier, upstream) if named else None) or self.prices.card("vendor", model, tier, upstream)
        cost = self.prices.cost(card, meters) if card else None
        return (None, None) if cost is None else (cost, self.prices.convert(cost, card[0], "KRW"))

    def learn(self, row, seen, meters):
        if row["provenance"] != PROVIDER or seen is None:
            return
        ratios = self.ratios[row["model"]]
        ratios.input.learn(tokens(meters, INPUTS), seen.input_bytes)
        if seen.is_stream:
            ratios.events.learn(tokens(meters, OUTPUTS), row["events"])
        else:
            ratios.bytes.learn(tokens(meters, OUTPUTS), row["bytes"])

    # --- sums

    def check_open(self):
        left = self.database.execute("SELECT count(*) FROM reservations").fetchone()[0]
        self.gap_requests += left
        if left:
            self.tell("still reserved", f"{left} rows")
        for what, detail in self.database.execute("SELECT what, detail FROM alarms WHERE what <> 'out_of_range'"):
            self.gap_requests += 1
            self.tell("alarm", f"{what}: {detail}")
        for key, client in self.client.items():
            if client[1] == 200 and client[0] not in self.cost_of_request:
                self.gap_requests += 1
                self.tell("an answer without a row", f"{key} {client}")

    def check_rollups(self):
        tables = [name for (name, sql) in self.database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
                  if "grain" in sql and "cost_whole" in sql]
        measures = ["attempts", "settled", "voided", "recovered", "aborted", "counted", "suspect", "unpriced"] + METERS
        for table in tables:
            grains = collections.defaultdict(collections.Counter)
            for values in self.database.execute(f"SELECT grain, cost_whole, cost_pico, {', '.join(measures)} FROM {table}"):
                grains[values[0]]["cost"] += values[1] * PICO + values[2]
                for name, value in zip(measures, values[3:]):
                    grains[values[0]][name] += value
            for grain, sums in grains.items():
                self.counts["roll-ups"] += 1
                for name in measures + ["cost"]:
                    gap = abs(sums[name] - self.rolled_sums[name])
                    if gap:
                        self.gap_pico += gap if name == "cost" else 0
                        self.gap_tokens += gap if name in METERS else 0
                        self.gap_requests += gap if name not in METERS and name != "cost" else 0
                        self.tell("roll-up", f"{table} grain {grain} {name}: {sums[name]} for {self.rolled_sums[name]}")
        if not tables:
            self.gap_requests += 1
            self.tell("roll-up", "there is none")

    def check_access_log(self):
        total, lines = 0, set()
        for text in open(self.access_log, errors="replace"):
            line = json.loads(text)
            if line.get("endpoint") != "chat":
                continue
            name = line["request_id"]
            lines.add(name)
            cost = pico(line["cost"]) if "cost" in line else None
            is_unpriced = name in self.unpriced_requests
            if cost is not None:
                total += cost
            if name in self.cost_of_request and not is_unpriced and cost != self.cost_of_request[name]:
                self.gap_pico += abs((cost or 0) - self.cost_of_request[name]) or 1
                self.tell("access log", f"{name}: {line.get('cost')} for {self.cost_of_request[name]}")
            if is_unpriced and (cost is not None or not line.get("cost_unknown")):
                self.gap_pico += 1
                self.tell("access log", f"{name}: {line.get('cost')}, but a price is unknown")
        missing = self.cost_of_request.keys() - lines
        self.gap_requests += len(missing)
        if missing:
            self.tell("no line in the access log", ", ".join(sorted(missing)[:3]))
        self.counts["log lines"] = len(lines)
