// A misspelled word is corrected, the page says so, and there is a way back.

import { cards, names, notice } from "../support/search-page";
import { expect, test } from "../support/test";

test("a correction is shown and can be refused", async ({ page, open }) => {
  await open("/?q=kintsugl&mode=text");
  await expect(page.getByText("“kintsugl” is in no record")).toContainText("“kintsugi”");
  await expect(names(page).first()).toHaveText("Tsugihare");

  await page.getByRole("link", { name: "Search as typed" }).click();
  await expect(page).toHaveURL(/correct=false/);
  await expect(notice(page)).toContainText("No record holds any of these words");
  await expect(cards(page)).toHaveCount(0);
});
