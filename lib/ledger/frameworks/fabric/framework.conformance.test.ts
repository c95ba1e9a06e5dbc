import { describeFrameworkConformance } from '../../testing/framework-conformance';
import { createFabricFramework } from './framework';
import { TestChannel } from './testing/test-channel';

const channel = new TestChannel();
const made = new Map<string, Uint8Array>();

/** The same bytes each time: a signature made anew is another envelope. */
function remembered(name: string, make: () => Uint8Array): Uint8Array {
  const bytes = made.get(name) ?? make();
  made.set(name, bytes);
  return bytes;
}

const [peer] = channel.peers;
if (peer === undefined) throw new Error('the channel has a peer');

describeFrameworkConformance('fabric', {
  framework: createFabricFramework({ yieldTurn: async () => undefined }),
  config: channel.config,
  wrongConfig: { ...channel.config, channelId: 'My_Channel' },
  // A majority of two organisations are two; `_lifecycle` is there from the first block on.
  transaction: (sender, index) => remembered(`${sender} ${index}`, () => channel.put('_lifecycle', { [`k${sender}`]: `v${index}` }).bytes),
  failing: (sender, index) => remembered(`failing ${sender} ${index}`, () => channel.put('_lifecycle', { [`k${sender}`]: `v${index}` }, { endorsers: [peer] }).bytes),
  malformed: [Uint8Array.of(0x0a, 0), new Uint8Array(2 * 1024 * 1024 + 1), channel.put('_lifecycle', { k: 'v' }, { channelId: 'other' }).bytes],
});
