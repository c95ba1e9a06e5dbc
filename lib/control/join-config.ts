import { z } from 'zod';
import { isX509Refusal, readChain } from '@/lib/x509';
import { cityCodeSchema } from './schemas';

const listenerSchema = z.object({ host: z.string().min(1).max(253), port: z.number().int().min(0).max(65_535) });
/** Ports that are next to each other, each of which may be listened on. */
export const portRangeSchema = z
  .object({ first: z.number().int().min(1).max(65_535), last: z.number().int().min(1).max(65_535) })
  .refine(({ first, last }) => first <= last && last - first < 256, 'a range has 1 to 256 ports, the first one first');
const secretSchema = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'must be base64 of 32 bytes');

function isOneAuthority(pem: string): boolean {
  try {
    const certificates = readChain(pem);
    return certificates.length === 1 && certificates.every(({ isAuthority }) => isAuthority);
  } catch (error) {
    if (isX509Refusal(error)) return false;
    throw error;
  }
}

/** `<data>/join.json`: what the portal wrote when this host joined. */
export const joinConfigSchema = z.object({
  hostId: z.string().min(1).max(80),
  /** Signs the control interface. */
  secret: secretSchema,
  /** HMAC key under which access keys are stored. */
  accessKeyPepper: secretSchema,
  /** Root certificate of the portal's authority, PEM. Pinned: no call over the control interface replaces it. */
  authority: z.string().max(16 * 1024).refine(isOneAuthority, 'must be one certificate of an authority in PEM'),
  cityNodes: z.array(cityCodeSchema).min(1).max(64).refine((codes) => new Set(codes).size === codes.length, 'a city node stands there twice'),
  /** Public door. Port 0: any free one. */
  gateway: listenerSchema,
  /** For the portal. */
  control: listenerSchema,
  /** The peer channel: other hosts that carry peers of the same sub-chains. */
  channel: listenerSchema,
  /** gRPC for Fabric's clients. Join files of earlier releases have none: such a host has no door for them. */
  fabric: listenerSchema.extend({ /** For organisations that need an address of their own. Absent: any free ports. */ peerPorts: portRangeSchema.optional() }).optional(),
  /** Where clients reach the gateway. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type JoinConfig = z.infer<typeof joinConfigSchema>;
