// The collections page on a narrow phone, and its accessibility: only the records' table scrolls
// sideways, and axe finds nothing moderate or worse.

import type { Page } from "@playwright/test";
import {
  books,
  chooseFile,
  deleteButton,
  dialog,
  entry,
  file,
  fileField,
  preview,
  unique,
} from "../support/collections-page";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

// The browser itself logs the status of the refused file.
test.use({ expectedError: /status of 4\d\d/ });

const faces: Record<string, (page: Page) => Promise<void>> = {
  "the list": async (page) => {
    await expect(entry(page, "sample")).toBeVisible();
  },
  "a file's first records": async (page) => {
    await chooseFile(page, file(`${unique("x")}.csv`, books));
  },
  "broken lines": async (page) => {
    const wide = Array.from({ length: 12 }, (_, at) => `a_rather_long_field_name_${at}`).join(",");
    await chooseFile(page, file(`${"long-name-of-a-file".repeat(8)}.csv`, `${wide}\n${wide}\nx\n`));
  },
  "a name that exists": async (page) => {
    await chooseFile(page, file("sample.csv", books));
  },
  "a file that cannot be read": async (page) => {
    await fileField(page).setInputFiles(file("empty.jsonl", ""));
    await expect(page.getByRole("alert").filter({ hasText: "empty.jsonl" })).toBeVisible();
  },
  "the fields of a collection": async (page) => {
    await entry(page, "sample").getByText("Fields", { exact: true }).click();
    await expect(entry(page, "sample").getByRole("definition").first()).toBeVisible();
  },
  "the form for a name": async (page) => {
    await page.getByRole("button", { name: "Rename sample", exact: true }).click();
    await expect(dialog(page).getByLabel("New name")).toBeVisible();
  },
  "the settings": async (page) => {
    await page.getByRole("button", { name: "Settings of sample", exact: true }).click();
    await expect(dialog(page).getByRole("form", { name: "Settings" })).toBeVisible();
  },
  "a snapshot to restore": async (page) => {
    await fileField(page).setInputFiles(file("sample.parallax", "x"));
    await expect(page.getByRole("form", { name: "Restore a collection" })).toBeVisible();
  },
  "the question before a deletion": async (page) => {
    await deleteButton(page, "sample").click();
    await expect(dialog(page)).toBeVisible();
  },
};

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme}`, () => {
    test.use({ colorScheme });
    for (const [face, show] of Object.entries(faces)) {
      test(`${face} can be used by everybody`, async ({ page, open }) => {
        await open("/collections");
        await show(page);
        await expectUsable(page);
      });
    }
  });
}

for (const width of [360, 390]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 740 } });
    for (const [face, show] of Object.entries(faces)) {
      test(`${face} fits`, async ({ page, open }) => {
        await open("/collections");
        await show(page);
        await expectFits(page);
      });
    }

    test("a wide table is pushed sideways by itself", async ({ page, open }) => {
      await open("/collections");
      await chooseFile(page, file(`${unique("x")}.csv`, books));
      const table = preview(page);
      await table.scrollIntoViewIfNeeded();
      await table.evaluate((element) => element.scrollTo({ left: 10_000 }));
      await expect(table.getByRole("columnheader", { name: "shelf" })).toBeInViewport();
    });
  });
}
