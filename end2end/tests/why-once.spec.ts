// In an explanation, no pair of words and no word stands twice.

import { hitsOf } from "../support/api";
import { expect, test } from "../support/test";
import { panel, parts } from "../support/why";

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
