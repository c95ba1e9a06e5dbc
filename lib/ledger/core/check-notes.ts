import { decodeRecord } from './consensus/record';
import { decodeRules } from './consensus/rules';
import { decodeEvidenceNote, EVIDENCE_NOTE } from './evidence-note';
import { CHANGE_NOTE } from './peer-runner';
import type { ChainStorage } from './storage';
import { isSilentAt, VOTES_NOTE } from './validator';

/** Reads the notes that a peer begins with, beside those of `readPeer`. Throws when one of them cannot be read. */
export function checkNotes(storage: ChainStorage): void {
  decodeEvidenceNote(storage.note(EVIDENCE_NOTE));
  const [votes, change] = [storage.note(VOTES_NOTE), storage.note(CHANGE_NOTE)];
  if (votes !== undefined) decodeRecord(votes);
  if (change !== undefined) decodeRules(change);
  isSilentAt({ storage }, storage.height + 1);
}
