// A shared link shows what the sender saw.

import { inCity } from "../support/sample";
import { box, cards, expectChosen, names, radio } from "../support/search-page";
import { expect, test } from "../support/test";

test("a link holds query, mode, filter and how many", async ({ page, open }) => {
  const nairobi = inCity("Nairobi").map(({ name }) => name);
  expect(nairobi.length).toBeGreaterThan(10);
  expect(nairobi.length).toBeLessThan(20);

  await open("/?q=coffee&mode=hybrid&filter=city:Nairobi&limit=20");
  await expect(box(page)).toHaveValue("coffee");
  await expect(radio(page, "By both")).toBeChecked();
  await expectChosen(page, "City", ["Nairobi"]);
  await expect(cards(page)).toHaveCount(nairobi.length);
  expect((await names(page).allTextContents()).sort()).toEqual(nairobi.sort());
});

test("letters beyond ASCII and signs survive the address", async ({ page, open }) => {
  const query = "50% off & more: C++ für ›große‹ Leute";
  await open(`/?q=${encodeURIComponent(query)}&filter=${encodeURIComponent("city:São Paulo")}`);
  await expect(box(page)).toHaveValue(query);
  await expectChosen(page, "City", ["São Paulo"]);
  await expect(cards(page)).toHaveCount(10);
});
