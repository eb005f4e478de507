// Queries on which the engines disagree: what the page says is what the API says, and each query leads
// on to the comparison and to the lab.

import { told } from "../support/compare-page";
import { cards, explored, group, groups } from "../support/explore-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

const places = (number: number): string => number.toLocaleString("en-US");

test("each query is shown with the API's evidence", async ({ page, open }) => {
  const mined = await explored(page.request);
  await open("/explore");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Explore sample/);
  await expect(page.locator(".explore-tried")).toContainText(`${places(mined.tried)} `);
  for (const [name, key] of Object.entries(groups)) {
    const examples = mined[key];
    expect(examples.length, name).toBeGreaterThan(0);
    await expect(cards(page, name)).toHaveCount(examples.length);
    for (const [at, { query, record, overlap }] of examples.entries()) {
      const card = cards(page, name).nth(at);
      await expect(card.getByRole("heading", { level: 3 })).toContainText(query);
      await expect(card).toContainText(`#${places(record.by_meaning ?? 0)} by meaning`);
      await expect(card).toContainText(
        overlap === 0 ? "None of the first 10 in common" : `${overlap} of the first 10 in common`,
      );
      if (key !== "both_struggle") {
        await expect(card).toContainText(
          record.by_words === null
            ? "contains none of the words"
            : `#${places(record.by_words)} by words`,
        );
        await expect(card).toContainText(record.hit.title);
      }
    }
  }
});

test("a query leads to its comparison, where the record is in the same place", async ({ page, open }) => {
  const { words_find } = await explored(page.request);
  const [example] = words_find;
  await open("/explore");
  const card = cards(page, "Words find what meaning misses").first();
  await card.getByRole("link", { name: "Compare the rankings of" }).click();
  await expect(page).toHaveURL(/mode=compare/);
  await expect(told(page)).toBeVisible();
  const first = page.getByRole("region", { name: "By words", exact: true }).getByRole("listitem").first();
  await expect(first).toContainText(example?.record.hit.title ?? "");
  await expect(first).toContainText(`#${places(example?.record.by_meaning ?? 0)} by meaning`);
});

test("a query leads to the lab", async ({ page, open }) => {
  const { meaning_finds } = await explored(page.request);
  await open("/explore");
  const card = cards(page, "Meaning finds what words miss").first();
  await card.getByRole("link", { name: "Try changes to" }).click();
  await expect(page).toHaveURL(/\/lab\?q=/);
  await expect(page.getByRole("searchbox", { name: "Query to change" })).toHaveValue(
    meaning_finds[0]?.query ?? "",
  );
});

test("the page of a collection is linked in the header", async ({ page, open }) => {
  await explored(page.request);
  await open("/c/sample");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Explore" }).click();
  await expect(page).toHaveURL(/\/c\/sample\/explore$/);
  await expect(group(page, "Both struggle")).toBeVisible();
});

test("an unknown collection is said to be unknown", async ({ page }) => {
  const answer = await page.request.get("/c/none/explore");
  expect(answer.status()).toBe(404);
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test.describe(`${viewport.width} wide`, () => {
    test.use({ viewport });
    test("it fits", async ({ page, open }) => {
      await explored(page.request);
      await open("/explore");
      await expect(group(page, "Both struggle")).toBeVisible();
      await expectFits(page);
    });
  });
}
