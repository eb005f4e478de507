// For a broken file, the page lists the broken lines, both before and after the import.

import {
  chooseFile,
  file,
  fileField,
  importButton,
  outcome,
  role,
  skippedLines,
  unique,
} from "../support/collections-page";
import { names, search } from "../support/search-page";
import { expect, test } from "../support/test";

// The browser itself logs the answer's status.
test.use({ expectedError: /status of 4\d\d/ });

const broken = {
  "JSON lines": {
    ending: "jsonl",
    text: ['{"head":"Tea","body":"Leaves."}', "{not json", '{"head":"Coffee","body":"Beans."}', '"text"'],
    lines: [2, 4],
  },
  CSV: {
    ending: "csv",
    text: ["head,body", "Tea,Leaves.", "Cocoa,Powder.,extra,more", "Coffee,Beans.", "Mate"],
    lines: [3, 5],
  },
};

for (const [format, { ending, text, lines }] of Object.entries(broken)) {
  test(`${format}: lines that cannot be used are told`, async ({ page, open }) => {
    const name = unique("broken");
    await open("/collections");
    await chooseFile(page, file(`${name}.${ending}`, `${text.join("\n")}\n`));
    await expect(skippedLines(page)).toHaveText(lines.map((line) => new RegExp(`^Line ${line}: .+`)));

    await role(page, "Title").selectOption("head");
    await role(page, "Text").selectOption("body");
    await importButton(page).click();
    // If there is something to read, the page does not move on by itself.
    await expect(outcome(page).getByRole("heading")).toHaveText("2 records, 2 skipped");
    await expect(skippedLines(page)).toHaveText(
      lines.map((line) => new RegExp(`^Line ${line}: .+`)),
    );
    await expect(page).toHaveURL("/collections");

    await outcome(page).getByRole("link", { name: `Search “${name}”` }).click();
    await search(page, "coffee", "By words");
    await expect(names(page)).toHaveText(["Coffee"]);
  });
}

test("a file that holds nothing is refused with a reason", async ({ page, open }) => {
  await open("/collections");
  await fileField(page).setInputFiles(file("empty.csv", ""));
  const alert = page.getByRole("alert").filter({ hasText: "empty.csv cannot be imported" });
  await expect(alert).toContainText("empty");

  // Another file can be chosen at once.
  await chooseFile(page, file("good.csv", "head\nTea\n"));
  await expect(alert).toHaveCount(0);
});
