// On a narrow phone, only the table of a file's first records scrolls sideways.

import { books, chooseFile, file, preview, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test.use({ viewport: { width: 360, height: 740 } });

test("a wide table is pushed sideways by itself", async ({ page, open }) => {
  await open("/collections");
  await chooseFile(page, file(`${unique("x")}.csv`, books));
  const table = preview(page);
  await table.scrollIntoViewIfNeeded();
  await table.evaluate((element) => element.scrollTo({ left: 10_000 }));
  await expect(table.getByRole("columnheader", { name: "shelf" })).toBeInViewport();
});
