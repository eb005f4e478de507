// With JavaScript, the tally is kept in the browser, one entry for each query.

import { judging, pick, revealed, tally } from "../support/judge-page";
import { expect, test } from "../support/test";

const asked = { q: "wooden furniture", a: "neural", b: "text" };

test("the tally survives a reload, and a query counts once", async ({ page, open }) => {
  await open(judging(asked));
  const { teams } = await revealed(page, []);
  await pick(page, [teams.indexOf("a") + 1]);
  const counts = tally(page).getByRole("definition");
  await expect(counts).toHaveText(["1", "0", "0"]);
  await page.reload();
  await expect(counts).toHaveText(["1", "0", "0"]);

  // The same query again, decided the other way.
  await open(judging(asked));
  const again = await revealed(page, []);
  await pick(page, [again.teams.indexOf("b") + 1]);
  await expect(counts).toHaveText(["0", "1", "0"]);

  await tally(page).getByRole("link", { name: "Delete this tally" }).click();
  await expect(tally(page)).toHaveCount(0);
  await open(judging(asked));
  await expect(tally(page)).toHaveCount(0);
});

test("a link to an outcome does not count in this browser", async ({ page, open, browser }) => {
  await open(judging(asked));
  await pick(page, [1]);
  await expect(tally(page)).toBeVisible();
  const link = page.url();
  const other = await browser.newPage();
  await other.goto(link);
  await expect(other.getByRole("heading", { name: /wins this query/ })).toBeVisible();
  // What it says is the sender's; this browser keeps nothing of it.
  await expect(tally(other).getByRole("definition").first()).toBeVisible();
  await other.goto(judging({ a: "neural", b: "text" }));
  await expect(other.getByRole("searchbox", { name: "Query" })).toBeVisible();
  const kept = await other.evaluate(() => Object.keys(localStorage).join());
  expect(kept).not.toContain("judged");
  await other.close();
});

test("what is new gets the focus, and the picks are counted", async ({ page, open }) => {
  await open(judging({ a: "neural", b: "text" }));
  await page.getByRole("searchbox", { name: "Query" }).fill("solar panels");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /solar panels/ })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(page.getByRole("status").getByText("1 record picked")).toBeVisible();
  await page.getByRole("button", { name: "Show which ranking wins" }).press("Enter");
  await expect(page.getByRole("heading", { name: /wins this query, 1 to 0$/ })).toBeFocused();
});
