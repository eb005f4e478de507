// Times, totals and scores on the page are those of the answer it shows.

import type { Page } from "@playwright/test";
import { box, cards, choose, type Mode, modes, summary } from "../support/search-page";
import { expect, test } from "../support/test";

const stages = {
  "Query to vector": "encode_ms",
  "Ranking by meaning": "neural_ms",
  "Ranking by words": "text_ms",
  "Fusing the two": "fusion_ms",
  "Reading records": "fetch_ms",
  "In total": "total_ms",
};

async function answerTo(page: Page, query: string, mode: Mode) {
  if (mode !== "Neural") {
    await choose(page, mode);
  }
  const response = page.waitForResponse(/\/fn\/search\?/);
  await box(page).fill(query);
  await box(page).press("Enter");
  return (await response).json();
}

/** Expects the number shown to be the exact one, rounded to the digits shown. */
function expectRounded(shown: string, exact: number): void {
  const [number = ""] = shown.match(/[\d.]+/) ?? [];
  const digits = number.split(".")[1]?.length ?? 0;
  expect(Math.abs(Number(number) - exact), `${shown} for ${exact}`).toBeLessThan(
    0.501 / 10 ** digits,
  );
}

for (const mode of modes) {
  test(`what is shown is what was answered, mode ${mode}`, async ({ page, open }) => {
    await open("/");
    const answer = await answerTo(page, "coffee", mode);
    await expect(cards(page)).toHaveCount(answer.hits.length);
    await expect(summary(page)).toContainText(new RegExp(`\\b${answer.total} `));

    const opener = page.locator(".timing summary");
    expectRounded((await opener.textContent()) ?? "", answer.timings.total_ms);
    await opener.click();
    const shown = page.locator(".stage");
    await expect(shown.filter({ hasText: "In total" })).toBeVisible();
    for (const [stage, field] of Object.entries(stages)) {
      const time = answer.timings[field];
      const line = shown.filter({ hasText: stage });
      await expect(line).toHaveCount(time > 0 ? 1 : 0);
      if (time > 0) {
        expectRounded((await line.getByRole("definition").textContent()) ?? "", time);
      }
    }
  });
}

test("scores and ranks are those of the answer", async ({ page, open }) => {
  await open("/");
  const evidence = page.getByRole("list", { name: "Why it is here" });

  const neural = await answerTo(page, "coffee", "Neural");
  await expect(evidence.first()).toContainText("similarity");
  for (const [at, hit] of neural.hits.entries()) {
    const shown = evidence.nth(at).getByRole("listitem");
    expectRounded((await shown.nth(0).textContent()) ?? "", hit.signals.neural.score);
    expectRounded((await shown.nth(1).textContent()) ?? "", hit.signals.late_interaction);
  }

  const hybrid = await answerTo(page, "coffee roasting", "Hybrid");
  await expect(evidence.first()).toContainText("by words");
  for (const [at, hit] of hybrid.hits.entries()) {
    if (hit.signals.neural) {
      await expect(evidence.nth(at)).toContainText(`#${hit.signals.neural.rank} by meaning`);
    }
    if (hit.signals.text) {
      await expect(evidence.nth(at)).toContainText(`#${hit.signals.text.rank} by words`);
    }
  }
});
