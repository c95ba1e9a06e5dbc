import { describe, expect, it } from 'vitest';
import { finalityModes, isFinalityPossible } from '@/lib/control/client';
import { checkDraft } from './check-draft';
import { finalityOfDraft, findFinalityFault, recommendedFinality } from './draft-finality';

const nodes = (count: number) => ['SIN', 'PAR', 'JNB', 'HKG', 'TYO', 'SAO', 'SYD'].slice(0, count);

describe('the finality mode of a draft', () => {
  it('is the strongest that its city nodes allow until somebody chooses, and follows their number', () => {
    expect([0, 1, 2, 3, 4, 7].map(recommendedFinality)).toEqual(['solo', 'solo', 'solo', 'crash', 'byzantine', 'byzantine']);
    expect(finalityOfDraft({ finality: null, cityNodes: nodes(3) })).toBe('crash');
    expect(finalityOfDraft({ finality: 'solo', cityNodes: nodes(7) })).toBe('solo');
  });

  it('is refused with both ways out once city nodes were removed that it needs', () => {
    expect(findFinalityFault({ finality: 'byzantine', cityNodes: nodes(3) })).toBe('Byzantine-tolerant needs 4 city nodes, 3 are chosen. Add city nodes or choose another finality mode.');
    expect(findFinalityFault({ finality: 'crash', cityNodes: nodes(1) })).toContain('1 is chosen');
    for (const mode of finalityModes) {
      for (let count = 1; count <= 7; count++) {
        expect(findFinalityFault({ finality: mode, cityNodes: nodes(count) }) === undefined, `${mode} with ${count}`).toBe(isFinalityPossible(mode, count));
      }
    }
  });

  it('is no trouble of its own while no city node is chosen: that is said first', () => {
    const content = { name: 'a', description: '', framework: 'ethereum', frameworkVersion: 'prague', contractPackage: null, cityNodes: [], finality: 'byzantine' as const };
    expect(checkDraft(content)['city-nodes']).toEqual({ cityNodes: 'Choose at least one city node.' });
    expect(checkDraft({ ...content, cityNodes: nodes(2) })['city-nodes']).toEqual({ finality: expect.stringContaining('needs 4 city nodes') });
    expect(checkDraft({ ...content, cityNodes: nodes(2), finality: null })['city-nodes']).toBeUndefined();
  });
});
