// A city narrows the search to its records: only they are listed and counted.

import { cities, inCity, startup } from "../support/sample";
import {
  answered,
  button,
  card,
  cards,
  cityMenu,
  names,
  search,
  summary,
} from "../support/search-page";
import { expect, test } from "../support/test";

test("the menu lists every city with how many records it has", async ({ page, open }) => {
  await open("/");
  const options = cityMenu(page).getByRole("option");
  const expected = cities.map((city) => `${city} (${inCity(city).length})`);
  expect((await options.allTextContents()).sort()).toEqual(["Any", ...expected].sort());
});

test("only the chosen city's records are listed", async ({ page, open, javaScriptEnabled }) => {
  await open("/");
  await search(page, "solar panels");
  await cityMenu(page).selectOption("city:Lagos");
  // With JavaScript, selecting the city is enough.
  if (javaScriptEnabled === false) {
    await button(page).click();
  }
  await answered(page, { q: "solar panels", city: "Lagos" });

  const expected = inCity("Lagos").map(({ name }) => name);
  await expect(names(page)).toHaveCount(expected.length);
  expect((await names(page).allTextContents()).sort()).toEqual(expected.sort());
  await expect(summary(page)).toContainText(`${expected.length} shown`);
});

test("the filter can be dropped again", async ({ page, open }) => {
  await open("/?q=solar+panels&filter=city:Lagos");
  await page.getByRole("link", { name: "Drop the filter City: Lagos" }).click();
  await expect(page).not.toHaveURL(/filter=/);
  await expect(cards(page)).toHaveCount(10);
  await expect(cityMenu(page)).toHaveValue("");
});

test("a card's city narrows to it", async ({ page, open }) => {
  const { name, city } = startup("Hushwarren");
  await open(`/?q=${name}&mode=text`);
  await card(page, name).getByRole("link", { name: `Only City: ${city}` }).click();
  await answered(page, { q: name, mode: "By words", city });
  await expect(cityMenu(page)).toHaveValue(`city:${city}`);
});
