// A collection is renamed on the page, and not to the name of another one.

import { dialog, entry, heading, made, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

// The browser itself logs the refused name.
test.use({ expectedError: /status of 409/ });

test("a collection gets another name", async ({ page, open, request }) => {
  const [from, to] = [unique("from"), unique("to")];
  await made(request, from);
  await open("/collections");
  await entry(page, from).getByRole("button", { name: `Rename ${from}` }).click();
  const field = dialog(page).getByLabel("New name");
  await expect(field).toHaveValue(from);

  await field.fill("sample");
  await field.press("Enter");
  await expect(dialog(page).getByRole("alert")).toContainText("sample");
  expect((await request.get(`/api/v1/collections/${from}`)).status()).toBe(200);

  await field.fill(to);
  await field.press("Enter");
  await expect(dialog(page)).toBeHidden();
  await expect(entry(page, from)).toHaveCount(0);
  await expect(entry(page, to)).toContainText("3 records");
  await expect(heading(page)).toBeFocused();
  expect((await request.get(`/api/v1/collections/${to}`)).status()).toBe(200);
});

test("a name that cannot be one is not sent, and Escape changes nothing", async ({
  page,
  open,
  request,
}) => {
  const name = unique("stays");
  await made(request, name);
  await open("/collections");
  const rename = entry(page, name).getByRole("button", { name: `Rename ${name}` });
  await rename.click();
  const field = dialog(page).getByLabel("New name");
  await field.fill("mit Leerzeichen");
  await dialog(page).getByRole("button", { name: "Rename", exact: true }).click();
  await expect(field).toBeFocused();
  await expect(dialog(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(rename).toBeFocused();
  expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(200);
});
