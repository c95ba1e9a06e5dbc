import type { RuleName, Texts } from './index';

/** What a rule must find, and what looks like it but is allowed. Each is a whole small project. */
export interface Planted {
  readonly breaches: readonly Texts[];
  readonly allowed: readonly Texts[];
}

const screen = (body: string) => ({ 'app/page.tsx': `export default function Page() { return ${body}; }` });
const engine = (text: string, file = 'pipeline.ts') => ({ [`lib/ledger/core/${file}`]: text });
const messages = { 'app/_i18n/messages/en/shell.json': '{"menu":{"open":"Open menu"}}' };
const manifest = (version: string) => ({ 'package.json': JSON.stringify({ dependencies: { zod: version } }) });
const room = (files: Texts): Texts => ({ 'lib/billing/README.md': '# billing\n', 'lib/billing/index.ts': '', ...files });
const lines = (count: number) => 'export {};\n'.repeat(count);

export const plantedBreaches: Record<RuleName, Planted> = {
  floors: {
    breaches: [
      { 'app/page.tsx': "import { main } from '@/workers/main';" },
      { 'workers/main.ts': "import { page } from '../app/page';" },
      { 'lib/billing/pay-invoice.ts': "import type { Props } from '@/app/page';" },
      { 'lib/billing/pay-invoice.ts': "const load = () => import('@/workers/main');" },
      { 'prisma/seed.ts': "import { main } from '@/workers/main';" },
      { 'lib/billing/pay-invoice.ts': "export { build } from '@/scripts/build';" },
    ],
    allowed: [
      { 'app/page.tsx': "import { Card } from './_components/card'; import { pay } from '@/lib/billing';" },
      { 'workers/main.ts': "import { pay } from '@/lib/billing'; import { run } from './worker-manager';" },
      { 'proxy.ts': "import { routes } from './app/_routes';" },
    ],
  },
  doors: {
    breaches: [
      { 'app/page.tsx': "import { pay } from '@/lib/billing/pay-invoice';" },
      { 'app/page.tsx': "import type { Row } from '@/lib/billing/queries';" },
      { 'lib/operations/run-operation.ts': "import { pay } from '../billing/pay-invoice';" },
      { 'workers/main.ts': "export * from '@/lib/billing/provider/card';" },
      { 'workers/city-node/thread.ts': "import { serve } from '@/lib/ledger/vm/thread';" },
      { 'workers/main.ts': "import { fakeClock } from '@/lib/ledger/testing';" },
      { 'lib/gateway/door.test.ts': "import { fakeClock } from '@/lib/ledger/testing/fake-clock';" },
    ],
    allowed: [
      { 'app/page.tsx': "import { pay } from '@/lib/billing'; import { price } from '@/lib/billing/client';" },
      { 'lib/billing/pay-invoice.ts': "import { post } from './provider/card'; import { AppError } from '@/lib/platform/pure/errors';" },
      { 'workers/city-node/thread.ts': "import { serve } from '@/lib/ledger/thread';" },
      { 'lib/gateway/door.test.ts': "import { fakeClock } from '@/lib/ledger/testing';" },
      { 'app/api/_http/testing.ts': "import { givenUser } from '@/lib/identity/testing';" },
    ],
  },
  cycles: {
    breaches: [
      { 'lib/billing/index.ts': "import { a } from '@/lib/audit';", 'lib/audit/index.ts': "import type { b } from '../billing';" },
      {
        'lib/billing/pay.ts': "import { a } from '@/lib/audit';",
        'lib/audit/write.ts': "import { o } from '@/lib/operations/client';",
        'lib/operations/client.ts': "export * from '@/lib/billing';",
      },
    ],
    allowed: [
      { 'lib/billing/index.ts': "import { a } from '@/lib/audit';", 'lib/audit/write.test.ts': "import { b } from '../billing';" },
      { 'lib/ledger/index.ts': "import { a } from '@/lib/platform/pure/bytes';", 'lib/platform/index.ts': "import { b } from './pure/bytes';" },
    ],
  },
  readme: {
    breaches: [{ 'lib/billing/index.ts': '' }, { 'lib/billing/README.md': '# billing\n' }, room({ 'lib/billing/README.md': 'line\n'.repeat(61) })],
    allowed: [room({ 'lib/billing/README.md': 'line\n'.repeat(60) }), { 'lib/tidy.test.ts': '' }],
  },
  browserReach: {
    breaches: [
      { 'app/card.tsx': "'use client'; import { pay } from '@/lib/billing';", 'lib/billing/index.ts': '' },
      {
        'app/card.tsx': "'use client'; import { amount } from './amount';",
        'app/amount.ts': "import { price } from '@/lib/billing';",
        'lib/billing/index.ts': '',
      },
      { 'lib/billing/client.ts': "export * from './price-book';", 'lib/billing/price-book.ts': "import { readFileSync } from 'node:fs';" },
      { 'lib/billing/client.ts': "import { getDb } from '@/lib/platform';", 'lib/platform/index.ts': '' },
    ],
    allowed: [
      { 'app/card.tsx': "'use client'; import type { Pay } from '@/lib/billing';", 'lib/billing/index.ts': "import 'node:fs';" },
      { 'app/card.tsx': "'use client'; import { price } from '@/lib/billing/client';", 'lib/billing/client.ts': '' },
      { 'app/page.tsx': "import { pay } from '@/lib/billing';", 'lib/billing/index.ts': "import 'node:fs';" },
    ],
  },
  coreNamesNoFramework: {
    breaches: [
      engine("import { run } from '../frameworks/ethereum';"),
      engine("import type { Evm } from '@/lib/ledger/vm/evm/evm';"),
      engine("if (name === 'fabric') throw new Error(name);"),
      engine('const ethereumHeader = 1;'),
    ],
    allowed: [engine('/** As Ethereum orders them. */\nexport const order = 1;'), { 'lib/ledger/frameworks/ethereum/door.ts': "const n = 'ethereum';" }],
  },
  frameworksApart: {
    breaches: [{ 'lib/ledger/frameworks/fisco-bcos/door.ts': "import { encode } from '../ethereum/rlp';" }],
    allowed: [{ 'lib/ledger/frameworks/fisco-bcos/door.ts': "import { encode } from '../../vm/evm/rlp'; import { a } from './codec';" }],
  },
  ledgerStandsAlone: {
    breaches: [
      engine("import { getEnv } from '@/lib/platform';"),
      engine("import { pay } from '@/lib/billing';"),
      engine("import { Queue } from 'bullmq';"),
      engine("import { PrismaClient } from '@prisma/client';"),
      engine("import { cookies } from 'next/headers';"),
    ],
    allowed: [engine("import { toHex } from '@/lib/platform/pure/bytes'; import { createHash } from 'node:crypto'; import { a } from './b';")],
  },
  ledgerPurity: {
    breaches: [
      engine('const at = Date.now();'),
      engine('const at = new Date();'),
      engine('const dice = Math.random();'),
      engine("const dice = Math['random']();"),
      engine('const home = process.env.HOME;'),
      engine('setTimeout(() => {}, 5);'),
      engine('globalThis.setInterval(run, 5);'),
      engine('const later = setImmediate;\nlater(() => setImmediate(run));'),
      engine("import { setTimeout as sleep } from 'node:timers/promises';"),
      engine('const dice = Math.random();', 'pipeline.test.ts'),
    ],
    allowed: [
      engine('const at = clock.now(); const day = new Date(at); scheduler.setTimeout(run, 5);'),
      engine('setTimeout(run, 5); const at = Date.now(); const seed = process.env.SEED;', 'pipeline.test.ts'),
      { 'lib/ledger/testing/wait.ts': 'setTimeout(run, 5);' },
      { 'lib/ledger/frameworks/ethereum/testing/chain.ts': 'setImmediate(run);' },
      { 'lib/billing/settle.ts': 'const at = Date.now();' },
    ],
  },
  libKnowsNoScreen: {
    breaches: [
      { 'lib/billing/invoice.tsx': 'export const a = <p />;' },
      { 'lib/billing/pay.ts': "import { redirect } from 'next/navigation';" },
      { 'lib/billing/pay.ts': "import 'server-only';" },
    ],
    allowed: [{ 'lib/identity/sign-in.ts': "import type { NextAuthOptions } from 'next-auth';" }, { 'app/page.tsx': "import Link from 'next/link';" }],
  },
  environment: {
    breaches: [
      { 'lib/billing/pay.ts': 'const url = process.env.DATABASE_URL;' },
      { 'workers/main.ts': 'const { env } = process;' },
      { 'app/page.tsx': "import { env } from 'node:process';" },
      { 'lib/billing/pay.test.ts': "process['env'].A = 'b';" },
      { 'lib/billing/pay.ts': 'const seed = process.env.SEED;' },
      { 'instrumentation.ts': 'if (process.env.DEBUG) start();' },
    ],
    allowed: [
      { 'lib/platform/env.ts': 'parse(process.env);' },
      { 'scripts/start.mjs': 'const { PORT } = process.env;' },
      { 'playwright.config.ts': 'const { CI } = process.env;' },
      { 'lib/billing/pay.test.ts': 'const seed = Number(process.env.SEED ?? 1);' },
      { 'workers/main.ts': "process.on('SIGTERM', stop); process.exit(0);" },
    ],
  },
  database: {
    breaches: [
      { 'lib/billing/pay.ts': "import { PrismaClient } from '@/lib/platform/generated/prisma/client';" },
      { 'prisma/seed.ts': 'const db = new PrismaClient();' },
      { 'prisma/seed.ts': 'const db = new prisma.PrismaClient();' },
    ],
    allowed: [
      { 'lib/platform/db.ts': "import { PrismaClient } from './generated/prisma/client'; new PrismaClient();" },
      { 'lib/billing/pay.ts': "import type { PrismaClient } from '@/lib/platform/generated/prisma/client';" },
    ],
  },
  prismaStaysInside: {
    breaches: [
      { 'app/page.tsx': "import type { Invoice } from '@/lib/platform/generated/prisma/client';" },
      { 'workers/main.ts': "import { Prisma } from '@prisma/client';" },
    ],
    allowed: [{ 'lib/billing/queries.ts': "import type { Invoice } from '@/lib/platform/generated/prisma/client';" }],
  },
  fileSize: {
    breaches: [{ 'lib/billing/pay.ts': lines(801) }, { 'app/theme.css': 'a {}\n'.repeat(801) }],
    allowed: [{ 'lib/billing/pay.ts': lines(800) }, { 'lib/ledger/vm/tables/gas.ts': lines(900) }, { 'docs/long.md': 'x\n'.repeat(900) }],
  },
  routeSize: {
    breaches: [{ 'app/api/billing/route.ts': lines(41) }, { 'app/route.ts': lines(41) }],
    allowed: [{ 'app/api/_http/define-route.ts': lines(300) }, { 'app/api/billing/route.ts': lines(40), 'app/api/billing/route.test.ts': lines(300) }],
  },
  bannedNames: {
    breaches: [{ 'lib/billing/utils.ts': '' }, { 'app/_helpers/money.ts': '', 'app/helpers/money.ts': '' }, { 'lib/common/index.ts': '' }, { 'docs/misc.md': '' }],
    allowed: [{ 'lib/billing/utilisation.ts': '' }],
  },
  kebabCase: {
    breaches: [{ 'lib/billing/payInvoice.ts': '' }, { 'app/_components/Card.tsx': '' }, { 'lib/ledgerHost/index.ts': '' }],
    allowed: [{ 'app/(portal)/[applicationId]/[[...rest]]/_components/pay-card.test.tsx': '', 'lib/ledger/vectors/ecRecover_edge.ts': '' }],
  },
  verbFile: {
    breaches: [{ 'lib/billing/pay-invoice.ts': 'export function settle() {}' }, { 'lib/billing/create-invoice.ts': 'function createInvoice() {}' }],
    allowed: [
      { 'lib/billing/pay-invoice.ts': 'export async function payInvoice() {}' },
      { 'lib/billing/find-invoice.ts': 'export const findInvoice = () => 1;' },
      { 'lib/billing/refund-invoice.ts': 'export const refundInvoiceStep = {};' },
      { 'lib/billing/stop-note.ts': 'export interface StopNote { at: number }' },
      { 'lib/billing/price-book.ts': 'export const prices = 1;' },
    ],
  },
  leftovers: {
    breaches: [
      { 'lib/billing/pay.ts': '// TODO refund too' },
      { 'lib/billing/pay.ts': '/* FIXME: rounding */' },
      { 'lib/billing/pay.ts': '// @ts-ignore\nrun();' },
      { 'lib/billing/pay.ts': '// eslint-disable-next-line\nrun();' },
      { 'lib/billing/pay.ts': 'const a = b as any;' },
      { 'lib/billing/pay.test.ts': "it.skip('pays', () => {});" },
      { 'lib/billing/pay.test.ts': "describe.only('pay', () => {});" },
      { 'e2e/pay.journey.ts': "test.fixme('pays', () => {});" },
      { 'lib/billing/pay.ts': 'try { run(); } catch {}' },
      { 'app/page.tsx': 'export const a = <p>Lorem' + ' ipsum</p>;' },
    ],
    allowed: [
      { 'lib/billing/pay.ts': '// TODO #12: refund too\nrun();' },
      { 'lib/billing/pay.ts': 'try { run(); } catch { /* the next sweep tries again */ }' },
      { 'lib/billing/pay.test.ts': "it('pays, only once', () => {}); const text = 'TODO';" },
    ],
  },
  bareStrings: {
    breaches: [
      screen('<p>Hello</p>'),
      screen('<p>{"Hello"}</p>'),
      screen('<p>{isNew ? "New" : t("old")}</p>'),
      screen('<img alt="A picture" />'),
      screen('<input placeholder={`Name of ${thing}`} />'),
      screen('<button aria-label={isOpen ? "Close" : "Open"} />'),
      screen('<>Welcome to Chainworks</>'),
      { 'app/layout.tsx': "export const metadata = { title: 'Ledgers for all' };" },
    ],
    allowed: [
      screen('<p className="note">{t("hello")} · 12 % — Chainworks</p>'),
      screen('<code>eth_call</code>'),
      screen('<img alt="" data-kind="picture" />'),
      { 'app/layout.tsx': "export const metadata = { title: 'Chainworks' };" },
      { 'app/card.test.tsx': 'export const a = <p>Hello</p>;' },
    ],
  },
  messageKeys: {
    breaches: [
      { ...messages, 'app/menu.tsx': "function Menu() { const t = useTranslations('shell'); return t('menu.close'); }" },
      { ...messages, 'app/menu.tsx': "async function Menu() { const t = await getTranslations({ locale, namespace: 'shell.menu' }); return t.rich('shut'); }" },
      { ...messages, 'app/menu.tsx': "async function Menu() { const [t, user] = await Promise.all([getTranslations('shell'), find()]); return t('menu.shut'); }" },
      { ...messages, 'app/menu.tsx': "function A() { const t = useTranslations('shell.menu'); return t('open'); } function B() { const t = useTranslations('shell'); return t('open'); }" },
    ],
    allowed: [
      { ...messages, 'app/menu.tsx': "function Menu() { const t = useTranslations('shell'); return items.map((item) => t('menu.open')); }" },
      { ...messages, 'app/menu.tsx': "function Menu({ t }) { return t('whatever'); }" },
      { ...messages, 'app/menu.tsx': "function Menu() { const t = useTranslations('shell'); return t(`menu.${state}`); }" },
    ],
  },
  languagesEqual: {
    breaches: [
      { ...messages, 'app/_i18n/messages/de/shell.json': '{"menu":{}}' },
      { ...messages, 'app/_i18n/messages/de/shell.json': '{"menu":{"open":"Menü","shut":"Zu"}}' },
    ],
    allowed: [messages, { ...messages, 'app/_i18n/messages/de/shell.json': '{"menu":{"open":"Menü öffnen"}}' }],
  },
  pinnedVersions: {
    breaches: [manifest('^4.6.7'), manifest('latest'), manifest('4'), { 'readme.md': '' }],
    allowed: [manifest('4.6.7'), manifest('18.4.0-beta.17')],
  },
};
