// The list of imports comes from the server: one that was started elsewhere is followed too, in any
// tab, and after a reload.

import { entry, importEntry, long, started, tasksOf, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("an import that was started elsewhere is followed and cancelled", async ({
  page,
  open,
  request,
}) => {
  const name = unique("elsewhere");
  await open("/collections");
  const id = await started(request, name, long(name));
  const row = importEntry(page, name);
  await expect(row).toContainText(/[\d,]+ of 4,00[01] lines|Waiting/);
  await expect(row.getByRole("progressbar")).toBeVisible();
  await expect(row).toContainText("of 4,00", { timeout: 20_000 });

  await page.reload();
  await expect(row).toContainText("of 4,00");
  await row.getByRole("button", { name: "Cancel" }).click();
  await expect(row).toContainText("Cancelled");
  await expect(row.getByRole("progressbar")).toHaveCount(0);
  expect(await tasksOf(request, name)).toMatchObject([{ id, state: "cancelled" }]);
});

test("a collection is listed once its import ends", async ({ page, open, request }) => {
  const name = unique("ended");
  await open("/collections");
  const upload = long(name);
  const few = upload.buffer.toString("utf8").split("\n").slice(0, 4).join("\n");
  await started(request, name, { ...upload, buffer: Buffer.from(few) });
  await expect(entry(page, name)).toContainText("3 records", { timeout: 20_000 });
  await expect(importEntry(page, name).getByRole("link", { name })).toHaveAttribute(
    "href",
    `/c/${name}`,
  );
});
