import type { NotTaken, SubmitResult } from './handlers';
import type { SubmitAnswerMessage } from './wire';

/** As long as the other side's parser takes. */
const textMax = 2_000;
const nameMax = 80;
const detailsMax = 32;

export function toAnswerMessage(result: SubmitResult): SubmitAnswerMessage {
  switch (result.state) {
    case 'final': {
      const { id, height, index, succeeded, blockHash, repeated } = result;
      return { state: 'final', final: { id, height, index, succeeded, blockHash, repeated: repeated ?? false } };
    }
    case 'held':
      return { state: 'held', held: { id: result.id, repeated: result.repeated ?? false } };
    case 'refused':
      return { state: 'refused', refused: shortened(result) };
    case 'failed':
      return { state: 'failed', failed: shortened(result) };
  }
}

export function fromAnswerMessage(message: SubmitAnswerMessage): SubmitResult {
  switch (message.state) {
    case 'final': {
      const { repeated, ...facts } = message.final;
      return { state: 'final', ...facts, ...(repeated ? { repeated } : {}) };
    }
    case 'held':
      return { state: 'held', id: message.held.id, ...(message.held.repeated ? { repeated: true } : {}) };
    case 'refused':
      return { state: 'refused', ...message.refused };
    case 'failed':
      return { state: 'failed', ...message.failed };
  }
}

function shortened({ code, message, details }: NotTaken): NotTaken & { details: Record<string, string> } {
  const entries = Object.entries(details).slice(0, detailsMax);
  return { code: code.slice(0, nameMax), message: message.slice(0, textMax), details: Object.fromEntries(entries.map(([name, text]) => [name.slice(0, nameMax), text.slice(0, textMax)])) };
}
