// How it works: a query on its way through the engine, with the numbers of the API's own run.

import type { Locator, Page } from "@playwright/test";
import { ask } from "../support/api";
import { answered, cards } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

interface Walk {
  tokens: { tokens: { id: number; piece: string; special: boolean; unknown: boolean }[] };
  vector: { values: number[] };
  nearest: { parts: { vectors: number; scan: { codes: number; rescored: number } }[] };
  words: {
    words: { word: string; is_title: boolean; records: number; idf: number }[];
    matching: number;
  };
  fusion: { hits: { id: string; title: string; score: number }[] };
}

const stages = ["Tokens", "Vector", "Nearest records", "Postings", "Fusion", "Times", "Recall"];

/** A stage by its heading. */
const stage = (page: Page, heading: string): Locator =>
  page.getByRole("region", { name: heading, exact: true });

test("without a query there are some to try, and the idea", async ({ page, open }) => {
  await open("/about");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("How it works");
  await expect(page.getByRole("heading", { name: "By both" })).toBeVisible();
  const examples = page.locator(".walk-examples").getByRole("link");
  const first = await examples.first().textContent();
  await examples.first().click();
  await expect(page.getByLabel("Follow a query")).toHaveValue(first ?? "");
  await expect(stage(page, "From text to tokens")).toBeVisible();
});

test("a query of one's own is followed", async ({ page, open }) => {
  await open("/about");
  await page.getByLabel("Follow a query").fill("milk company");
  await page.getByRole("button", { name: "Follow it" }).click();
  await expect(page).toHaveURL(/\/about\?q=milk(\+|%20)company/);
  const contents = page.getByRole("navigation", { name: "Stages of the query" });
  await expect(contents.getByRole("link")).toHaveText(stages);
  for (const link of await contents.getByRole("link").all()) {
    const id = (await link.getAttribute("href")) ?? "";
    await expect(page.locator(id)).toHaveCount(1);
  }
  await page.getByRole("link", { name: "See the results of this query" }).click();
  await answered(page, { q: "milk company" });
});

test("the numbers are those of the API", async ({ page, open, request }) => {
  const q = "milk company \u{1fab1}";
  const told = await ask<Walk>(request, "walkthrough", { q });
  await open(`/about?${new URLSearchParams({ q })}`);

  const tokens = stage(page, "From text to tokens").getByRole("listitem");
  await expect(tokens.locator(".walk-piece")).toHaveText(told.tokens.tokens.map((of) => of.piece));
  await expect(tokens.locator(".walk-id")).toHaveText(
    told.tokens.tokens.map(({ id }) => String(id)),
  );
  await expect(page.locator(".walk-token-unknown")).toHaveCount(
    told.tokens.tokens.filter(({ unknown }) => unknown).length,
  );

  const vector = stage(page, "From tokens to a vector");
  const begins = told.vector.values
    .slice(0, 6)
    .map((value) => value.toFixed(3).replace("-", "\u2212").replace("\u22120.000", "0.000"));
  await expect(vector).toContainText(`It begins with ${begins.join(", ")}.`);
  await expect(vector.getByRole("img")).toBeVisible();

  const scan = told.nearest.parts[0].scan;
  const nearest = stage(page, "The nearest records");
  await expect(nearest).toContainText(`${scan.codes} of ${told.nearest.parts[0].vectors}`);
  await expect(nearest).toContainText(`${scan.rescored} (`);
  await expect(nearest).toContainText("The exact scan is used because there are fewer than");

  const rows = stage(page, "Postings").locator("tbody tr");
  await expect(rows).toHaveCount(told.words.words.length);
  for (const [at, word] of told.words.words.entries()) {
    const cells = rows.nth(at).locator(".walk-number");
    await expect(cells.nth(0)).toHaveText(String(word.records));
    await expect(cells.nth(1)).toHaveText(word.idf.toFixed(2));
  }

  const hits = stage(page, "Fusion").locator("tbody tr");
  await expect(hits).toHaveCount(told.fusion.hits.length);
  for (const [at, hit] of told.fusion.hits.entries()) {
    await expect(hits.nth(at).getByRole("link")).toHaveText(hit.title);
    await expect(hits.nth(at).locator("strong")).toHaveText(hit.score.toFixed(3));
  }
  await expect(stage(page, "Times").getByText("In total")).toBeVisible();
});

test("a small collection says why there is no recall to measure", async ({ page, open }) => {
  await open("/about?q=milk");
  await expect(stage(page, "What the graph misses")).toContainText("There is nothing to measure");
  await open("/about?q=milk&measure=true");
  await expect(stage(page, "What the graph misses")).toContainText("There is nothing to measure");
});

test("results lead here, with their filters and balance", async ({ page, open }) => {
  await open("/?q=wooden+furniture&filter=city:Berlin&balance=0.2");
  await page.locator(".timing summary").click();
  await page.getByRole("link", { name: "How this was found" }).click();
  await expect(page).toHaveURL(/\/about\?q=wooden\+furniture&filter=city%3ABerlin&balance=0.2/);
  await expect(stage(page, "The nearest records")).toContainText(
    "because of the filters and conditions",
  );
  await expect(stage(page, "Fusion")).toContainText("The balance is 0.20");
});

test("hostile queries draw harmlessly", async ({ page, open }) => {
  for (const q of ["<script>alert(1)</script>", "\u202e" + "w".repeat(1_900), "\u{1fab1}\u{1f404}"]) {
    await open(`/about?${new URLSearchParams({ q })}`);
    await expect(page.getByLabel("Follow a query")).toBeVisible();
    await expect(stage(page, "Times")).toBeVisible();
    await expectFits(page);
  }
});

test.describe("what cannot be followed", () => {
  // The browser itself logs the status of the page.
  test.use({ expectedError: /status of 400/ });

  test("is said", async ({ page, open }) => {
    await open("/about?q=milk&mode=nonsense");
    await expect(page.getByRole("alert")).toContainText("unknown mode 'nonsense'");
  });
});

for (const width of [390, 1440]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 900 } });
    test("a followed query can be used by everybody", async ({ page, open, javaScriptEnabled }) => {
      await open("/about?q=milk+company");
      await expect(stage(page, "Fusion")).toBeVisible();
      await expectFits(page);
      if (javaScriptEnabled !== false) {
        await expectUsable(page);
      }
    });
  });
}

test("the collection in the path is the one that is asked", async ({ page, open }) => {
  await open("/c/sample/about?q=goat");
  await page.getByRole("link", { name: "See the results of this query" }).click();
  await expect(page).toHaveURL("/c/sample?q=goat");
  await expect(cards(page)).toHaveCount(10);
});
