// The imports are listed with or without JavaScript.

import { importEntry, made, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("an import is listed with how it ended", async ({ page, open, request }) => {
  const name = unique("told");
  await made(request, name);
  await open("/collections");
  await expect(importEntry(page, name)).toContainText("books.csv");
  await expect(importEntry(page, name)).toContainText("3 records");
});
