// The collection that is searched is named, and links lead to the others, with the same query.

import { made, unique } from "../support/collections-page";
import { answered, box, names, radio } from "../support/search-page";
import { expect, test } from "../support/test";

test("another collection is asked the same, with or without JavaScript", async ({
  page,
  open,
  request,
}) => {
  const name = unique("switch");
  await made(request, name);
  await open("/?q=baking+bread&mode=neural&filter=city:Berlin");
  const menu = page.locator(".switch-menu");
  await expect(menu.locator("summary")).toContainText("sample");
  await menu.locator("summary").click();
  await menu.getByRole("link", { name, exact: true }).click();

  await expect(page).toHaveURL((url) => url.pathname === `/c/${name}`);
  await answered(page, { q: "baking bread", mode: "By meaning" });
  await expect(box(page)).toHaveValue("baking bread");
  await expect(radio(page, "By meaning")).toBeChecked();
  await expect(page).not.toHaveURL(/filter=/);
  await expect(names(page).first()).toHaveText("Sourdough from scratch");
  await expect(page.locator(".switch-name")).toHaveText(name);
  await request.delete(`/api/v1/collections/${name}`);
});
