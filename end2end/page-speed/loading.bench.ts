// From the address to a page that reacts, without a cache.

import { type Browser, expect, test } from "@playwright/test";
import { tell } from "./figure";
import { hydrated, quiet, record, type Recorded, recorded } from "./probe";
import { slowNetwork, slowProcessor } from "./slow";

const start = "/";
const results = "/?q=wooden+furniture";
const TIMES = 10;

async function loaded(
  browser: Browser,
  path: string,
  { network = false, times = TIMES } = {},
): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (let time = 0; time < times; time += 1) {
    const page = await browser.newPage({ baseURL: process.env.PARALLAX_URL });
    await record(page);
    await slowProcessor(page, 4);
    if (network) {
      await slowNetwork(page);
    }
    await page.goto(path);
    await hydrated(page);
    await quiet(page);
    all.push(await recorded(page));
    await page.close();
  }
  return all;
}

test("with a slow processor", async ({ browser }) => {
  // Files that are read for the first time come from the disk.
  await loaded(browser, results, { times: 2 });
  for (const [name, path] of Object.entries({ "the start": start, results })) {
    const all = await loaded(browser, path);
    const of = (pick: (one: Recorded) => number) => all.map(pick);
    const how = `${name}, processor 4 times slower`;
    tell({ what: `largest contentful paint, ${how}`, unit: "ms", values: of((one) => one.largestPaint), below: 1_000 });
    tell({ what: `hydrated, ${how}`, unit: "ms", values: of((one) => one.hydrated), below: 1_500 });
    tell({ what: `layout shift of loading, ${how}`, unit: "", values: of((one) => one.shift), below: 0.02 });
  }
});

test("with a slow processor and network", async ({ browser }) => {
  const all = await loaded(browser, results, { network: true, times: 5 });
  expect(all.every(({ firstResult }) => firstResult > 0)).toBe(true);
  const how = "results, slow 4G and processor 4 times slower";
  tell({ what: `first result painted, ${how}`, unit: "ms", values: all.map((one) => one.firstResult), below: 2_000 });
  tell({ what: `hydrated, ${how}`, unit: "ms", values: all.map((one) => one.hydrated) });
});
