import { describe, expect, it } from 'vitest';
import { ChangeMarks } from './change-marks';
import { chainId } from './types';

const [tide, moss] = [chainId('tide-1'), chainId('moss-1')];

describe('marks of changes', () => {
  it('name who was touched since, and nobody twice', () => {
    const marks = new ChangeMarks();
    marks.touch(tide);
    const mark = marks.now;
    expect(marks.since(mark)).toEqual([]);
    marks.touch(moss);
    marks.touch(moss);
    expect(marks.since(mark)).toEqual([moss]);
    expect(marks.since(marks.now)).toEqual([]);
  });

  it('ask for a look at all after a removal, which no list of changes could name, and for marks of nobody', () => {
    const marks = new ChangeMarks();
    marks.touch(tide);
    const mark = marks.now;
    marks.remove(tide);
    expect(marks.since(mark)).toBeUndefined();
    expect(marks.since(marks.now)).toEqual([]);
    expect(marks.since(0)).toBeUndefined();
    expect(marks.since(marks.now + 1)).toBeUndefined();
    expect(marks.since(Number.NaN)).toBeUndefined();
  });
});
