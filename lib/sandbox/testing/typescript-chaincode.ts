import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makePackage } from '@/lib/chaincode-packages/testing';
import { runtimeDirectory } from './runtime-directory';

const project = path.resolve(import.meta.dirname, '../../..');

const sources: Readonly<Record<string, string>> = {
  'src/asset.ts': `
import { Object as DataType, Property } from 'fabric-contract-api';

@DataType()
export class Owner {
  @Property() public name: string = '';
  @Property('shares', 'number') public shares: number = 0;
}

@DataType()
export class Asset {
  @Property() public id: string = '';
  @Property() public size: number = 0;
  @Property() public forSale: boolean = false;
  @Property() public owner: Owner = new Owner();
  @Property('marks', 'number[]') public marks: number[] = [];
}
`,
  'src/assetContract.ts': `
import { Context, Contract, Info, Param, Returns, Transaction } from 'fabric-contract-api';
import { Asset, Owner } from './asset';

@Info({ title: 'AssetContract', description: 'Assets with typed parameters' })
export class AssetContract extends Contract {
  @Transaction()
  @Returns('Asset')
  public async CreateAsset(ctx: Context, id: string, size: number, forSale: boolean, owner: Owner): Promise<Asset> {
    if (await this.AssetExists(ctx, id)) throw new Error(\`The asset \${id} already exists\`);
    const asset: Asset = { id, size: size + 1, forSale: !forSale, owner, marks: [] };
    await ctx.stub.putState(id, Buffer.from(JSON.stringify(asset)));
    ctx.stub.setEvent('CreateAsset', Buffer.from(id));
    return asset;
  }

  @Transaction()
  @Param('asset', 'Asset')
  @Param('marks', 'number[]')
  public async MarkAsset(ctx: Context, asset: Asset, marks: number[]): Promise<void> {
    await ctx.stub.putState(asset.id, Buffer.from(JSON.stringify({ ...asset, marks: [...asset.marks, ...marks] })));
  }

  @Transaction(false)
  @Returns('Asset')
  public async ReadAsset(ctx: Context, id: string): Promise<Asset> {
    const bytes = await ctx.stub.getState(id);
    if (bytes.length === 0) throw new Error(\`The asset \${id} does not exist\`);
    return JSON.parse(Buffer.from(bytes).toString()) as Asset;
  }

  @Transaction(false)
  @Returns('boolean')
  public async AssetExists(ctx: Context, id: string): Promise<boolean> {
    return (await ctx.stub.getState(id)).length > 0;
  }
}
`,
  'src/index.ts': `
import { AssetContract } from './assetContract';

export { AssetContract } from './assetContract';
export const contracts: unknown[] = [AssetContract];
`,
  'package.json': JSON.stringify({
    name: 'asset-contract',
    version: '1.0.0',
    main: 'dist/index.js',
    typings: 'dist/index.d.ts',
    scripts: { build: 'tsc', start: 'fabric-chaincode-node start' },
    dependencies: { 'fabric-contract-api': '~2.5', 'fabric-shim': '~2.5' },
    devDependencies: { typescript: '^5.2.2', '@types/node': '^18.18.6' },
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2020',
      module: 'commonjs',
      rootDir: 'src',
      outDir: 'dist',
      declaration: true,
      strict: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
      typeRoots: [path.join(project, 'node_modules/@types')],
    },
    include: ['src'],
  }),
};

/**
 * A package of chaincode in TypeScript, as its developer makes it: `tsc` against the types of the stock fabric-contract-api,
 * then `peer lifecycle chaincode package` over the folder. Throws with the compiler's words.
 */
export function makeTypescriptChaincode(label: string): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'typescript-chaincode-'));
  try {
    mkdirSync(path.join(folder, 'src'));
    for (const [name, text] of Object.entries(sources)) writeFileSync(path.join(folder, name), text);
    symlinkSync(path.join(runtimeDirectory(), 'node_modules'), path.join(folder, 'node_modules'));
    execFileSync(process.execPath, [path.join(project, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
    const compiled = readdirSync(path.join(folder, 'dist')).map((name) => `dist/${name}`);
    const files = [...Object.keys(sources), ...compiled].map((name) => ({ path: `src/${name}`, bytes: readFileSync(path.join(folder, name)) }));
    return makePackage(files, { type: 'node', label, path: '' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
