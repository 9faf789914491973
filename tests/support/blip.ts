/** Own rules with one failure that is retried without a wait: nobody is faster, and a spec need not wait either. */
export const BLIP_RULES = `
rules:
  - id: blip
    cause: network
    says: Something blinked.
    match: { log: ["BLINKED AT .+"] }
    transient: 0.9
    confidence: 0.9
    action: { type: retry, parameters: {} }
    examples:
      match: ["BLINKED AT the lights"]
      no_match: ["all is well"]
`;

/** A log line of a failure in the code. */
export const CODE_FAILURE = "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.";
