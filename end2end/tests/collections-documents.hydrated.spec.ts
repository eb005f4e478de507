// Documents in the browser: the pages of a dropped PDF can be found, a scanned one is refused
// with a reason, and notes about a file are shown.

import {
  dropFile,
  file,
  fileField,
  importButton,
  nameField,
  opened,
  preview,
  unique,
} from "../support/collections-page";
import { names, search } from "../support/search-page";
import { expect, test } from "../support/test";

/** A PDF with pages of the given contents. */
function pdf(title: string, pages: string[]): string {
  const kids = pages.map((_, at) => `${5 + 2 * at} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    `<< /Title (${title}) >>`,
  ];
  pages.forEach((content, at) => {
    const resources = "<< /Font << /F1 3 0 R >> >>";
    const page = `/Contents ${6 + 2 * at} 0 R /Resources ${resources}`;
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ${page} >>`);
    objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  });
  let text = "%PDF-1.7\n";
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const start = text.length;
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const size = places.length + 1;
  return (
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}` +
    `trailer\n<< /Size ${size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${start}\n%%EOF\n`
  );
}

const drawn = (line: string): string => `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;

test("a PDF that is dropped is found by its pages", async ({ page, open }) => {
  const name = unique("report");
  const report = pdf("Annual report", [
    drawn("The mill ground rye and oats for the villages along the river."),
    drawn("In March the water wheel was given a new axle of oak."),
    drawn("The baker paid his debt in silver."),
  ]);
  await open("/collections");
  await dropFile(page, file(`${name}.pdf`, report));
  await expect(nameField(page)).toHaveValue(name);
  await expect(preview(page).getByRole("cell", { name: "Annual report, p. 2" })).toBeVisible();
  await importButton(page).click();
  await opened(page, name);
  await search(page, "axle of oak", "By words");
  await expect(names(page)).toHaveText(["Annual report, p. 2"]);
  await search(page, "somebody pays what he owes");
  await expect(names(page).first()).toHaveText("Annual report, p. 3");
});

test.describe("without text", () => {
  // The browser itself logs the answer's status.
  test.use({ expectedError: /status of 4\d\d/ });

  test("a scanned PDF says so", async ({ page, open }) => {
    await open("/collections");
    await fileField(page).setInputFiles(file("scan.pdf", pdf("Scan", ["0 0 m 100 100 l S"])));
    await expect(page.getByText("run text recognition (OCR)")).toBeVisible();
  });
});

test("what was noticed about a file is told", async ({ page, open }) => {
  await open("/collections");
  await dropFile(page, file(`${unique("towns")}.csv`, "title;about\nMill;grinds rye, oats\n"));
  const notes = page.getByRole("list", { name: "About the file" });
  await expect(notes).toHaveText("The fields are separated by semicolons.");
});
