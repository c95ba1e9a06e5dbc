export interface Violation<R extends string = string> {
  readonly rule: R;
  readonly message: string;
}

/** Of one rule: more of them say nothing new, and would hide what other rules find. */
const keptPerRuleMax = 20;

/** Collects what is wrong. */
export class Findings<R extends string> {
  readonly violations: Violation<R>[] = [];
  private readonly counts = new Map<R, number>();

  add(rule: R, message: string): void {
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count <= keptPerRuleMax) this.violations.push({ rule, message });
  }
}
