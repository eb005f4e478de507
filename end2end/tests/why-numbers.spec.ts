// The numbers of an explanation are those of the API, for many queries and in every mode, and the
// parts of each score add up to it.

import { hitsOf } from "../support/api";
import { startups } from "../support/sample";
import { expect, test } from "../support/test";
import { type Explanation, expectParts, numbers, panel, parts, whyOf } from "../support/why";

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

const modes = ["neural", "text", "hybrid"] as const;

// What someone who half remembers a record might type: three words of its tagline.
const queries = startups
  .filter((_, at) => at % 20 === 3)
  .map(({ description }) => (description.split("\n")[0] ?? "").split(" ").slice(0, 5).join(" "));

for (const mode of modes) {
  test(`what is shown is what the API says, mode ${mode}`, async ({ page }) => {
    test.slow();
    for (const [at, q] of queries.entries()) {
      const asked = { q, mode };
      const hits = await hitsOf(page.request, asked);
      const hit = hits[at % hits.length];
      if (hit === undefined) {
        continue;
      }
      const why = await whyOf(page.request, hit.id, asked);
      await page.goto(`/why/${hit.id}?${new URLSearchParams(asked)}`);
      const shown = panel(page);
      await expect(page.getByRole("heading", { level: 1 })).toContainText(hit.title);

      const { words, meaning, late_interaction: late, fusion } = why;
      const terms = words.terms.map((term) => term.contribution);
      const lacking = words.missing.map(() => null);
      if (terms.length + lacking.length > 0) {
        const bm25 = await numbers(parts(shown, "BM25"));
        expectParts(bm25, [...terms, ...lacking, words.score], 2);
      }
      if (meaning?.split) {
        const similarity = await numbers(parts(shown, "Similarity"));
        const own = listed(byWord(meaning));
        expectParts(similarity, [...own, meaning.split.special, meaning.cosine], 3);
      }
      if (mode === "neural" && late) {
        const added = late.words.map((pair) => pair.added);
        const rest = added.slice(12).reduce((sum, one) => sum + one, 0);
        const pairs = added.length > 12 ? [...added.slice(0, 12), rest] : added;
        const score = await numbers(parts(shown, "Score"));
        expectParts(score, [late.from_meaning, ...pairs, late.score], 4);
        expect(Math.abs(late.score - hit.score)).toBeLessThan(1e-4);
      }
      if (mode === "hybrid" && fusion) {
        const own = [fusion.from_meaning, fusion.from_words];
        const similar = fusion.neighbours.length > 0 ? [fusion.from_neighbours] : [];
        const fused = await numbers(parts(shown, "Fused score"));
        expectParts(fused, [...own, ...similar, fusion.score], 4);
        expect(Math.abs(fusion.score - hit.score)).toBeLessThan(1e-4);
        if (fusion.next) {
          await expect(shown).toContainText(`Next: ${fusion.next.title}`);
          const [, sum = ""] = (await shown.innerText()).match(/ = ([\d.]+)\./) ?? [];
          expect(Math.abs(Number(sum) - fusion.next.score)).toBeLessThan(0.501e-4);
        }
      }
    }
  });
}

test("no pair of words and no word stands twice", async ({ page }) => {
  const asked = { q: "milk milk goats and milk", mode: "neural" };
  const [hit] = await hitsOf(page.request, asked);
  await page.goto(`/why/${hit?.id}?${new URLSearchParams(asked)}`);
  const shown = panel(page);
  const words = await parts(shown, "Similarity").locator(".why-what").allInnerTexts();
  expect(words.filter((word) => word === "milk")).toHaveLength(1);
  const pairs = await shown.locator(".why-pairs li").allInnerTexts();
  const named = pairs.map((pair) => pair.replace(/[\d.\u2212]+$/, "").trim().toLowerCase());
  expect(new Set(named).size).toBe(named.length);
  await shown.getByText("Every word with its share").click();
  const rows = await shown.getByRole("table").first().getByRole("rowheader").allInnerTexts();
  expect(new Set(rows.map((row) => row.toLowerCase())).size).toBe(rows.length);
});
