// The query lab: how far each ranking moves is what the API says, a change opens in detail, and the links
// from an answer lead here.

import { explored, lab } from "../support/explore-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

const query = "goat milk delivered";
const rankings = { meaning: "By meaning", words: "By words", both: "By both" } as const;

test("all changes are shown with the API's numbers", async ({ page, open }) => {
  const { changes } = await lab(page.request, query);
  await open(`/lab?${new URLSearchParams({ q: query })}`);
  const rows = page.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(changes.length + 1);
  for (const [at, changed] of changes.entries()) {
    const row = rows.nth(at + 1);
    await expect(row.getByRole("rowheader")).toContainText(changed.query);
    const cells = row.getByRole("cell");
    for (const [column, { moved, overlap }] of Object.values(changed.moved).entries()) {
      await expect(cells.nth(column)).toContainText(moved.toFixed(2));
      await expect(cells.nth(column)).toContainText(overlap === 0 ? "none kept" : `${overlap} kept`);
    }
  }
});

test("choosing a change shows both rankings before and after it", async ({ page, open }) => {
  const { changes, lists, records } = await lab(page.request, query);
  const title = (id: string): string => records.find((record) => record.id === id)?.title ?? "";
  const dropped = changes.find(({ change }) => change === "dropped");
  await open(`/lab?${new URLSearchParams({ q: query })}`);
  await page.getByRole("link", { name: "Dropped word" }).click();
  await expect(page).toHaveURL(/change=dropped/);
  await expect(page.getByRole("link", { name: "Dropped word" })).toHaveAttribute("aria-current", "true");
  await expect(page.getByRole("heading", { level: 2 })).toContainText(dropped?.query ?? "");
  for (const [key, name] of Object.entries(rankings)) {
    const of = key as keyof typeof rankings;
    const part = page.getByRole("region", { name, exact: true });
    const before = part.getByRole("list", { name: "Before" }).locator(".lab-name");
    const after = part.getByRole("list", { name: "After" }).locator(".lab-name");
    await expect(before).toHaveText(lists[of].slice(0, 10).map(title));
    await expect(after).toHaveText((dropped?.lists[of] ?? []).slice(0, 10).map(title));
  }
});

test("a query is typed into its form", async ({ page, open }) => {
  await open("/lab");
  await page.getByRole("searchbox", { name: "Query to change" }).fill("wooden furniture");
  await page.getByRole("button", { name: "Try changes" }).click();
  await expect(page).toHaveURL(/\/lab\?q=wooden\+furniture/);
  await expect(page.getByRole("table")).toBeVisible();
});

test("an example can be tried without typing", async ({ page, open }) => {
  await open("/lab");
  await page.getByRole("list", { name: "Queries to try" }).getByRole("link").first().click();
  await expect(page.getByRole("table")).toBeVisible();
});

for (const [where, path] of Object.entries({
  "the results": `/?${new URLSearchParams({ q: query })}`,
  "a comparison": `/c/sample?${new URLSearchParams({ q: query, mode: "compare" })}`,
})) {
  test(`a link leads here from ${where}`, async ({ page, open }) => {
    await open(path);
    await page.getByRole("link", { name: "Try changes to this query" }).click();
    await expect(page).toHaveURL(/\/lab\?q=goat\+milk\+delivered/);
    await expect(page.getByRole("table")).toBeVisible();
  });
}

test.describe("a query that cannot be changed", () => {
  test.use({ expectedError: /status of 400/ });

  test("says why", async ({ page, open }) => {
    await open("/lab?q=*");
    await expect(page.getByRole("alert")).toContainText("add a word");
    await open("/lab?q=xy");
    await expect(page.locator(".lab-page")).toContainText(/nothing to change|Negated word/);
  });
});

test("hostile text is only text", async ({ page, open }) => {
  const hostile = "<img src=x onerror=alert(1)> \u202egoat milk</script> cheese";
  await open(`/lab?${new URLSearchParams({ q: hostile })}`);
  await expect(page.getByRole("table")).toBeVisible();
  await expect(page.locator(".lab-page img")).toHaveCount(0);
  await expect(page.getByRole("rowheader").first()).toContainText("onerror=alert(1)");
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test.describe(`${viewport.width} wide`, () => {
    test.use({ viewport });
    test("it fits, also with a long word", async ({ page, open }) => {
      await explored(page.request);
      for (const q of [query, `goat ${"Donaudampfschifffahrt".repeat(20)}`]) {
        await open(`/lab?${new URLSearchParams({ q })}`);
        await expect(page.getByRole("table")).toBeVisible();
        await expectFits(page);
      }
    });
  });
}
