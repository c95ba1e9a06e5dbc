import { readFileSync } from 'node:fs';
import { auditBlocks } from './audit-blocks';

// Blocks as files, one each, in their order: `tsx audit-blocks-process.ts 0.block 1.block …`. Ends with 1 when something is wrong.
const audit = auditBlocks(process.argv.slice(2).map((file) => readFileSync(file)));
for (const finding of audit.findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`${audit.blocks} blocks, ${audit.transactions} transactions, ${audit.signatures} signatures, ${audit.commitHashes} commit hashes, ${audit.judged} policies and reads, ${audit.findings.length} findings\n`);
process.exitCode = audit.findings.length > 0 || audit.signatures === 0 ? 1 : 0;
