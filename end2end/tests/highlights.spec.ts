// A search by words marks the matched words: the whole word, every occurrence, and no others.

import { startup } from "../support/sample";
import { cards } from "../support/search-page";
import { expect, test } from "../support/test";

test("each occurrence that is shown is marked, as a whole word", async ({ page, open }) => {
  const searched = /^bicycles?$/i;
  const words = (text: string) => text.match(/\p{L}+/gu) ?? [];
  await open("/?q=bicycle&mode=text");
  await expect(cards(page).first()).toBeVisible();

  for (const card of await cards(page).all()) {
    const { name, description } = startup((await card.getByRole("heading").textContent()) ?? "");
    const texts = card.locator(".card-title, .card-tagline, .card-text, .card-elsewhere");
    const shown = (await texts.allTextContents()).flatMap(words);
    const expected = shown.filter((word) => searched.test(word));
    expect(await card.locator("mark").allTextContents(), name).toEqual(expected);
    // A text that contains the word is shown where it does.
    if (words(`${name} ${description}`).some((word) => searched.test(word))) {
      expect(expected.length, name).toBeGreaterThan(0);
    }
  }
});

test("a search by meaning marks no words", async ({ page, open }) => {
  await open("/?q=bicycle&mode=neural");
  await expect(cards(page)).toHaveCount(10);
  await expect(page.locator("mark.matched")).toHaveCount(0);
});
