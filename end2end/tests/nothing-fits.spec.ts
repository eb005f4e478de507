// There is always a nearest record. If none is near, the page says so above the hits, and a
// screen reader announces it.

import { cards, notice, results, summary } from "../support/search-page";
import { expect, test } from "../support/test";

const said = "Nothing here matches well.";

test("nonsense is not presented as an answer", async ({ page, open }) => {
  await open("/?q=xqzvw+plrtkw+wvvqx");
  await expect(results(page).getByText(said)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: said })).toHaveCount(1);
  await expect(cards(page)).toHaveCount(10);
});

test("a query that fits is answered without a word", async ({ page, open }) => {
  await open("/?q=mend+broken+ceramics+with+gold");
  await expect(cards(page)).toHaveCount(10);
  await expect(page.getByText(said)).toHaveCount(0);
});

test("what the model cannot read is answered by words, and that is said", async ({ page, open }) => {
  await open("/?q=gold&mode=hybrid");
  await expect(page.getByText("answered by words")).toHaveCount(0);

  await open("/?q=%F0%9F%AA%B1&mode=hybrid");
  await expect(notice(page)).toContainText("The model has never learned them");
});

test("what matches well is counted beside what is shown", async ({ page, open }) => {
  await open("/?q=mend+broken+ceramics+with+gold");
  await expect(cards(page)).toHaveCount(10);
  await expect(summary(page)).toContainText(/10.*, \d+ records? match(es)? well/);
});
