import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { parseSync, type Expression, type Statement } from "oxc-parser";
import { describe, expect, it } from "vitest";

const root = import.meta.dirname;
const wrappers = new Set(["defineRoute", "defineEventStream", "defineFabricCaRoute"]);
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
// next-auth answers these itself; its wrapper checks the origin and says which of its actions exist.
const exempt = new Set(["auth/[...nextauth]/route.ts"]);
// What everybody signed in may see: no tenant owns it.
const shared = new Set(["city-nodes/[code]/route.ts"]);

interface Handler {
  method: string;
  /** The wrapper that made it; undefined when it is anything else. */
  wrapper: string | undefined;
  /** Source text of the definition. */
  text: string;
}

const routes = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => path.basename(file) === "route.ts")
  .sort();

function handlersOf(file: string): Handler[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return parseSync(file, text).program.body.flatMap((statement) => exportsOf(statement as Statement, text));
}

function exportsOf(statement: Statement, text: string): Handler[] {
  if (statement.type !== "ExportNamedDeclaration") return [];
  const { declaration, specifiers } = statement;
  const renamed = specifiers.flatMap(({ exported }) => ("name" in exported && methods.has(exported.name) ? [{ method: exported.name, wrapper: undefined, text: "" }] : []));
  if (declaration?.type === "FunctionDeclaration") return methods.has(declaration.id?.name ?? "") ? [{ method: declaration.id?.name ?? "", wrapper: undefined, text: "" }] : [];
  if (declaration?.type !== "VariableDeclaration") return renamed;
  return declaration.declarations.flatMap(({ id, init }) =>
    id.type === "Identifier" && methods.has(id.name) ? [{ method: id.name, wrapper: calleeOf(init), text: text.slice(init?.start, init?.end) }] : [],
  );
}

function calleeOf(init: Expression | null): string | undefined {
  return init?.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : undefined;
}

const tests = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /^route\.(integration\.)?test\.ts$/.test(path.basename(file)));

/** Route files that a test file imports, as paths below app/api. */
const importsOf = new Map(
  tests.map((file) => {
    const { module } = parseSync(file, readFileSync(path.join(root, file), "utf8"));
    const sources = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
    return [file, sources.map((source) => `${source.startsWith("@/app/api/") ? source.slice("@/app/api/".length) : path.join(path.dirname(file), source)}.ts`)];
  }),
);

/** Texts of the tests that call a route: beside it, or where one file tells the story of several routes. */
function testTextOf(file: string): string | undefined {
  const present = tests.filter((test) => importsOf.get(test)?.includes(file));
  return present.length === 0 ? undefined : present.map((test) => readFileSync(path.join(root, test), "utf8")).join("\n");
}

describe("API routes", () => {
  it("are found: an empty walk would prove nothing", () => {
    expect(routes).toContain("identity/sign-up/route.ts");
    expect(handlersOf("identity/profile/route.ts").map(({ method, wrapper }) => [method, wrapper])).toEqual([["GET", "defineRoute"], ["PATCH", "defineRoute"]]);
    expect(handlersOf("auth/[...nextauth]/route.ts").map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it.each(routes)("%s goes through the wrapper: session, origin, limits, errors and log are the same everywhere", (file) => {
    const handlers = handlersOf(file);
    expect(handlers.length).toBeGreaterThan(0);
    if (exempt.has(file)) return;
    for (const { method, wrapper } of handlers) expect(wrappers.has(wrapper ?? ""), `${method} of ${file} is made by ${wrapper ?? "hand"}`).toBe(true);
  });

  it.each(routes.filter((file) => !exempt.has(file)))("%s is thin: at most 40 lines, the deed is a verb of a room", (file) => {
    expect(readFileSync(path.join(root, file), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });

  it.each(routes)("%s is called by a route test", (file) => {
    expect(testTextOf(file), `no route.test.ts or route.integration.test.ts imports ${file}; put one beside it`).toBeDefined();
  });

  it.each(routes.filter((file) => !exempt.has(file)))("%s is tested for each refusal that its definition promises", (file) => {
    const text = testTextOf(file) ?? "";
    const promised = handlersOf(file).flatMap(({ text: definition }) => [
      ...(/auth: "(user|admin)"/.test(definition) ? ["401"] : []),
      ...(/auth: "admin"/.test(definition) ? ["403"] : []),
      ...(/\bbody: /.test(definition) ? ["400"] : []),
      // A parameter names a row: another tenant's must look absent.
      ...(/\bparams: /.test(definition) ? ["404"] : []),
    ]);
    for (const status of new Set(promised)) expect(text, `${file} has no describe("${status}…")`).toMatch(new RegExp(`describe\\(["']${status}`));
  });

  it.each(routes.filter((file) => file.includes("[") && !exempt.has(file) && !shared.has(file)))("%s is proven to hide its rows from other tenants", (file) => {
    const isAdminOnly = handlersOf(file).every(({ text }) => /auth: "admin"/.test(text));
    if (isAdminOnly) return;
    const advice = `${file}: make two tenants, let one reach for the other's row, and say so in the test's name ("another tenant's …" is 404)`;
    expect(testTextOf(file) ?? "", advice).toMatch(/\bit(\.each\([^)]*\))?\(\s*["'`][^"'`\n]*another (tenant|organisation|publisher|person)/);
  });
});
