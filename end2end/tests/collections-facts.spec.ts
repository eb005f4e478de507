// What a collection is made of stands in the list, in the API's own figures.

import { entry, made, unique } from "../support/collections-page";
import { expect, test } from "../support/test";

test("records, model, language and fields are shown", async ({ page, open, request }) => {
  const name = unique("facts");
  await made(request, name);
  const info = await (await request.get(`/api/v1/collections/${name}`)).json();
  await open("/collections");
  const row = entry(page, name);
  await expect(row).toContainText(`${info.records} records`);
  await expect(row).toContainText(info.model);
  await expect(row).toContainText("English");
  await expect(row.getByText("headline")).toBeHidden();
  await row.getByText("Fields", { exact: true }).click();
  await expect(row.getByRole("definition")).toHaveText([
    info.fields.title,
    info.fields.text.join(", "),
    info.fields.facets.join(", "),
  ]);
});
