// The numbers of lists, counts, comparisons and explanations are the API's, for fifty random queries.
// The pages are read as the server renders them, so it takes no browser to open each of them.

import type { Page } from "@playwright/test";
import { ask, type Hit, type Signals } from "../support/api";
import { compare, rankings, type Compared } from "../support/compare-page";
import { drawn, plain, type Drawn } from "../support/drawn";
import { queries } from "../support/random";
import { expect, test } from "../support/test";
import { type Explanation, expectParts, number, whyOf } from "../support/why";

interface Answer {
  total: number;
  best?: number;
  counted: "answers" | "at_least" | "matching" | "all";
  hits: Hit[];
  facets: { field: string; more: number; values: { value: string; count: number }[] }[];
}

const modes = ["neural", "text", "hybrid"] as const;
const AT_ONCE = 10;

const written = (of: number): string => of.toLocaleString("en-US");

/** Expects the only number in a text to be the exact one, rounded to the digits shown. */
function expectRounded(shown: string, exact: number): void {
  const [digits = ""] = shown.match(/-?\d+(\.\d+)?/) ?? [];
  const decimals = digits.split(".")[1]?.length ?? 0;
  expect(Math.abs(Number(digits) - exact), `${shown} for ${exact}`).toBeLessThan(0.501 / 10 ** decimals);
}

function expectEvidence(shown: string[], { neural, text, late_interaction: late }: Signals, mode: string) {
  const place = (rank: number | undefined, how: string) =>
    rank === undefined ? `not among the first 100 ${how}` : `#${written(rank)} ${how}`;
  if (mode === "hybrid") {
    expect(shown).toEqual([place(neural?.rank, "by meaning"), place(text?.rank, "by words")]);
  } else if (mode === "text") {
    expectRounded(shown[0]?.replace("BM25", "") ?? "", text?.score ?? NaN);
  } else {
    expectRounded(shown[0] ?? "", neural?.score ?? NaN);
    expect(shown).toHaveLength(late === undefined ? 1 : 2);
    if (late !== undefined) {
      expectRounded(shown[1] ?? "", late);
    }
  }
}

/** Expects a page of results to have the hits, the totals and the counts of facets of the API. */
async function expectAnswer(page: Page, q: string, mode: string): Promise<Answer> {
  const answer = await ask<Answer>(page.request, "search", { q, mode, facets: "*", facet_values: "12" });
  const shown = await drawn(page, `/?${new URLSearchParams({ q, mode })}`);
  expect(shown.cards.map(({ title }) => title)).toEqual(answer.hits.map(({ title }) => plain(title)));
  for (const [at, { signals }] of answer.hits.entries()) {
    expectEvidence(shown.cards[at]?.evidence ?? [], signals, mode);
  }
  if (answer.hits.length > 0) {
    const numbers = shown.summary.match(/\d[\d,]*/g) ?? [];
    expect(numbers).toContain(written(answer.hits.length));
    if (answer.total > 0) {
      expect(numbers, shown.summary).toContain(written(answer.total));
    } else {
      expect(shown.summary).toContain("no record");
    }
    if (answer.best !== undefined && answer.counted !== "matching") {
      expect(numbers, shown.summary).toContain(written(answer.best));
    }
  }
  expect(answer.facets.length).toBeGreaterThan(0);
  for (const { field, more, values } of answer.facets) {
    const counts = shown.facets[field.charAt(0).toUpperCase() + field.slice(1)] ?? {};
    for (const { value, count } of values) {
      expect(counts[plain(value)], `${field}: ${value}`).toBe(written(count));
      delete counts[plain(value)];
    }
    // Of what else is listed, these records have none.
    expect(more === 0 || Object.keys(counts).length === 0).toBe(true);
    expect(Object.values(counts).filter((count) => count !== "0")).toEqual([]);
  }
  return answer;
}

/** Expects the three lists of a comparison to be those of the three modes, with true places. */
async function expectCompared(page: Page, q: string, lists: Record<string, string[]>): Promise<void> {
  const { records, overlap, matching, limit } = await compare(page.request, q);
  const shown = await drawn(page, `/?${new URLSearchParams({ q, mode: "compare" })}`);
  const places: Record<string, (of: Compared) => number | null> = {
    neural: (of) => of.by_meaning,
    text: (of) => of.by_words,
    hybrid: (of) => of.by_both,
  };
  for (const [ranking, mode] of Object.entries(rankings)) {
    const rows = shown.rankings[ranking] ?? [];
    expect(rows.map(({ title }) => title), ranking).toEqual(lists[mode]);
    for (const [at, row] of rows.entries()) {
      expect(row.place).toBe(String(at + 1));
      const record = records.find((of) => places[mode]?.(of) === at + 1);
      expect(plain(record?.hit.title ?? "")).toBe(row.title);
      const meaning = `#${written(record?.by_meaning ?? 0)} by meaning`;
      const none = "contains none of the words";
      const words = record?.by_words == null ? none : `#${written(record.by_words)} by words`;
      const expected = { neural: [words], text: [meaning], hybrid: [meaning, words] }[mode];
      expect(row.evidence.slice(0, expected.length)).toEqual(expected);
      const { neural, text } = record?.hit.signals ?? {};
      const score = { neural: neural?.score, text: text?.score, hybrid: undefined }[mode];
      expect(row.evidence.length - expected.length).toBe(score === undefined ? 0 : 1);
      if (score !== undefined) {
        expectRounded(row.evidence.at(-1)?.replace("BM25", "") ?? "", score);
      }
    }
  }
  expect(shown.joined).toBe(overlap);
  expect(shown.summary).toContain(`${written(matching)} record`);
  const whole = lists["text"]?.length === limit && lists["neural"]?.length === limit;
  if (whole && overlap < limit) {
    expect(shown.told).toContain(overlap === 0 ? "none of their first" : `agree on ${overlap} of`);
  }
}

/** The parts that a list shows: at most twelve, and the rest in one. */
function listed(all: number[]): number[] {
  const most = 12;
  if (all.length <= most) {
    return all;
  }
  const order = all.map((_, at) => at).sort((a, b) => Math.abs(all[b]!) - Math.abs(all[a]!));
  const kept = order.slice(0, most).sort((a, b) => a - b);
  const rest = order.slice(most).reduce((sum, at) => sum + all[at]!, 0);
  return [...kept.map((at) => all[at]!), rest];
}

/** What each distinct word of the query shares, in order. */
function byWord({ split }: NonNullable<Explanation["meaning"]>): number[] {
  const sums = new Map<number | undefined, number>();
  for (const { partner, share } of split?.query_words ?? []) {
    sums.set(partner, (sums.get(partner) ?? 0) + share);
  }
  return [...sums.values()];
}

/** Expects the parts of each score in an explanation to be the API's, and to add up to it. */
async function expectExplained(page: Page, asked: { q: string; mode: string }, hit: Hit) {
  const why = await whyOf(page.request, hit.id, asked);
  const shown = await drawn(page, `/why/${hit.id}?${new URLSearchParams(asked)}`);
  const { words, meaning, late_interaction: late, fusion } = why;
  const terms = words.terms.map((term) => term.contribution);
  const lacking = words.missing.map(() => null);
  if (terms.length + lacking.length > 0) {
    expectParts(numbers(shown, "BM25"), [...terms, ...lacking, words.score], 2);
  }
  if (meaning?.split) {
    const own = listed(byWord(meaning));
    expectParts(numbers(shown, "Similarity"), [...own, meaning.split.special, meaning.cosine], 3);
  }
  if (asked.mode === "neural" && late) {
    const added = late.words.map((pair) => pair.added);
    const rest = added.slice(12).reduce((sum, one) => sum + one, 0);
    const pairs = added.length > 12 ? [...added.slice(0, 12), rest] : added;
    expectParts(numbers(shown, "Score"), [late.from_meaning, ...pairs, late.score], 4);
    expect(Math.abs(late.score - hit.score)).toBeLessThan(1e-4);
  }
  if (asked.mode === "hybrid" && fusion) {
    const own = [fusion.from_meaning, fusion.from_words];
    const similar = fusion.neighbours.length > 0 ? [fusion.from_neighbours] : [];
    expectParts(numbers(shown, "Fused score"), [...own, ...similar, fusion.score], 4);
    expect(Math.abs(fusion.score - hit.score)).toBeLessThan(1e-4);
    if (fusion.next) {
      expect(shown.text).toContain(`Next: ${plain(fusion.next.title)}`);
      const [, sum = ""] = shown.text.match(/ = ([\d.]+)\./) ?? [];
      expect(Math.abs(Number(sum) - fusion.next.score)).toBeLessThan(0.501e-4);
    }
  }
}

/** The numbers of a score's parts; null for a word that is missing. */
function numbers(shown: Drawn, score: string): (number | null)[] {
  return (shown.parts[score] ?? []).map((text) => (text === "\u2013" ? null : number(text)));
}

test("the queries are fifty, and most of them differ", () => {
  expect(queries).toHaveLength(50);
  expect(new Set(queries).size).toBeGreaterThan(45);
});

for (let from = 0; from < queries.length; from += AT_ONCE) {
  test(`lists, counts, comparisons and explanations are the API's, queries from ${from}`, async ({ page }) => {
    for (const [at, q] of queries.slice(from, from + AT_ONCE).entries()) {
      await test.step(q, async () => {
        const lists: Record<string, string[]> = {};
        for (const mode of modes) {
          const { hits } = await expectAnswer(page, q, mode);
          lists[mode] = hits.map(({ title }) => plain(title));
          const hit = hits[(from + at) % Math.max(hits.length, 1)];
          if (hit) {
            await expectExplained(page, { q, mode }, hit);
          }
        }
        await expectCompared(page, q, lists);
      });
    }
  });
}
