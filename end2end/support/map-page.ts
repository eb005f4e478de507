// The map's page, and what the API says about the sample's map.

import { expect, type APIRequestContext, type Locator, type Page } from "@playwright/test";
import { ask } from "./api";

export interface MapView {
  state: "ready" | "computing" | "none";
  points: number;
  of_records: number;
  trustworthiness: number | null;
  regions: { x: number; y: number; records: number; words: string[]; level: number }[];
  facets: string[];
}

interface MapHit {
  rank: number;
  index: number;
  id: string;
  title: string;
}

export interface MapHits {
  query: { x: number; y: number } | null;
  meaning: MapHit[];
  words: MapHit[];
}

export interface Inside {
  total: number;
  records: { id: string; title: string; index: number }[];
}

/** The sample's map, once it is computed. */
export async function mapOf(request: APIRequestContext): Promise<MapView> {
  let map: MapView | undefined;
  await expect
    .poll(async () => (map = await ask<MapView>(request, "map", {})).state, { timeout: 60_000 })
    .toBe("ready");
  return map as MapView;
}

/** The hits of a query on the sample's map. */
export const hitsOnMap = (request: APIRequestContext, q: string): Promise<MapHits> =>
  ask<MapHits>(request, "map/hits", { q });

/** Where the points of the sample's map are. */
export async function pointsOf(request: APIRequestContext): Promise<{ x: number; y: number }[]> {
  const answer = await request.get("/api/v1/collections/sample/map/points");
  expect(answer.ok()).toBe(true);
  const bytes = await answer.body();
  expect(bytes.subarray(0, 4).toString()).toBe("PXMP");
  const count = bytes.readUInt32LE(8);
  const number = (at: number) => bytes.readUInt16LE(16 + 2 * at);
  return Array.from({ length: count }, (_, at) => ({ x: number(at), y: number(count + at) }));
}

/** The title of a point. */
export async function titleAt(request: APIRequestContext, index: number): Promise<string> {
  const { records } = await ask<Inside>(request, "map/at", { index: String(index) });
  return records[0]?.title ?? "";
}

/** The canvas that the points are drawn on. */
export const canvas = (page: Page): Locator => page.getByRole("application", { name: /^Map of/ });

/** A button over the map. */
export const tool = (page: Page, name: string): Locator =>
  page.getByRole("group", { name: "View of the map" }).getByRole("button", { name });

/** The list of hits of an engine. */
export const hitList = (page: Page, engine: "By meaning" | "By words"): Locator =>
  page.getByRole("region", { name: engine, exact: true });

/** The rings around the hits that only one engine found, or both. */
export const rings = (page: Page, kind: "meaning" | "words" | "both"): Locator =>
  page.locator(`.map-hit-${kind}`);

/** The list of the records inside an area. */
export const inside = (page: Page): Locator => page.locator(".map-inside");

/** The card of a point. */
export const card = (page: Page): Locator => page.locator(".map-card");

/** The view that the address keeps: x, y, zoom. */
export const viewIn = (page: Page): string =>
  new URL(page.url()).searchParams.get("view") ?? "";
