import { PHASE_DEVELOPMENT_SERVER } from "next/constants.js";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./app/_i18n/request.ts");

// The content security policy needs a nonce per request, so proxy.ts sends it; these never change.
const fixedHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  // Reset and invitation links carry secrets in their address: never hand it to another site.
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
];

/** @param {string} phase @returns {import("next").NextConfig} */
const config = (phase) => ({
  poweredByHeader: false,
  reactStrictMode: true,
  // It covers the corner where the side navigation ends and shows up in screenshots.
  devIndicators: false,
  // `npm test` checks types; whoever starts the product need not wait for it once more.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  // Native bindings and packages that look at their own files: bundling breaks them.
  serverExternalPackages: [
    "@ethereumjs/common",
    "@ethereumjs/evm",
    "@ethereumjs/mpt",
    "@ethereumjs/rlp",
    "@ethereumjs/statemanager",
    "@ethereumjs/tx",
    "@ethereumjs/util",
    "@ethereumjs/vm",
    "@hyperledger/fabric-gateway",
    "@hyperledger/fabric-protos",
    "@node-rs/argon2",
    "@peculiar/asn1-csr",
    "@peculiar/asn1-schema",
    "@peculiar/asn1-x509",
    "@prisma/adapter-pg",
    "@prisma/client",
    "bullmq",
    "ioredis",
    "lmdb",
    "nodemailer",
    "pg",
    "pino",
    "secp256k1",
  ],
  // React's development build needs eval for its stack traces; proxy.ts allows it there and nowhere else.
  compiler: { define: { CHAINWORKS_DEVELOPMENT: JSON.stringify(phase === PHASE_DEVELOPMENT_SERVER) } },
  headers: async () => [{ source: "/:path*", headers: fixedHeaders }],
});

/** @param {string} phase */
export default (phase) => withNextIntl(config(phase));
