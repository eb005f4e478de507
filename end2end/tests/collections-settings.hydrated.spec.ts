// The settings of a collection can be changed, and say what that costs.

import { dialog, entry, made, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("a change says what it costs, and is made", async ({ page, open, request }) => {
  const name = unique("set");
  await made(request, name);
  await open("/collections");
  await entry(page, name).getByRole("button", { name: `Settings of ${name}` }).click();
  const form = dialog(page).getByRole("form", { name: "Settings" });
  const cost = form.getByRole("status");
  await expect(form.getByRole("combobox", { name: "Title" })).toHaveValue("headline");
  await expect(form.getByRole("combobox", { name: "shelf" })).toHaveValue("shelf:text");

  await form.getByRole("combobox", { name: "Language" }).selectOption({ label: "German" });
  await expect(cost).toContainText("Only builds the indexes again");
  await form.getByRole("combobox", { name: "year" }).selectOption({ label: "number" });
  await expect(cost).toContainText("Only builds the indexes again");
  await form.getByRole("combobox", { name: "Text" }).selectOption("none");
  await expect(cost).toContainText(/Encodes 3 records again, in (about .+|a few seconds)\./);
  await form.getByRole("combobox", { name: "Text" }).selectOption("story");
  await expect(cost).toContainText("Only builds the indexes again");

  await form.getByRole("button", { name: "Change" }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(async () => {
    const info = await (await request.get(`/api/v1/collections/${name}`)).json();
    expect(info.fields.language).toBe("de");
    expect(info.fields.facets).toContain("year:number");
    expect(info.reencoding).toMatchObject({ over: true });
  }).toPass();
  await expect(entry(page, name)).toContainText("German");
  const found = await request.get(`/api/v1/collections/${name}/search?q=a&filter=year:2000..`);
  expect((await found.json()).hits).toHaveLength(2);
});

test.describe("what cannot be", () => {
  // The browser itself logs the answer's status.
  test.use({ expectedError: /status of 400/ });

  test("is refused with the reason", async ({ page, open, request }) => {
    const name = unique("unset");
    await made(request, name);
    await open("/collections");
    await entry(page, name).getByRole("button", { name: `Settings of ${name}` }).click();
    const form = dialog(page).getByRole("form", { name: "Settings" });
    await form.getByRole("combobox", { name: "Title" }).selectOption("none");
    await form.getByRole("combobox", { name: "Text" }).selectOption("none");
    await expect(form.getByRole("status")).toContainText("title or the text");
  });
});
