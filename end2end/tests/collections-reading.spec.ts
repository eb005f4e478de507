// A visitor who may not change anything sees no controls for it, with the reason.

import { entry, fileField } from "../support/collections-page";
import { expect, test } from "../support/test";

// As a proxy in front of the server sends it.
test.use({ extraHTTPHeaders: { "x-forwarded-for": "192.0.2.7" } });

test("nothing is offered that would be refused", async ({ page, open }) => {
  await open("/collections");
  await expect(entry(page, "sample")).toContainText("340 records");
  await expect(page.getByRole("heading", { name: "Read-only" })).toBeVisible();
  await expect(page.getByText(/through a proxy/i)).toBeVisible();
  for (const control of [/^Delete/, /^Rename/, /^Settings/, /^Import/, /sample$/]) {
    await expect(page.getByRole("button", { name: control })).toHaveCount(0);
  }
  await expect(page.getByRole("link", { name: /snapshot/ })).toHaveCount(0);
  await expect(fileField(page)).toHaveCount(0);
});
