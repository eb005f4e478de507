// A logo that does not load is replaced by the record's initial, not by a broken picture.

import { startup } from "../support/sample";
import { card } from "../support/search-page";
import { expect, test } from "../support/test";

test.use({ expectedError: /status of 404.*\/logos\/missing-on-purpose\.svg/ });

test("the initial stands in for the logo", async ({ page, open, javaScriptEnabled }) => {
  const { name, images } = startup("Glossfinch");
  await open(`/?q=${name}&mode=text`);
  const glossfinch = card(page, name);
  await expect(glossfinch.getByText("G", { exact: true })).toBeVisible();
  const picture = glossfinch.locator(`img[src="${images}"]`);
  await expect(picture).toHaveAttribute("alt", "");
  // Without JavaScript, the browser itself draws nothing for a picture with an empty alt text.
  if (javaScriptEnabled !== false) {
    await expect(picture).toBeHidden();
  }
});

test("a logo that loads is shown", async ({ page, open }) => {
  await open("/?q=Lastlantern&mode=text");
  const picture = card(page, "Lastlantern").locator("img");
  await expect(picture).toBeVisible();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
});
