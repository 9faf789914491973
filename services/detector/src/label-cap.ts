/** Keeps the number of label sets bounded: those beyond the first `most` become `other`. Publishers choose the values. */
export class LabelCap {
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  /** The labels as they are, or all of them `other`. The same labels get the same answer for the life of the process. */
  labels<L extends Record<string, string>>(labels: L): Record<keyof L, string> {
    const key = JSON.stringify(Object.values(labels));
    if (!this.known.has(key)) {
      if (this.known.size >= this.most) {
        return Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])) as Record<keyof L, string>;
      }
      this.known.add(key);
    }
    return labels;
  }
}
