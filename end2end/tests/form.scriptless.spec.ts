// Without JavaScript, the form is a plain form: its button sends query, mode and filter together.

import { inCity } from "../support/sample";
import {
  answered,
  box,
  button,
  cards,
  choose,
  cityMenu,
  modes,
  names,
  radio,
  search,
} from "../support/search-page";
import { expect, test } from "../support/test";

for (const mode of modes) {
  test(`the form searches in the mode ${mode}`, async ({ page, open }) => {
    await open("/");
    await search(page, "Hushwarren", mode);
    await expect(radio(page, mode)).toBeChecked();
    await expect(box(page)).toHaveValue("Hushwarren");
    await expect(names(page).first()).toHaveText("Hushwarren");
  });
}

test("mode and filter go along with the query", async ({ page, open }) => {
  await open("/");
  await box(page).fill("solar panels");
  await choose(page, "By both");
  await cityMenu(page).selectOption("city:Lagos");
  await button(page).click();
  await answered(page, { q: "solar panels", mode: "By both", city: "Lagos" });
  await expect(cards(page)).toHaveCount(inCity("Lagos").length);
});

test("nothing is offered that needs JavaScript", async ({ page, open }) => {
  await open("/");
  await expect(page.getByRole("button", { name: /^Theme/ })).toBeHidden();
  await expect(page.getByText("to search.")).toBeHidden();
});

test("similar records can be filtered", async ({ page, open }) => {
  await open("/?q=Hushwarren&mode=text");
  await page.getByRole("link", { name: "Find records similar to Hushwarren" }).click();
  await cityMenu(page).selectOption("city:Lagos");
  await page.getByRole("button", { name: "Filter these" }).click();
  await expect(page.getByRole("list", { name: "Narrowed to" })).toContainText("Hushwarren");
  await expect(cards(page)).toHaveCount(inCity("Lagos").length);
});
