import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { buildSnippets, type SnippetTarget } from "./build-snippets";

const target: SnippetTarget = { url: "http://127.0.0.1:4100/sin/tide-4417", chainId: "1099511627777", name: "tide-4417" };
const key = `ck_01jd0000000000000000000000.${"a".repeat(43)}`;

const codeOf = (id: string, of: SnippetTarget) => buildSnippets(of).find((snippet) => snippet.id === id)?.code ?? "";

/** What node says about a module that it only parses. */
function parses(code: string): boolean {
  execFileSync(process.execPath, ["--input-type=module", "--check"], { input: code, stdio: ["pipe", "pipe", "pipe"] });
  return true;
}

describe("buildSnippets", () => {
  it.each(["viem", "ethers", "curl"])("puts the key that the page holds into the %s snippet, so that it runs as it stands", (id) => {
    const code = codeOf(id, { ...target, key });
    expect(code).toContain(key);
    expect(code).toContain(target.url);
    expect(code).not.toContain("CHAINWORKS_KEY");
  });

  it.each(["viem", "ethers", "curl"])("names the variable in the %s snippet once nobody knows the key", (id) => {
    expect(codeOf(id, target)).toContain("CHAINWORKS_KEY");
  });

  it.each(["viem", "ethers"])("gives a %s program that is JavaScript, with and without the key", (id) => {
    expect(parses(codeOf(id, target))).toBe(true);
    expect(parses(codeOf(id, { ...target, key }))).toBe(true);
  });

  it("keeps the chain id exact: beyond 2^32 it must not become a float", () => {
    expect(codeOf("viem", target)).toContain("id: 1099511627777,");
    expect(codeOf("ethers", target)).toContain("1099511627777n");
  });

  it("cannot be broken out of by what stands in an address", () => {
    const hostile: SnippetTarget = { ...target, url: `http://x/"+process.exit(1)+"'; echo pwned; '`, name: '"\n' };
    expect(parses(codeOf("viem", hostile))).toBe(true);
    expect(codeOf("viem", hostile)).toContain(JSON.stringify(hostile.url));
    const shell = codeOf("curl", hostile).replace(/^curl/, "printf '%s\\n'");
    expect(execFileSync("sh", ["-c", shell], { encoding: "utf8" }).split("\n")[0]).toBe(hostile.url);
  });
});
