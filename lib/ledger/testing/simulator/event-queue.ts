interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** The only clock of a simulation: what is to happen, earliest first, in the order of asking when at the same time. */
export class EventQueue {
  /** Simulated milliseconds. */
  now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  get size(): number {
    return this.#heap.length;
  }

  later(delayMs: number, run: () => void): void {
    const heap = this.#heap;
    const event = { at: this.now + Math.max(0, Math.round(delayMs)), order: (this.#order += 1), run };
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Event;
      if (isBefore(above, event)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  /** Lets the next event happen; false when there is none. */
  step(): boolean {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return false;
    if (heap.length > 0) this.#sink(last);
    this.now = first.at;
    first.run();
    return true;
  }

  #sink(event: Event): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (isBefore(event, heap[child] as Event)) break;
      heap[place] = heap[child] as Event;
      place = child;
    }
    heap[place] = event;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
