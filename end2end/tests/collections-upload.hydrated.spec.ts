// What the page says about an upload is true, whatever happens to the connection: a cancelled one
// is not imported, and one that is sent again is imported once.

import type { Page } from "@playwright/test";
import {
  begin,
  books,
  chooseFile,
  file,
  importButton,
  long,
  opened,
  outcome,
  role,
  tasksOf,
  unique,
} from "../support/collections-page";
import { expect, test } from "../support/test";

/** The creation of an upload, and the sending of a part of it. */
const creation = "*/collections/*/uploads";
const part = "*/uploads/*offset=*";

/** Holds the next answer to a request: the server did what it asks for, but the page does not know. */
async function heldAnswer(
  page: Page,
  urlPattern: string,
): Promise<{ arrived: Promise<void>; lose: () => Promise<void> }> {
  const devtools = await page.context().newCDPSession(page);
  const paused = new Promise<string>((resolve) => {
    devtools.once("Fetch.requestPaused", ({ requestId }) => resolve(requestId));
  });
  await devtools.send("Fetch.enable", {
    patterns: [{ urlPattern, requestStage: "Response" }],
  });
  return {
    arrived: paused.then(() => undefined),
    lose: async () => {
      const requestId = await paused;
      await devtools.send("Fetch.failRequest", { requestId, errorReason: "ConnectionReset" });
      await devtools.send("Fetch.disable");
    },
  };
}

test("percentage and time left are told while a file is sent", async ({ page, open }) => {
  const name = unique("slow");
  await open("/collections");
  await chooseFile(page, long(name));
  await role(page, "Title").selectOption("headline");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 200_000,
  });
  await importButton(page).click();
  await expect(outcome(page).getByRole("heading")).toHaveText(`Sending ${name}.csv`);
  await expect(outcome(page)).toContainText(/\d+ % of 1\.\d MB/);
  await expect(outcome(page)).toContainText(/left/);
  const bar = page.getByRole("progressbar", { name: "Import progress" });
  await expect(bar).toHaveAttribute("value", /^[1-9]/);
  await outcome(page).getByRole("button", { name: "Cancel" }).click();
  await expect(outcome(page)).toContainText("Nothing was changed");
});

test("cancelling after the file has arrived cancels its import", async ({
  page,
  open,
  request,
}) => {
  const name = unique("arrived");
  await open("/collections");
  const { arrived } = await heldAnswer(page, part);
  await begin(page, long(name));
  await arrived;
  await outcome(page).getByRole("button", { name: "Cancel" }).click();
  await expect(outcome(page).getByRole("heading")).toHaveText(/was cancelled$/);
  await expect(outcome(page)).toContainText("Nothing was changed");
  expect(await tasksOf(request, name)).toMatchObject([{ state: "cancelled" }]);
  expect((await request.get(`/api/v1/collections/${name}`)).status()).toBe(404);
});

test.describe("a lost answer", () => {
  // The browser itself logs the failed request.
  test.use({ expectedError: /Failed to load resource/ });

  for (const way of ["Try again", "Import"]) {
    test(`is asked for by "${way}", and the file imported once`, async ({
      page,
      open,
      request,
    }) => {
      const name = unique("lost");
      await open("/collections");
      const { lose } = await heldAnswer(page, creation);
      await begin(page, file(`${name}.csv`, books));
      await lose();
      const notice = page.getByRole("alert").filter({ hasText: "The connection was lost" });
      await expect(notice).toContainText("not import the file twice");
      await page.getByRole("button", { name: way, exact: true }).click();
      await opened(page, name);
      expect(await tasksOf(request, name)).toHaveLength(1);
      expect((await (await request.get(`/api/v1/collections/${name}`)).json()).records).toBe(3);
    });
  }

  test("to a part of a file is asked for by the page itself", async ({ page, open, request }) => {
    const name = unique("part");
    await open("/collections");
    const { lose } = await heldAnswer(page, part);
    await begin(page, file(`${name}.csv`, books));
    await lose();
    await opened(page, name);
    expect(await tasksOf(request, name)).toHaveLength(1);
    expect((await (await request.get(`/api/v1/collections/${name}`)).json()).records).toBe(3);
  });

  test("leads to a second upload if the first did not arrive", async ({ page, open, request }) => {
    const name = unique("cut");
    await open("/collections");
    let cut = false;
    await page.route("**/collections/*/uploads", (route) => {
      if (cut) {
        return route.continue();
      }
      cut = true;
      return route.abort("connectionreset");
    });
    await begin(page, file(`${name}.csv`, books));
    await page.getByRole("button", { name: "Try again" }).click();
    await opened(page, name);
    expect(await tasksOf(request, name)).toHaveLength(1);
  });
});
