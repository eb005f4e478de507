// Without JavaScript, the form is a plain form: its button sends query, mode and filter together.

import { inCity } from "../support/sample";
import {
  box,
  button,
  cards,
  choose,
  chooseValue,
  facetValue,
  modes,
  names,
  narrowed,
  openFacet,
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
  await openFacet(page, "City");
  await facetValue(page, "City", "Nairobi").check();
  await button(page).click();
  await expect(page).toHaveURL(({ searchParams }) => searchParams.get("mode") === "hybrid");
  await expect(narrowed(page)).toContainText("Nairobi");
  await expect(box(page)).toHaveValue("solar panels");
  await expect(cards(page)).toHaveCount(10);
});

test("nothing is offered that needs JavaScript", async ({ page, open }) => {
  await open("/");
  await expect(page.getByRole("button", { name: /^Theme/ })).toBeHidden();
  await expect(page.getByText("to search.")).toBeHidden();
});

test("similar records can be filtered", async ({ page, open }) => {
  await open("/?q=Hushwarren&mode=text");
  await page.getByRole("link", { name: "Find records similar to Hushwarren" }).click();
  await chooseValue(page, "City", "Tokyo");
  await expect(narrowed(page)).toContainText("Hushwarren");
  await expect(narrowed(page)).toContainText("Tokyo");
  const tokyo = inCity("Tokyo").map(({ name }) => name);
  await expect(cards(page)).toHaveCount(10);
  for (const name of await names(page).allTextContents()) {
    expect(tokyo).toContain(name);
  }
});
