// A fused score means nothing by itself, so a hybrid hit shows the two ranks it comes from.

import { card, cards, names, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("a hit shows its rank by meaning and by words", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "By both");
  await expect(names(page).first()).toHaveText("Hushwarren");
  const evidence = card(page, "Hushwarren").getByRole("list", { name: "Why it is here" });
  // No other record has the name, so it must rank first by words.
  await expect(evidence).toContainText("#1 by words");
  await expect(evidence).toContainText(/#\d+ by meaning/);
});

test("a hit only one engine found says so", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "By both");
  const second = cards(page).nth(1).getByRole("list", { name: "Why it is here" });
  await expect(second).toContainText(/#\d+ by meaning/);
  await expect(second).toContainText(/not among .* by words/);
});
