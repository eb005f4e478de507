// Records with the meaning of the query are found, whatever words they use.

import { startup } from "../support/sample";
import { names, search } from "../support/search-page";
import { expect, test } from "../support/test";

// Glossfinch, whose logo is missing on purpose, may be among the results.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

test("a record is found by what it means, without the word", async ({ page, open }) => {
  const { name, alt, description } = startup("Hushwarren");
  expect(`${name} ${alt} ${description}`).not.toMatch(/password/i);

  await open("/");
  await search(page, "password manager", "By meaning");
  await expect(names(page)).toHaveCount(10);
  expect((await names(page).allTextContents()).slice(0, 3)).toContain(name);
});

test("a description leads to the dog hotel", async ({ page, open }) => {
  await open("/");
  await search(page, "somewhere to leave my dog while I travel", "By meaning");
  await expect(names(page)).toHaveCount(10);
  expect((await names(page).allTextContents()).slice(0, 3)).toContain("Snoutlodge");
});
