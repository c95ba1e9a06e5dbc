import { randomBytes } from "node:crypto";
import FabricCaServices from "fabric-ca-client";
import { User, Utils } from "fabric-common";
import { callRoute, createTenant, serveHandlers, type Tenant } from "@/app/api/_http/testing";
import * as caRoute from "@/app/api/v1/[...call]/route";
import { POST as makeRegistrar } from "@/app/api/fabric-authority/registrar/route";
import type { RegistrarSecretView } from "@/lib/fabric-ca";

export type Registration = Parameters<FabricCaServices["register"]>[0];
export type Enrollment = Awaited<ReturnType<FabricCaServices["enroll"]>>;
type EnrollmentRequest = Omit<Parameters<FabricCaServices["enroll"]>[0], "enrollmentID" | "enrollmentSecret">;

/** What the client's own types leave out. */
interface CertificateService {
  getCertificates(request: Record<string, unknown>, registrar: User): Promise<{ result: { certs: { PEM: string }[]; caname: string } }>;
}

/** An organisation of the portal with its authority, and Fabric's own client in front of it, as it is published. */
export interface CaOrganisation {
  tenant: Tenant;
  caName: string;
  mspId: string;
  /** PEM. */
  root: string;
  registrarSecret: string;
  client: FabricCaServices;
  certificates: CertificateService;
  /** The first registrar, enrolled. */
  admin: User;
  enroll(id: string, secret: string, options?: EnrollmentRequest): Promise<Enrollment>;
  /** Enrolled, as the client's calls take it. */
  user(id: string, secret: string, options?: EnrollmentRequest): Promise<User>;
  /** Registered by the admin, and enrolled. */
  member(registration: Omit<Registration, "affiliation"> & { affiliation?: string }): Promise<{ user: User; secret: string; certificate: string }>;
}

export interface CaWorld {
  url: string;
  open(organisation?: string): Promise<CaOrganisation>;
  close(): Promise<void>;
}

export async function openCaWorld(): Promise<CaWorld> {
  const { url, close } = await serveHandlers({ ...caRoute });
  return { url, close, open: (organisation = `Acme ${randomBytes(4).toString("hex")}`) => openOrganisation(url, organisation) };
}

async function openOrganisation(url: string, organisation: string): Promise<CaOrganisation> {
  const tenant = await createTenant({ organisation });
  const { status, body } = await callRoute(makeRegistrar, { method: "POST", path: "/api/fabric-authority/registrar", as: tenant });
  if (status !== 201) throw new Error(`the registrar was not made: ${JSON.stringify(body)}`);
  const { secret: registrarSecret, authority } = body as RegistrarSecretView;
  const { caName, mspId } = authority;
  const suite = Utils.newCryptoSuite();
  suite.setCryptoKeyStore(Utils.newCryptoKeyStore());
  const client = new FabricCaServices({ url, caName, cryptoSuite: suite });
  const enroll = (id: string, secret: string, options: EnrollmentRequest = {}) => client.enroll({ enrollmentID: id, enrollmentSecret: secret, ...options });
  const user = async (id: string, secret: string, options: EnrollmentRequest = {}) => toUser(id, await enroll(id, secret, options), mspId);
  const admin = await user("admin", registrarSecret);
  return {
    tenant,
    caName,
    mspId,
    root: authority.certificate,
    registrarSecret,
    client,
    certificates: (client as unknown as { newCertificateService(): CertificateService }).newCertificateService(),
    admin,
    enroll,
    user,
    async member({ affiliation = "", ...registration }) {
      const secret = await client.register({ affiliation, ...registration }, admin);
      const enrollment = await enroll(registration.enrollmentID, secret);
      return { secret, certificate: enrollment.certificate, user: await toUser(registration.enrollmentID, enrollment, mspId) };
    },
  };
}

export async function toUser(id: string, { key, certificate }: Pick<Enrollment, "key" | "certificate">, mspId: string): Promise<User> {
  const user = new User(id);
  user.setCryptoSuite(Utils.newCryptoSuite());
  await user.setEnrollment(key, certificate, mspId);
  return user;
}

/** The codes and words of a call's refusal, as the client hands them on. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const [first] = (error as { errors?: { code: number; message: string }[] }).errors ?? [];
    if (first) return first;
    throw error;
  }
  throw new Error("the call was not refused");
}

export const authenticationFailure = { code: 20, message: "Authentication failure" };
export const authorizationFailure = { code: 71, message: "Authorization failure" };
