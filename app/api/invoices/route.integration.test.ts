import { describe, expect, it } from "vitest";
import { callRoute, createPublisher } from "@/app/api/_http/testing";
import { givenOpenInvoice } from "@/lib/billing/testing";
import { GET as list } from "./route";
import { GET as get } from "./[invoiceId]/route";

async function givenInvoice(role: "OWNER" | "BILLING" | "DEVELOPER" | "VIEWER" = "OWNER") {
  const visitor = await createPublisher({ role });
  const { organisationId, userId } = visitor;
  const { invoiceId } = await givenOpenInvoice({ organisationId, userId, actor: { kind: "USER", userId } });
  return { visitor, invoiceId };
}

const getInvoice = (invoiceId: string, as?: { cookie: string }) =>
  callRoute(get, { path: `/api/invoices/${invoiceId}`, params: { invoiceId }, as });

describe("200", () => {
  it("lists and shows the organisation's invoices, marked TEST, in JSON numbers", async () => {
    const { visitor, invoiceId } = await givenInvoice("BILLING");
    const listed = await callRoute(list, { path: "/api/invoices", as: visitor });
    expect(listed).toMatchObject({ status: 200, body: { total: 1, page: 1, invoices: [{ id: invoiceId }] } });
    expect(await getInvoice(invoiceId, visitor)).toMatchObject({
      status: 200,
      body: { id: invoiceId, book: "TEST", state: "OPEN", amountMinor: 36_500, currency: "USD", number: expect.stringMatching(/^TEST-/) },
    });
  });
});

describe("400", () => {
  it("says what is wrong with a page that is none", async () => {
    const visitor = await createPublisher();
    const answer = await callRoute(list, { path: "/api/invoices?page=0", as: visitor });
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", fields: { page: expect.any(String) } } });
  });
});

describe("401", () => {
  it("shows nobody's invoices to somebody who is not signed in", async () => {
    const { invoiceId } = await givenInvoice();
    expect((await callRoute(list, { path: "/api/invoices" })).status).toBe(401);
    expect((await getInvoice(invoiceId)).status).toBe(401);
  });
});

describe("403", () => {
  it("keeps money from roles that have nothing to do with it", async () => {
    for (const role of ["DEVELOPER", "VIEWER"] as const) {
      const { visitor, invoiceId } = await givenInvoice(role);
      expect((await callRoute(list, { path: "/api/invoices", as: visitor })).status).toBe(403);
      expect((await getInvoice(invoiceId, visitor)).status).toBe(403);
    }
  });
});

describe("404", () => {
  it("makes another organisation's invoice look like an absent one", async () => {
    const [mine, theirs] = [await givenInvoice(), await givenInvoice()];
    const foreign = await getInvoice(theirs.invoiceId, mine.visitor);
    const absent = await getInvoice("inv_00000000000000000000000000", mine.visitor);
    expect(foreign).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect({ ...(foreign.body as object), requestId: "" }).toEqual({ ...(absent.body as object), requestId: "" });
    expect((await callRoute(list, { path: "/api/invoices", as: mine.visitor })).body).toMatchObject({ invoices: [{ id: mine.invoiceId }] });
  });
});
