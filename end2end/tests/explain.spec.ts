// Why a hit has its rank: requested by a link, shown in the card, with and without JavaScript.

import type { Locator, Page } from "@playwright/test";
import { answered, card, cards, narrowed, search } from "../support/search-page";
import { expect, test } from "../support/test";

const link = (page: Page, name: string): Locator =>
  card(page, name).getByRole("link", { name: `Why this rank: ${name}` });

const panel = (page: Page, name: string): Locator =>
  card(page, name).getByRole("region", { name: "Why it has this rank" });

test("a card tells which words its similarity is made of, and closes again", async ({
  page,
  open,
}) => {
  await open("/");
  await search(page, "Hushwarren", "By both");
  const count = await cards(page).count();
  await expect(page.getByRole("region", { name: "Why it has this rank" })).toHaveCount(0);
  await link(page, "Hushwarren").click();
  await answered(page, { q: "Hushwarren", mode: "By both" });
  await expect(page).toHaveURL(/explain=/);
  await expect(panel(page, "Hushwarren")).toContainText("[CLS] and [SEP]");
  await expect(panel(page, "Hushwarren")).toContainText("share of the similarity, not a cause");
  await expect(panel(page, "Hushwarren")).toContainText(/\d(st|nd|rd|th) by meaning/);
  await expect(link(page, "Hushwarren")).toHaveAttribute("aria-expanded", "true");
  await expect(cards(page)).toHaveCount(count);

  await link(page, "Hushwarren").click();
  await expect(panel(page, "Hushwarren")).toHaveCount(0);
  await expect(page).not.toHaveURL(/explain=/);
  await expect(link(page, "Hushwarren")).toHaveAttribute("aria-expanded", "false");
});

test("an explanation has an address of its own", async ({
  page,
  open,
}) => {
  await open("/");
  await search(page, "wooden furniture", "By meaning");
  await cards(page).first().getByRole("link", { name: /^Why this rank/ }).click();
  const shown = cards(page).first().getByRole("region", { name: "Why it has this rank" });
  await expect(shown).toContainText(/\d(st|nd|rd|th) by meaning/);
  await expect(shown.getByRole("list", { name: "Parts of it: Score", exact: true })).toBeVisible();
  await open(page.url());
  await expect(shown).toContainText(/\d(st|nd|rd|th) by meaning/);
});

test("records like one are ranked by no words to explain", async ({ page, open }) => {
  await open("/");
  await search(page, "Hushwarren", "By words");
  await card(page, "Hushwarren")
    .getByRole("link", { name: "Find records similar to Hushwarren" })
    .click();
  await expect(page).toHaveURL(/like=/);
  await expect(narrowed(page)).toBeVisible();
  await expect(page.getByRole("link", { name: /^Why this rank/ })).toHaveCount(0);
});
