// Where there is no sample, the page offers to import it.

import { deleteButton, dialog, made, opened, unique } from "../support/collections-page";
import { startups } from "../support/sample";
import { names, search } from "../support/search-page";
import { expect, test } from "../support/test";

test("the sample is tried", async ({ page, open, request }) => {
  const [gone, name] = [unique("gone"), unique("tried")];
  await made(request, gone);
  await open("/collections");
  const offered = page.getByRole("button", { name: "Try the sample" });
  await expect(offered).toHaveCount(0);

  // All tests share the sample, so the page is only told that it is gone.
  await page.route("**/fn/collections*", async (route) => {
    const all: { name: string }[] = await (await route.fetch()).json();
    await route.fulfill({ json: all.filter((one) => one.name !== "sample") });
  });
  await page.route("**/api/v1/collections/sample/sample?*", (route) =>
    route.continue({ url: route.request().url().replace("/sample/sample", `/${name}/sample`) }),
  );
  await deleteButton(page, gone).click();
  await dialog(page).getByRole("button", { name: "Delete collection" }).click();
  await offered.click();
  await opened(page, name);
  const info = await (await request.get(`/api/v1/collections/${name}`)).json();
  expect(info.records).toBe(startups.length);
  await search(page, "Hushwarren", "By words");
  await expect(names(page).first()).toHaveText("Hushwarren");
});
