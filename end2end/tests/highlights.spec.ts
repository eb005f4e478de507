// A search by words marks the matched words: the whole word, every occurrence, and no others.

import { startup } from "../support/sample";
import { cards } from "../support/search-page";
import { expect, test } from "../support/test";

test("each occurrence is marked, as a whole word", async ({ page, open }) => {
  const searched = /^bicycles?$/i;
  await open("/?q=bicycle&mode=text");
  await expect(cards(page).first()).toBeVisible();

  let marked = 0;
  for (const card of await cards(page).all()) {
    const { name, description } = startup((await card.getByRole("heading").textContent()) ?? "");
    const words = `${name} ${description}`.match(/\p{L}+/gu) ?? [];
    const expected = words.filter((word) => searched.test(word));
    expect(await card.locator("mark").allTextContents(), name).toEqual(expected);
    marked += expected.length;
  }
  expect(marked).toBeGreaterThan(3);
});

test("a search by meaning marks no words", async ({ page, open }) => {
  await open("/?q=bicycle&mode=neural");
  await expect(cards(page)).toHaveCount(10);
  await expect(page.locator("mark.matched")).toHaveCount(0);
});
