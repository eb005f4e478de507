// A misspelled word is corrected, the page says so, and the correction can be undone.

import { cards, names, notice, results } from "../support/search-page";
import { expect, test } from "../support/test";

test("a correction is shown and can be refused", async ({ page, open }) => {
  await open("/?q=kintsugl&mode=text");
  const said = "“kintsugl” is in no record, so “kintsugi” was looked for.";
  await expect(results(page).getByText(said)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: said })).toHaveCount(1);
  await expect(names(page).first()).toHaveText("Tsugihare");

  await page.getByRole("link", { name: "Search as typed" }).click();
  await expect(page).toHaveURL(/correct=false/);
  await expect(notice(page)).toContainText("No record contains any of these words");
  await expect(cards(page)).toHaveCount(0);
});
