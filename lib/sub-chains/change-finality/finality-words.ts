import type { Finality } from '@/lib/control';

/** The modes within a sentence, for messages that are written here. */
export const finalityWords = { solo: 'solo', crash: 'crash-tolerant', byzantine: 'Byzantine-tolerant' } as const satisfies Record<Finality, string>;
