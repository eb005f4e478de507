// A city narrows the search to its records: only they are listed and counted.

import { cities, inCity, startup } from "../support/sample";
import {
  answered,
  card,
  cards,
  chooseValue,
  expectChosen,
  names,
  narrowed,
  openFacet,
  summary,
} from "../support/search-page";
import { expect, test } from "../support/test";

test("the panel lists the largest cities with how many records they have", async ({
  page,
  open,
}) => {
  await open("/");
  const panel = await openFacet(page, "City");
  const counted = cities.map((city) => ({ city, count: inCity(city).length }));
  counted.sort((one, other) => other.count - one.count);
  const expected = counted.slice(0, 12).map(({ city, count }) => `${city}${count}`);
  await expect(panel.getByRole("listitem")).toHaveText(expected);
  await expect(panel.getByRole("link", { name: `All ${cities.length} values of City` })).toBeVisible();
});

test("only the chosen city's records are listed", async ({ page, open }) => {
  await open("/?q=solar+panels&mode=neural");
  await chooseValue(page, "City", "Berlin");
  await expect(narrowed(page)).toContainText("Berlin");

  const berlin = inCity("Berlin").map(({ name }) => name);
  await expect(names(page)).toHaveCount(10);
  for (const name of await names(page).allTextContents()) {
    expect(berlin).toContain(name);
  }
  await expect(summary(page)).toContainText("10 shown");
});

test("the filter can be dropped again", async ({ page, open }) => {
  await open("/?q=solar+panels&filter=city:Lagos");
  await page.getByRole("link", { name: "Drop the filter City: Lagos" }).click();
  await expect(page).not.toHaveURL(/filter=/);
  await expect(cards(page)).toHaveCount(10);
  await expectChosen(page, "City", []);
});

test("a card's city narrows to it", async ({ page, open }) => {
  const { name, city } = startup("Hushwarren");
  await open(`/?q=${name}&mode=text`);
  await card(page, name).getByRole("link", { name: `Only City: ${city}` }).click();
  await answered(page, { q: name, mode: "By words", city });
  await expectChosen(page, "City", [city]);
});
