// The servers under test and the browser, shared by the tests and the screenshots.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));

const addressOf = (port: number): string => `http://127.0.0.1:${port}`;

export const baseURL = addressOf(3199);

/** The address of the second server, which everybody may read, and which wants a key for changes. */
export const keyedURL = addressOf(3197);

/** The second server's keys, whose hashes are in `keys.toml`. */
export const keys = { owner: "open-sesame", writer: "half-open" };

// PARALLAX can name a binary other than the one built here.
const parallax = process.env.PARALLAX || "../target/release/parallax";

// The release binary with the bundled sample, freshly indexed: an empty data folder is filled
// with it. A server that is already running is never reused, since its data is unknown.
const served = (url: string, folder: string, flags: string, before = "") => ({
  command:
    `rm -rf ${folder} && ${before}` +
    `exec ${parallax} serve --addr ${new URL(url).host} --data-dir ${folder} ${flags}`,
  cwd: here,
  url: `${url}/readyz`,
  reuseExistingServer: false,
  timeout: 120_000,
});

// Without a line in the log for each request. RUST_LOG can still ask for more.
const quiet = { PARALLAX_LOG_LEVEL: "warn" };

// With PARALLAX_TEST_QDRANT=http://localhost:6334, the sample is copied to this Qdrant cluster, in place of what
// its collection `sample` had, and served from there: docs/cluster.md lists what is different then.
const cluster = process.env.PARALLAX_TEST_QDRANT;
const copied = "--collection sample --data-dir server-data-copied";
const onCluster =
  `rm -rf server-data-copied && ${parallax} index ../server/sample/startups.jsonl ${copied} && ` +
  `${parallax} copy sample --to qdrant --replace --qdrant-url ${cluster} --data-dir server-data-copied && `;

// The vectors of pieces are made first, because they change the order of hits by meaning.
export const webServer = {
  ...served(
    baseURL,
    "server-data",
    cluster ? `--backend qdrant --qdrant-url ${cluster} --collection sample` : "--judgements",
    `${parallax} model && ${cluster ? onCluster : ""}`,
  ),
  env: quiet,
};

// The server with keys. All tests have one address, so the wrong keys that some of them send are
// not limited: otherwise right ones would be refused too.
export const keyedWebServer = {
  ...served(keyedURL, "server-data-keyed", "--keys-file support/keys.toml"),
  env: { ...quiet, PARALLAX_KEYS_WRONG_KEYS_PER_MINUTE: "0" },
};

// Chromium's headless shell is preferred, since it needs less processor time.
const browsers = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

// The system's Chromium, without background network access or first-run prompts.
export const launchOptions = {
  executablePath: process.env.CHROMIUM || browsers.find(existsSync),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    // WebGL in software, for the map.
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

// The same browser with WebGL, drawn by the processor: it needs no graphics card.
export const drawingOptions = {
  ...launchOptions,
  args: [
    ...launchOptions.args.filter((arg) => arg !== "--disable-gpu"),
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
  ],
};
