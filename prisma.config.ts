import { defineConfig } from 'prisma/config';

// The address comes from the environment that `npm start`, `npm test` and `npm run with-services` set up;
// `prisma generate` needs none.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'tsx prisma/seed.ts' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
