// Without JavaScript, the page offers nothing that would not work, and names an alternative.

import { fileField } from "../support/collections-page";
import { expect, test } from "../support/test";

test("the command line is named instead of the form", async ({ page, open }) => {
  await open("/collections");
  await expect(page.getByText("parallax index FILE --collection NAME")).toBeVisible();
  await expect(fileField(page)).toBeHidden();
  await expect(page.getByRole("button", { name: /^Delete/ })).toHaveCount(0);
});
