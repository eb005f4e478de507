// In hybrid mode, the reader decides how much each ranking counts.

import { titlesOf } from "../support/api";
import { answered, button, choose, names, search, slider } from "../support/search-page";
import { expect, test } from "../support/test";

const query = "Hushwarren keeps animals";

test("the balance moves the ranking from words to meaning and back", async ({ page, open }) => {
  await open("/");
  await search(page, query, "By both");
  await open(page.url());
  await expect(slider(page)).toHaveValue("0.5");

  const weigh = async (share: string) => {
    await slider(page).fill(share);
    await button(page).click();
    await answered(page, { q: query, mode: "By both" });
    await expect(page).toHaveURL(new RegExp(`balance=${share}`));
    return names(page).allInnerTexts();
  };
  // At either end, only one ranking counts.
  const words = await weigh("0");
  const meaning = await weigh("1");
  await weigh("0");
  await expect(names(page)).toHaveText(words);

  await open("/");
  await search(page, query, "By words");
  await expect(names(page).first()).toHaveText(words[0] ?? "");
  // By meaning alone, late interaction would count too.
  const asked = { q: query, mode: "neural", late_interaction: "false" };
  expect(meaning).toEqual(await titlesOf(page.request, asked));
});

test("there is nothing to balance where one ranking is asked", async ({ page, open }) => {
  await open("/?q=goat+cheese&mode=neural&balance=0.3");
  await expect(names(page).first()).toBeVisible();
  await expect(slider(page)).toHaveCount(0);
  await choose(page, "By both");
  await button(page).click();
  await answered(page, { q: "goat cheese", mode: "By both" });
  await expect(slider(page)).toHaveCount(1);
});

test.describe(() => {
  test.use({ expectedError: /status of 400/ });

  test("a balance that is none is said to be none", async ({ page, open }) => {
    await open("/?q=goat+cheese&mode=hybrid&balance=much");
    await expect(page.getByText("it must be between 0 (words alone) and 1 (meaning alone)")).toBeVisible();
  });
});
