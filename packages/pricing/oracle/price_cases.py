"""Makes price-cases.json: what calls cost, by rational arithmetic that shares nothing with the engine.

Run: python3 price_cases.py > price-cases.json   (Python 3.9 or later, nothing else)

Each row of RATES is one offer as published: provider | model | when | service tier | region |
input tokens (where a long context matters) | rates. Rates are USD per million tokens unless the
letters say otherwise:
  i input, c cache read, w cache write, h cache write for an hour, ai/ca/im audio, cached audio and
  image input, o output, r reasoning, ao/om audio and image output; s web searches, q searches,
  R requests, p pages: per thousand; ch characters per million; as audio per hour; vs video per
  second; img each.
The rates were typed from public tables (LiteLLM 2026-06-04, Portkey 2026-08-21, Langfuse
2026-08-22) and, for history, from what those tables had at the time; none was read from the cards.
"""

import json
from fractions import Fraction

# How much of each the calls use: odd figures, so that no two mistakes cancel out.
QUANTITIES = {
    "i": 1237, "c": 903, "w": 411, "h": 257, "ai": 211, "ca": 59, "im": 331,
    "o": 389, "r": 127, "ao": 173, "om": 1290,
    "s": 3, "q": 7, "R": 1, "p": 13, "ch": 4321, "as": "37.5", "vs": "8.25", "img": 2,
}
PER = {"s": 1000, "q": 1000, "R": 1000, "p": 1000, "as": 3600, "vs": 1, "img": 1}
FIELDS = {
    "c": "cacheReadTokens", "w": "cacheWrite5mTokens", "h": "cacheWrite1hTokens",
    "ai": "inputAudioTokens", "ca": "cacheReadAudioTokens", "im": "inputImageTokens",
    "r": "reasoningTokens", "ao": "outputAudioTokens", "om": "outputImageTokens",
    "s": "webSearches", "q": "searches", "p": "pages", "ch": "characters",
    "as": "audioSeconds", "vs": "videoSeconds", "img": "images",
}
INPUT = ("i", "c", "w", "h", "ai", "ca", "im")
OUTPUT = ("o", "r", "ao", "om")
SCALE = 10**18


def round_half_even(value):
    """To whole units of 1e-18 USD. Python's round() of a Fraction is half to even."""
    return round(value * SCALE)


def read_rates(text):
    rates = {}
    for word in text.split():
        letters = word.rstrip("0123456789.")
        rates[letters] = Fraction(word[len(letters):])
    return rates


def make_case(row, rates, quantities):
    provider, model, when, tier, region, context = row
    quantities = dict(quantities)
    if context:
        rest = sum(quantities[u] for u in INPUT if u in quantities and u != "i")
        quantities["i"] = int(context[1:]) - rest
    total = sum(
        round_half_even(Fraction(str(quantities[u])) * rates[u] / PER.get(u, 10**6))
        for u in quantities
    )
    usage = {}
    if any(u in quantities for u in INPUT):
        usage["inputTokens"] = sum(quantities[u] for u in INPUT if u in quantities)
    if any(u in quantities for u in OUTPUT):
        usage["outputTokens"] = sum(quantities[u] for u in OUTPUT if u in quantities)
    for unit, field in FIELDS.items():
        if unit in quantities:
            usage[field] = float(quantities[unit]) if unit in ("as", "vs") else quantities[unit]
    case = {"provider": provider, "model": model, "at": when if "T" in when else when + "T00:00:00Z"}
    if tier:
        case["serviceTier"] = tier
    if region:
        case["region"] = region
    return {**case, "usage": usage, "usd": write_decimal(total)}


def write_decimal(atto):
    whole, rest = divmod(atto, SCALE)
    return f"{whole}.{rest:018}".rstrip("0").rstrip(".")


def list_cases():
    for line in RATES.splitlines():
        if not line or line.startswith("#"):
            continue
        *row, text = (cell.strip() for cell in line.split("|"))
        rates = read_rates(text)
        yield make_case(row, rates, {u: QUANTITIES[u] for u in rates})
        # The same once more, large and without what is special: millions of tokens in the lowest
        # context tier are spread over many calls, so this one stays below 32 thousand.
        plain = {u: n for u, n in (("i", 31_001), ("o", 7_919), ("R", 1)) if u in rates}
        if "i" in plain and not row[5] and any(u not in plain for u in rates) or len(rates) == 2:
            if set(plain) - {"R"}:
                yield make_case(row, rates, plain)


RATES = """
# As of September 2026, standard tier first, then batch, flex, priority and fast
openai | gpt-3.5-turbo-0125 | 2026-09-15 | | | | i0.5 o1.5
openai | gpt-3.5-turbo-1106 | 2026-09-15 | | | | i1 o2
openai | gpt-4 | 2026-09-15 | | | | i30 o60
openai | gpt-4-turbo-2024-04-09 | 2026-09-15 | | | | i10 o30
openai | gpt-4-32k | 2026-09-15 | | | | i60 o120
openai | gpt-4o-2024-05-13 | 2026-09-15 | | | | i5 o15
openai | gpt-4o-2024-08-06 | 2026-09-15 | | | | i2.5 c1.25 o10
openai | gpt-4o-mini | 2026-09-15 | | | | i0.15 c0.075 o0.6
openai | gpt-4.1 | 2026-09-15 | | | | i2 c0.5 o8
openai | gpt-4.1-mini-2025-04-14 | 2026-09-15 | | | | i0.4 c0.1 o1.6
openai | gpt-4.1-nano | 2026-09-15 | | | | i0.1 c0.025 o0.4
openai | gpt-5 | 2026-09-15 | | | | i1.25 c0.125 o10
openai | gpt-5-mini | 2026-09-15 | | | | i0.25 c0.025 o2
openai | gpt-5-nano-2025-08-07 | 2026-09-15 | | | | i0.05 c0.005 o0.4
openai | gpt-5-pro | 2026-09-15 | | | | i15 o120
openai | gpt-5-codex | 2026-09-15 | | | | i1.25 c0.125 o10
openai | gpt-5.1 | 2026-09-15 | | | | i1.25 c0.125 o10
openai | gpt-5.2 | 2026-09-15 | | | | i1.75 c0.175 o14
openai | gpt-5.2-pro | 2026-09-15 | | | | i21 o168
openai | gpt-5.4 | 2026-09-15 | | | | i2.5 c0.25 o15
openai | gpt-5.4-mini | 2026-09-15 | | | | i0.75 c0.075 o4.5
openai | gpt-5.4-nano | 2026-09-15 | | | | i0.2 c0.02 o1.25
openai | gpt-5.5 | 2026-09-15 | | | | i5 c0.5 o30
openai | o1 | 2026-09-15 | | | | i15 c7.5 o60
openai | o1-pro | 2026-09-15 | | | | i150 o600
openai | o3 | 2026-09-15 | | | | i2 c0.5 o8
openai | o3-mini | 2026-09-15 | | | | i1.1 c0.55 o4.4
openai | o3-pro | 2026-09-15 | | | | i20 o80
openai | o4-mini | 2026-09-15 | | | | i1.1 c0.275 o4.4
openai | o3-deep-research | 2026-09-15 | | | | i10 c2.5 o40
openai | text-embedding-3-small | 2026-09-15 | | | | i0.02
openai | text-embedding-3-large | 2026-09-15 | | | | i0.13
openai | text-embedding-ada-002 | 2026-09-15 | | | | i0.1
openai | davinci-002 | 2026-09-15 | | | | i2 o2
openai | babbage-002 | 2026-09-15 | | | | i0.4 o0.4
openai | gpt-5-search-api | 2026-09-15 | | | | i1.25 c0.125 o10
openai | gpt-5.4 | 2026-09-15 | | | @272001 | i5 c0.5 o22.5
openai | gpt-5.5 | 2026-09-15 | | | @272001 | i10 c1 o45
openai | ft:gpt-4o-2024-08-06:acme::a1b2c3 | 2026-09-15 | | | | i3.75 c1.875 o15
openai | ft:gpt-4o-mini-2024-07-18:acme::a1b2c3 | 2026-09-15 | | | | i0.3 c0.15 o1.2
openai | ft:gpt-4.1-2025-04-14:acme::a1b2c3 | 2026-09-15 | | | | i3 c0.75 o12
openai | ft:gpt-4.1-mini-2025-04-14:acme::a1b2c3 | 2026-09-15 | | | | i0.8 c0.2 o3.2
openai | ft:gpt-4.1-nano-2025-04-14:acme::a1b2c3 | 2026-09-15 | | | | i0.2 c0.05 o0.8
openai | ft:o4-mini-2025-04-16:acme::a1b2c3 | 2026-09-15 | | | | i4 c1 o16
openai | gpt-4o | 2026-09-15 | batch | | | i1.25 o5
openai | gpt-4o-mini | 2026-09-15 | batch | | | i0.075 o0.3
openai | gpt-4.1 | 2026-09-15 | batch | | | i1 o4
openai | gpt-4.1-mini | 2026-09-15 | batch | | | i0.2 o0.8
openai | gpt-5 | 2026-09-15 | batch | | | i0.625 o5
openai | gpt-5-mini | 2026-09-15 | batch | | | i0.125 o1
openai | gpt-5.4 | 2026-09-15 | batch | | | i1.25 o7.5
openai | gpt-5.4-mini | 2026-09-15 | batch | | | i0.375 o2.25
openai | gpt-5.5 | 2026-09-15 | batch | | | i2.5 o15
openai | o1 | 2026-09-15 | batch | | | i7.5 o30
openai | o3 | 2026-09-15 | batch | | | i1 o4
openai | o3-mini | 2026-09-15 | batch | | | i0.55 o2.2
openai | o4-mini | 2026-09-15 | batch | | | i0.55 o2.2
openai | gpt-4-0613 | 2026-09-15 | batch | | | i15 o30
openai | gpt-3.5-turbo-0125 | 2026-09-15 | batch | | | i0.25 o0.75
openai | text-embedding-3-small | 2026-09-15 | batch | | | i0.01
openai | gpt-5 | 2026-09-15 | flex | | | i0.625 c0.0625 o5
openai | gpt-5-mini | 2026-09-15 | flex | | | i0.125 c0.0125 o1
openai | gpt-5-nano | 2026-09-15 | flex | | | i0.025 c0.0025 o0.2
openai | gpt-5.1 | 2026-09-15 | flex | | | i0.625 c0.0625 o5
openai | gpt-5.2 | 2026-09-15 | flex | | | i0.875 c0.0875 o7
openai | gpt-5.4 | 2026-09-15 | flex | | | i1.25 c0.13 o7.5
openai | gpt-5.4-mini | 2026-09-15 | flex | | | i0.375 c0.0375 o2.25
openai | gpt-5.4-nano | 2026-09-15 | flex | | | i0.1 c0.01 o0.625
openai | gpt-5.5 | 2026-09-15 | flex | | | i2.5 c0.25 o15
openai | o3 | 2026-09-15 | flex | | | i1 c0.25 o4
openai | o4-mini | 2026-09-15 | flex | | | i0.55 c0.138 o2.2
openai | gpt-5.4-pro | 2026-09-15 | flex | | | i15 o90
openai | gpt-5.4 | 2026-09-15 | flex | | @272001 | i2.5 c0.25 o11.25
openai | gpt-5.4 | 2026-09-15 | batch | | @272001 | i2.5 o11.25
openai | gpt-4.1 | 2026-09-15 | priority | | | i3.5 c0.875 o14
openai | gpt-4.1-mini | 2026-09-15 | priority | | | i0.7 c0.175 o2.8
openai | gpt-4.1-nano | 2026-09-15 | priority | | | i0.2 c0.05 o0.8
openai | gpt-4o | 2026-09-15 | priority | | | i4.25 c2.125 o17
openai | gpt-4o-2024-05-13 | 2026-09-15 | priority | | | i8.75 o26.25
openai | gpt-4o-mini | 2026-09-15 | priority | | | i0.25 c0.125 o1
openai | gpt-5 | 2026-09-15 | priority | | | i2.5 c0.25 o20
openai | gpt-5-mini | 2026-09-15 | priority | | | i0.45 c0.045 o3.6
openai | gpt-5.1 | 2026-09-15 | priority | | | i2.5 c0.25 o20
openai | gpt-5.2 | 2026-09-15 | priority | | | i3.5 c0.35 o28
openai | gpt-5.4 | 2026-09-15 | priority | | | i5 c0.5 o30
openai | gpt-5.4-mini | 2026-09-15 | priority | | | i1.5 c0.15 o9
openai | gpt-5.5 | 2026-09-15 | priority | | | i12.5 c1.25 o75
openai | o3 | 2026-09-15 | priority | | | i3.5 c0.875 o14
openai | o4-mini | 2026-09-15 | priority | | | i2 c0.5 o8
openai | gpt-5.3-codex | 2026-09-15 | priority | | | i3.5 c0.35 o28
anthropic | claude-3-haiku-20240307 | 2026-09-15 | | | | i0.25 c0.03 w0.3 h0.5 o1.25
anthropic | claude-3-opus-20240229 | 2026-09-15 | | | | i15 c1.5 w18.75 h30 o75
anthropic | claude-3-5-sonnet-20241022 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
anthropic | claude-3-5-haiku-20241022 | 2026-09-15 | | | | i0.8 c0.08 w1 h1.6 o4
anthropic | claude-3-7-sonnet-20250219 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
anthropic | claude-sonnet-4-20250514 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
anthropic | claude-opus-4-1-20250805 | 2026-09-15 | | | | i15 c1.5 w18.75 h30 o75
anthropic | claude-sonnet-4-5-20250929 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
anthropic | claude-haiku-4-5-20251001 | 2026-09-15 | | | | i1 c0.1 w1.25 h2 o5
anthropic | claude-opus-4-5-20251101 | 2026-09-15 | | | | i5 c0.5 w6.25 h10 o25
anthropic | claude-opus-4-6 | 2026-09-15 | | | | i5 c0.5 w6.25 h10 o25
anthropic | claude-sonnet-4-6 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
anthropic | claude-opus-4-8 | 2026-09-15 | | | | i5 c0.5 w6.25 h10 o25
anthropic | claude-sonnet-5 | 2026-09-15 | | | | i2 c0.2 w2.5 h4 o10
anthropic | claude-fable-5 | 2026-09-15 | | | | i10 c1 w12.5 h20 o50
anthropic | claude-3-haiku-20240307 | 2026-09-15 | batch | | | i0.125 o0.625
anthropic | claude-3-5-sonnet-20241022 | 2026-09-15 | batch | | | i1.5 o7.5
anthropic | claude-sonnet-4-5-20250929 | 2026-09-15 | batch | | | i1.5 o7.5
anthropic | claude-haiku-4-5-20251001 | 2026-09-15 | batch | | | i0.5 o2.5
anthropic | claude-opus-4-8 | 2026-09-15 | batch | | | i2.5 o12.5
anthropic | claude-sonnet-5 | 2026-09-15 | batch | | | i1 o5
anthropic | claude-opus-4-6 | 2026-09-15 | fast | | | i30 c3 w37.5 h60 o150
anthropic | claude-opus-4-8 | 2026-09-15 | fast | | | i10 c1 w12.5 h20 o50
gcp.gemini | gemini-2.0-flash | 2026-09-15 | | | | i0.1 c0.025 o0.4 ai0.7
gcp.gemini | gemini-2.5-flash | 2026-09-15 | | | | i0.3 c0.03 o2.5 ai1
gcp.gemini | gemini-2.5-flash-lite | 2026-09-15 | | | | i0.1 c0.01 o0.4 ai0.3
gcp.gemini | gemini-2.5-pro | 2026-09-15 | | | | i1.25 c0.125 o10
gcp.gemini | gemini-3-flash-preview | 2026-09-15 | | | | i0.5 c0.05 o3 ai1
gcp.gemini | gemini-3.1-pro-preview | 2026-09-15 | | | | i2 c0.2 o12
gcp.gemini | gemini-3.1-flash-lite | 2026-09-15 | | | | i0.25 c0.025 o1.5 ai0.5 ca0.05
gcp.gemini | gemini-3.5-flash | 2026-09-15 | | | | i1.5 c0.15 o9
gcp.gemini | gemini-3.5-flash-lite | 2026-09-15 | | | | i0.3 c0.03 o2.5
gcp.gemini | gemini-embedding-001 | 2026-09-15 | | | | i0.15
gcp.gemini | gemini-2.5-pro | 2026-09-15 | | | @200001 | i2.5 c0.25 o15
gcp.vertex_ai | gemini-3.1-pro-preview | 2026-09-15 | | | @200001 | i4 c0.4 o18
gcp.vertex_ai | gemini-2.5-pro | 2026-09-15 | batch | | | i0.625 o5
gcp.vertex_ai | gemini-2.5-flash | 2026-09-15 | batch | | | i0.15 o1.25
gcp.vertex_ai | gemini-2.5-flash-lite | 2026-09-15 | batch | | | i0.05 o0.2
gcp.vertex_ai | gemini-3.1-pro-preview | 2026-09-15 | batch | | | i1 o6
gcp.vertex_ai | gemini-2.5-pro | 2026-09-15 | flex | | | i0.625 o5
gcp.vertex_ai | gemini-2.5-flash | 2026-09-15 | flex | | | i0.15 o1.25
gcp.vertex_ai | gemini-2.5-flash | 2026-09-15 | priority | | | i0.54 c0.05 o4.5
gcp.vertex_ai | gemini-3-flash-preview | 2026-09-15 | priority | | | i0.9 c0.09 o5.4 ai1.8
gcp.vertex_ai | gemini-3.1-pro-preview | 2026-09-15 | priority | | | i3.6 c0.36 o21.6
gcp.vertex_ai | gemini-2.5-flash-lite | 2026-09-15 | priority | | | i0.18 c0.02 o0.72
aws.bedrock | amazon.nova-pro-v1:0 | 2026-09-15 | | | | i0.8 c0.2 o3.2
aws.bedrock | amazon.nova-lite-v1:0 | 2026-09-15 | | | | i0.06 c0.015 o0.24
aws.bedrock | amazon.nova-micro-v1:0 | 2026-09-15 | | | | i0.035 c0.00875 o0.14
aws.bedrock | meta.llama3-70b-instruct-v1:0 | 2026-09-15 | | | | i2.65 o3.5
aws.bedrock | meta.llama3-3-70b-instruct-v1:0 | 2026-09-15 | | | | i0.72 o0.72
aws.bedrock | cohere.command-r-plus-v1:0 | 2026-09-15 | | | | i3 o15
aws.bedrock | cohere.command-r-v1:0 | 2026-09-15 | | | | i0.5 o1.5
aws.bedrock | cohere.embed-english-v3 | 2026-09-15 | | | | i0.1
aws.bedrock | cohere.embed-v4:0 | 2026-09-15 | | | | i0.12
aws.bedrock | cohere.command-text-v14 | 2026-09-15 | | | | i1.5 o2
aws.bedrock | ai21.jamba-1-5-large-v1:0 | 2026-09-15 | | | | i2 o8
aws.bedrock | deepseek.v3-v1:0 | 2026-09-15 | | | | i0.58 o1.68
aws.bedrock | openai.gpt-oss-120b-1:0 | 2026-09-15 | | | | i0.15 o0.6
aws.bedrock | openai.gpt-oss-20b-1:0 | 2026-09-15 | | | | i0.07 o0.3
aws.bedrock | anthropic.claude-v2:1 | 2026-09-15 | | | | i8 o24
aws.bedrock | anthropic.claude-instant-v1 | 2026-09-15 | | | | i0.8 o2.4
aws.bedrock | qwen.qwen3-32b-v1:0 | 2026-09-15 | | | | i0.15 o0.6
aws.bedrock | amazon.nova-2-lite-v1:0 | 2026-09-15 | | | | i0.3 c0.075 o2.5
aws.bedrock | us.anthropic.claude-sonnet-4-5-20250929-v1:0 | 2026-09-15 | | | | i3.3 c0.33 w4.125 h6.6 o16.5
aws.bedrock | global.anthropic.claude-opus-4-5-20251101-v1:0 | 2026-09-15 | | | | i5 c0.5 w6.25 h10 o25
aws.bedrock | us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0 | 2026-09-15 | | | | i3.6 c0.36 w4.5 h7.2 o18
aws.bedrock | openai.gpt-oss-120b-1:0 | 2026-09-15 | batch | | | i0.075 o0.3
aws.bedrock | meta.llama3-3-70b-instruct-v1:0 | 2026-09-15 | batch | | | i0.36 o0.36
aws.bedrock | openai.gpt-oss-20b-1:0 | 2026-09-15 | flex | | | i0.035 o0.15
aws.bedrock | qwen.qwen3-32b-v1:0 | 2026-09-15 | flex | | | i0.075 o0.3
aws.bedrock | openai.gpt-oss-120b-1:0 | 2026-09-15 | priority | | | i0.2625 o1.05
aws.bedrock | mistral.mistral-7b-instruct-v0:2 | 2026-09-15 | priority | | | i0.2625 o0.35
azure.ai.openai | gpt-4o | 2026-09-15 | | | | i2.5 c1.25 o10
azure.ai.openai | gpt-4.1-mini | 2026-09-15 | | | | i0.4 c0.1 o1.6
azure.ai.openai | gpt-5 | 2026-09-15 | | | | i1.25 c0.125 o10
azure.ai.openai | o3-mini | 2026-09-15 | | | | i1.1 c0.55 o4.4
azure.ai.openai | phi-4 | 2026-09-15 | | | | i0.125 o0.5
azure.ai.openai | phi-4-mini-instruct | 2026-09-15 | | | | i0.075 o0.3
azure.ai.openai | gpt-oss-120b | 2026-09-15 | | | | i0.15 o0.6
azure.ai.openai | deepseek-v3 | 2026-09-15 | | | | i1.14 o4.56
azure.ai.openai | llama-3.3-70b-instruct | 2026-09-15 | | | | i0.71 o0.71
azure.ai.openai | mistral-large-2411 | 2026-09-15 | | | | i2 o6
azure.ai.openai | grok-4 | 2026-09-15 | | | | i3 o15
azure.ai.openai | text-embedding-3-large | 2026-09-15 | | | | i0.13
gcp.vertex_ai | claude-sonnet-4-5@20250929 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
gcp.vertex_ai | claude-haiku-4-5@20251001 | 2026-09-15 | | | | i1 c0.1 w1.25 h2 o5
gcp.vertex_ai | mistral-medium-3 | 2026-09-15 | | | | i0.4 o2
gcp.vertex_ai | codestral-2 | 2026-09-15 | | | | i0.3 o0.9
gcp.vertex_ai | deepseek-r1-0528-maas | 2026-09-15 | | | | i1.35 o5.4
gcp.vertex_ai | kimi-k2-thinking-maas | 2026-09-15 | | | | i0.6 c0.06 o2.5
gcp.vertex_ai | glm-5-maas | 2026-09-15 | | | | i1 c0.1 o3.2
gcp.vertex_ai | gemini-2.0-flash-001 | 2026-09-15 | | | | i0.15 c0.0375 o0.6 ai1
gcp.vertex_ai | llama-3.1-405b-instruct-maas | 2026-09-15 | | | | i5 o16
mistral_ai | codestral-embed | 2026-09-15 | | | | i0.15
mistral_ai | devstral-medium-2507 | 2026-09-15 | | | | i0.4 o2
mistral_ai | open-mixtral-8x22b | 2026-09-15 | | | | i2 o6
mistral_ai | pixtral-12b-2409 | 2026-09-15 | | | | i0.15 o0.15
mistral_ai | pixtral-large-2411 | 2026-09-15 | | | | i2 o6
mistral_ai | mistral-large-2512 | 2026-09-15 | | | | i0.5 o1.5
mistral_ai | mistral-medium-2505 | 2026-09-15 | | | | i0.4 o2
mistral_ai | magistral-medium-latest | 2026-09-15 | | | | i2 o5
mistral_ai | ministral-3b-2512 | 2026-09-15 | | | | i0.1 o0.1
cohere | command-r-08-2024 | 2026-09-15 | | | | i0.15 o0.6
cohere | command-r-plus-08-2024 | 2026-09-15 | | | | i2.5 o10
cohere | command-a-03-2025 | 2026-09-15 | | | | i2.5 o10
cohere | command-nightly | 2026-09-15 | | | | i1 o2
cohere | embed-english-v3.0 | 2026-09-15 | | | | i0.1
groq | llama-3.3-70b-versatile | 2026-09-15 | | | | i0.59 o0.79
groq | llama-3.1-8b-instant | 2026-09-15 | | | | i0.05 o0.08
groq | openai/gpt-oss-120b | 2026-09-15 | | | | i0.15 c0.075 o0.6
groq | openai/gpt-oss-safeguard-20b | 2026-09-15 | | | | i0.075 c0.037 o0.3
groq | moonshotai/kimi-k2-instruct-0905 | 2026-09-15 | | | | i1 c0.5 o3
x_ai | grok-3 | 2026-09-15 | | | | i3 c0.75 o15
x_ai | grok-3-mini | 2026-09-15 | | | | i0.3 c0.075 o0.5
x_ai | grok-4-0709 | 2026-09-15 | | | | i3 o15
x_ai | grok-beta | 2026-09-15 | | | | i5 o15
x_ai | grok-2-1212 | 2026-09-15 | | | | i2 o10
x_ai | grok-4-fast-reasoning | 2026-09-15 | | | | i0.2 c0.05 o0.5
moonshot_ai | kimi-k2.5 | 2026-09-15 | | | | i0.6 c0.1 o3
moonshot_ai | kimi-k2-0711-preview | 2026-09-15 | | | | i0.6 c0.15 o2.5
moonshot_ai | moonshot-v1-8k | 2026-09-15 | | | | i0.2 o2
moonshot_ai | kimi-k2-turbo-preview | 2026-09-15 | | | | i1.15 c0.15 o8
moonshot_ai | kimi-k2-thinking | 2026-09-15 | | | | i0.6 c0.15 o2.5
zai | glm-4.5 | 2026-09-15 | | | | i0.6 c0.11 o2.2
zai | glm-4.5-air | 2026-09-15 | | | | i0.2 c0.03 o1.1
zai | glm-4.5-x | 2026-09-15 | | | | i2.2 c0.45 o8.9
zai | glm-4.6 | 2026-09-15 | | | | i0.6 c0.11 o2.2
zai | glm-4.7 | 2026-09-15 | | | | i0.6 c0.11 o2.2
zai | glm-5 | 2026-09-15 | | | | i1 c0.2 o3.2
zai | glm-5-code | 2026-09-15 | | | | i1.2 c0.3 o5
zai | glm-4.5v | 2026-09-15 | | | | i0.6 c0.11 o1.8
alibaba | qwen-max | 2026-09-15 | | | | i1.6 c0.32 o6.4
alibaba | qwen-plus | 2026-09-15 | | | | i0.4 o1.2
alibaba | qwen-turbo | 2026-09-15 | | | | i0.05 o0.2
alibaba | qwen3-max | 2026-09-15 | | | | i1.2 c0.24 o6
alibaba | qwen3-coder-plus | 2026-09-15 | | | | i1 c0.1 o5
alibaba | qwen-flash | 2026-09-15 | | | | i0.05 c0.01 o0.4
alibaba | qwq-plus | 2026-09-15 | | | | i0.8 o2.4
alibaba | qwen3-vl-plus | 2026-09-15 | | | | i0.2 o1.6
alibaba | qwen3.5-plus | 2026-09-15 | | | | i0.4 o2.4
alibaba | qwen3-30b-a3b | 2026-09-15 | | | | i0.7 o2.8
ai21 | jamba-large-1.7 | 2026-09-15 | | | | i2 o8
ai21 | jamba-mini-1.7 | 2026-09-15 | | | | i0.2 o0.4
ai21 | jamba-1.5 | 2026-09-15 | | | | i0.2 o0.4
watsonx | ibm/granite-3-8b-instruct | 2026-09-15 | | | | i0.2 o0.2
deepinfra | deepseek-ai/deepseek-v3 | 2026-09-15 | | | | i0.38 o0.89
alibaba | qwen3-max | 2026-09-15 | | | @32001 | i2.4 o12
alibaba | qwen3-max | 2026-09-15 | | | @128001 | i3 o15
alibaba | qwen3-coder-plus | 2026-09-15 | | | @32001 | i1.8 c0.18 o9
alibaba | qwen3-coder-plus | 2026-09-15 | | | @256001 | i6 c0.6 o60
alibaba | qwen-flash | 2026-09-15 | | | @256001 | i0.25 o2
# Regions: Bedrock, OpenAI, Anthropic, Vertex AI, Azure data zones
aws.bedrock | anthropic.claude-sonnet-4-6 | 2026-09-15 | | | | i3.3 c0.33 w4.125 h6.6 o16.5
aws.bedrock | eu.anthropic.claude-haiku-4-5-20251001-v1:0 | 2026-09-15 | | | | i1.1 c0.11 w1.375 h2.2 o5.5
aws.bedrock | jp.anthropic.claude-sonnet-4-5-20250929-v1:0 | 2026-09-15 | | | | i3.3 c0.33 w4.125 h6.6 o16.5
aws.bedrock | au.anthropic.claude-opus-4-6-v1 | 2026-09-15 | | | | i5.5 c0.55 w6.875 h11 o27.5
aws.bedrock | global.anthropic.claude-sonnet-4-6 | 2026-09-15 | | | | i3 c0.3 w3.75 h6 o15
aws.bedrock | eu.anthropic.claude-3-5-haiku-20241022-v1:0 | 2026-09-15 | | | | i0.8 c0.08 w1 h1.6 o4
aws.bedrock | anthropic.claude-haiku-4-5-20251001-v1:0 | 2026-09-15 | | us-gov-west-1 | | i1.2 c0.12 w1.5 h2.4 o6
aws.bedrock | anthropic.claude-3-haiku-20240307-v1:0 | 2026-09-15 | | us-gov-east-1 | | i0.3 c0.03 w0.375 o1.5
aws.bedrock | openai.gpt-oss-20b-1:0 | 2026-09-15 | | eu-west-2 | | i0.11 o0.47
aws.bedrock | amazon.nova-pro-v1:0 | 2026-09-15 | | eu-central-1 | | i1.05 o4.2
aws.bedrock | amazon.nova-lite-v1:0 | 2026-09-15 | | us-east-1 | | i0.06 c0.015 o0.24
aws.bedrock | mistral.mistral-7b-instruct-v0:2 | 2026-09-15 | | ap-south-1 | | i0.18 o0.24
openai | gpt-5.4 | 2026-09-15 | | eu | | i2.75 c0.275 o16.5
openai | gpt-5.5 | 2026-09-15 | | us | | i5.5 c0.55 o33
openai | gpt-5.4 | 2026-09-15 | batch | eu | | i1.375 o8.25
openai | gpt-5.4 | 2026-09-15 | | eu | @272001 | i5.5 c0.55 o24.75
openai | gpt-5.6-terra | 2026-09-15 | | eu | | i2.2 c0.22 w2.75 o13.2
openai | gpt-4o | 2026-09-15 | | eu | | i2.5 c1.25 o10
openai | gpt-5 | 2026-09-15 | | us | | i1.25 c0.125 o10
anthropic | claude-opus-4-6 | 2026-09-15 | | us | | i5.5 c0.55 w6.875 h11 o27.5
anthropic | claude-sonnet-4-6 | 2026-09-15 | | us | | i3.3 c0.33 w4.125 h6.6 o16.5
anthropic | claude-sonnet-4-6 | 2026-09-15 | batch | us | | i1.65 o8.25
anthropic | claude-opus-4-8 | 2026-09-15 | fast | us | | i11 c1.1 w13.75 h22 o55
anthropic | claude-sonnet-4-5-20250929 | 2026-09-15 | | us | | i3 c0.3 w3.75 h6 o15
anthropic | claude-opus-4-7 | 2026-09-15 | | global | | i5 c0.5 w6.25 h10 o25
gcp.vertex_ai | claude-sonnet-4-5@20250929 | 2026-09-15 | | us-east5 | | i3.3 c0.33 h6.6 o16.5
gcp.vertex_ai | claude-opus-4-6 | 2026-09-15 | | europe-west1 | | i5.5 c0.55 w6.875 h11 o27.5
gcp.vertex_ai | claude-haiku-4-5@20251001 | 2026-09-15 | | global | | i1 c0.1 w1.25 h2 o5
gcp.vertex_ai | gemini-3.5-flash | 2026-09-15 | | us-central1 | | i1.65 c0.165 o9.9
azure.ai.openai | gpt-4o-2024-08-06 | 2026-09-15 | | eu | | i2.75 c1.375 o11
azure.ai.openai | gpt-4.1-mini-2025-04-14 | 2026-09-15 | | us | | i0.44 c0.11 o1.76
azure.ai.openai | o3-2025-04-16 | 2026-09-15 | | us | | i2.2 c0.55 o8.8
azure.ai.openai | gpt-5-2025-08-07 | 2026-09-15 | | us | | i1.375 c0.1375 o11
# OpenAI's gpt-5.6 changed its price twice; tiers follow
openai | gpt-5.6-sol | 2026-08-20T23:59:59Z | | | | i5 c0.5 w6.25 o30
openai | gpt-5.6-sol | 2026-08-21 | | | | i4 c0.4 w5 o20
openai | gpt-5.6-sol | 2026-08-01 | flex | | | i2.5 c0.25 w3.125 o15
openai | gpt-5.6-sol | 2026-08-01 | batch | | | i2.5 o15
openai | gpt-5.6-sol | 2026-08-01 | priority | | | i10 c1 w12.5 o60
openai | gpt-5.6-sol | 2026-08-01 | fast | | @272001 | i20 c2 w25 o90
openai | gpt-5.6-sol | 2026-08-01 | flex | | @272001 | i5 c0.5 w6.25 o22.5
openai | gpt-5.6-terra | 2026-07-29T23:59:59Z | | | | i2.5 o15
openai | gpt-5.6-terra | 2026-07-30 | | | | i2 c0.2 w2.5 o12
openai | gpt-5.6-luna | 2026-07-29 | | | | i1 o6
openai | gpt-5.6-luna | 2026-07-30 | | | | i0.2 c0.02 w0.25 o1.2
openai | gpt-5.6-luna | 2026-08-15 | flex | | | i0.1 c0.01 w0.125 o0.6
openai | gpt-5.6-luna | 2026-08-15 | fast | | | i0.4 c0.04 w0.5 o2.4
openai | gpt-4o | 2026-09-15 | fast | | | i4.25 c2.125 o17
# History
openai | gpt-3.5-turbo | 2023-12-15 | | | | i1.5 o2
openai | gpt-3.5-turbo | 2024-02-16 | | | | i0.5 o1.5
openai | gpt-3.5-turbo-0613 | 2024-01-15 | | | | i1.5 o2
openai | gpt-3.5-turbo-16k | 2024-01-15 | | | | i3 o4
openai | gpt-4-1106-preview | 2023-12-15 | | | | i10 o30
openai | gpt-4o | 2024-05-20 | | | | i5 o15
openai | gpt-4o | 2024-10-02 | | | | i2.5 c1.25 o10
openai | gpt-4o-2024-08-06 | 2024-08-20 | | | | i2.5 o10
openai | o1-preview | 2024-09-20 | | | | i15 c7.5 o60
openai | o1-mini | 2024-10-01 | | | | i3 c1.5 o12
openai | o1-mini | 2025-04-01 | | | | i1.1 c0.55 o4.4
openai | o3 | 2025-06-09 | | | | i10 c2.5 o40
openai | o3 | 2025-06-10 | | | | i2 c0.5 o8
anthropic | claude-2.1 | 2023-12-15 | | | | i8 o24
anthropic | claude-3-sonnet-20240229 | 2024-03-10 | | | | i3 o15
anthropic | claude-3-5-haiku-20241022 | 2024-11-20 | | | | i1 c0.1 w1.25 o5
anthropic | claude-3-5-haiku-20241022 | 2024-12-03 | | | | i0.8 c0.08 w1 o4
anthropic | claude-sonnet-4-6 | 2026-03-12 | | | @200001 | i6 c0.6 w7.5 o22.5
anthropic | claude-sonnet-4-6 | 2026-03-13 | | | @200001 | i3 c0.3 w3.75 o15
anthropic | claude-sonnet-4-5-20250929 | 2026-09-15 | | | @200001 | i6 c0.6 w7.5 o22.5
anthropic | claude-sonnet-4-5-20250929 | 2026-09-15 | | | @200000 | i3 c0.3 w3.75 o15
gcp.gemini | gemini-1.5-pro | 2024-09-30 | | | | i3.5 o10.5
gcp.gemini | gemini-1.5-pro | 2024-09-30 | | | @128001 | i7 o21
gcp.gemini | gemini-1.5-pro-002 | 2024-10-01 | | | | i1.25 o5
gcp.gemini | gemini-1.5-flash | 2024-08-11 | | | | i0.35 o1.05
gcp.gemini | gemini-1.5-flash | 2024-08-12 | | | | i0.075 o0.3
gcp.gemini | gemini-1.5-flash | 2024-08-12 | | | @128001 | i0.15 o0.6
gcp.gemini | gemini-1.5-flash-8b | 2024-12-01 | | | | i0.0375 c0.01 o0.15
gcp.gemini | gemini-1.5-flash-8b-001 | 2024-12-01 | | | @128001 | i0.075 o0.3
gcp.gemini | gemini-2.5-flash-preview-04-17 | 2025-05-01 | | | | i0.15 o0.6
gcp.vertex_ai | gemini-1.5-pro | 2024-09-30 | | | | i3.5 o10.5
deepseek | deepseek-chat | 2024-12-30 | | | | i0.14 c0.014 o0.28
deepseek | deepseek-chat | 2025-02-10 | | | | i0.27 c0.07 o1.1
deepseek | deepseek-chat | 2025-03-01T17:00:00Z | | | | i0.135 c0.035 o0.55
deepseek | deepseek-chat | 2025-03-01T12:00:00Z | | | | i0.27 c0.07 o1.1
deepseek | deepseek-reasoner | 2025-02-01 | | | | i0.55 c0.14 o2.19
deepseek | deepseek-reasoner | 2025-03-01T17:00:00Z | | | | i0.135 c0.035 o0.55
deepseek | deepseek-chat | 2025-09-05T16:00:00Z | | | | i0.56 c0.07 o1.68
deepseek | deepseek-reasoner | 2025-09-20 | | | | i0.56 c0.07 o1.68
deepseek | deepseek-chat | 2025-10-15 | | | | i0.28 c0.028 o0.42
deepseek | deepseek-reasoner | 2026-03-01 | | | | i0.28 c0.028 o0.42
deepseek | deepseek-chat | 2026-06-01 | | | | i0.14 c0.0028 o0.28
deepseek | deepseek-v4-flash | 2026-08-01 | | | | i0.14 c0.0028 o0.28
deepseek | deepseek-v4-pro | 2026-08-01 | | | | i0.435 c0.003625 o0.87
deepseek | deepseek-v4-flash | 2026-08-16T16:00:00Z | | | | i0.22 c0.007 o0.66
deepseek | deepseek-v4-flash | 2026-08-18T02:00:00Z | | | | i0.44 c0.014 o1.32
deepseek | deepseek-v4-flash | 2026-08-18T05:00:00Z | | | | i0.22 c0.007 o0.66
deepseek | deepseek-v4-pro | 2026-08-18T07:00:00Z | | | | i1.32 c0.044 o3.96
deepseek | deepseek-v4-pro | 2026-08-22T07:00:00Z | | | | i0.66 c0.022 o1.98
mistral_ai | mistral-large-latest | 2024-03-15 | | | | i8 o24
mistral_ai | mistral-large-latest | 2024-08-01 | | | | i3 o9
mistral_ai | mistral-large-latest | 2025-06-01 | | | | i2 o6
mistral_ai | mistral-large-latest | 2026-09-15 | | | | i0.5 o1.5
mistral_ai | mistral-large-2411 | 2026-09-15 | | | | i2 o6
mistral_ai | mistral-small-latest | 2024-10-01 | | | | i0.2 o0.6
mistral_ai | mistral-small-latest | 2025-07-01 | | | | i0.1 o0.3
mistral_ai | mistral-small-latest | 2026-09-15 | | | | i0.15 o0.6
mistral_ai | mistral-medium-latest | 2024-06-01 | | | | i2.7 o8.1
mistral_ai | mistral-medium-latest | 2025-08-01 | | | | i0.4 o2
mistral_ai | mistral-medium-latest | 2026-06-16 | | | | i1.5 o7.5
mistral_ai | codestral-latest | 2024-06-15 | | | | i1 o3
mistral_ai | codestral-latest | 2024-12-01 | | | | i0.2 o0.6
mistral_ai | codestral-latest | 2026-09-15 | | | | i0.3 o0.9
x_ai | grok-4.20-0309-reasoning | 2026-06-15 | | | | i2 c0.2 o6
x_ai | grok-4.20-0309-reasoning | 2026-09-15 | | | | i1.25 c0.2 o2.5
# Where a long context begins, and how long it cost more
anthropic | claude-sonnet-4-20250514 | 2025-08-11 | | | @200001 | i3 c0.3 w3.75 h6 o15 s10
anthropic | claude-sonnet-4-20250514 | 2026-01-10 | | | @200000 | i3 c0.3 w3.75 h6 o15 s10
anthropic | claude-sonnet-4-20250514 | 2026-01-10 | | | @200001 | i6 c0.6 w7.5 h12 o22.5 s10
anthropic | claude-sonnet-4-20250514 | 2026-01-10 | batch | | @200001 | i3 c0.3 w3.75 h6 o11.25 s10
anthropic | claude-sonnet-4-20250514 | 2026-04-30 | | | @200001 | i3 c0.3 w3.75 h6 o15 s10
aws.bedrock | us.anthropic.claude-sonnet-4-5-20250929-v1:0 | 2026-01-10 | | | @200001 | i6.6 c0.66 w8.25 h13.2 o24.75
aws.bedrock | us.anthropic.claude-sonnet-4-5-20250929-v1:0 | 2026-01-10 | | | @200000 | i3.3 c0.33 w4.125 h6.6 o16.5
aws.bedrock | us.anthropic.claude-sonnet-4-5-20250929-v1:0 | 2026-05-01 | | | @200001 | i3.3 c0.33 w4.125 h6.6 o16.5
aws.bedrock | global.anthropic.claude-sonnet-4-20250514-v1:0 | 2026-01-10 | | | @200001 | i6 c0.6 w7.5 h12 o22.5
gcp.vertex_ai | claude-sonnet-4-5@20250929 | 2026-01-10 | | | @200001 | i6 c0.6 w7.5 h12 o22.5
gcp.vertex_ai | claude-sonnet-4@20250514 | 2026-01-10 | | | @200001 | i6 c0.6 w7.5 h12 o22.5
x_ai | grok-4-fast | 2026-03-01 | | | @128000 | i0.2 c0.05 o0.5 s5
x_ai | grok-4-fast | 2026-03-01 | | | @128001 | i0.4 c0.05 o1 s5
x_ai | grok-4-0709 | 2026-03-01 | | | @128001 | i6 c0.75 o30 s5
openai | gpt-5.4 | 2026-09-15 | | | @271999 | i2.5 c0.25 o15
openai | gpt-5.4 | 2026-09-15 | | | @272000 | i5 c0.5 o22.5
openai | gpt-5.4 | 2026-09-15 | flex | | @271999 | i1.25 c0.13 o7.5
openai | gpt-5.4 | 2026-09-15 | flex | | @272000 | i2.5 c0.25 o11.25

# Resellers
fireworks | accounts/fireworks/models/deepseek-v3 | 2026-09-15 | | | | i0.9 o0.9
together | mistralai/Mixtral-8x7B-Instruct-v0.1 | 2026-09-15 | | | | i0.6 o0.6
openrouter | openai/gpt-5:batch | 2026-09-15 | | | | i0.625 c0.0625 o5
openrouter | anthropic/claude-sonnet-4.5:batch | 2026-09-15 | | | | i1.5 c0.15 w1.875 o7.5
openrouter | openai/gpt-5-nano | 2026-09-15 | | | | i0.05 c0.005 o0.4
gcp.gemini | gemini-2.5-flash-image | 2026-09-15 | | | | i0.3 c0.03 o2.5

# Corrections
aws.bedrock | amazon.titan-text-express-v1 | 2026-09-15 | | | | i0.2 o0.6
aws.bedrock | meta.llama3-1-70b-instruct-v1:0 | 2026-09-15 | | | | i0.72 o0.72
aws.bedrock | mistral.mistral-large-2402-v1:0 | 2026-09-15 | | | | i4 o12
azure.ai.openai | gpt-5.2 | 2026-09-15 | | | | i1.75 c0.175 o14
azure.ai.openai | o4-mini | 2026-09-15 | | | | i1.1 c0.275 o4.4
azure.ai.openai | gpt-35-turbo | 2026-09-15 | | | | i0.5 o1.5
azure.ai.inference | DeepSeek-R1 | 2026-09-15 | | | | i1.35 o5.4
azure.ai.openai | gpt-5.4 | 2026-09-15 | priority | | | i5 c0.5 o30
cohere | command-r7b-12-2024 | 2026-09-15 | | | | i0.0375 o0.15
anthropic | claude-fable-5-1 | 2026-09-15 | | | | i10 c0.25 o50
gcp.vertex_ai | deepseek-v3.1-maas | 2026-09-15 | | | | i0.6 o1.7
# Audio, images and other items
openai | gpt-4o-audio-preview-2024-12-17 | 2026-09-15 | | | | i2.5 ai40 o10 ao80
openai | gpt-4o-audio-preview-2024-10-01 | 2024-11-01 | | | | i2.5 ai100 o10 ao200
openai | gpt-4o-mini-audio-preview | 2026-09-15 | | | | i0.15 ai10 o0.6 ao20
openai | gpt-4o-realtime-preview-2024-10-01 | 2024-11-01 | | | | i5 c2.5 ai100 ca20 o20 ao200
openai | gpt-realtime | 2026-09-15 | | | | i4 c0.4 ai32 ca0.4 o16 ao64
openai | gpt-4o-mini-tts | 2026-09-15 | | | | i0.6 ao12
openai | tts-1 | 2026-09-15 | | | | ch15
openai | tts-1-hd | 2026-09-15 | | | | ch30
openai | dall-e-3 | 2026-09-15 | | | | img0.04
openai | dall-e-2 | 2026-09-15 | | | | img0.02
openai | gpt-image-1 | 2026-09-15 | | | | i5 im10 om40
openai | sora-2 | 2026-09-15 | | | | vs0.1
openai | sora-2-pro | 2026-09-15 | | | | vs0.3
openai | whisper-1 | 2026-09-15 | | | | as0.36
openai | gpt-5 | 2026-09-15 | | | | i1.25 o10 s10
anthropic | claude-sonnet-4-5-20250929 | 2026-09-15 | batch | | | i1.5 o7.5 s10
gcp.gemini | gemini-2.5-flash | 2026-09-15 | | | | i0.3 ca0.1 ai1 o2.5 s35
gcp.gemini | gemini-3.1-pro-preview | 2026-09-15 | | | | i2 o12 s14
gcp.gemini | gemini-2.5-flash-image | 2026-09-15 | | | | i0.3 om30
gcp.gemini | imagen-4.0-generate-001 | 2026-09-15 | | | | img0.04
gcp.vertex_ai | imagen-4.0-fast-generate-001 | 2026-09-15 | | | | img0.02
gcp.gemini | veo-3.1-generate-preview | 2026-09-15 | | | | vs0.4
gcp.vertex_ai | veo-2.0-generate-001 | 2026-09-15 | | | | vs0.35
aws.bedrock | amazon.nova-canvas-v1:0 | 2026-09-15 | | | | img0.06
aws.bedrock | stability.sd3-5-large-v1:0 | 2026-09-15 | | | | img0.08
aws.bedrock | cohere.rerank-v3-5:0 | 2026-09-15 | | | | q2
cohere | rerank-v3.5 | 2026-09-15 | | | | q2
cohere | rerank-v4.0-pro | 2026-09-15 | | | | q2.5
mistral_ai | mistral-ocr-latest | 2026-01-15 | | | | p2
mistral_ai | mistral-ocr-latest | 2026-09-15 | | | | p4
groq | whisper-large-v3 | 2026-09-15 | | | | as0.111
groq | whisper-large-v3-turbo | 2026-09-15 | | | | as0.04
groq | playai-tts | 2026-09-15 | | | | ch50
perplexity | sonar-pro | 2026-09-15 | | | | i3 o15 R14
perplexity | sonar-deep-research | 2026-09-15 | | | | i2 r3 o8 s5
x_ai | grok-2-image | 2026-09-15 | | | | img0.07
openai | gpt-4o-search-preview | 2026-09-15 | | | | i2.5 o10 s25
openai | chatgpt-image-latest | 2026-09-15 | | | | i5 c1.25 im8 om32
openai | gpt-realtime | 2026-09-15 | | | | i4 im5 o16
x_ai | grok-4-0709 | 2026-09-15 | | | | i3 o15 s5
x_ai | grok-4.20-0309-reasoning | 2026-09-15 | | | @199999 | i1.25 c0.2 o2.5
x_ai | grok-4.20-0309-reasoning | 2026-09-15 | | | @200000 | i2.5 c0.4 o5
gcp.gemini | veo-3.1-lite-generate-preview | 2026-09-15 | | | | vs0.05
zai | glm-5.3-flash | 2026-09-01 | | | | i0.075 c0.015 o0.25
zai | glm-5.3-flash | 2026-09-15 | | | | i0.15 c0.03 o0.5
cohere | command-r | 2024-04-15 | | | | i0.5 o1.5
cohere | command-r | 2024-09-15 | | | | i0.15 o0.6
mistral_ai | mistral-small | 2024-03-15 | | | | i2 o6
azure.ai.openai | tts-1 | 2026-09-15 | | | | ch15
deepgram | nova-2 | 2026-09-15 | | | | as0.258
elevenlabs | eleven_v3 | 2026-09-15 | | | | ch180
openrouter | deepseek/deepseek-r1:free | 2026-09-15 | | | | i0 o0
"""

if __name__ == "__main__":
    print("[")
    print(",\n".join("  " + json.dumps(case) for case in list_cases()))
    print("]")
