import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestChain, TestHost } from "@/lib/gateway/testing";
import { quickStartSnippets } from "./quick-start-snippets";

/** What a visitor copies from the landing page, saved to a file and run as it stands against a real city node. */
const run = promisify(execFile);
const hasCurl = (() => {
  try {
    execFileSync("curl", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let host: TestHost;
let folder: string;
/** The two variables of the page, as arguments of `env`. */
let settings: ReadonlyArray<string>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "snippets-"));
  symlinkSync(path.resolve("node_modules"), path.join(folder, "node_modules"));
  host = await TestHost.start(["SIN"]);
  const { chain } = await openTestChain([[host, "SIN"]]);
  const { text } = await host.makeKey(chain);
  settings = [`CHAINWORKS_URL=${host.endpoint("SIN", chain)}`, `CHAINWORKS_KEY=${text}`];
}, 60_000);

afterAll(async () => {
  await host.remove();
  rmSync(folder, { recursive: true, force: true });
});

const codeOf = (id: (typeof quickStartSnippets)[number]["id"]) => quickStartSnippets.find((snippet) => snippet.id === id)?.code ?? "";

describe("the snippets of the landing page run as they stand", () => {
  it.each(["viem", "ethers"] as const)("%s sends a transaction and prints its receipt", async (id) => {
    writeFileSync(path.join(folder, `${id}.mjs`), codeOf(id));
    const { stdout } = await run("env", [...settings, process.execPath, `${id}.mjs`], { cwd: folder, timeout: 25_000 });
    expect(stdout).toMatch(/status: ('success'|1)/);
    expect(stdout).toMatch(/blockNumber: \d+/);
  });

  it.skipIf(!hasCurl)("curl reads the height", async () => {
    const { stdout } = await run("env", [...settings, "sh", "-c", codeOf("curl")], { cwd: folder, timeout: 25_000 });
    expect(JSON.parse(stdout)).toEqual({ jsonrpc: "2.0", id: 1, result: expect.stringMatching(/^0x[0-9a-f]+$/) });
  });
});
