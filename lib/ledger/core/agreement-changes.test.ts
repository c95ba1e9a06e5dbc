import { describe, expect, it } from 'vitest';
import { assert } from '@/lib/platform/pure/assert';
import { counterFramework } from '../testing/counter-framework';
import { at, city, status, submitAt, validatorsOf } from '../testing/test-city';
import { add, createTestNodes, openTestChain, passTime, readCounter, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { encodeMessage, NIL, statementOf, type Vote } from './consensus/messages';
import type { Framework } from './framework';
import type { Finality, RulesChange } from './host-types';
import { encodePeerMessage } from './peer-message';
import { height } from './types';


describe('a change of the rules', () => {
  const approve = async (nodes: readonly TestNode[], change: RulesChange): Promise<void> => {
    for (const node of nodes) await node.host.approveChange(TEST_CHAIN, change);
    await passTime(nodes, 4_000);
  };

  it('takes a sub-chain from solo to crash-tolerant to Byzantine-tolerant and back while it is written to', async () => {
    const nodes = await city(4, 'solo');
    await submitAt(nodes, 2);
    const modes: [Finality, readonly TestNode[], number][] = [['crash', nodes, 3], ['byzantine', nodes, 3], ['crash', nodes.slice(1), 2], ['solo', nodes.slice(3), 1]];
    for (const [finality, validators, quorum] of modes) {
      await approve(nodes, { finality, validators: validatorsOf(validators) });
      for (const node of nodes) {
        expect(status(node)).toMatchObject({ state: 'running', orders: validators.includes(node), agreement: { finality, quorum, validators: validators.map(({ name }) => name) } });
      }
      for (const index of nodes.keys()) {
        const { height: block } = await submitAt(nodes, index);
        expect(at(nodes, 0).host.blockAt(TEST_CHAIN, block)?.certificate).toMatchObject({ finality, quorum, validators: validators.length });
      }
    }
    expect(new Set(nodes.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
    for (const node of nodes) expect(await readCounter(node.host, 'c')).toMatchObject({ value: 17 });
  });

  it('is heard of by those whom it gives a vote, also from those who lose theirs by it', async () => {
    const nodes = await city(4, 'solo');
    for (const [finality, validators] of [['solo', [1]], ['solo', [2]], ['crash', [0, 1, 3]], ['solo', [2]]] as [Finality, number[]][]) {
      await approve(nodes, { finality, validators: validatorsOf(validators.map((index) => at(nodes, index))) });
      for (const [index, node] of nodes.entries()) expect(status(node), node.name).toMatchObject({ state: 'running', orders: validators.includes(index) });
      for (const index of nodes.keys()) await submitAt(nodes, index);
    }
    expect(new Set(nodes.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  });

  it('stands in a block of its own that names the rules from the next block on', async () => {
    const nodes = await city(3, 'solo');
    await approve(nodes, { finality: 'crash', validators: validatorsOf(nodes) });
    const block = at(nodes, 2).host.blockAt(TEST_CHAIN, height(1));
    expect(block).toMatchObject({ transactions: [], change: { finality: 'crash' }, certificate: { finality: 'solo' } });
    await submitAt(nodes, 1);
    expect(at(nodes, 2).host.blockAt(TEST_CHAIN, height(2))).toMatchObject({ certificate: { finality: 'crash' } });
    expect(at(nodes, 2).host.blockAt(TEST_CHAIN, height(2))?.header.validators).toBe(block?.header.nextValidators);
  });

  it('does not happen while a quorum’s operators did not approve it, and then does', async () => {
    const nodes = await city(4, 'byzantine');
    const change: RulesChange = { finality: 'crash', validators: validatorsOf(nodes) };
    for (const node of nodes.slice(0, 2)) expect(await node.host.approveChange(TEST_CHAIN, change)).toBe('approved');
    await passTime(nodes, 10_000);
    for (const node of nodes) expect(status(node).agreement).toMatchObject({ finality: 'byzantine' });
    expect(await at(nodes, 2).host.approveChange(TEST_CHAIN, change)).toBe('approved');
    await passTime(nodes, 12_000);
    // The fourth follows, though nobody asked it.
    for (const node of nodes) expect(status(node).agreement).toMatchObject({ finality: 'crash' });
    expect(await at(nodes, 2).host.approveChange(TEST_CHAIN, change)).toBe('done');
  });

  it('that nobody else approves asks for blocks for a while, and then the sub-chain rests without a timer', async () => {
    const nodes = await city(4, 'byzantine');
    await at(nodes, 1).host.approveChange(TEST_CHAIN, { finality: 'crash', validators: validatorsOf(nodes) });
    await passTime(nodes, 3_000);
    expect(at(nodes, 1).manual.scheduled()).toBeGreaterThan(0);
    for (let minute = 0; minute < 5; minute += 1) {
      for (const node of nodes) node.manual.advance(60_000);
      await passTime(nodes, 1_000);
    }
    for (const node of nodes) expect(node.manual.scheduled(), node.name).toBe(0);
    // It still votes for it.
    for (const node of nodes) await node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators: validatorsOf(nodes) });
    await passTime(nodes, 8_000);
    for (const node of nodes) expect(status(node).agreement).toMatchObject({ finality: 'crash' });
  });

  it('that is asked for again while its block is on its way leaves nothing behind that bars the next change', async () => {
    const slow: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const execute = instance.executeBlock.bind(instance);
        instance.executeBlock = async (input, state) => {
          await rest(30);
          return execute(input, state);
        };
        return instance;
      },
    };
    for (let moment = 0; moment < 30; moment += 5) {
      const nodes = await city(3, 'solo', [slow]);
      const orderer = at(nodes, 0);
      const validators = validatorsOf(nodes);
      // A disk that tells late of what it holds.
      const chain = orderer.storage.open(TEST_CHAIN);
      if (chain === undefined) throw new Error('the chain is open');
      const setNote = chain.setNote.bind(chain);
      chain.setNote = async (name, value) => {
        await setNote(name, value);
        await rest(40);
      };
      await orderer.host.approveChange(TEST_CHAIN, { finality: 'crash', validators });
      await rest(moment);
      await orderer.host.approveChange(TEST_CHAIN, { finality: 'crash', validators });
      await rest();
      expect(status(orderer), `moment ${moment}`).toMatchObject({ height: 1, agreement: { finality: 'crash' } });
      expect(await orderer.host.approveChange(TEST_CHAIN, { finality: 'solo', validators: validators.slice(0, 1) }), `moment ${moment}`).toBe('approved');
    }
  });

  it('refuses rules that cannot be, and a second change while one waits', async () => {
    const nodes = await city(4, 'byzantine');
    const node = at(nodes, 0);
    const validators = validatorsOf(nodes);
    const refused = { code: 'change-refused' };
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'byzantine', validators: validators.slice(1) })).rejects.toMatchObject(refused);
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'solo', validators })).rejects.toMatchObject(refused);
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators: [...validators, ...validators] })).rejects.toMatchObject(refused);
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators: validators.with(0, { name: 'C0', publicKey: Buffer.from('no key') }) })).rejects.toMatchObject(refused);
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'byzantine', validators, upgrade: { engineVersion: 2, height: 1 } })).rejects.toMatchObject(refused);
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'byzantine', validators, upgrade: { engineVersion: 1, height: 9 } })).rejects.toMatchObject(refused);
    expect(await node.host.approveChange(TEST_CHAIN, { finality: 'byzantine', validators })).toBe('done');
    expect(await node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators })).toBe('approved');
    expect(await node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators })).toBe('approved');
    await expect(node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators: validators.slice(1) })).rejects.toMatchObject(refused);
  });

  it('brings a new version of the framework into force at its height; who does not know it stops before', async () => {
    const seen: [number, number][] = [];
    const versioned = (engineVersion: number): Framework => ({
      ...counterFramework,
      engineVersion,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const execute = instance.executeBlock.bind(instance);
        instance.executeBlock = (input, state) => {
          if (engineVersion === 2) seen.push([input.height, input.engineVersion]);
          return execute(input, state);
        };
        return instance;
      },
    });
    const nodes = await createTestNodes({ count: 4, frameworks: [counterFramework] });
    await openTestChain(nodes, TEST_CHAIN, {}, 'byzantine');
    // Three of four are updated; their sub-chain goes on with the version it was made with.
    const updated = await Promise.all(nodes.slice(0, 3).map((node) => restartTestNode(node, { frameworks: [versioned(2)] })));
    const all = [...updated, at(nodes, 3)];
    await submitAt(all, 0);
    expect(all.map((node) => status(node).agreement?.engineVersion)).toEqual([1, 1, 1, 1]);
    const change: RulesChange = { finality: 'byzantine', validators: validatorsOf(all), upgrade: { engineVersion: 2, height: 4 } };
    await expect(at(all, 3).host.approveChange(TEST_CHAIN, change)).rejects.toMatchObject({ code: 'change-refused', message: expect.stringMatching(/this program has version 1 of counter: update it/) });
    await approve(updated, change);
    // What is announced is not taken back.
    await expect(at(all, 0).host.approveChange(TEST_CHAIN, { ...change, upgrade: { engineVersion: 3, height: 9 } })).rejects.toMatchObject({ code: 'change-refused' });
    expect(status(at(all, 0)).agreement).toMatchObject({ engineVersion: 1, upgrade: { engineVersion: 2, height: 4 } });
    await submitAt(all, 1);
    expect(all.map((node) => status(node).height)).toEqual([3, 3, 3, 3]);
    await submitAt(all, 2);
    await passTime(all, 3_000);
    expect(all.map((node) => [status(node).height, status(node).state])).toEqual([[4, 'running'], [4, 'running'], [4, 'running'], [3, 'stopped']]);
    expect(status(at(all, 3)).stopped).toMatchObject({ by: 'fault', height: 4, reason: expect.stringMatching(/needs version 2 of counter.*update it/) });
    expect(at(all, 0).host.blockAt(TEST_CHAIN, height(4))?.header.engineVersion).toBe(2);
    for (const [block, version] of seen) expect(version, `block ${block}`).toBe(block >= 4 ? 2 : 1);
    const last = await restartTestNode(at(all, 3), { frameworks: [versioned(2)] });
    await last.host.startChain(TEST_CHAIN);
    expect(await last.host.catchUp(TEST_CHAIN)).toMatchObject({ height: 4 });
  });
});

describe('a validator', () => {
  it('keeps and shows who signed two things for one place, over a restart, and goes on', async () => {
    const nodes = await city(4, 'byzantine');
    const liar = at(nodes, 3);
    const key = liar.keys.find(TEST_CHAIN);
    if (key === undefined) throw new Error('it has a key');
    const vote = (hash: Vote['hash']): Uint8Array => {
      const unsigned: Omit<Vote, 'signature'> = { kind: 'prevote', sender: 3, height: 1, round: 0, hash };
      return encodePeerMessage({ kind: 'consensus', payload: encodeMessage({ ...unsigned, signature: key.sign(statementOf(TEST_CHAIN, unsigned)) }) });
    };
    const witness = at(nodes, 0);
    witness.host.received(TEST_CHAIN, liar.name, vote(NIL));
    witness.host.received(TEST_CHAIN, liar.name, vote('ab'.repeat(32) as Vote['hash']));
    await rest();
    expect(status(witness).agreement?.evidence).toMatchObject([{ culprit: 'C3', evidence: { kind: 'prevote', height: 1, round: 0, first: { hash: NIL }, second: { hash: 'ab'.repeat(32) } } }]);
    expect(witness.manual.log).toContainEqual(expect.objectContaining({ level: 'error', event: 'a validator signed two things' }));
    await submitAt(nodes, 1);
    const again = await restartTestNode(witness);
    expect(status(again).agreement?.evidence).toHaveLength(1);
    expect(status(at(nodes, 1)).agreement?.evidence).toEqual([]);
  });

  it('keeps, tells and logs no more of one that signs two things again and again, and loses nobody else’s doing by it', async () => {
    const nodes = await city(4, 'byzantine');
    const witness = at(nodes, 0);
    const signTwice = (sender: number, round: number): void => {
      const key = at(nodes, sender).keys.find(TEST_CHAIN);
      if (key === undefined) throw new Error('it has a key');
      for (const hash of [NIL, 'ab'.repeat(32) as Vote['hash']]) {
        const unsigned: Omit<Vote, 'signature'> = { kind: 'prevote', sender, height: 1, round, hash };
        witness.host.received(TEST_CHAIN, `C${sender}`, encodePeerMessage({ kind: 'consensus', payload: encodeMessage({ ...unsigned, signature: key.sign(statementOf(TEST_CHAIN, unsigned)) }) }));
      }
    };
    signTwice(2, 0);
    for (let round = 0; round <= 8; round += 1) signTwice(3, round);
    await rest();
    expect(status(witness).agreement?.evidence.map(({ culprit, evidence }) => `${culprit} ${evidence.round}`)).toEqual(['C2 0', 'C3 0', 'C3 1', 'C3 2']);
    expect(witness.manual.log.filter(({ event }) => event === 'a validator signed two things')).toHaveLength(4);
  });

  it('refuses forged, foreign and torn messages with a reason, counts them, and goes on', async () => {
    const nodes = await city(4, 'byzantine');
    const node = at(nodes, 0);
    const key = at(nodes, 1).keys.find(TEST_CHAIN);
    if (key === undefined) throw new Error('it has a key');
    const send = (payload: Uint8Array): void => node.host.received(TEST_CHAIN, 'C1', encodePeerMessage({ kind: 'consensus', payload }));
    const unsigned: Omit<Vote, 'signature'> = { kind: 'precommit', sender: 1, height: 1, round: 0, hash: NIL };
    const good = encodeMessage({ ...unsigned, signature: key.sign(statementOf(TEST_CHAIN, unsigned)) });
    send(good.subarray(0, good.length - 1));
    send(Buffer.concat([good, Uint8Array.of(0)]));
    send(encodeMessage({ ...unsigned, sender: 2, signature: key.sign(statementOf(TEST_CHAIN, unsigned)) }));
    send(encodeMessage({ ...unsigned, sender: 9, signature: key.sign(statementOf(TEST_CHAIN, unsigned)) }));
    send(encodeMessage({ ...unsigned, signature: key.sign(statementOf('reef-2209' as typeof TEST_CHAIN, unsigned)) }));
    node.host.received(TEST_CHAIN, 'C1', Buffer.from('nonsense'));
    node.host.received(TEST_CHAIN, 'C1', new Uint8Array(0));
    node.host.received('none-0000' as typeof TEST_CHAIN, 'C1', good);
    await rest();
    expect(status(node).agreement?.refusedMessages).toEqual({ malformed: 4, signature: 2, 'unknown validator': 1 });
    expect(node.manual.log.filter(({ level }) => level !== 'info'), 'who sends such things sends many').toEqual([]);
    expect(status(node)).toMatchObject({ state: 'running' });
    await submitAt(nodes, 0);
  });

  it.each([1, 2, 3, 4, 5, 6])('that is restarted in the middle of it all never stops the others nor contradicts itself (seed %i)', async (seed) => {
    let nodes = await city(4, 'byzantine');
    const answers: Promise<unknown>[] = [];
    for (let step = 0; step < 12; step += 1) {
      answers.push(at(nodes, (step + seed) % 4).host.submit(TEST_CHAIN, add('c', 1)).catch((error: unknown) => expect(error).toMatchObject({ code: 'closing' })));
      await rest((seed * 13 + step * 7) % 40);
      const victim = (step * seed) % 4;
      nodes = await Promise.all(nodes.map((node, index) => (index === victim ? restartTestNode(node, { isAbrupt: true }) : node)));
      await passTime(nodes, 700);
    }
    await submitAt(nodes, 0);
    await passTime(nodes, 5_000);
    for (const node of nodes) expect(status(node)).toMatchObject({ state: 'running', agreement: { evidence: [] } });
    expect(new Set(nodes.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  });

  it('that lost its ledger but not its key is silent until it cannot contradict itself, then votes again', async () => {
    const nodes = await city(4, 'byzantine');
    for (let count = 0; count < 5; count += 1) await submitAt(nodes, count % 4);
    const victim = at(nodes, 3);
    const genesis = victim.host.genesis(TEST_CHAIN);
    await victim.storage.remove(TEST_CHAIN);
    const back = await restartTestNode(victim, { isAbrupt: true });
    const all = [...nodes.slice(0, 3), back];
    await back.host.createChain(genesis);
    await passTime(all, 3_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 5, agreement: { position: { abstainsThrough: 'unknown' } } });
    // The answers count with the block after them: silent through the seventh from then on.
    await submitAt(all, 0);
    await submitAt(all, 1);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
    // Without another: now its vote is needed.
    at(all, 0).away = true;
    const here = all.slice(1);
    await submitAt(here, 2);
    await submitAt(here, 0);
    expect(new Set(here.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  });

  it('that orders alone and lost its ledger while others hold it does not begin a second history', async () => {
    const nodes = await city(2, 'solo');
    await submitAt(nodes, 0);
    const victim = at(nodes, 0);
    const genesis = victim.host.genesis(TEST_CHAIN);
    await victim.storage.remove(TEST_CHAIN);
    const back = await restartTestNode(victim, { isAbrupt: true });
    await back.host.createChain(genesis);
    await expect(back.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(status(back).stopped).toMatchObject({ by: 'fault', reason: expect.stringMatching(/lost its ledger/) });
    expect(status(at(nodes, 1))).toMatchObject({ state: 'running', height: 1 });
  });
});

describe('a reader of the head', () => {
  const owing: Framework = {
    ...counterFramework,
    open: (context) => Object.assign(counterFramework.open(context as Parameters<typeof counterFramework.open>[0]), { blocksOnDemand: { confirmations: 3, readsHead: () => true } }),
  };

  it.each([['solo', 2], ['crash', 3], ['byzantine', 4]] as const)('is given confirmations of a transaction, one block a second, and then no more (%s)', async (finality, count) => {
    const nodes = await city(count, finality, [owing]);
    const reader = at(nodes, count - 1);
    await passTime(nodes, 3_000);
    await readCounter(reader.host, 'c');
    await passTime(nodes, 2_000);
    expect(status(reader).height, 'nothing is owed for a chain without transactions').toBe(0);
    const { height: block } = await submitAt(nodes, 0);
    for (let read = 0; read < 30; read += 1) {
      await readCounter(reader.host, 'c');
      await passTime(nodes, 200);
    }
    expect(status(reader).height).toBe(block + 2);
    const times = [block, block + 1, block + 2].map((one) => reader.host.blockAt(TEST_CHAIN, height(one))?.header.time ?? 0);
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
    await passTime(nodes, 5_000);
    expect(status(reader).height).toBe(block + 2);
  });

  it('is answered, with all others who ask meanwhile, before anything is done for the block that is owed', async () => {
    const nodes = await city(1, 'solo', [owing]);
    await submitAt(nodes, 0);
    await passTime(nodes, 3_000);
    const reader = at(nodes, 0);
    for (let read = 0; read < 4; read += 1) {
      await readCounter(reader.host, 'c');
      await passTime(nodes, 50);
      expect(status(reader).height).toBe(1);
    }
    await passTime(nodes, 200);
    expect(status(reader).height).toBe(2);
  });

  it('is owed nothing where the last blocks cannot be read, and nobody else hears of it but the log', async () => {
    const first = at(await city(1, 'solo', [owing]), 0);
    await submitAt([first], 0);
    await passTime([first], 3_000);
    const node = await restartTestNode(first);
    await node.host.query(TEST_CHAIN, { counter: 'c' }, new AbortController().signal, { isObserver: true });
    const rotten = (): never => {
      throw new Error('rotten');
    };
    const chain = node.storage.open(TEST_CHAIN);
    assert(chain !== undefined, 'the ledger is here');
    Object.assign(chain, { block: rotten });
    expect(await readCounter(node.host, 'c')).toMatchObject({ height: 1 });
    await passTime([node], 3_000);
    expect(status(node)).toMatchObject({ state: 'running', height: 1 });
    expect(node.manual.log).toContainEqual(expect.objectContaining({ level: 'warn', event: expect.stringContaining('owed') }));
  });

  it('who only observes is owed nothing', async () => {
    const nodes = await city(1, 'solo', [owing]);
    await submitAt(nodes, 0);
    await passTime(nodes, 3_000);
    await at(nodes, 0).host.query(TEST_CHAIN, { counter: 'c' }, new AbortController().signal, { isObserver: true });
    await passTime(nodes, 3_000);
    expect(status(at(nodes, 0)).height).toBe(1);
  });
});
