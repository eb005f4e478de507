// The bundled sample, read from its file: the tests' ground truth.

import { readFileSync } from "node:fs";

export interface Startup {
  name: string;
  images: string;
  alt: string;
  description: string;
  link: string;
  city: string;
}

const file = new URL("../../server/sample/startups.jsonl", import.meta.url);

export const startups: Startup[] = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line));

/** The start-up with that name. */
export function startup(name: string): Startup {
  const found = startups.find((startup) => startup.name === name);
  if (!found) {
    throw new Error(`the sample has no ${name}`);
  }
  return found;
}

/** The start-ups in a city. */
export const inCity = (city: string): Startup[] =>
  startups.filter((startup) => startup.city === city);

/** The start-ups with a word in any of their texts. */
export const withWord = (word: RegExp): Startup[] =>
  startups.filter(({ name, alt, description }) => word.test(`${name} ${alt} ${description}`));

/** All cities. */
export const cities = [...new Set(startups.map((startup) => startup.city))];
