// A facet and its values can have any name: the menu shows which value is selected, and selecting
// another replaces it.

import { unique } from "../support/collections-page";
import { button, names } from "../support/search-page";
import { expect, test } from "../support/test";

test("a facet with a colon in its name narrows and is shown", async ({
  page,
  open,
  request,
  javaScriptEnabled,
}) => {
  const name = unique("odd");
  const at = `/api/v1/collections/${name}`;
  const field = "dc:type";
  const made = await request.put(at, { data: { title: "title", facets: [`${field}:text`] } });
  expect(made.ok()).toBe(true);
  const records = [
    { title: "A milk jug", [field]: "a|b" },
    { title: "A milk churn", [field]: "*" },
    { title: "A milk cow", [field]: "plain" },
  ];
  expect((await request.put(`${at}/records`, { data: { records } })).ok()).toBe(true);

  await open(`/c/${name}?q=milk`);
  await expect(names(page)).toHaveCount(3);
  const menu = page.locator("select[name=filter]");
  for (const record of records) {
    await menu.selectOption({ label: `${record[field]} (1)` });
    if (javaScriptEnabled === false) {
      await button(page).click();
    }
    await expect(names(page)).toHaveText([record.title]);
    await expect(menu.locator("option:checked")).toHaveText(`${record[field]} (1)`);
  }
  await request.delete(at);
});
