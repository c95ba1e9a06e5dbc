import { request } from "node:http";
import type { KeyObject } from "node:crypto";
import { createPrivateKey256, createRequest, signLowS } from "@/lib/x509";

export interface BareAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: { success: boolean; result: unknown; errors: { code: number; message: string }[] };
}

/** What a caller without manners sends: the address as it is, no client in between. */
export function send(url: string, { method = "POST", path, body = "", authorization }: { method?: string; path: string; body?: string | Buffer; authorization?: string | undefined }): Promise<BareAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers: { ...(authorization === undefined ? {} : { authorization }), "content-length": Buffer.byteLength(body) } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: JSON.parse(text || "null") as BareAnswer["body"] });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

/** Somebody enrolled whose key is at hand, so that every wrong token can be made. */
export interface BareCaller {
  key: KeyObject;
  certificate: string;
}

export async function enrollBare(url: string, { caName, id, secret }: { caName: string; id: string; secret: string }): Promise<BareCaller> {
  const key = createPrivateKey256();
  const body = JSON.stringify({ caname: caName, certificate_request: createRequest(key, id) });
  const answer = await send(url, { path: "/api/v1/enroll", body, authorization: basic(id, secret) });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { key, certificate: Buffer.from((answer.body.result as { Cert: string }).Cert, "base64").toString("utf8") };
}

export interface TokenFor {
  method: string;
  uri: string;
  body?: string;
  sign?: (message: Buffer) => Uint8Array;
}

export function tokenOf({ key, certificate }: BareCaller, { method, uri, body = "", sign = (message) => signLowS(message, key) }: TokenFor): string {
  const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
  const message = [method, base64(uri), base64(body), base64(certificate)].join(".");
  return `${base64(certificate)}.${Buffer.from(sign(Buffer.from(message, "utf8"))).toString("base64")}`;
}
