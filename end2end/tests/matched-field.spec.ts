// Words may be found in a field that a card does not show. Then the card says in which.

import { startups } from "../support/sample";
import { card } from "../support/search-page";
import { expect, test } from "../support/test";

test("the field that matched is shown, with the word", async ({ page, open }) => {
  // A word of `alt` whose beginning is in no text that a card shows.
  const only = startups.flatMap(({ name, alt, description, city }) =>
    (alt.match(/[a-z]{8,}/g) ?? [])
      .filter((word) => {
        const shown = `${name} ${description} ${city}`.toLowerCase();
        return !shown.includes(word.slice(0, 4));
      })
      .map((word) => ({ name, word })),
  );
  const found = only.find(
    ({ word }) => startups.filter(({ alt }) => alt.includes(word)).length === 1,
  );
  if (!found) {
    throw new Error("no word of the sample is in the field alt alone");
  }
  await open(`/?q=${found.word}&mode=text`);
  const field = card(page, found.name).locator(".card-elsewhere");
  await expect(field).toContainText("Alt");
  await expect(field.locator("mark")).toHaveText([found.word]);
});

test("a card whose text matches shows no other field", async ({ page, open }) => {
  await open("/?q=Hushwarren&mode=text");
  await expect(card(page, "Hushwarren")).toBeVisible();
  await expect(card(page, "Hushwarren").locator(".card-elsewhere")).toHaveCount(0);
});
