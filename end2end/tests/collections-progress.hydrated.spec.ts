// An import can be watched, left and found again, and cancelled.

import type { Page } from "@playwright/test";
import {
  begin,
  books,
  chooseFile,
  deleteButton,
  file,
  form,
  importButton,
  long,
  opened,
  outcome,
  role,
  unique,
} from "../support/collections-page";
import { expect, test } from "../support/test";

async function beginLong(page: Page, name: string): Promise<void> {
  await begin(page, long(name));
  await expect(outcome(page)).toContainText(name);
}

test("lines, speed and time left are told, and it can be called off", async ({ page, open }) => {
  const name = unique("long");
  await open("/collections");
  await beginLong(page, name);
  await expect(page.getByRole("progressbar", { name: "Import progress" })).toBeVisible();
  await expect(outcome(page)).toContainText(/[\d,]+ of 4,00[01] lines/);
  await expect(outcome(page)).toContainText(/records a second/);
  await expect(outcome(page)).toContainText(/(about .+|a few seconds) left/);
  await expect(form(page)).toBeHidden();

  await outcome(page).getByRole("button", { name: "Cancel" }).click();
  await expect(outcome(page).getByRole("heading")).toHaveText(/was cancelled$/);
  await expect(outcome(page).getByRole("heading")).toBeFocused();
  await expect(outcome(page)).toContainText("Nothing was changed");
  await expect(deleteButton(page, name)).toHaveCount(0);
  // The choices are still there for another attempt.
  await expect(role(page, "Title")).toHaveValue("headline");
});

test("an import that was left is found again", async ({ page, open }) => {
  const name = unique("left");
  await open("/collections");
  await beginLong(page, name);
  await expect(outcome(page).getByRole("progressbar")).toBeVisible();
  await expect(outcome(page)).toContainText("lines");

  await page.reload();
  await expect(outcome(page)).toContainText(name);
  await outcome(page).getByRole("button", { name: "Cancel" }).click();
  await expect(outcome(page)).toContainText("was cancelled");
});

test.describe("a stream that breaks", () => {
  // The browser itself logs the failed request.
  test.use({ expectedError: /Failed to load resource/ });

  test("changes nothing: the end is heard of all the same", async ({ page, open }) => {
    const name = unique("deaf");
    await open("/collections");
    await page.route("**/api/v1/tasks/*/events", (route) => route.abort("connectionreset"));
    await chooseFile(page, file(`${name}.csv`, books));
    await role(page, "Title").selectOption("headline");
    await importButton(page).click();
    await opened(page, name);
  });
});

test("a file on its way can be called back", async ({ page, open }) => {
  const name = unique("back");
  await open("/collections");
  const part = /\/uploads\/.*offset=/;
  await page.route(part, () => {
    // Never answered, so the upload stays pending.
  });
  await chooseFile(page, file(`${name}.csv`, books));
  await role(page, "Title").selectOption("headline");
  const sent = page.waitForRequest(part);
  await importButton(page).click();
  await expect(outcome(page).getByRole("heading")).toHaveText(`Sending ${name}.csv`);
  await sent;
  const called = page.waitForEvent("requestfailed", (request) => part.test(request.url()));
  await outcome(page).getByRole("button", { name: "Cancel" }).click();
  await called;
  await expect(outcome(page)).toContainText("was cancelled");
  await expect(form(page)).toBeVisible();
});
