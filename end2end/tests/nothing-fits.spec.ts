// There is always a nearest record: where none is near, the page says so above the hits, and
// a screen reader hears it.

import { cards, results } from "../support/search-page";
import { expect, test } from "../support/test";

const said = "Nothing here matches well.";

test("nonsense is not presented as an answer", async ({ page, open }) => {
  await open("/?q=xqzvw+plrtkw+wvvqx");
  await expect(results(page).getByText(said)).toBeVisible();
  await expect(page.getByRole("status")).toContainText(said);
  await expect(cards(page)).toHaveCount(10);
});

test("a query that fits is answered without a word", async ({ page, open }) => {
  await open("/?q=mend+broken+ceramics+with+gold");
  await expect(cards(page)).toHaveCount(10);
  await expect(page.getByText(said)).toHaveCount(0);
});
